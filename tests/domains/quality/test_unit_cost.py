"""What good operations cost and what was spent on the rest, held against sums that are made another way."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.domains import quality_spend
from mcreports.domains.events import Count
from mcreports.domains.outcomes import Outcomes
from mcreports.domains.proof_size import Z
from mcreports.domains.unit_cost import BOTH, GOOD_COST, GROUNDED_COST, SUCCESS_COST, grounded_share, unit_costs
from mcreports.figures import Figure, Quality

WINDOW = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
QUERIES = "operations", "checks"
UNKNOWN = Count(None, doubts=("no data",))


def spent(cents: int | None) -> Figure:
    value = None if cents is None else Decimal(cents).scaleb(-2)
    quality, reason = (Quality.UNKNOWN, "no sample") if cents is None else (Quality.ACTUAL, "")
    return Figure("budget.spend.period", "T", value, "USD", WINDOW, "cost", "counter.curve", quality, reason=reason)


def count(number: int) -> Count:
    return Count(number, number, number)


def outcomes(*numbers: int | None) -> Outcomes:
    return Outcomes(*(UNKNOWN if number is None else count(number) for number in numbers))


def textbook(part: int, whole: int, z: float) -> tuple[float, float]:
    p = part / whole
    middle, half = p + z * z / 2 / whole, z * sqrt(p * (1 - p) / whole + z * z / 4 / whole**2)
    return max(0.0, (middle - half) / (1 + z * z / whole)), min(1.0, (middle + half) / (1 + z * z / whole))


@st.composite
def worked(draw: Any) -> tuple[int, int, int, int, int]:
    every, checks = draw(st.integers(1, 10**7)), draw(st.integers(1, 10**6))
    done = draw(st.integers(0, every))
    return every, done, draw(st.integers(0, every)), checks, draw(st.integers(0, checks))


@given(st.integers(0, 10**11), worked())
def test_the_parts_add_up_to_the_spend_and_each_is_the_exact_share_to_the_cent(
    cents: int, work: tuple[int, int, int, int, int]
) -> None:
    every, done, undone, checks, held = work
    found = {key: one.value for key, one in quality_spend.parts(spent(cents), outcomes(*work), QUERIES).items()}
    value = {key: int(100 * one) for key, one in found.items() if isinstance(one, Decimal)}
    assert len(value) == 6
    whole = [value[each] for each in (quality_spend.GOOD, quality_spend.FAILED, quality_spend.COMPENSATED)]
    assert sum(whole) + value[quality_spend.UNJUDGED] == cents
    wasted = value[quality_spend.FAILED] + value[quality_spend.COMPENSATED]
    assert value[quality_spend.LOST] == wasted + value[quality_spend.UNGROUNDED]
    good = max(0, done - undone)
    exact = {
        quality_spend.FAILED: Fraction(every - done, every), quality_spend.COMPENSATED: Fraction(done - good, every),
        quality_spend.GOOD: Fraction(good, every),
        quality_spend.UNGROUNDED: Fraction(good * (checks - held), every * checks),
    }  # fmt: skip
    assert all(abs(value[each] - cents * share) <= 1 for each, share in exact.items())


@given(st.integers(0, 10**11), worked())
def test_every_part_lies_within_its_bounds(cents: int, work: tuple[int, int, int, int, int]) -> None:
    for one in quality_spend.parts(spent(cents), outcomes(*work), QUERIES).values():
        if one.bounds is not None:
            low, high = one.bounds
            assert isinstance(low, Decimal)
            assert low <= one.value <= high  # type: ignore[operator]


@given(st.integers(1, 10**9), worked())
def test_a_cost_is_spend_by_the_exact_count_within_the_textbooks_interval(
    cents: int, work: tuple[int, int, int, int, int]
) -> None:
    every, done, undone, checks, held = work
    costs = {one.id: one for one in unit_costs(spent(cents), outcomes(*work), QUERIES)}
    good = max(0, done - undone)
    for name, many in ((SUCCESS_COST, done), (GOOD_COST, good)):
        if not many:
            assert (costs[name].value, costs[name].quality) == (None, Quality.UNKNOWN)
            continue
        low, high = textbook(many, every, Z)
        assert costs[name].value == pytest.approx(cents / 100 / many)
        assert costs[name].bounds == pytest.approx((cents / 100 / every / high, cents / 100 / every / low), rel=1e-6)
        assert costs[name].quality is Quality.ACTUAL
    if good and held:
        (least, most), (low, high) = textbook(good, every, BOTH), textbook(held, checks, BOTH)
        grounded = costs[GROUNDED_COST]
        assert grounded.value == pytest.approx(cents / 100 * checks / (good * held))
        assert grounded.bounds is not None
        assert grounded.bounds[0] == pytest.approx(cents / 100 / every / min(most, high), rel=1e-6)
        assert (grounded.bounds[1] is None) is (least + low <= 1 + 1e-12)
        assert (grounded.quality, "independent" in grounded.reason) == (Quality.ESTIMATED, True)


def test_whatever_grounding_has_to_do_with_failing_the_truth_lies_within_frechets_bounds() -> None:
    for good, held in product(product((0, 1), repeat=5), repeat=2):
        both = Fraction(sum(one and two for one, two in zip(good, held, strict=True)), 5)
        one, two = Fraction(sum(good), 5), Fraction(sum(held), 5)
        low, high = grounded_share((one, one), (two, two)) or (2, 2)
        assert low <= both <= high


@pytest.mark.parametrize(
    ("cents", "work", "said"),
    [
        (None, (10, 9, 0, 10, 9), ("no sample",) * 3),
        (100, (0, 0, 0, 10, 9), ("no operations",) * 3),
        (100, (None, None, None, 10, 9), ("no data",) * 3),
        (100, (10, 0, 0, 10, 9), ("no success", "no good operation", "no good operation that was grounded")),
        (100, (10, 5, 7, 10, 9), ("", "no good operation", "no good operation that was grounded")),
        (100, (10, 9, 0, 0, 0), ("", "", "no checks")),
        (100, (10, 9, 0, None, None), ("", "", "no data")),
        (100, (10, 9, None, 10, 9), ("", "no data", "no data")),
    ],
)
def test_what_is_missing_makes_a_cost_unknown_and_is_said(
    cents: int | None, work: tuple[int | None, ...], said: tuple[str, ...]
) -> None:
    costs = list(unit_costs(spent(cents), outcomes(*work), QUERIES))
    assert tuple("" if one.value is not None else one.reason for one in costs) == said
    assert {one.quality for one in costs if one.value is None} <= {Quality.UNKNOWN}


def test_without_checks_what_is_lost_is_at_least_what_failed() -> None:
    found = quality_spend.parts(spent(100_000), outcomes(1000, 990, 5, None, None), QUERIES)
    lost, ungrounded = found[quality_spend.LOST], found[quality_spend.UNGROUNDED]
    assert (lost.value, lost.quality, lost.bounds and lost.bounds[1]) == (Decimal("15.00"), Quality.ESTIMATED, None)
    assert (ungrounded.value, ungrounded.quality, ungrounded.reason) == (None, Quality.UNKNOWN, "no data")


def test_spend_without_an_operation_is_of_work_that_nobody_can_judge() -> None:
    found = quality_spend.parts(spent(1234), outcomes(0, 0, 0, 0, 0), QUERIES)
    assert (found[quality_spend.UNJUDGED].value, found[quality_spend.UNJUDGED].reason) == (
        Decimal("12.34"), "no operations",
    )  # fmt: skip
    assert {found[each].value for each in quality_spend.IDS} == {None}


def test_a_reset_makes_a_cost_an_estimate_that_may_be_lower() -> None:
    reset = Count(1000, 1000, None, resets=1)
    done = Outcomes(reset, Count(990, 990, None, resets=1), count(0), count(10), count(9))
    success, *_ = unit_costs(spent(100_000), done, QUERIES)
    assert (success.quality, success.reason) == (Quality.ESTIMATED, "1 resets: at least this many events")
    assert success.bounds is not None
    assert success.bounds[0] is None


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 10**8), worked()), min_size=1, max_size=8))
def test_the_platforms_parts_are_the_sums_of_its_tenants(
    every: list[tuple[int, tuple[int, int, int, int, int]]],
) -> None:
    parts = {
        f"T{at}": quality_spend.parts(spent(cents), outcomes(*work), QUERIES) for at, (cents, work) in enumerate(every)
    }
    whole = quality_spend.together(spent(sum(cents for cents, _ in every)), parts)
    for each in quality_spend.IDS:
        assert whole[each].value == sum((one[each].value for one in parts.values()), Decimal())  # type: ignore[misc]
        low, high = whole[each].bounds or (None, None)
        assert low <= whole[each].value <= high  # type: ignore[operator]
        ends = [one[each].bounds for one in parts.values()]
        assert low >= sum(end[0] for end in ends) - Decimal("0.01")  # type: ignore[index, misc, operator]
    assert whole[quality_spend.UNJUDGED].value == 0
