"""The cost of quality: what good work costs, and what was spent on work that was not, by tenant and over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains import Section, quality_spend
from mcreports.domains.criteria import OPERATIONS
from mcreports.domains.derive import number
from mcreports.domains.events import Count
from mcreports.domains.facts import seen_part
from mcreports.domains.grounding import CHECKS
from mcreports.domains.outcomes import Outcomes, outcomes
from mcreports.domains.quality_spend import LOST
from mcreports.domains.stretches import LABELS, stretches
from mcreports.domains.unit_cost import GOOD_COST, estimated, unit_costs
from mcreports.names import several

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mcreports.domains.money import Books
    from mcreports.domains.quality_spend import Parts
    from mcreports.figures import Figure, Figures

    Labels = tuple[tuple[str, str], ...]
    Span = tuple[datetime, datetime]

SPENT, OTHERS_SPENT = "budget.spend.period", "quality.spend.others"
OTHERS = ("tenants", "others")
MOST = 6  # tenants that are named; what all others spent and lost stands together
NOBODY = Count(None, doubts=("no operations are counted of it: nobody configured it",))


@dataclass(frozen=True)
class Lot:
    """A window: spend as the books have it, work as counted up to ``until``, and what its figures are labelled with."""

    books: Books
    span: Span
    until: datetime
    labels: Labels = ()

    def spent(self, tenant: str | None) -> Figure:
        """The spend that is shared out; of the platform, said to be rough where work of somebody is not counted."""
        whole = self.books.figure(SPENT, tenant, self.span)
        strangers = [name for name in self.tenants if name not in self.books.snapshot.tenants]
        if tenant is None and strangers and whole.value is not None:
            return estimated(whole, f"no operations are counted of {several(strangers)}")
        return whole

    @property
    def tenants(self) -> tuple[str, ...]:
        """The expected tenants, and others that have costs."""
        return self.books.present(self.span)

    def done(self, tenant: str | None) -> Outcomes:
        """What became of a tenant's work, or of all."""
        found = outcomes(self.books.snapshot, (self.span[0], self.until))
        return found.get(tenant, Outcomes(NOBODY, NOBODY, NOBODY, NOBODY, NOBODY))

    def queries(self, tenant: str | None) -> tuple[str, str]:
        """The selectors of operations and of checks."""
        named = {} if tenant is None else {"tenant": tenant}
        metrics = self.books.snapshot.metrics
        return metrics[OPERATIONS].selector(**named), metrics[CHECKS].selector(**named)


def assess(books: Books) -> Section:
    """The report's period, or its newest month, in full; over time the platform, and two figures of each tenant.

    Those two are USD per good operation and USD lost.
    """
    snapshot = books.snapshot
    by_month = snapshot.report == "trends"
    followed = [part for part in stretches(snapshot.report, snapshot.period) if part.end <= books.end]
    figures: list[Figure] = []
    if not by_month:
        _, until = seen_part(snapshot, snapshot.period)
        figures += _lot(Lot(books, (snapshot.period.start, snapshot.period.end), until), is_full=True)
    for part in followed if by_month or len(followed) > 1 else ():
        lot = Lot(books, (part.start, part.end), part.end, ((LABELS[snapshot.report], part.label),))
        figures += _lot(lot, is_full=by_month and part is followed[-1])
    return Section(tuple(figures))


def worst(figures: Figures, labels: Labels = ()) -> list[str]:
    """The tenants whose work was judged, those that lost the most USD first, the unknown last."""
    own = [one for one in figures.where(LOST) if one.tenant is not None and one.labels == labels]
    return _ranked(own)


def _ranked(lost: Iterable[Figure]) -> list[str]:
    def place(one: Figure) -> tuple[bool, Fraction, str]:
        value = number(one.value)
        return value is None, -(value or Fraction()), one.tenant or ""

    return [one.tenant or "" for one in sorted(lost, key=place)]


def _lot(lot: Lot, *, is_full: bool) -> Iterator[Figure]:
    every: dict[str, Parts] = {}
    for tenant in lot.tenants:
        spent, done, queries = lot.spent(tenant), lot.done(tenant), lot.queries(tenant)
        every[tenant] = quality_spend.parts(spent, done, queries)
        costs = unit_costs(spent, done, queries)
        if is_full:
            yield from _labelled(_all(every[tenant], spent, costs), lot.labels)
        else:
            yield from _labelled([one for one in costs if one.id == GOOD_COST], lot.labels)
            yield from _labelled([every[tenant][LOST]], lot.labels)
    spent, queries = lot.spent(None), lot.queries(None)
    query = " ; ".join((spent.query, *queries))
    whole = quality_spend.together(replace(spent, query=query), every)
    yield from _labelled(_all(whole, spent, unit_costs(spent, lot.done(None), queries)), lot.labels)
    if is_full and len(every) > MOST:
        yield from _labelled(_others(lot, whole, every), (*lot.labels, OTHERS))


def _all(found: Parts, spent: Figure, costs: Iterable[Figure]) -> Iterator[Figure]:
    yield from costs
    yield from quality_spend.items(found)
    yield quality_spend.lost_share(found[LOST], spent)


def _others(lot: Lot, whole: Parts, every: dict[str, Parts]) -> Iterator[Figure]:
    """What all tenants that are not among the worst spent and lost."""
    shown = _ranked(found[LOST] for found in every.values())[:MOST]
    spent = quality_spend.less(replace(lot.spent(None), id=OTHERS_SPENT), [lot.spent(name) for name in shown])
    lost = quality_spend.less(whole[LOST], [every[name][LOST] for name in shown])
    yield from (spent, lost, quality_spend.lost_share(lost, spent))


def _labelled(figures: Iterable[Figure], labels: Labels) -> Iterator[Figure]:
    yield from (replace(one, labels=tuple(sorted((*one.labels, *labels)))) for one in figures)
