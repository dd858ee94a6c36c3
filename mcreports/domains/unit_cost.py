"""What an operation costs that did what it should: it succeeded, it was not compensated, its answers were grounded.

All operations of a window are counted, so that its rates are no estimates of themselves. The bounds say what the
same process may cost another time: the spend stays, and the share of good operations is as uncertain as a sample of
so many operations makes it (Wilson, 95 %).

Checks of grounding are counted apart from operations: nobody knows which operation an answer belongs to. The value
takes both to be independent. The bounds do not: they are Frechet's, from no operation going wrong in both ways (each
part that goes wrong comes on top of the other) to as many as can be, over the ends of two intervals of 97.5 % that
hold together in 95 of 100 cases. Where both rates are near 100 % that is little wider than one interval alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains.derive import ends, number
from mcreports.domains.proof_size import Z, wilson
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.domains.events import Count
    from mcreports.domains.outcomes import Outcomes

    Shares = tuple[Fraction, Fraction]  # the ends of an interval

SUCCESS_COST, GOOD_COST = "quality.cost.per_success", "budget.cost_per_good_operation"
GROUNDED_COST = "quality.cost.per_grounded"
BOTH = 2.241402727604947  # the normal deviate that 97.5 % lie within: two such intervals hold together in 95 %
APART = "grounding checks are not counted by operation: taken as independent of what else fails"


@dataclass(frozen=True)
class _Divisor:
    """How many operations spend is divided by, as which share of all, by which counts (all operations first)."""

    many: Fraction | int | None
    shares: Shares | None
    counts: tuple[Count, ...]
    nothing: str  # why there are none, where there are none


def unit_costs(spent: Figure, done: Outcomes, queries: tuple[str, str]) -> Iterator[Figure]:
    """USD per operation that succeeded, that was not compensated either, and that was grounded as well, unrounded.

    ``queries`` are the selectors of the operations and of the checks.
    """
    every, checks = done.operations, done.checks
    blank = replace(spent, unit="USD/operation", value=None, bounds=None, query=f"{spent.query} ; {queries[0]}")
    none = "no operations" if every.count == 0 else ""
    worked, shares = (every, done.successes), sample(done.successes.count, every.count)
    success = _Divisor(done.successes.count, shares, worked, none or "no success")
    method = "spend / successes; bounds: wilson 95 %"
    yield _cost(spent, replace(blank, id=SUCCESS_COST, method=method), success)
    counts = (*worked, done.compensations)
    good = _Divisor(done.good, sample(done.good, every.count), counts, none or "no good operation")
    method = "spend / (successes - compensations); bounds: wilson 95 %"
    yield _cost(spent, replace(blank, id=GOOD_COST, method=method), good)
    held, whole = done.grounded.count, checks.count
    many = None if done.good is None or held is None or not whole else Fraction(done.good * held, whole)
    shares = grounded_share(sample(done.good, every.count, BOTH), sample(held, whole, BOTH))
    nothing = "no checks" if whole == 0 else "no good operation that was grounded"
    grounded = _Divisor(many, shares, (*counts, checks, done.grounded), none or nothing)
    method = "spend / ((successes - compensations) * pass rate); bounds: frechet over wilson, 95 %"
    blank = replace(blank, id=GROUNDED_COST, method=method, query=f"{blank.query} ; {queries[1]}")
    figure = _cost(spent, blank, grounded)
    yield figure if figure.value is None else estimated(figure, APART)


def estimated(figure: Figure, reason: str) -> Figure:
    """The figure, no longer measured, and one more reason why."""
    said = "; ".join(dict.fromkeys(filter(None, [figure.reason, reason])))
    return replace(figure, quality=Quality.ESTIMATED, reason=said)


def sample(part: int | None, whole: int | None, z: float = Z) -> Shares | None:
    """Wilson's interval of a share; None where either number is unknown or nothing was counted."""
    if part is None or not whole:
        return None
    low, high = wilson(min(part, whole), whole, z)
    return Fraction(low) / 100, Fraction(high) / 100


def grounded_share(good: Shares | None, passed: Shares | None) -> Shares | None:
    """The least and the most operations that can have been good and grounded, as shares; None where one is unknown.

    >>> low, high = grounded_share((Fraction(98, 100), Fraction(99, 100)), (Fraction(95, 100), Fraction(97, 100)))
    >>> float(low), float(high)
    (0.93, 0.97)
    """
    if good is None or passed is None:
        return None
    return max(Fraction(0), good[0] + passed[0] - 1), min(good[1], passed[1])


def doubts(counts: Sequence[Count]) -> list[str]:
    """Why counts may not be the whole truth: what is doubtful, and what resets may have lost."""
    lost = max((count.resets for count in counts if count.count is not None), default=0)
    said = [f"{lost} resets: at least this many events"] if lost else []
    return [*dict.fromkeys(doubt for count in counts for doubt in count.doubts), *said]


def _cost(spent: Figure, blank: Figure, by: _Divisor) -> Figure:
    usd, why = number(spent.value), doubts(by.counts)
    if usd is None or not by.many or by.shares is None:
        silent = [spent.reason] if usd is None else why if any(count.count is None for count in by.counts) else []
        reason = "; ".join(silent) or by.nothing
        return replace(blank, quality=Quality.UNKNOWN, reason=reason)
    figure = replace(blank, value=float(usd / by.many), bounds=_bounds(spent, by))
    return estimated(figure, "; ".join(why)) if why else figure


def _bounds(spent: Figure, by: _Divisor) -> tuple[float | None, float | None]:
    """The least spend by the most operations, and the most by the least; None where there is no known end."""
    (low, high), (least, most), every = ends(spent), by.shares or (Fraction(0), Fraction(1)), by.counts[0]
    few, many = (every.low or 0) * least, None if every.high is None else every.high * most
    return (
        None if low is None or not many else float(low / many),
        None if high is None or not few else float(high / few),
    )
