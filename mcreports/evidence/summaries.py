"""Budget summaries: flat files whose sums are taken again."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.evidence import fields
from mcreports.evidence.claims import PERCENT, Contradiction, Found, agrees, claim, fault, several, some
from mcreports.evidence.fields import FieldError
from mcreports.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.evidence.files import Document, Place

RULE, FULL = RULES["budget.utilization.daily"], 100
WORDS = {
    Status.PASS: {"ok", "healthy", "normal", "good", "pass", "under", "within"},
    Status.WARN: {"warn", "warning", "watch"},
    Status.FAIL: {"critical", "fail", "over", "exceeded"},
}
TWO_PLACES = Fraction(5, 1000)  # of a share: the average may be rounded to a percent
MOST_SHARE = 2  # nobody spends more than twice what there is: a larger number is a percentage


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
    used = {name: Fraction(repr(utilization)) for name, (utilization, _) in rows.items()}
    # by the largest number alone: the reading that suits the statuses best would be the one that hides most
    is_share = max(used.values(), default=Fraction()) <= MOST_SHARE
    if used:
        mean = sum(used.values(), Fraction()) / len(used)
        holds = agrees(average, mean, TWO_PLACES if is_share else PERCENT)
        yield claim(place, "aggregate.avg_utilization", average, float(mean), holds=holds)
    true = {name: RULE.status(FULL * share if is_share else share) for name, share in used.items()}
    yield claim(place, "aggregate.critical_count", critical, list(true.values()).count(Status.FAIL))
    named = [(_named(name, tenants), utilization, said, true[name]) for name, (utilization, said) in rows.items()]
    yield from _statuses(place, named)
    for name, (utilization, status) in rows.items():
        if not tenants or name in tenants:
            own = {"file": place.name, "tenant": name, "ts": at}
            yield "budgets", {**own, "utilization": utilization, "status": status}


def _statuses(place: Place, rows: Sequence[tuple[str, float, str, Status]]) -> Iterator[Found]:
    """Each status against the one that the utilisation gives; a word that nobody knows is a fault."""
    false: list[Contradiction] = []
    faults: list[Found] = []
    for name, utilization, said, true in rows:
        field, word = f"tenants.{name}.status", _word(said)
        if word is None:
            known = ", ".join(sorted(set().union(*WORDS.values())))
            faults.append(fault(place, field, f"is {fields.shown(said)}, none of {known}"))
        elif word is not true:
            false.append((field, said, f"{utilization!r} is {true}"))
    yield from some(faults)
    yield from several(place, "tenants[*].status", len(rows) - len(faults), false)


def _named(name: str, tenants: Sequence[str]) -> str:
    """A tenant's name, unless the report is not allowed to know it."""
    return name if not tenants or name in tenants else "*"


def _word(said: str) -> Status | None:
    return next((status for status, words in WORDS.items() if said.strip().lower() in words), None)
