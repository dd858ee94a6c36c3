from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.analysis.bridge import Parts, share_out, split, volume_of_all

cents = st.integers(0, 10**9)
pairs = st.tuples(cents, cents)
counts = st.tuples(st.integers(1, 10**7), st.integers(1, 10**7))
costs = st.dictionaries(st.sampled_from(["compute", "storage", "network", ""]), pairs, max_size=4)
lengths = st.sampled_from([Fraction(1), Fraction(31, 30), Fraction(28, 31), Fraction(7, 3)])


def whole(parts: dict[str, Parts]) -> Parts:
    return sum(parts.values(), Parts())


@given(costs=costs, operations=st.none() | counts | st.tuples(cents, st.just(0)), days=lengths)
def test_the_parts_of_each_driver_add_up_to_its_change(costs, operations, days) -> None:
    parts = split(costs, operations, days)
    assert {driver: own.change for driver, own in parts.items()} == {d: a - b for d, (b, a) in costs.items()}


@given(costs=costs, operations=counts, days=lengths)
def test_drivers_add_up_to_what_the_whole_gives_by_itself(costs, operations, days) -> None:
    before, after = sum(b for b, _ in costs.values()), sum(a for _, a in costs.values())
    (alone,) = split({"all": (before, after)}, operations, days).values()
    assert whole(split(costs, operations, days)) == alone


@given(costs=costs, operations=counts, days=lengths)
def test_no_driver_is_a_cent_off_its_exact_share(costs, operations, days) -> None:
    grown = Fraction(operations[1], operations[0]) - days
    for driver, own in split(costs, operations, days).items():
        assert abs(own.calendar - costs[driver][0] * (days - 1)) < 1
        assert abs(own.volume - costs[driver][0] * grown) < 1


@given(st.lists(st.fractions(-(10**6), 10**6), max_size=12))
def test_what_is_shared_out_adds_up_to_the_rounded_sum(exact) -> None:
    shared = share_out(exact)
    assert sum(shared) == round(sum(exact, Fraction()))
    assert all(abs(own - each) < 1 for own, each in zip(shared, exact, strict=True))


@given(st.lists(st.tuples(cents, counts), min_size=1, max_size=6), lengths)
def test_volume_and_mix_together_are_each_tenants_own_volume(tenants, days) -> None:
    own = sum(whole(split({"": (old, old)}, operations, days)).volume for old, operations in tenants)
    mix = own - volume_of_all(tenants, days)
    before, after = (sum(operations[at] for _, operations in tenants) for at in (0, 1))
    shares = (Fraction(old, n) * (m - Fraction(n * after, before)) for old, (n, m) in tenants)
    assert abs(mix - sum(shares)) <= 1 + len(tenants) / 2


def test_a_tenant_that_keeps_its_share_has_no_mix() -> None:
    assert volume_of_all([(100_00, (10, 20)), (900_00, (30, 60))]) == 1000_00


@pytest.mark.parametrize("operations", [None, (0, 5), (5, 0), (0, 0)])
def test_without_operations_in_both_periods_only_the_days_are_split_off(operations) -> None:
    (own,) = split({"compute": (300_00, 500_00)}, operations, Fraction(31, 30)).values()
    assert own == Parts(calendar=10_00, unsplit=190_00)


def test_as_many_operations_a_day_at_the_same_price_are_no_more_than_more_days() -> None:
    (own,) = split({"compute": (300_00, 310_00)}, (3000, 3100), Fraction(31, 30)).values()
    assert own == Parts(calendar=10_00)


def test_of_no_tenant_and_of_no_driver_nothing_changed() -> None:
    assert (volume_of_all([]), split({}, (1, 2))) == (0, {})
