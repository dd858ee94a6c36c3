"""The benchmark's score against its definition, row by row."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.analysis.evaluation.nab import PROFILES, Tally, probation, rows, tally
from mcreports.analysis.evaluation.sweep import Scored, by_alerts, by_rows, once_a_day

STANDARD, LOW_FP, LOW_FN = PROFILES
MINUTE = 60_000


def sigmoid(position: float) -> float:
    return -1.0 if position > 3 else 2 / (1 + math.exp(5 * position)) - 1


def naive(points: int, windows: list[tuple[int, int]], alerts: set[int], weights: tuple[float, float]) -> float:
    """The sum of the benchmark's paper: each window's best alert or its miss, and each false alert by its distance."""
    false_alert, missed = weights
    first = probation(points)
    parts = {window: -missed for window in windows if window[1] > first}
    false = 0.0
    for row in sorted(alert for alert in alerts if alert >= first):
        inside = [window for window in windows if window[0] <= row < window[1]]
        before = [window for window in windows if window[1] <= row]
        if inside:
            start, stop = inside[0]
            worth = sigmoid(-(stop - row) / (stop - start)) / sigmoid(-1)
            parts[inside[0]] = max(parts[inside[0]], worth)
        elif before:
            start, stop = before[-1]
            false += sigmoid((row - stop + 1) / max(stop - start - 1, 1))
        else:
            false -= 1
    return sum(parts.values()) + false_alert * false


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]], set[int]]:
    points = draw(st.integers(1, 60))
    edges = sorted(draw(st.lists(st.integers(0, points), max_size=6, unique=True)))
    windows = list(zip(edges[::2], edges[1::2], strict=False))
    return points, windows, draw(st.sets(st.integers(0, points - 1)))


def normal(raw: float, windows: int, missed: float) -> float:
    return 100 * (raw + missed * windows) / (windows + missed * windows)


@given(cases())
def test_a_tally_is_the_sum_of_the_definition(case: tuple[int, list[tuple[int, int]], set[int]]) -> None:
    points, windows, alerts = case
    worth = rows(points, windows)
    found = tally(worth, np.array(sorted(alerts), np.int64))
    for profile in PROFILES:
        wanted = naive(points, windows, alerts, (profile.false_alert, profile.missed))
        score = found.score(profile)
        if worth.windows:
            assert score == pytest.approx(normal(wanted, len(worth.windows), profile.missed))
        else:
            assert score is None


@given(cases(), st.data())
def test_the_best_threshold_over_rows_is_that_of_trying_each(
    case: tuple[int, list[tuple[int, int]], set[int]], data: st.DataObject
) -> None:
    points, windows, _ = case
    some = st.sampled_from([float("nan"), 0.0, 0.25, 0.5, 0.75, 1.0])
    score = np.array(data.draw(st.lists(some, min_size=points, max_size=points)))
    worth = rows(points, windows)
    best = by_rows([Scored(np.arange(points) * MINUTE, score, worth)])
    for profile in PROFILES:
        tried = [
            tally(worth, np.flatnonzero(score >= limit)).score(profile) for limit in (0.0, 0.25, 0.5, 0.75, 1.0, 2.0)
        ]
        if not worth.windows or np.isnan(score[worth.first :]).all():
            assert profile.name not in best
        else:
            assert best[profile.name].score == pytest.approx(max(tried))


def test_no_alert_is_0_and_an_alert_at_the_first_row_of_every_window_is_100() -> None:
    worth = rows(1000, [(300, 400), (600, 700)])
    for profile in PROFILES:
        assert tally(worth, np.array([], np.int64)).score(profile) == 0
        assert tally(worth, np.array([300, 600])).score(profile) == pytest.approx(100)


def test_later_in_a_window_is_worth_less_and_only_the_first_alert_in_it_counts() -> None:
    worth = rows(1000, [(300, 400)])
    early, late, both = (tally(worth, np.array(alerts)) for alerts in ([310], [390], [310, 390]))
    assert early.caught > late.caught > 0
    assert both == early


def test_a_false_alert_costs_more_the_farther_it_is_from_a_window_and_twice_as_much_with_low_fp() -> None:
    worth = rows(1000, [(300, 400)])
    near, far, before = (tally(worth, np.array(sorted([300, row]))).false for row in (405, 900, 160))
    assert 0 > near > far == before == -1.0
    lost = [100 - tally(worth, np.array([300, 900])).score(profile) for profile in (STANDARD, LOW_FP)]
    assert lost[1] == pytest.approx(2 * lost[0]) == pytest.approx(100 * 0.22 / 2)


def test_what_happens_in_the_first_15_percent_is_not_scored() -> None:
    worth = rows(100, [(5, 10), (50, 60)])
    assert (worth.first, worth.windows) == (15, (1,))
    assert tally(worth, np.array([5, 12])) == Tally(windows=1, missed=1)


def test_without_windows_there_is_no_score() -> None:
    assert tally(rows(100, []), np.array([50])).score(STANDARD) is None


def test_the_best_threshold_of_alerts_is_never_worse_than_their_own() -> None:
    draw = np.random.default_rng(1)
    ts = np.arange(3000) * 5 * MINUTE
    worth = rows(3000, [(1000, 1100), (2000, 2100)])
    score = draw.random(3000) * 0.6
    score[[1010, 2010]] = 0.55, 0.9
    own = tally(worth, once_a_day(ts, np.flatnonzero(score >= 0.5)))
    best = by_alerts([Scored(ts, score, worth)])
    for profile in PROFILES:
        assert best[profile.name].score >= own.score(profile)


@given(st.lists(st.integers(0, 10**9), max_size=30, unique=True))
def test_once_a_day_keeps_what_a_loop_over_the_rows_would(instants: list[int]) -> None:
    ts, kept = sorted(instants), []
    for row, at in enumerate(ts):
        if not kept or at - ts[kept[-1]] >= 86_400_000:
            kept.append(row)
    assert once_a_day(np.array(ts, np.int64), np.arange(len(ts))).tolist() == kept
