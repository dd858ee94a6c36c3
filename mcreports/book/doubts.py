"""What is not simply measured: estimated, unknown, or counted through a reset; each reason once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from mcreports.figures import Quality
from mcreports.names import called
from mcreports.view.format import value_text
from mcreports.view.markup import Name
from mcreports.view.words import MONTHS, long_day, month_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.markup import Text

# past errors no page shows, coverage has a table of its own, and a limit's last day follows from the forecast
UNSHOWN = {"budget.forecast.past_error", "data.coverage", "budget.exhaustion_date"}
MOST_NAMES = 4
NO_REASON = "no reason is known"


def doubts(report: Report) -> Iterator[Text]:
    """A line for each reason why figures are estimated or unknown."""
    groups: dict[tuple[bool, str], list[Figure]] = {}
    for figure in report.figures:
        if figure.quality is not Quality.ACTUAL and figure.id not in UNSHOWN:
            said = f"{figure.quality.value}: {figure.reason or NO_REASON}"
            groups.setdefault((bool(figure.labels), said), []).append(figure)
    for (is_part, said), figures in groups.items():
        if not is_part:
            names = [f"{f.id} of {'all tenants' if f.tenant is None else called(f.tenant)}" for f in figures]
            yield (f"{said} (", Name(_few(list(dict.fromkeys(names)))), ")")
        else:
            when = _when([dict(figure.labels) for figure in figures])
            count = f"{len(figures)} figure{'s' if len(figures) > 1 else ''}"
            parts = " and ".join(dict.fromkeys(key for figure in figures for key, _ in figure.labels))
            yield f"{said}: {when}, {count}" if when else f"{said}: {count} by {parts}"


def resets(report: Report) -> Iterator[Text]:
    """A line for each tenant whose counter began anew: what it cost at least and at most."""
    told: set[str] = set()
    spans = {"budget.spend.period": f"in the {report.snapshot.period.kind}", "budget.spend.mtd": "in the month to date"}
    if report.snapshot.period.kind not in {"day", "week", "month", "quarter", "year"}:
        spans["budget.spend.period"] = "in the period"
    for figure_id, when in spans.items():
        for figure in report.figures.where(figure_id):
            if figure.resets and figure.tenant is not None and figure.tenant not in told and not figure.labels:
                told.add(figure.tenant)
                count = f"{figure.resets} reset{'s' if figure.resets > 1 else ''} {when}"
                yield (Name(figure.tenant), f": {count}", *_bounded(figure))


def _bounded(figure: Figure) -> tuple[str | Figure, ...]:
    if figure.bounds is None:
        return (", ", figure)
    low, high = figure.bounds
    least, most = (value_text(end, figure.unit) if end is not None else "an amount not known" for end in (low, high))
    if figure.value == low:
        return (", at least ", figure, f", at most {most}")
    return (", ", figure, f", at least {least}, at most {most}")


def _when(labels: Sequence[dict[str, str]]) -> str:
    days = sorted({date.fromisoformat(each["day"]) for each in labels if "day" in each})
    months = sorted({date.fromisoformat(each["month"] + "-01") for each in labels if "month" in each})
    return ", ".join([*map(_run_text, _runs(days)), *map(month_text, months)])


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days that follow each other, as first and last; no run leaves its month."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1) and day.month == runs[-1][1].month:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _run_text(run: tuple[date, date]) -> str:
    first, last = run
    if first == last:
        return long_day(first, year=False)
    word = "and" if last - first == timedelta(days=1) else "to"
    return f"{first.day} {word} {last.day} {MONTHS[last.month - 1]}"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
