from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mcreports.analysis.shifts import Move, shifts

A, B = Move("A", "compute", 500_00, 100_00), Move("B", "compute", 200_00, 580_00)
moves = st.lists(
    st.builds(Move, st.sampled_from("ABCDEF"), st.sampled_from("xy"), st.integers(0, 10**6), st.integers(0, 10**6)),
    unique_by=lambda move: (move.tenant, move.driver), max_size=12,
)  # fmt: skip


def test_what_one_loses_and_another_gains_moved() -> None:
    (found,) = shifts([A, B])
    assert (found.fell, found.rose, found.moved, found.net) == (A, B, 380_00, -20_00)


def test_of_two_drivers_nothing_moved() -> None:
    assert shifts([A, Move("B", "storage", 200_00, 580_00)]) == []


def test_much_more_than_was_lost_did_not_move() -> None:
    assert shifts([A, Move("B", "compute", 200_00, 800_00)]) == []


def test_a_few_dollars_and_a_few_percent_are_noise() -> None:
    assert shifts([Move("A", "compute", 90_00, 50_00), Move("B", "compute", 50_00, 90_00)]) == []
    assert shifts([Move("A", "compute", 9000_00, 8900_00), Move("B", "compute", 8900_00, 9000_00)]) == []


@given(moves)
def test_no_driver_of_a_tenant_is_in_two_shifts_and_all_cancel(moves) -> None:
    found = shifts(moves)
    used = [(move.tenant, move.driver) for shift in found for move in (shift.fell, shift.rose)]
    assert len(used) == len(set(used))
    for shift in found:
        assert shift.fell.driver == shift.rose.driver
        assert shift.fell.change < 0 < shift.rose.change
        assert shift.net == shift.fell.change + shift.rose.change
        assert abs(shift.net) * 4 <= shift.moved
    assert [shift.moved for shift in found] == sorted((shift.moved for shift in found), reverse=True)


@given(moves)
def test_the_order_of_the_tenants_changes_nothing(moves) -> None:
    assert shifts(moves) == shifts(moves[::-1])
