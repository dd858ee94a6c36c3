"""Words and marks: statuses, checks, days, instants and periods as a reader says them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from mcreports.checks import NAMES, Status

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.period import Period

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MARKS = {Status.FAIL: "▲", Status.WARN: "◆", Status.PASS: "●", Status.UNKNOWN: "○"}
WORDS = {Status.FAIL: "FAIL", Status.WARN: "WATCH", Status.PASS: "PASS", Status.UNKNOWN: "NO DATA"}
BUDGET_WORDS = {**WORDS, Status.FAIL: "OVER", Status.PASS: "WITHIN"}
OPS = {">=": "≥", "<=": "≤", "<": "<", ">": ">"}
SUFFIX = {"%": " %", "pp": " pp", "s": " s", "ms": " ms", "h": " h", "x": "\N{MULTIPLICATION SIGN}"}
MINUS = "\N{MINUS SIGN}"


def word(status: Status, check: str = "") -> str:
    """The word for a status: OVER and WITHIN for budgets, PASS and FAIL for the rest."""
    return (BUDGET_WORDS if check.startswith("budget.") else WORDS)[status]


def check_name(check: str) -> str:
    """What a reader calls a check; its id where it has no other name."""
    return NAMES.get(check, check)


def verdict_words(verdict: Verdict) -> str:
    """A verdict without its mark.

    >>> from mcreports.checks import Verdict
    >>> verdict_words(Verdict("grounding.pass_rate", None, Status.FAIL, "94.6", "95", ">=", "%", "", n=18204,
    ...                       gap="short by 0.4 pp"))
    'FAIL: 94.6 %, target ≥ 95 %, short by 0.4 pp, n = 18,204'
    """
    return f"{word(verdict.status, verdict.check)}: {', '.join(verdict_parts(verdict))}"


def verdict_parts(verdict: Verdict) -> tuple[str, ...]:
    """What follows a verdict's word: its value, or why there is none; then target, distance and events."""
    value = None if verdict.value is None else _grouped(verdict.value) + SUFFIX.get(verdict.unit, "")
    events = None if verdict.n is None else f"n = {verdict.n:,}"
    if verdict.status is Status.UNKNOWN:
        # nothing of what should be reached is as much as not measured
        doubtful = None if value is None or (verdict.value == "0" and verdict.op == ">=") else f"{value} is not proven"
        parts = [because(verdict) or "no data", doubtful, target_words(verdict), events]
    else:
        parts = [value, target_words(verdict), verdict.gap, events]
    return tuple(filter(None, parts))


def target_words(verdict: Verdict) -> str:
    """What a verdict's value was held against, with the unit.

    >>> from mcreports.checks import Verdict
    >>> target_words(Verdict("readiness.autonomy_evidence", None, Status.FAIL, "2973", "2974", ">=", "checks", ""))
    'target ≥ 2,974 checks'
    """
    unit = verdict.unit.removesuffix("s") if verdict.target == "1" else verdict.unit
    suffix = SUFFIX.get(verdict.unit, f" {unit}" if unit else "")
    return f"target {OPS.get(verdict.op, verdict.op)} {_grouped(verdict.target)}{suffix}"


def because(verdict: Verdict) -> str:
    """Why a verdict came out so, without what its value and its target say already.

    >>> from mcreports.checks import Verdict
    >>> reason = "2 changes is not <= 0 changes; changed: a, b"
    >>> because(Verdict("config.drift", None, Status.FAIL, "2", "0", "<=", "changes", reason))
    'changed: a, b'
    """
    first, _, rest = verdict.reason.partition("; ")
    value, target = re.escape(f"{verdict.value}"), re.escape(verdict.target)
    said = rf"{value}(| ?\S+) is not {re.escape(verdict.op)} {target}(| ?\S+)"
    return rest if re.fullmatch(said, first) else verdict.reason


def _grouped(text: str) -> str:
    """A printed number with grouped digits and a true minus."""
    grouped = f"{Decimal(text):,f}" if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else text
    return grouped.replace("-", MINUS)


def verdict_text(verdict: Verdict) -> str:
    """A verdict with its mark, its word, its value, its target, its distance and its events."""
    return f"{MARKS[verdict.status]} {verdict_words(verdict)}"


def unbroken(label: str) -> str:
    r"""A period's label that no narrow column breaks at its hyphens.

    >>> unbroken("2025-10")
    '2025\u201110'
    """
    return label.replace("-", "\N{NON-BREAKING HYPHEN}")


def day_text(day: date | str) -> str:
    """A calendar day; text that is none is returned as it is.

    >>> day_text("2025-11-14")
    '14 Nov 2025'
    """
    try:
        known = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        return str(day)
    return f"{known.day} {MONTHS[known.month - 1][:3]} {known.year}"


def month_text(day: date) -> str:
    """The month of a day.

    >>> month_text(date(2025, 10, 1))
    'October 2025'
    """
    return f"{MONTHS[day.month - 1]} {day.year}"


def long_day(day: date, *, year: bool = True) -> str:
    """A calendar day with its month in full."""
    return f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def instant_words(at: datetime) -> str:
    """An instant in UTC, to the minute.

    >>> instant_words(datetime(2025, 11, 1, 9, 5, tzinfo=UTC))
    '2025-11-01 09:05 UTC'
    """
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def window_words(window: tuple[datetime, datetime]) -> str:
    """A window in UTC, to the minute.

    >>> window_words((datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 10, 1, 6, tzinfo=UTC)))
    '2025-10-01 00:00 to 2025-10-01 06:00 UTC'
    """
    start, end = map(instant_words, window)
    return f"{start.removesuffix(' UTC')} to {end}"


def period_words(period: Period) -> str:
    """A period as a title says it.

    >>> from mcreports.period import Period
    >>> period_words(Period.parse("2025-10-31")), period_words(Period.parse("2025-10"))
    ('Friday 31 October 2025', 'October 2025')
    >>> period_words(Period.parse("2025-W44"))
    'Week 44, 27 October to 2 November 2025'
    """
    first, last = period.first, period.after - timedelta(days=1)
    span = f"{long_day(first, year=first.year != last.year)} to {long_day(last)}"
    if first.year == last.year and first.month == last.month:
        span = f"{first.day} to {long_day(last)}"
    return {
        "day": f"{WEEKDAYS[first.weekday()]} {long_day(first)}",
        "week": f"Week {first.isocalendar().week}, {span}",
        "month": f"{MONTHS[first.month - 1]} {first.year}",
        "quarter": f"Quarter {(first.month + 2) // 3} of {first.year}",
        "year": f"{first.year}",
    }.get(period.kind, long_day(first) if first == last else span)
