from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.analysis.forecast import LEAST_DAYS, ORIGINS, expected, forecast

NAN = float("nan")
WEEK = [10.0, 10, 10, 10, 10, 4, 4]
FIRST = date(2025, 10, 20)  # a Monday, with 12 days of its month left
cents = st.integers(0, 10**8).map(lambda amount: amount / 100)
histories = st.lists(st.one_of(st.just(NAN), cents), max_size=70)


def noisy(seed: int, days: int = 80, size: float = 0.1) -> np.ndarray:
    return np.random.default_rng(seed).normal(1, size, days) * np.resize(WEEK, days)


@settings(deadline=None, max_examples=60)
@given(histories, st.integers(0, 40))
def test_whatever_is_missing_there_is_a_forecast_within_its_intervals_or_a_refusal(
    history: list[float], count: int
) -> None:
    found = forecast(np.array(history), FIRST, count)
    if found.refusal:
        assert (len(found.days), found.past_error) == (0, None)
    else:
        assert len(found.days) == count
        (low, high), (least, most) = found.interval(0.8), found.interval(0.95)
        assert 0 <= least <= low <= found.total() + 1e-6
        assert found.total() - 1e-6 <= high <= most
        assert found.past_error is None or np.isfinite(found.past_error)


@settings(deadline=None, max_examples=40)
@given(histories, st.integers(2, 1000))
def test_money_counted_in_another_unit_gives_the_same_forecast_in_that_unit(history: list[float], times: int) -> None:
    one, many = (forecast(np.array(history) * scale, FIRST, 12) for scale in (1, times))
    assert many.refusal == one.refusal
    assert many.days == pytest.approx(times * one.days, rel=1e-4, abs=1e-4 * times)
    if not one.refusal:
        ends = [times * end for end in one.interval(0.8)]
        assert many.interval(0.8) == pytest.approx(ends, rel=1e-4, abs=1e-4 * times)


def test_a_rhythm_that_holds_is_forecast_without_an_error() -> None:
    found = forecast(np.array(WEEK * 8), FIRST, 10)
    assert found.days == pytest.approx([10, 10, 10, 10, 10, 4, 4, 10, 10, 10])
    assert (*found.interval(0.8), found.past_error) == pytest.approx((88.0, 88.0, 0.0))


@settings(deadline=None, max_examples=25)
@given(st.floats(0.5, 1e4))
def test_a_cost_that_is_the_same_each_day_is_added_to_each_day_ahead(more: float) -> None:
    found = forecast(np.array(WEEK * 8) + more, FIRST, 7)
    assert found.days == pytest.approx(np.array(WEEK) + more)


@settings(deadline=None, max_examples=30)
@given(st.sets(st.integers(0, 55), max_size=20))
def test_days_that_are_not_known_do_not_bend_a_rhythm(lost: set[int]) -> None:
    history = np.array(WEEK * 8)
    history[sorted(lost)] = NAN
    found = forecast(history, FIRST, 14)
    assert found.refusal or found.days == pytest.approx(WEEK * 2)


def test_half_of_the_paths_cost_what_is_expected_or_more_by_the_end_of_each_day() -> None:
    found = forecast(noisy(1), FIRST, 25)
    reached = np.cumsum(found.paths, axis=1)
    assert (reached >= np.cumsum(found.days)).mean(axis=0) == pytest.approx(0.5, abs=0.01)
    assert (found.paths >= 0).all()


def test_the_interval_of_a_sum_is_that_of_whole_paths_and_not_the_sum_of_daily_bounds() -> None:
    found = forecast(noisy(2), FIRST, 25)
    assert found.interval(0.8) == pytest.approx(np.quantile(found.paths.sum(axis=1), [0.1, 0.9]))
    low, high = np.quantile(found.paths, [0.1, 0.9], axis=0).sum(axis=1)
    assert found.interval(0.8)[1] - found.interval(0.8)[0] < 0.7 * (high - low)
    parts = [found.total(part) for part in (slice(12), slice(12, None))]
    assert sum(parts) == pytest.approx(found.total())


def test_the_same_history_gives_the_same_paths() -> None:
    first, second = (forecast(noisy(3), FIRST, 12) for _ in range(2))
    assert (first.paths == second.paths).all()


def test_a_level_that_shifted_for_good_is_followed_within_a_week() -> None:
    history = noisy(4, size=0.03)
    history[-7:] *= 2
    assert forecast(history, FIRST, 14).total() == pytest.approx(4 * sum(WEEK), rel=0.05)


def test_one_dear_day_is_no_shift() -> None:
    history = noisy(5, size=0.03)
    history[-5] *= 4
    assert forecast(history, FIRST, 14).total() == pytest.approx(2 * sum(WEEK), rel=0.08)


