from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mcreports.analysis.anomalies import Options, Series, detect, intervals

HOUR, DAY = 3_600_000, 86_400_000
START = 1_735_689_600_000
LEARNT = 3 * 168  # hours: a weekend is nothing new from then on
Hourly = Callable[..., Series]


def alerts(series: Series, options: Options | None = None) -> list[int]:
    return np.flatnonzero(detect(series, options or Options()).flags).tolist()


def learnt(series: Series) -> list[int]:
    return [at for at in alerts(series) if at >= LEARNT]


def every(step: int, values: np.ndarray) -> Series:
    return Series(START + step * np.arange(len(values)), values)


def noise(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(count)


def test_a_rhythm_that_was_seen_thrice_is_no_anomaly(hourly: Hourly) -> None:
    assert sum(len(learnt(hourly(seed=seed))) for seed in range(5)) == 0


def test_a_spike_is_one_alert_at_its_first_hour(hourly: Hourly) -> None:
    def spike(values: np.ndarray) -> None:
        values[1200:1206] += 60

    assert learnt(hourly(spike)) == [1200]


def test_a_spike_by_night_that_would_be_nothing_by_day_is_seen(hourly: Hourly) -> None:
    def spike(values: np.ndarray) -> None:
        values[1178:1180] = 32  # at two in the morning; by day it is as much

    assert learnt(hourly(spike)) == [1178]


def test_a_dip_is_an_alert_and_told_as_one(hourly: Hourly) -> None:
    def dip(values: np.ndarray) -> None:
        values[1236:1246] = 0

    series = hourly(dip)
    assert learnt(series) == [1236]
    (found,) = [one for one in intervals(series, detect(series)) if one.start >= LEARNT]
    assert (found.start, found.stop) == (1236, 1246)
    assert found.excess < -100


def test_a_shift_is_one_alert_and_then_the_new_usual(hourly: Hourly) -> None:
    def shift(values: np.ndarray) -> None:
        values[840:] *= 3

    series = hourly(shift)
    found = detect(series)
    assert learnt(series) == [840]
    last = np.flatnonzero(found.score >= 0.5)[-1]
    assert 840 + 2 * 24 < last < 840 + 7 * 24
    assert found.expected[-48:] == pytest.approx(series.values[-48:], rel=0.5)


def test_a_slight_change_that_lasts_is_seen_though_no_hour_stands_out() -> None:
    values = 100 + 10 * noise(8 * 168)
    values[1000:] += 26
    found = detect(every(HOUR, values), Options(even=0.01))
    assert np.flatnonzero(found.flags)[0] == pytest.approx(1006, abs=8)
    assert (values[1000:1012] < found.high[1000:1012]).mean() > 0.7


def test_a_series_that_wanders_gives_no_alert_for_its_wandering_but_for_a_jump() -> None:
    wander = 100 + np.cumsum(noise(4 * 2016, seed=3)) * 0.3
    assert len(alerts(every(300_000, wander))) <= 1
    wander[7000:] += 60
    assert 7000 in alerts(every(300_000, wander))


def test_what_stands_out_now_and_then_by_nature_is_no_anomaly_until_it_is_larger() -> None:
    values = np.where(np.random.default_rng(5).random(8 * 168) < 0.1, 40.0, 0.0)
    assert alerts(every(HOUR, values)) == []
    values[1200] = 200
    assert alerts(every(HOUR, values)) == [1200]


def test_missing_points_are_not_judged_and_what_follows_them_is() -> None:
    values = 50 + noise(8 * 168)
    values[900:960] = np.nan
    values[np.random.default_rng(1).random(len(values)) < 0.1] = np.nan
    values[1100] = 90
    series = every(HOUR, values)
    assert alerts(series) == [1100]
    assert np.isnan(detect(series).score[900:960]).all()


def test_an_absent_row_and_a_row_without_a_value_are_the_same() -> None:
    values = 50 + noise(8 * 168)
    values[700:790] = np.nan
    values[1000] = 80
    series = every(HOUR, values)
    there = np.isfinite(values)
    with_rows, without = detect(series), detect(Series(series.ts[there], values[there]))
    assert with_rows.score[there].tobytes() == without.score.tobytes()


def test_cents_are_no_anomaly_where_they_do_not_count() -> None:
    values = np.abs(noise(8 * 168)) * 0.002
    values[1000:1003] = 0.1
    assert alerts(every(HOUR, values)) == [1000]
    assert alerts(every(HOUR, values), Options(least=0.05)) == []


def test_with_a_spread_of_its_own_what_was_odd_does_not_widen_the_band() -> None:
    values = noise(60 * 4) / 4
    values[200:] += 6
    found = detect(every(6 * HOUR, values), Options(least=0.7, even=0.0))
    assert found.flags[200]
    assert (found.high[200:208] - found.expected[200:208] < 6).all()


def test_a_constant_series_is_expected_to_stay_so() -> None:
    values = np.full(2000, 7.0)
    found = detect(every(HOUR, values))
    assert (found.score[60:] == 0).all()
    assert (found.expected[60:] == 7).all()
    values[1500] = 7.5
    assert alerts(every(HOUR, values)) == []  # within a fifth
    values[1500] = 70
    assert alerts(every(HOUR, values)) == [1500]


def test_values_below_zero_are_judged_alike() -> None:
    values = 50 + noise(8 * 168) + 20 * np.sin(np.arange(8 * 168) / 24 * 2 * np.pi)
    values[1000:1004] += 60
    above, below = every(HOUR, values), every(HOUR, -values)
    assert alerts(above) == alerts(below) == [1000]


@pytest.mark.parametrize("step", [300_000, HOUR, 6 * HOUR, DAY])
def test_a_spike_is_seen_at_any_step(step: int) -> None:
    count = max(365, 30 * DAY // step)
    values = 100 + 5 * noise(count, seed=2)
    values[count - 20] = 400
    assert alerts(every(step, values)) == [count - 20]


def test_daily_values_know_their_weekday() -> None:
    week = np.array([100.0, 100, 100, 100, 100, 20, 20])
    values = np.tile(week, 30) * (1 + 0.03 * noise(210))
    assert alerts(every(DAY, values)) == []
    values[194] = 100  # a Saturday like any other day
    assert alerts(every(DAY, values)) == [194]


@pytest.mark.parametrize("count", [0, 1, 2, 24])
def test_a_short_series_is_not_judged(count: int) -> None:
    series = every(HOUR, np.arange(float(count)))
    found = detect(series)
    assert np.isnan(found.score).all()
    assert not found.flags.any()
    assert intervals(series, found) == ()


def test_a_series_without_a_single_value_is_not_judged() -> None:
    series = every(HOUR, np.full(100, np.nan))
    assert np.isnan(detect(series).score).all()
    assert intervals(series, detect(series)) == ()


def test_an_instant_that_does_not_ascend_is_refused() -> None:
    with pytest.raises(ValueError, match="must ascend"):
        Series(np.array([1, 1]), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="an instant for each value"):
        Series(np.array([1, 2]), np.array([1.0]))


@pytest.mark.parametrize("shift", [0, 10, 17])
def test_an_odd_day_is_one_odd_day_whatever_hour_the_series_begins_at(shift: int) -> None:
    values = 10 + np.random.default_rng(3).normal(0, 0.3, 60 * 24)
    days = np.arange(len(values)) // 24
    afternoon = (np.arange(len(values)) % 24 >= 9) & (np.arange(len(values)) % 24 < 20)
    values[np.isin(days, [40, 52]) & afternoon] += 15  # in one of two a block of 24 hours from the first would break
    series = Series((3_600_000 * np.arange(len(values)) + 1754006400000)[shift:], values[shift:])
    found = detect(series)
    calm, after = slice(38 * 24 - shift, 39 * 24 - shift), slice(53 * 24 - shift, 54 * 24 - shift)
    assert np.nanmax(found.high[after]) < 1.5 * np.nanmax(found.high[calm])
