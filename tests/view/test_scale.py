from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mcreports.view.scale import day_ticks, spread, ticks

HEIGHTS = st.lists(st.floats(0, 230), max_size=12)


@given(HEIGHTS)
def test_labels_never_overlap_and_never_fall_below_the_area(wanted: list[float]) -> None:
    placed = sorted(spread(wanted, 14, 230))
    assert all(after - before >= 14 - 1e-9 for before, after in pairwise(placed))
    assert all(place <= 230 for place in placed)


@given(HEIGHTS)
def test_labels_keep_the_order_of_their_lines(wanted: list[float]) -> None:
    placed = spread(wanted, 14, 230)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    assert order == sorted(order, key=lambda index: placed[index])


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_are_few_evenly_spaced_and_hold_the_values(low: float, size: float) -> None:
    found = ticks(low, low + size)
    assert found[0] <= low + (abs(low) + size) * 1e-6
    assert found[-1] >= low + size - (abs(low) + size) * 1e-6
    assert 2 <= len(found) <= 8


def test_a_month_names_each_seventh_day_and_a_year_its_months() -> None:
    month = [date(2025, 10, 1) + timedelta(days=day) for day in range(31)]
    assert [label for _, label in day_ticks(month)] == ["1 Oct", "8", "15", "22", "29"]
    year = [date(2024, 11, 1) + timedelta(days=day) for day in range(365)]
    assert [label for _, label in day_ticks(year)][:3] == ["Nov 2024", "Jan 2025", "Mar"]
