"""Anomalies caught and false alerts, against a loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.analysis.evaluation.events import Events, events
from mcreports.analysis.evaluation.nab import probation, rows

HOUR, DAY = 3_600_000, 86_400_000


def naive(ts: list[int], windows: list[tuple[int, int]], alerts: list[int]) -> tuple[int, int, int]:
    first = probation(len(ts))
    seen = [row for row in alerts if row >= first]
    caught = sum(any(start <= row < stop for row in seen) for start, stop in windows)
    counted: list[int] = []
    for row in seen:
        if not any(start <= row < stop for start, stop in windows) and (not counted or ts[row] - counted[-1] >= DAY):
            counted.append(ts[row])
    return caught, sum(stop > first for _, stop in windows), len(counted)


@given(st.data())
def test_events_are_counted_as_a_loop_counts_them(data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(1, 20), min_size=1, max_size=80))
    ts = (np.cumsum(steps) * HOUR).tolist()
    edges = sorted(data.draw(st.lists(st.integers(0, len(ts)), max_size=6, unique=True)))
    windows = list(zip(edges[::2], edges[1::2], strict=False))
    alerts = sorted(data.draw(st.sets(st.integers(0, len(ts) - 1))))
    found = events(np.array(ts), rows(len(ts), windows), np.array(alerts, np.int64))
    assert (found.caught, found.windows, found.false) == naive(ts, windows, alerts)


def test_precision_recall_and_f1_are_of_windows_and_false_alerts() -> None:
    seen = Events(caught=3, windows=4, false=1, weeks=2.0) + Events(caught=0, windows=1, false=2, weeks=4.0)
    assert (seen.precision, seen.recall, seen.false_per_week) == (0.5, 0.6, 0.5)
    assert seen.f1 == pytest.approx(2 * 0.5 * 0.6 / 1.1)


def test_nothing_to_find_and_nothing_raised_is_unknown_and_never_perfect() -> None:
    nothing = Events()
    assert (nothing.precision, nothing.recall, nothing.f1, nothing.false_per_week) == (None, None, None, None)


def test_nothing_raised_where_there_was_something_is_a_recall_of_0_and_no_precision() -> None:
    seen = Events(windows=2, weeks=1.0)
    assert (seen.precision, seen.recall, seen.f1) == (None, 0, 0)
