from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mcreports.analysis.ranges import Range, all_of, exactly


@st.composite
def held(draw, least: int = -1000):
    """A range, and a number that lies in it."""
    low, inside, high = sorted(draw(st.tuples(*[st.integers(least, 1000)] * 3)))
    ends = draw(st.sampled_from([(low, high), (low, None), (None, high), (inside, inside)]))
    return Range(*ends), inside


def holds(found: Range, number: Fraction | int) -> bool:
    return (found.low is None or found.low <= number) and (found.high is None or number <= found.high)


@given(held(), held())
def test_sums_and_differences_hold_those_of_the_numbers(one, other) -> None:
    assert holds(one[0] + other[0], one[1] + other[1])
    assert holds(one[0] - other[0], one[1] - other[1])


@given(held(0), held())
def test_a_product_holds_that_of_the_numbers(amount, factor) -> None:
    assert holds(amount[0].times(factor[0]), amount[1] * factor[1])


@given(held(0), held(0))
def test_a_quotient_holds_that_of_the_numbers(one, other) -> None:
    if other[1]:
        assert holds(one[0].by(other[0]), Fraction(one[1], other[1]))


def test_what_is_exact_stays_exact() -> None:
    found = exactly(6).by(exactly(4)) - exactly(Fraction(1, 2)) + exactly(10).times(exactly(-3))
    assert found == exactly(Fraction(-29))
    assert all_of([]) == exactly(0)
