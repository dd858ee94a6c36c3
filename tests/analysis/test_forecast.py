from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.analysis.forecast import forecast

NAN = float("nan")
WEEK = [10.0, 10, 10, 10, 10, 4, 4]
cents = st.integers(0, 10**8).map(lambda amount: amount / 100)


def naive(history: list[float], remaining: int) -> list[float]:
    """Each day ahead: the mean of the same weekday in the last four weeks, by hand."""
    days = []
    for ahead in range(remaining):
        back = [len(history) + ahead % 7 - 7 * week for week in range(1, 5)]
        known = [history[at] for at in back if at >= 0 and not np.isnan(history[at])]
        recent = [value for value in history[-28:] if not np.isnan(value)]
        days.append(sum(known) / len(known) if known else sum(recent) / len(recent))
    return days


@given(st.lists(cents, min_size=28, max_size=60), st.integers(1, 31))
def test_a_day_ahead_is_the_mean_of_its_last_four_weekdays(history: list[float], remaining: int) -> None:
    found = forecast(np.array(history), remaining)
    assert found.days == pytest.approx(naive(history, remaining))


@given(st.lists(st.one_of(st.just(NAN), cents), max_size=60), st.integers(0, 31))
def test_whatever_is_missing_there_is_a_forecast_within_its_interval_or_a_refusal(
    history: list[float], remaining: int
) -> None:
    found = forecast(np.array(history), remaining)
    if found.refusal:
        assert len(found.days) == 0
    else:
        assert len(found.days) == remaining
        assert 0 <= found.low <= found.total + 1e-6
        assert found.total <= found.high + 1e-6
        assert found.past_error is None or np.isfinite(found.past_error)


def test_a_rhythm_that_holds_is_forecast_without_an_error() -> None:
    found = forecast(np.array(WEEK * 8), 10)
    assert found.days.tolist() == [10, 10, 10, 10, 10, 4, 4, 10, 10, 10]
    assert (found.low, found.high, found.past_error) == (88.0, 88.0, 0.0)


def test_growth_does_not_push_the_forecast_out_of_its_interval() -> None:
    found = forecast(np.arange(1.0, 57.0), 10)
    assert found.low <= found.total < found.high


def test_the_same_history_gives_the_same_interval() -> None:
    history = np.random.default_rng(1).uniform(0, 10, 56)
    first, second = forecast(history, 12), forecast(history, 12)
    assert (first.low, first.high) == (second.low, second.high)


def test_eight_of_ten_steady_months_end_within_the_interval() -> None:
    draw = np.random.default_rng(7)
    hits = 0
    for _ in range(200):
        usd = draw.normal(100, 10, 56 + 15)
        found = forecast(usd[:56], 15)
        hits += found.low <= usd[56:].sum() <= found.high
    assert 0.7 <= hits / 200 <= 0.9


@pytest.mark.parametrize(
    "history", [[], [NAN] * 56, [5.0] * 13, [NAN] * 40 + [5.0] * 13, [5.0] * 20 + [NAN] * 22 + [5.0] * 6], ids=len
)
def test_too_little_to_learn_from_is_refused(history: list[float]) -> None:
    assert forecast(np.array(history), 5).refusal


def test_what_was_before_a_birth_is_no_history() -> None:
    assert forecast(np.array([NAN] * 30 + WEEK * 3), 7).total == pytest.approx(sum(WEEK))


def test_of_a_closed_month_nothing_is_left_to_forecast() -> None:
    found = forecast(np.array(WEEK * 8), 0)
    assert (found.total, found.low, found.high, found.refusal) == (0.0, 0.0, 0.0, "")
