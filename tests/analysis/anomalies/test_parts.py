from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mcreports.analysis.anomalies.alerts import flags, groups
from mcreports.analysis.anomalies.reach import FAR, MOST, NORMAL, RECORD, TAIL, reach
from mcreports.analysis.anomalies.usual import HOUR, past, profile

DAY = 24 * HOUR
values = st.one_of(st.floats(-100, 100), st.just(float("nan")))
rows = st.integers(1, 12).flatmap(lambda count: arrays(float, (count, 3), elements=values))


@given(rows, st.integers(1, 3), st.integers(3, 5), st.sampled_from((0.0, 0.5, 0.93, 1.0)))
def test_quantiles_of_the_past_are_those_that_a_loop_finds(
    table: np.ndarray, least: int, most: int, share: float
) -> None:
    (found,) = past(table, (least, most), (share,))
    for row in range(len(table)):
        for column in range(3):
            before = table[max(0, row - most) : row, column]
            before = before[~np.isnan(before)]
            wanted = np.quantile(before, share) if len(before) >= least else np.nan
            assert found[row, column] == pytest.approx(wanted, nan_ok=True)


@given(arrays(float, st.integers(1, 60), elements=values), st.sets(st.integers(1, 59)))
def test_the_reach_is_the_one_that_a_loop_finds(deviations: np.ndarray, later: set[int]) -> None:
    least = np.full(len(deviations), 0.5)
    starts = [0, *sorted(at for at in later if at < len(deviations))]
    found = reach(deviations, least, np.array(starts))
    for at in range(len(deviations)):
        begun = [start for start in starts if start <= at]
        before = [deviations[start:end] for start, end in pairwise(begun)][-28:]
        for side, limit in ((1, found.up[at]), (-1, found.down[at])):
            assert limit == pytest.approx(by_hand(before, side, 0.5), nan_ok=True)


def by_hand(blocks: list[np.ndarray], side: int, least: float) -> float:
    known = [block[~np.isnan(block)] for block in blocks]
    known = [block for block in known if len(block)]
    if len(known) < 2:
        return float("nan")
    largest = [float((side * block).max()) for block in known]
    middles = [float(np.sort(np.abs(block))[(len(block) - 1) // 2]) for block in known]
    least = max(FAR * NORMAL * float(np.median(middles)), least)
    most = float(np.quantile(largest, MOST))
    ratio = max(most, 0.0) / max(float(np.median(largest)), least / FAR)
    return max(least, most * min(max(ratio**2, TAIL[0]), TAIL[1]), RECORD * max(largest))


def test_the_hours_share_in_the_day_is_the_median_of_the_days_before() -> None:
    ts = HOUR * np.arange(6 * 24)
    amounts = np.where(np.arange(len(ts)) % 24 == 9, 24.0, 0.0)
    amounts[4 * 24 + 9] = 2400.0  # one odd day leaves no echo
    share, offset = profile(ts, amounts, 24, (3, 14))
    assert np.isnan(share[: 3 * 24]).all()
    assert share[3 * 24 + 9 :: 24].tolist() == [24.0, 24.0, 24.0]
    assert offset[5 * 24 + 9], offset[5 * 24 + 8] == (23.0, -1.0)


@given(arrays(bool, st.integers(0, 80)), st.integers(1, 48))
def test_each_anomaly_is_alerted_once_and_no_day_twice(raised: np.ndarray, hours: int) -> None:
    step = hours * HOUR
    ts = step * np.arange(len(raised))
    flagged = np.flatnonzero(flags(ts, raised, step))
    assert raised[flagged].all()
    assert (np.diff(ts[flagged]) >= DAY).all()
    for places in groups(ts, raised, step):
        assert np.isin(flagged, places).sum() <= 1


def test_what_goes_on_for_days_is_one_alert_and_what_returns_after_a_lull_another() -> None:
    raised = np.zeros(240, bool)
    raised[[10, *range(20, 90), 130, 131]] = True
    assert np.flatnonzero(flags(HOUR * np.arange(240), raised, HOUR)).tolist() == [10, 130]
