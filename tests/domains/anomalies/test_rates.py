"""Anomalies of rates: more bad events than the weeks before make likely, and never a better rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from mcreports.domains.anomalies.assess import told_of
from mcreports.domains.anomalies.find import find
from mcreports.domains.anomalies.surprise import PAST, SHORTEST, bad_at, deviations, usual_share
from mcreports.domains.anomalies.words import why
from mcreports.settings import Settings
from mcreports.view.closing import sentence_text

DAY = "2025-10-30"
NIGHT = ("2025-10-30T00:00", "2025-10-30T12:00")
HOUR = 3_600_000


@pytest.fixture
def made(platform: Callable[..., Any]) -> Any:
    return platform(first="2025-08-01", last="2025-11-10T06:00").known().cost()


def found(made: Any, report: str = "daily", label: str = DAY, **more: Any) -> Any:
    return [one for one in find(made.snapshot(report, label, **more)).anomalies if not one.is_cost]


def test_a_burst_of_failures_is_told_with_how_many_there_were_too_many(made: Any, operations: Any) -> None:
    (one,) = found(operations(made, 2000, 1, (*NIGHT, 20)))
    assert (one.what, one.side, one.severity, one.is_cost) == ("autonomy.success_rate", "under", "high", False)
    assert [f"{end:%H:%M}" for end in one.window] == ["00:00", "12:00"]
    assert one.value == pytest.approx(99.0)
    assert one.excess == pytest.approx(12 * 19, abs=3)
    assert one.usual.low <= one.usual.expected <= one.usual.high <= 100


def test_its_sentence_says_the_rate_what_is_usual_and_how_many_more(made: Any, operations: Any) -> None:
    snapshot = operations(made, 2000, 1, (*NIGHT, 20)).snapshot("daily", DAY)
    (told,) = told_of(snapshot)
    said = sentence_text(why(told))
    assert said.startswith("T autonomy success 99.0 %, under the usual 99.9")
    assert f"{told.anomaly.excess} failures more than usual" in said


def test_busy_hours_are_judged_one_by_one(made: Any, operations: Any) -> None:
    (one,) = found(operations(made, 20_000, 10, ("2025-10-30T05:00", "2025-10-30T06:00", 300)))
    assert [f"{end:%H:%M}" for end in one.window] == ["05:00", "06:00"]


def test_a_better_rate_is_no_alert(made: Any, operations: Any) -> None:
    assert found(operations(made, 2000, 30, (*NIGHT, 0))) == []


def test_a_few_events_are_no_rate(made: Any, operations: Any) -> None:
    snapshot = operations(made, 20, 0, (*NIGHT, 9)).snapshot("daily", DAY)
    every = find(snapshot)
    assert [one for one in every.anomalies if not one.is_cost] == []
    assert {sight.judged for sight in every.sights if sight.what == "autonomy.success_rate"} == {0}


def test_what_stays_within_the_target_is_low(made: Any, operations: Any) -> None:
    settings = Settings(thresholds={"autonomy.success_rate": {"fail": 95}})  # type: ignore[dict-item]
    (one,) = found(operations(made, 2000, 1, (*NIGHT, 60)), settings=settings)
    assert one.severity == "low"


@hypothesis.settings(max_examples=20)
@given(some.lists(some.tuples(some.integers(1, 500), some.floats(0, 1)), min_size=60, max_size=60))
def test_the_usual_share_is_that_of_the_four_weeks_before_alone(drawn: list[tuple[int, float]]) -> None:
    events = np.array([float(n) for n, _ in drawn])
    bad = np.rint(events * [share / 20 for _, share in drawn])
    ts = np.arange(60) * 24 * HOUR
    share = usual_share(ts, events, bad)
    cut = usual_share(ts[:50], events[:50], bad[:50])
    assert np.array_equal(share[:50], cut, equal_nan=True)
    assert np.isnan(share[: SHORTEST // (24 * HOUR)]).all()
    calm = [at for at in range(60) if not abs(deviations(events, bad, _plain(ts, events, bad))[at]) > 4]
    own = [at for at in calm if ts[59] - PAST <= ts[at] < ts[59]]
    assert share[59] == pytest.approx(bad[own].sum() / events[own].sum())


def _plain(ts: np.ndarray, events: np.ndarray, bad: np.ndarray) -> np.ndarray:
    shares = np.full(len(ts), np.nan)
    for at in range(7, len(ts)):
        own = (ts < ts[at]) & (ts >= ts[at] - PAST)
        shares[at] = bad[own].sum() / events[own].sum()
    return shares


@given(some.floats(-3, 30), some.integers(100, 10_000), some.floats(0.0, 0.5))
def test_so_many_deviations_are_so_many_events(distance: float, events: int, share: float) -> None:
    every, usual = np.array([float(events)]), np.array([share])
    bad = bad_at(np.array([distance]), every, usual)
    if 0 < bad[0] < events:
        assert deviations(every, bad, usual)[0] == pytest.approx(distance, abs=1e-6)
    else:
        assert bad[0] in {0, events}
