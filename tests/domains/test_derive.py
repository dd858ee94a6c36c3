from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.domains.derive import difference, money, ratio, share
from mcreports.figures import Figure, Quality

WINDOW = (datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC))


def usd(value: str | None, low: str | None = None, high: str | None = None, reason: str = "") -> Figure:
    known = Quality.UNKNOWN if value is None else Quality.ESTIMATED if low else Quality.ACTUAL
    bounds = (Decimal(low), Decimal(high) if high else None) if low else None
    return Figure(
        "f", "T", Decimal(value) if value else None, "USD", WINDOW, "q", "m", known, bounds, reason=reason
    )  # fmt: skip


def test_a_difference_is_exact_and_known() -> None:
    found = difference("d", usd("10.10"), usd("20.30"))
    assert (found.value, found.quality, found.bounds) == (Decimal("-10.20"), Quality.ACTUAL, None)
    assert found.method == "difference(f, f)"


def test_a_difference_has_the_widest_bounds_of_both() -> None:
    found = difference("d", usd("10", "9", "12"), usd("4", "3", "5"))
    assert found.bounds == (Decimal("4.00"), Decimal("9.00"))
    assert difference("d", usd("10", "9"), usd("4", "3", "5")).bounds == (Decimal("4.00"), None)
    assert difference("d", usd("10"), usd("4", "3")).bounds == (None, Decimal("7.00"))


@pytest.mark.parametrize("pair", [(usd(None, reason="gone"), usd("1")), (usd("1"), usd(None, reason="gone"))])
def test_what_rests_on_something_unknown_is_unknown_and_says_why(pair: tuple[Figure, Figure]) -> None:
    for found in (difference("d", *pair), share("s", *pair)):
        assert (found.value, found.quality, found.reason) == (None, Quality.UNKNOWN, "gone")
    assert ratio(*pair) is None


def test_a_reason_is_given_once() -> None:
    found = difference("d", usd("1", "1", "2", "a gap; a reset"), usd("1", "1", "2", "a reset"))
    assert found.reason == "a gap; a reset"


def test_a_share_of_nothing_is_unknown() -> None:
    found = share("s", usd("5"), usd("0"))
    assert (found.value, found.reason) == (None, "its reference is 0")


amounts = st.integers(-10_000, 10_000)


@given(amounts, st.integers(0, 500), st.integers(0, 500), st.integers(1, 10_000), st.data())
def test_the_bounds_of_a_share_hold_every_truth(part: int, less: int, more: int, whole: int, data: Any) -> None:
    down, up = data.draw(st.integers(0, whole - 1)), data.draw(st.integers(0, 500))
    one = usd(str(part), str(part - less), str(part + more))
    two = usd(str(whole), str(whole - down), str(whole + up))
    truth = data.draw(st.integers(part - less, part + more)), data.draw(st.integers(whole - down, whole + up))
    found = share("s", one, two)
    assert found.bounds is not None
    low, high = found.bounds
    assert float(low) <= 100 * truth[0] / truth[1] + 1e-9  # type: ignore[arg-type]
    assert 100 * truth[0] / truth[1] <= float(high) + 1e-9  # type: ignore[arg-type]


def test_a_whole_without_a_top_leaves_its_share_without_a_floor() -> None:
    assert share("s", usd("5"), usd("10", "8")).bounds == (0.0, 62.5)
    assert share("s", usd("-5"), usd("10", "8")).bounds == (-62.5, 0.0)
    assert share("s", usd("5", "4"), usd("10")).bounds == (40.0, None)


def test_money_is_rounded_to_the_cent() -> None:
    assert [str(money(amount)) for amount in (Fraction(1, 3), 0.125, Decimal("2.675"))] == ["0.33", "0.12", "2.68"]
    assert money(None) is None
