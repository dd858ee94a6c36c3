"""Two counts of the same operations: how far apart chance may bring them."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.domains.chance import RARE, chance

draws = st.integers(0, 60).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(draws, draws)
def test_chance_is_the_sum_over_all_ways_to_draw(one: tuple[int, int], two: tuple[int, int]) -> None:
    (part, drawn), parts, every = one, one[0] + two[0], one[1] + two[1]
    ways = [comb(parts, some) * comb(every - parts, drawn - some) for some in range(drawn + 1)]
    tail = sum(ways[part:] if part * every >= parts * drawn else ways[: part + 1])
    assert chance(one, two) == pytest.approx(min(1.0, 2 * tail / comb(every, drawn)), rel=1e-9)


@pytest.mark.parametrize(
    ("counted", "drawn", "wrong"), [(9_348, 160, 0.002), (53_103, 160, 0.0004), (6_154, 100, 0.001)]
)
def test_honest_samples_are_hardly_ever_called_strange(counted: int, drawn: int, wrong: float) -> None:
    random = np.random.default_rng(7)
    whole = random.binomial(counted, wrong, 2_000)
    few = random.hypergeometric(whole, counted - whole, drawn)
    strange = [chance((int(part), drawn), (int(every), counted)) < RARE for part, every in zip(few, whole, strict=True)]
    assert sum(strange) <= 6


def test_a_sample_far_from_what_was_counted_is_strange() -> None:
    assert chance((50, 100), (2, 6_154)) < 1e-60
    assert chance((5, 160), (16, 9_348)) < RARE
    assert chance((700_000, 1_528_000), (750_000, 1_528_000)) == 0.0
