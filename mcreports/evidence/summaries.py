"""Budget summaries: flat files whose sums are taken again."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.evidence import fields
from mcreports.evidence.claims import PERCENT, Contradiction, Found, agrees, claim, several
from mcreports.evidence.fields import FieldError
from mcreports.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.evidence.files import Document

WORDS = {
    Status.PASS: {"ok", "healthy", "normal", "good", "pass", "under", "within"},
    Status.WARN: {"warn", "warning", "watch"},
    Status.FAIL: {"critical", "fail", "over", "exceeded"},
}


def read_budgets(document: Document, tenants: Sequence[str]) -> Iterator[Found]:
    """Each tenant's utilisation and status, and the aggregate against them."""
    body, place = fields.record(document.body, ""), document.place
    at = fields.moment(body, "timestamp")
    rows = {}
    for name, own in fields.record(body, "tenants").items():
        try:
            rows[name] = fields.number(own, "utilization"), fields.text(own, "status")
        except FieldError as error:
            raise FieldError(f"tenants.{_named(name, tenants)}.{error.field}", error.text) from error
    average, critical = fields.number(body, "aggregate.avg_utilization"), fields.whole(body, "aggregate.critical_count")
    used = [Fraction(repr(utilization)) for utilization, _ in rows.values()]
    if used:
        mean = sum(used, Fraction()) / len(used)
        yield claim(place, "aggregate.avg_utilization", average, float(mean), holds=agrees(average, mean, PERCENT))
    words = [_word(said) for _, said in rows.values()]
    if None not in words:
        yield claim(place, "aggregate.critical_count", critical, words.count(Status.FAIL))
    shown = [(_named(name, tenants), utilization, said) for name, (utilization, said) in rows.items()]
    yield from several(place, "tenants[*].status", len(rows), _false_status(shown))
    for name, (utilization, status) in rows.items():
        if not tenants or name in tenants:
            own = {"file": place.name, "tenant": name, "ts": at}
            yield "budgets", {**own, "utilization": utilization, "status": status}


def _named(name: str, tenants: Sequence[str]) -> str:
    """A tenant's name, unless the report is not allowed to know it."""
    return name if not tenants or name in tenants else "*"


def _word(said: str) -> Status | None:
    return next((status for status, words in WORDS.items() if said.lower() in words), None)


def _false_status(rows: Sequence[tuple[str, float, str]]) -> list[Contradiction]:
    """Statuses that their utilisation contradicts, in percent or, if that fits better, as shares."""
    rule = RULES["budget.utilization.daily"]
    readings = []
    for scale in (1, 100):
        false: list[Contradiction] = []
        for name, utilization, said in rows:
            status = rule.status(scale * Fraction(repr(utilization)))
            if _word(said) not in {None, status}:
                false.append((f"tenants.{name}.status", said, f"{utilization!r} is {status}"))
        readings.append(false)
    return min(readings, key=len)
