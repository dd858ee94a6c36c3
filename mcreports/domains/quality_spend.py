"""What was spent on work that did what it should, and on work that did not: parts that add up to the spend.

Spend is shared out over operations as if each cost the same, whatever became of it. The parts are cut off one after
the other on one exact scale and rounded once, at the cuts: so they add up to the cent.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, hypot
from typing import TYPE_CHECKING

from mcreports.domains.derive import ends, number, share
from mcreports.domains.money import usd
from mcreports.domains.unit_cost import APART, BOTH, doubts, estimated, grounded_share, sample
from mcreports.figures import Figure, Quality
from mcreports.names import several

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mcreports.domains.outcomes import Outcomes
    from mcreports.domains.unit_cost import Shares

GOOD, FAILED, COMPENSATED = "quality.spend.good", "quality.spend.failed", "quality.spend.compensated"
UNGROUNDED, LOST, UNJUDGED = "quality.spend.ungrounded", "quality.spend.lost", "quality.spend.unjudged"
LOST_SHARE = "quality.spend.lost_percent"
IDS = (FAILED, COMPENSATED, GOOD, UNGROUNDED, LOST)
METHODS = {
    FAILED: "spend * failures / operations; bounds: wilson 95 %",
    COMPENSATED: "spend * compensations / operations; bounds: wilson 95 %",
    GOOD: "spend * (successes - compensations) / operations; bounds: wilson 95 %",
    UNGROUNDED: "good spend * (1 - pass rate); bounds: frechet over wilson, 95 %",
    LOST: "failed + compensated + ungrounded",
    UNJUDGED: "spend of which nobody knows what became",
}
FEW = 4  # reasons that are told of a sum
NO_CHECKS = "what was not grounded is not known, and not part of it"

Parts = dict[str, Figure]


def parts(spent: Figure, done: Outcomes, queries: tuple[str, str]) -> Parts:
    """A tenant's spend on work that failed, was compensated, was good; of the good what was not grounded; what is lost.

    ``quality.spend.good`` + ``.failed`` + ``.compensated`` + ``.unjudged`` is the spend; ``.lost`` is what failed, was
    compensated or, of the good, was not grounded: at least, where nothing is known of grounding.
    """
    counts = (done.operations, done.successes, done.compensations)
    blank = replace(spent, value=None, bounds=None, query=f"{spent.query} ; {queries[0]}", quality=Quality.UNKNOWN)
    every, cents = done.operations.count, _cents(spent)
    if cents is None or not every or done.good is None:
        why = [spent.reason] if cents is None else ["no operations"] if every == 0 else doubts(counts)
        found = {each: replace(blank, id=each, method=METHODS[each], reason="; ".join(why)) for each in IDS}
        unjudged = replace(spent, id=UNJUDGED, method=METHODS[UNJUDGED])
        said = found[LOST].reason
        return found | {UNJUDGED: unjudged if cents is None else replace(unjudged, reason=said)}
    good, worked = done.good, min(done.successes.count or 0, every)
    cuts = [round(Fraction(cents * part, every)) for part in (every - worked, every - good)]
    known = replace(blank, quality=spent.quality)
    if doubts(counts):
        known = estimated(known, "; ".join(doubts(counts)))
    failed = _part(spent, replace(known, id=FAILED), cuts[0], sample(every - worked, every))
    compensated = _part(spent, replace(known, id=COMPENSATED), cuts[1] - cuts[0], sample(worked - good, every))
    rest = _part(spent, replace(known, id=GOOD), cents - cuts[1], sample(good, every))
    found = {each.id: each for each in (failed, compensated, rest)}
    found[UNJUDGED] = replace(known, id=UNJUDGED, value=Decimal("0.00"), method=METHODS[UNJUDGED])
    both = replace(known, query=f"{known.query} ; {queries[1]}")
    return found | _grounding((spent, both), done, cuts[1])


def _grounding(figures: tuple[Figure, Figure], done: Outcomes, wasted: int) -> Parts:
    """What of the good work was not grounded, and all that is lost, ``wasted`` cents of it for other reasons."""
    spent, known = figures
    cents, every, good = _cents(spent) or 0, done.operations.count or 0, done.good or 0
    held, checks = done.grounded.count, done.checks.count
    of_good, passed = sample(good, every, BOTH), sample(held, checks, BOTH)
    kept = grounded_share(of_good, passed)
    if held is None or not checks or of_good is None or passed is None or kept is None:
        why = "no checks" if checks == 0 else "; ".join(doubts([done.checks, done.grounded]))
        ungrounded = replace(known, id=UNGROUNDED, quality=Quality.UNKNOWN, reason=why, method=METHODS[UNGROUNDED])
        bad = sample(every - good, every)
        lost = _part(spent, replace(known, id=LOST), wasted, bad)
        low, _ = lost.bounds or (None, None)
        return {UNGROUNDED: ungrounded, LOST: estimated(replace(lost, bounds=(low, None)), f"{NO_CHECKS}: {why}")}
    said = [APART, *doubts([done.checks, done.grounded])]
    known = estimated(known, "; ".join(said))
    cut = round(Fraction(cents * (every * checks - good * held), every * checks))
    least, most = max(Fraction(0), of_good[0] - passed[1]), min(of_good[1], 1 - passed[0])
    return {
        UNGROUNDED: _part(spent, replace(known, id=UNGROUNDED), cut - wasted, (least, most)),
        LOST: _part(spent, replace(known, id=LOST), cut, (1 - kept[1], 1 - kept[0])),
    }


def lost_share(lost: Figure, spent: Figure) -> Figure:
    """What is lost as a percentage of the spend, within the bounds of what is lost: they hold the spend's already."""
    return share(LOST_SHARE, lost, replace(spent, bounds=None))


