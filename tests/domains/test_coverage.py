"""Coverage: what is there of what should be there, from birth on, with every gap named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.domains.coverage import judge_coverage
from mcreports.domains.tally import tally

KEY = "grounding.checks"


def judged(scene: Any, *series: Any, watched: float | None = None) -> Any:
    tables = {KEY: {("T", str(number)): rows for number, rows in enumerate(series)}}
    snapshot = scene.snapshot(tables, watched=None if watched is None else {KEY: watched})
    section = judge_coverage(snapshot, scene.start, scene.end)
    return section.figures[0], section.verdicts[0]


@given(st.sets(st.integers(2, 57), max_size=20))
def test_the_share_is_seen_samples_by_slots(scene: Any, missed: set[int]) -> None:
    figure, verdict = judged(scene, [row for row in scene.steady() if row[0] not in missed])
    assert figure.value == pytest.approx(100 * (60 - len(missed)) / 60)
    assert verdict.labels == (("metric", KEY),)
    longest = max((n for n in range(60) if any(set(range(m, m + n)) <= missed for m in range(60))), default=0)
    assert ("nothing from" in verdict.reason) == (longest >= 2)


@pytest.mark.parametrize("late", [0.0, 0.003, 0.03, -0.003])
def test_scrapes_that_come_a_little_late_are_not_missed(scene: Any, late: float) -> None:
    rows = [(minute + late * (minute % 3), value) for minute, value in scene.steady()]
    assert judged(scene, rows)[0].value == pytest.approx(100, abs=1.7)


def test_a_gap_is_named_with_its_start_and_end(scene: Any) -> None:
    _, verdict = judged(scene, [row for row in scene.steady() if not 20 < row[0] < 30])
    assert verdict.status.value == "fail"
    assert "nothing from 2025-10-31T00:20:00Z to 2025-10-31T00:30:00Z" in verdict.reason


def test_a_gap_that_all_series_share_is_named_once(scene: Any) -> None:
    rows = [row for row in scene.steady() if not 20 < row[0] < 30]
    assert judged(scene, rows, rows)[1].reason.count("nothing from") == 1


def test_coverage_counts_from_birth_when_the_source_was_watching(scene: Any) -> None:
    figure, verdict = judged(scene, scene.steady(since=30), watched=-10)
    assert (figure.value, verdict.status.value) == (100.0, "pass")


def test_without_a_watch_what_is_missing_at_the_start_is_missing(scene: Any) -> None:
    figure, verdict = judged(scene, scene.steady(since=30))
    assert (figure.value, verdict.status.value) == (50.0, "fail")


def test_a_series_that_falls_silent_loses_coverage(scene: Any) -> None:
    figure, verdict = judged(scene, scene.steady(until=29))
    assert figure.value == 50.0
    assert "nothing from 2025-10-31T00:29:00Z to 2025-10-31T01:00:00Z" in verdict.reason


def test_a_series_that_ended_before_the_window_is_not_missed(scene: Any) -> None:
    assert judged(scene, scene.steady(), scene.steady(until=-3))[0].value == 100.0


def test_a_window_in_the_middle_of_a_gap_is_unknown(scene: Any) -> None:
    rows = [row for row in scene.steady(since=-30, until=90) if not -5 < row[0] < 65]
    assert judged(scene, rows)[1].status.value == "unknown"


def test_no_data_is_unknown(scene: Any) -> None:
    figure, verdict = judged(scene)
    assert (figure.value, figure.quality.value, verdict.status.value) == (None, "unknown", "unknown")


def test_a_gauge_without_a_tenant_is_judged_once_for_the_platform(scene: Any) -> None:
    snapshot = scene.snapshot({"config.drift": {(): scene.steady(0)}}, ("T", "U"))
    assert [v.tenant for v in judge_coverage(snapshot, scene.start, scene.end).verdicts] == [None]


def count_of_the_first_violation(platform: Any, first: str) -> Any:
    made = platform(first=first).cost().known()
    ts = made.times(None, None)
    made.add("autonomy.operations", {"tenant": "T", "status": "success", "operation_type": "a"}, ts, np.arange(len(ts)))
    born = made.times("2025-10-31T05:00", None)
    made.add("autonomy.violations", {"tenant": "T", "type": "scope"}, born, np.ones(len(born)))
    start, end = datetime(2025, 10, 31, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
    return tally(made.snapshot(), "autonomy.violations", start, end).of("T")


def test_the_first_violation_of_all_counts_when_the_source_was_watching(platform: Any) -> None:
    found = count_of_the_first_violation(platform, "2025-08-01")
    assert (found.count, found.quality.value) == (1, "actual")


def test_data_that_all_begin_in_the_window_stay_a_doubt(platform: Any) -> None:
    found = count_of_the_first_violation(platform, "2025-10-31T05:00")
    assert found.count == 0
    assert found.quality.value != "actual"


@pytest.mark.parametrize(("missed", "quality"), [(0, "actual"), (5, "estimated")])
def test_events_of_a_series_that_was_silent_for_a_week_are_not_its_lifetimes(
    platform: Any, missed: int, quality: str
) -> None:
    made = platform().cost().known()
    ts = made.times(None, None)
    made.add("autonomy.violations", {"tenant": "T", "type": "budget"}, ts, np.zeros(len(ts)))
    silent, loud, later = (made.times(f"2025-10-{at}", None)[0] for at in ("24", "31T05:00", "31T10:00"))
    values = 700.0 + np.where(ts < loud, 0, missed) + np.where(ts < later, 0, 1)
    heard = (ts < silent) | (ts >= loud)
    made.add("autonomy.violations", {"tenant": "T", "type": "scope"}, ts[heard], values[heard])
    start, end = datetime(2025, 10, 31, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
    found = tally(made.snapshot(), "autonomy.violations", start, end).of("T")
    assert (found.low, found.count) == (1, 1 + missed)
    assert found.quality.value == quality
