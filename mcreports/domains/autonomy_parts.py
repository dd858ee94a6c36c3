"""Autonomy's counts by operation type and by reason: what fails, and what it is compensated for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcreports.domains.details import SOURCE
from mcreports.domains.events import Count, together, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mcreports.domains.details import Details
    from mcreports.domains.events import Source
    from mcreports.domains.tally import Tally
    from mcreports.figures import Figure

Label = tuple[str, str]

OPERATIONS, FAILURES = "autonomy.operations", "autonomy.failures"
COMPENSATIONS, VIOLATIONS = "autonomy.compensations", "autonomy.violations"
TYPE, REASON, GOOD = "operation_type", "reason", "success"
UNITS = {OPERATIONS: "operations", FAILURES: "operations", COMPENSATIONS: "events", VIOLATIONS: "events"}
OTHERS = "others"
MOST = 12  # values of a label that are told apart; all others stand together


@dataclass(frozen=True)
class _Whole:
    """What is taken apart: a counter's events, of a tenant or of all together, and whose they are."""

    tally: Tally
    count: Count
    whose: str | None
    tenants: Sequence[str]

    def part(self, **labels: str) -> Count:
        """The events with these labels, as doubtful as the whole; unknown where that is."""
        return self._sum(lambda named: labels.items() <= named.items())

    def failed(self, **labels: str) -> Count:
        """Those of any status but success: one that nobody knows is no success."""
        return self._sum(lambda named: labels.items() <= named.items() and named["status"] != GOOD)

    def source(self, **labels: str) -> Source:
        """The passport's window and selector."""
        return self.tally.source(self.whose, **labels)

    def values(self, label: str) -> list[str]:
        """Every value of a label; none where no series carries it."""
        found = {value for tenant in self.tenants for value in self.tally.values(tenant, label)}
        return sorted(found) if found - {""} else []

    def _sum(self, wanted: Callable[[dict[str, str]], bool]) -> Count:
        if self.count.count is None:
            return self.count
        every = (one for tenant in self.tenants for one in self.tally.series.get(tenant, ()))
        chosen = [count for named, count in every if wanted(named)]
        found = total([*chosen, Count(0, 0, 0)])
        # a label that is over cannot be told from one that is no longer watched
        ended = () if any(count.count is not None for count in chosen) else total(chosen).doubts
        doubts = tuple(dict.fromkeys((*self.count.doubts, *ended)))
        return replace(found, high=self.count.high and found.high, seen=self.count.seen, doubts=doubts)


def by_type(
    operations: Tally, tenants: Sequence[str], whose: str | None, count: Count | None = None
) -> Iterator[Figure]:
    """Failed operations as a whole, and operations and failures by type where types are counted.

    ``whose`` is None for all these tenants together; ``count`` is how many operations they have, if that is known.
    """
    done = _whole(operations, tenants, whose, count)
    yield done.failed().figure(FAILURES, done.whose, UNITS[FAILURES], done.source())
    kinds = {
        kind: {OPERATIONS: done.part(**{TYPE: kind}), FAILURES: done.failed(**{TYPE: kind})}
        for kind in done.values(TYPE)
    }
    yield from _labelled(kinds, TYPE, (done.whose, lambda value: done.source(**{TYPE: value}), done.source()))


def by_reason(
    compensations: Tally, tenants: Sequence[str], whose: str | None, count: Count | None = None
) -> Iterator[Figure]:
    """Compensations as a whole, and by reason where reasons are counted; the arguments are those of types."""
    done = _whole(compensations, tenants, whose, count)
    yield done.count.figure(COMPENSATIONS, done.whose, UNITS[COMPENSATIONS], done.source())
    reasons = {reason: {COMPENSATIONS: done.part(**{REASON: reason})} for reason in done.values(REASON)}
    yield from _labelled(reasons, REASON, (done.whose, lambda value: done.source(**{REASON: value}), done.source()))


def details_by_type(tenant: str, found: Details) -> Iterator[Figure]:
    """What the evidence has of each type of operation: how many, failed, compensated and in violation."""
    kinds = {
        kind: {
            OPERATIONS: own.operations,
            FAILURES: _less(own.operations, own.successes),
            COMPENSATIONS: own.compensations,
            VIOLATIONS: total([own.policy, own.residency]),
        }
        for kind, own in found.types.items()
    }
    for figure in _labelled(kinds, TYPE, (tenant, lambda _: found.source, found.source)):
        yield replace(figure, labels=(*figure.labels, *SOURCE))


def _whole(tally: Tally, tenants: Sequence[str], whose: str | None, count: Count | None) -> _Whole:
    if count is None:
        count = together({name: tally.of(name) for name in tenants}) if whose is None else tally.of(whose)
    return _Whole(tally, count, whose, tenants)


def _less(whole: Count, part: Count) -> Count:
    """What is left of counted events, of which a part is known as exactly."""
    number = (whole.count or 0) - (part.count or 0)
    return replace(whole, count=number, low=number, high=number)


def _labelled(
    found: Mapping[str, Mapping[str, Count]], label: str, of: tuple[str | None, Callable[[str], Source], Source]
) -> Iterator[Figure]:
    """A figure of each count by the label's value, the gravest first; of very many values the others together."""
    whose, source, whole = of
    order = sorted(
        found, key=lambda value: (*(-(count.count or 0) for count in reversed(list(found[value].values()))), value)
    )
    shown = order if len(order) <= MOST else order[: MOST - 1]
    for value in shown:
        for figure_id, count in found[value].items():
            made = count.figure(figure_id, whose, UNITS[figure_id], source(value))
            yield replace(made, labels=((label, value),))
    rest = [found[value] for value in order[len(shown) :]]
    for figure_id in rest[0] if rest else ():
        made = total(own[figure_id] for own in rest).figure(figure_id, whose, UNITS[figure_id], whole)
        yield replace(made, labels=((f"{label}s", OTHERS),))
