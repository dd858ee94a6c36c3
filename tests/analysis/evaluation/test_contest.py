"""Detectors on series side by side, and whether they look ahead."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mcreports.analysis.anomalies import Detection, Series
from mcreports.analysis.evaluation.contest import contest
from mcreports.analysis.evaluation.labelled import Labelled, corpus
from mcreports.analysis.evaluation.rivals import CONTENDERS, Contender

HOUR, DAY = 3_600_000, 86_400_000
SERIES = corpus(11, 14)
RIVALS = {contender.name: contender for contender in CONTENDERS}


def flat(days: int, step: int = HOUR, level: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
    ts = np.arange(0, days * DAY, step)
    return ts, np.full(len(ts), level)


def judged(name: str, ts: np.ndarray, values: np.ndarray) -> Detection:
    return RIVALS[name].detect(Series(ts, values))


@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda one: one.name)
def test_no_detector_changes_its_mind_when_the_future_is_taken_away(contender: Contender) -> None:
    result = contest(SERIES, contender)
    assert (result.prefixes, result.differences) == (6 * len(SERIES), ())


def test_one_that_looks_ahead_is_found_with_series_row_and_field() -> None:
    def peeks(series: Series) -> Detection:
        far = series.values / series.values.max()
        return Detection(far, far, far, far, far >= 2)

    ts, values = flat(10)
    values[200] = 50.0
    result = contest([Labelled("a.csv", ts, values)], Contender("peeks", "", peeks))
    assert {each.series for each in result.differences} == {"a.csv"}
    assert {each.field for each in result.differences} == {"expected", "low", "high", "score"}
    assert {each.row for each in result.differences} == {0}
    assert {each.rows for each in result.differences} == {int(cut * 240) for cut in (0.2, 0.35, 0.5, 0.65, 0.8)}


@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda one: one.name)
def test_a_detector_raises_at_most_one_alert_a_day_and_none_in_a_gap(contender: Contender) -> None:
    for one in SERIES:
        values = one.values.copy()
        values[50:60] = np.nan
        found = contender.detect(Series(one.ts, values))
        assert (np.diff(one.ts[found.flags]) >= DAY).all()
        assert not found.flags[50:60].any()
        assert np.isnan(found.score[50:60]).all()
        assert not ((found.score < 0) | (found.score > 1)).any()


def test_the_rule_of_thumb_is_half_as_much_again_as_the_mean_of_seven_days() -> None:
    ts, values = flat(10)
    values[[200, 230]] = 14.99, 15.5
    found = judged("rule of thumb", ts, values)
    assert np.flatnonzero(found.flags).tolist() == [230]
    assert found.expected[230] == pytest.approx((values[62:230].sum()) / 168)


def test_rolling_z_is_three_standard_deviations() -> None:
    ts, values = flat(10)
    values += np.tile([1.0, -1.0], len(values) // 2)
    values[[200, 230]] = 12.9, 6.5
    assert np.flatnonzero(judged("rolling z", ts, values).flags).tolist() == [230]


def test_rolling_z_takes_rounding_for_no_deviation() -> None:
    ts, values = flat(20, level=0.1)
    values[5] = 7e7
    assert not judged("rolling z", ts, values).flags[200:].any()


def test_seasonal_mad_knows_the_time_of_day_and_in_daily_series_the_weekday() -> None:
    ts, values = flat(10)
    values[5::24] = 100.0
    values[9 * 24 + 6] = 100.0
    assert np.flatnonzero(judged("seasonal MAD", ts, values).flags).tolist() == [9 * 24 + 6]
    ts, values = flat(70, DAY)
    values[6::7] = 1.0
    values[65] = 1.0
    assert np.flatnonzero(judged("seasonal MAD", ts, values).flags).tolist() == [65]


def test_records_are_a_tenth_of_the_range_beyond_it() -> None:
    ts, values = flat(10)
    values[:24] = np.linspace(0, 20, 24)
    values[[100, 150, 200]] = 21.9, 25.0, -3.0
    assert np.flatnonzero(judged("records", ts, values).flags).tolist() == [150, 200]


@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda one: one.name)
@pytest.mark.parametrize("points", [0, 1, 2, 3])
def test_a_series_of_next_to_nothing_is_judged_without_an_alert(contender: Contender, points: int) -> None:
    found = contender.detect(Series(np.arange(points) * HOUR, np.ones(points)))
    assert len(found.flags) == points
    assert not found.flags.any()


def test_the_scores_are_those_of_the_alerts_and_are_plain_json() -> None:
    ts, values = flat(40)
    values[500:510] = 90.0 * 2 ** np.arange(10)
    quiet = Labelled("quiet.csv", *flat(40))
    result = contest([Labelled("loud.csv", ts, values, ((500, 520),)), quiet], RIVALS["records"])
    assert result.fixed == {name: pytest.approx(100) for name in result.fixed}
    assert (result.events.caught, result.events.windows, result.events.false) == (1, 1, 0)
    assert result.vus_pr > 0.4
    told = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert told["nab"]["best"]["standard"]["score"] == pytest.approx(100)
    assert told["future"] == {"prefixes": 12, "differences": []}


def test_series_without_anomalies_have_no_score_but_false_alerts() -> None:
    ts, values = flat(40)
    values[500] = 90.0
    result = contest([Labelled("a.csv", ts, values)], RIVALS["records"])
    assert set(result.fixed.values()) == {None}
    assert (result.best, result.vus_pr) == ({}, None)
    assert result.events.false == 1
    assert result.events.weeks == pytest.approx(34 / 7, abs=0.01)


def test_rows_that_are_not_later_than_those_before_are_not_shown_to_a_detector() -> None:
    ts, values = flat(40)
    ts[600:610] = ts[599]
    values[600:610] = 900.0
    result = contest([Labelled("a.csv", ts, values)], RIVALS["records"])
    assert (result.rows, result.events.false) == (len(ts) - 10, 0)
