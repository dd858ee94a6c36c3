from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.figures import Figure, Quality
from mcreports.view.format import SHORT, Shape, amount, compact, count, figure_text, money, percent, value_text

WINDOW = (datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC))


def figure(value: Any, unit: str, figure_id: str = "some.figure", quality: Quality = Quality.ACTUAL) -> Figure:
    return Figure(figure_id, None, value, unit, WINDOW, "query", "method", quality)


def test_money_has_grouped_digits_two_places_and_a_true_minus() -> None:
    assert money(Decimal("-1234567.8")) == "USD \N{MINUS SIGN}1,234,567.80"


def test_nothing_known_is_not_available_and_never_zero() -> None:
    assert [money(None), amount(None), compact(None), percent(None), count(None), value_text(None, "USD")] == [
        "n/a"
    ] * 6


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_available(value: float) -> None:
    assert [amount(value), compact(value), percent(value), count(value), figure_text(figure(value, "%"))] == ["n/a"] * 5


def test_a_sign_is_printed_only_where_something_is_left_after_rounding() -> None:
    assert [amount(Decimal(text), sign=True) for text in ("0.004", "-0.004", "0.01")] == ["0.00", "0.00", "+0.01"]


def test_a_short_amount_never_has_four_digits_before_its_point() -> None:
    assert [compact(value) for value in (999, 999_949, 999_950, 1_250_000, Decimal("-235265.2"))] == [
        "999",
        "999.9k",
        "1.0M",
        "1.2M",
        "\N{MINUS SIGN}235.3k",
    ]


@given(st.fractions(min_value=0, max_value=100, max_denominator=10**6))
def test_a_percentage_is_printed_as_100_or_0_only_when_it_is(share: Fraction) -> None:
    text = percent(float(share))
    assert (Fraction(text.removesuffix(" %")) == 100) == (float(share) == 100)
    assert (Fraction(text.removesuffix(" %")) == 0) == (float(share) == 0)


def test_a_rate_stays_on_its_side_of_the_runbooks_threshold() -> None:
    assert figure_text(figure(99.86, "%", "autonomy.success_rate")) == "99.86 %"
    assert figure_text(figure(94.96, "%", "grounding.pass_rate")) == "94.96 %"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("1234.56"), "USD", "USD 1,234.56"),
        (5.634, "%", "5.6 %"),
        (61.25, "s", "61.2 s"),
        (251.4, "ms", "251.4 ms"),
        (1.234, "x", "1.23\N{MULTIPLICATION SIGN}"),
        (18204, "checks", "18,204"),
        (0, "events", "0"),
        ("2025-11-14", "date", "14 Nov 2025"),
        (0.0312, "USD", "USD 0.0312"),
    ],
)
def test_a_figure_is_printed_in_its_unit(value: Any, unit: str, text: str) -> None:
    assert figure_text(figure(value, unit)) == text


def test_a_figure_can_be_short_bare_signed_or_without_cents() -> None:
    spent = figure(Decimal("235265.20"), "USD")
    assert [figure_text(spent, shape) for shape in (SHORT, Shape("amount", sign=True), Shape(places=0))] == [
        "USD 235.3k",
        "+235,265.20",
        "USD 235,265",
    ]


def test_an_unknown_figure_is_not_available() -> None:
    assert figure_text(figure(None, "USD", quality=Quality.UNKNOWN)) == "n/a"


def test_a_date_that_never_comes_is_none() -> None:
    assert figure_text(figure(None, "date")) == "none"