def test_what_was_due_on_the_same_day_of_each_month_is_due_again_and_on_no_other_day() -> None:
    days = [date(2025, 10, 5) - timedelta(days=back) for back in range(94, 0, -1)]
    history = noisy(6, len(days), 0.02) + np.array([60.0 if day.day == 15 else 0.0 for day in days])
    found = forecast(history, date(2025, 10, 5), 27)
    usual = forecast(noisy(6, len(days), 0.02), date(2025, 10, 5), 27)
    more = found.days - usual.days
    assert more[10] == pytest.approx(60, rel=0.1)
    assert np.delete(more, 10) == pytest.approx(np.zeros(26), abs=1)


def test_a_fee_on_the_last_day_is_due_on_the_last_day_of_a_shorter_month() -> None:
    days = [date(2025, 9, 10) - timedelta(days=back) for back in range(90, 0, -1)]
    history = 10.0 + np.array([50.0 if (day + timedelta(days=1)).day == 1 else 0.0 for day in days])
    found = forecast(history, date(2025, 9, 10), 21)
    assert found.days[-1] == pytest.approx(60)
    assert found.days[:-1] == pytest.approx(np.full(20, 10.0))


def test_steady_growth_goes_on_and_is_damped() -> None:
    history = np.arange(100.0, 170.0)
    found = forecast(history, FIRST, 30)
    assert history[-1] < found.days[-1] < history[-1] + 30


def naive_error(history: np.ndarray, first: date) -> float:
    """The past error by hand: each origin by itself, with nothing of what came after it."""
    left, gone = (date(2025, 11, 1) - first).days, first.day - 1
    found = []
    for at in sorted(set(np.linspace(LEAST_DAYS, len(history) - left, ORIGINS).astype(int).tolist())):
        day = first - timedelta(days=len(history) - at)
        foreseen = forecast(history[:at], day, left).total()
        came, spent = sum(history[at : at + left]), sum(history[max(at - gone, 0) : at])
        found.append(abs(foreseen - came) / (came + spent))
    return 100 * sum(found) / len(found)


@pytest.mark.parametrize("day", [8, 15, 22, 31])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_past_error_is_that_of_forecasts_made_one_by_one_in_the_past(seed: int, day: int) -> None:
    history, first = noisy(seed) * np.where(np.arange(80) > 50, 1.5, 1.0), date(2025, 10, day)
    assert forecast(history, first, 5).past_error == pytest.approx(naive_error(history, first))


@pytest.mark.parametrize(
    "history", [noisy(1) * (np.random.default_rng(1).random(80) < 0.3), np.arange(100.0, 180.0)], ids=["rare", "grown"]
)
def test_the_past_error_is_that_of_what_is_shown_where_it_lies_off_the_mean_or_grows(history: np.ndarray) -> None:
    assert forecast(history, FIRST, 5).past_error == pytest.approx(naive_error(history, FIRST))


def test_what_comes_after_a_day_changes_no_forecast_made_before_it() -> None:
    history = noisy(7)
    rows = np.full((2, 80), NAN)
    rows[0, 20:], rows[1] = history[:60], history
    together = expected(rows, [FIRST - timedelta(days=20), FIRST], 20)
    alone = expected(history[None, :60], [FIRST - timedelta(days=20)], 20)
    assert together[0] == pytest.approx(alone[0])


def test_most_months_end_within_their_intervals_and_some_do_not() -> None:
    hits = np.zeros((2, 160), bool)
    for seed in range(160):
        draw = np.random.default_rng([7, seed])
        level = np.exp(np.cumsum(draw.normal(0, 0.01 * (seed % 3), 72)))
        usd = level * np.resize(WEEK, 72) * np.exp(draw.normal(0, 0.1 + 0.2 * (seed % 2), 72))
        found = forecast(usd[:57], date(2025, 10, 17), 15)
        for row, share in zip(hits, (0.8, 0.95), strict=True):
            low, high = found.interval(share)
            row[seed] = low <= usd[57:].sum() <= high
    covered, wide = hits.mean(axis=1)
    assert 0.7 <= covered <= 0.9
    assert covered < wide <= 1


@pytest.mark.parametrize(
    "history", [[], [NAN] * 56, [5.0] * 13, [NAN] * 40 + [5.0] * 13, [5.0] * 20 + [NAN] * 22 + [5.0] * 6], ids=len
)
def test_too_little_to_learn_from_is_refused(history: list[float]) -> None:
    assert forecast(np.array(history), FIRST, 5).refusal


def test_what_was_before_a_birth_is_no_history() -> None:
    assert forecast(np.array([NAN] * 30 + WEEK * 3), FIRST, 7).total() == pytest.approx(sum(WEEK))


def test_of_no_days_nothing_is_forecast() -> None:
    found = forecast(np.array(WEEK * 8), FIRST, 0)
    assert (found.total(), found.interval(0.8), found.refusal) == (0.0, (0.0, 0.0), "")


def test_a_tenant_that_costs_nothing_goes_on_costing_nothing() -> None:
    found = forecast(np.zeros(60), FIRST, 12)
    assert (found.total(), found.interval(0.95), found.past_error) == (0.0, (0.0, 0.0), None)
