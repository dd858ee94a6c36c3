from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mcreports.analysis.anomalies import Interval, Series, detect, intervals

Hourly = Callable[..., Series]
LEARNT = 3 * 168  # hours: a weekend is nothing new from then on


def found_in(series: Series) -> list[Interval]:
    return [one for one in intervals(series, detect(series)) if one.start >= LEARNT]


def test_an_interval_holds_the_whole_of_it_its_peak_and_what_it_exceeded(hourly: Hourly) -> None:
    def burst(values: np.ndarray) -> None:
        values[1200:1230] += 50
        values[1210] += 40

    series = hourly(burst)
    found = detect(series)
    (one,) = found_in(series)
    assert (one.start, one.stop, one.peak) == (1200, 1230, 1210)
    assert one.excess == pytest.approx(30 * 50 + 40, rel=0.1)
    assert one.score == found.score[1200:1230].max()


def test_one_that_goes_on_stops_where_the_series_does(hourly: Hourly) -> None:
    def burst(values: np.ndarray) -> None:
        values[-5:] += 60
        values[-2:] = np.nan

    series = hourly(burst)
    (one,) = found_in(series)
    assert (one.start, one.stop) == (len(series) - 5, len(series))


def test_over_and_under_are_two(hourly: Hourly) -> None:
    def both(values: np.ndarray) -> None:
        values[1236:1240] += 60
        values[1240:1246] = 0

    series = hourly(both)
    over, under = found_in(series)
    assert (over.start, over.stop, under.start, under.stop) == (1236, 1240, 1240, 1246)
    assert over.excess > 0 > under.excess


def test_hours_apart_are_one_and_days_apart_are_two(hourly: Hourly) -> None:
    def three(values: np.ndarray) -> None:
        values[[1100, 1105, 1160]] += 80

    series = hourly(three)
    assert [(one.start, one.stop) for one in found_in(series)] == [(1100, 1106), (1160, 1161)]


def test_nothing_is_nothing(hourly: Hourly) -> None:
    series = hourly()
    assert found_in(series) == []


@pytest.mark.parametrize("after", [0, 12, 76])
def test_hours_that_are_odd_only_together_are_told_whatever_comes_after(after: int) -> None:
    values = np.random.default_rng(7).choice([6.0, 10.0, 14.0], 2108 + after)
    values[2084:2108] = 14.0  # a day of nothing but the dearest hours
    values[2108:] *= 4
    series = Series(1754006400000 + 3_600_000 * np.arange(len(values)), values)
    found = detect(series)
    slight = slice(2084, 2108)
    assert found.flags[slight].any()
    assert (values[slight] < found.high[slight]).all()
    told = [one.start for one in found_in(series)]
    assert min(told) == 2084 + int(np.argmax(found.flags[slight]))


@pytest.mark.parametrize("later", [14, 18, 22])
def test_an_hour_as_usual_is_not_told_again_for_the_burst_of_the_same_day(later: int) -> None:
    values = 10 + np.random.default_rng(3).normal(0, 0.3, 1440)
    values[1200] = 200.0
    values[1201:1224] = 9.9
    values[1200 + later] = 10.1
    series = Series(1754006400000 + 3_600_000 * np.arange(len(values)), values)
    assert [(one.start, one.stop) for one in found_in(series) if one.start >= 1200] == [(1200, 1201)]