def together(whole: Figure, every: Mapping[str, Parts]) -> Parts:
    """The platform's parts: the sums of its tenants', and of the rest of its spend nobody knows what became.

    Where all parts are measured their intervals are independent samples' and are joined as such (Newcombe's square
    and add); elsewhere what makes them uncertain may be the same for all, and the ends are added up.
    """
    found = {each: _sum(replace(whole, id=each, method=METHODS[each]), each, every) for each in IDS}
    cents, sums = _cents(whole), [_cents(found[each]) or 0 for each in (FAILED, COMPENSATED, GOOD)]
    left = None if cents is None else usd(cents - sum(sums))
    unjudged = replace(whole, id=UNJUDGED, value=left, bounds=None, method=METHODS[UNJUDGED])
    return found | {UNJUDGED: unjudged}


def _sum(blank: Figure, figure_id: str, every: Mapping[str, Parts]) -> Figure:
    known = [found[figure_id] for found in every.values() if found[figure_id].value is not None]
    # work of which nothing is known, and which cost nothing, is no reason to doubt the others
    dumb = [name for name, found in every.items() if found[figure_id].value is None and _costs(found, figure_id, blank)]
    missing = f"nothing is known of {several(dumb)}" if dumb else ""
    if not known:
        reasons = dict.fromkeys(found[figure_id].reason for found in every.values())
        said = missing or "; ".join(reasons) or "no tenant"
        return replace(blank, value=None, bounds=None, quality=Quality.UNKNOWN, reason=said)
    value = usd(sum(_cents(figure) or 0 for figure in known))
    figure = replace(blank, value=value, bounds=_joined(known, is_all=not dumb))
    rough = list(dict.fromkeys(figure.reason for figure in known if figure.quality is Quality.ESTIMATED))
    more = f"and {len(rough) - FEW:,} other reasons" if len(rough) > FEW else ""
    told = list(filter(None, [missing, *rough[:FEW], more]))
    return estimated(figure, "; ".join(told)) if told or rough else figure


def _costs(found: Parts, figure_id: str, whole: Figure) -> bool:
    """Whether a tenant whose part is unknown has spent anything that it could be part of.

    One without any spend has none that is missing, where that of the whole is measured: it came later.
    """
    of = found[GOOD] if figure_id == UNGROUNDED and found[GOOD].value is not None else found[UNJUDGED]
    cents = _cents(of)
    return whole.quality is not Quality.ACTUAL if cents is None else cents != 0


def _joined(known: list[Figure], *, is_all: bool) -> tuple[Decimal | None, Decimal | None]:
    low, high = (_total([ends(figure)[at] for figure in known]) for at in (0, 1))
    if low is None or high is None or not is_all:
        return None if low is None else usd(floor(100 * low)), None
    if all(figure.quality is Quality.ACTUAL for figure in known):
        values = [number(figure.value) or Fraction() for figure in known]
        below, above = (
            Fraction(hypot(*(float(value - (ends(one)[at] or 0)) for value, one in zip(values, known, strict=True))))
            for at in (0, 1)
        )
        low, high = max(Fraction(0), sum(values) - below), sum(values) + above
    return usd(floor(100 * low)), usd(ceil(100 * high))


def _total(values: list[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction()) if len(known) == len(values) else None


def _part(spent: Figure, known: Figure, cents: int, shares: Shares | None) -> Figure:
    """A part of the spend, and the least and the most that it can be: rounded away from it, so that it lies between."""
    (low, high), (least, most) = ends(spent), shares or (Fraction(0), Fraction(1))
    bottom = None if low is None else usd(min(cents, floor(100 * low * least)))
    top = None if high is None else usd(max(cents, ceil(100 * high * most)))
    return replace(known, value=usd(cents), bounds=(bottom, top), method=METHODS[known.id])


def _cents(figure: Figure) -> int | None:
    value = number(figure.value)
    return None if value is None else round(100 * value)


def less(whole: Figure, shown: Sequence[Figure]) -> Figure:
    """What all others make of a sum, given those that are shown; unknown where one of them is."""
    values = [_cents(figure) for figure in (whole, *shown)]
    blank = replace(whole, value=None, bounds=None, method=f"the total less {len(shown)} tenants")
    if None in values:
        silent = next(figure for figure in (whole, *shown) if figure.value is None)
        return replace(blank, quality=Quality.UNKNOWN, reason=silent.reason)
    first, *rest = (value or 0 for value in values)
    rough = next((figure for figure in (whole, *shown) if figure.quality is not Quality.ACTUAL), whole)
    return replace(blank, value=usd(first - sum(rest)), quality=rough.quality, reason=rough.reason)


def items(found: Parts) -> Iterator[Figure]:
    """The parts in the order in which they are told."""
    yield from (found[each] for each in (*IDS, UNJUDGED))
