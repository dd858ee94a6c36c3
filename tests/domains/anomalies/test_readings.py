"""Hours read off curves and counters: exact, and nothing where nothing was measured."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from mcreports.domains import ledger
from mcreports.domains.anomalies.readings import ABSENT, UNKNOWN, counted, joined, known, spent
from mcreports.domains.events import count
from mcreports.domains.series import Line, Watch

MINUTE, HOUR = 60_000, 3_600_000
MONTHS = np.empty(0, np.int64)
readings = some.lists(some.integers(-2, 1000), min_size=4, max_size=4).map(lambda values: array("q", values))
steps = some.lists(some.integers(0, 50), min_size=200, max_size=200)


def curve(values: Any, ts: np.ndarray, since: int | None = None) -> Any:
    return ledger.curve(ts, np.asarray(values, float), MONTHS, since, since)


def edges(hours: int) -> np.ndarray:
    return np.arange(hours + 1) * HOUR


@given(steps)
def test_an_hours_cents_are_what_the_ledger_spends_in_it(rises: list[int]) -> None:
    ts = np.arange(200, dtype=np.int64) * 5 * MINUTE
    line = curve(np.cumsum(rises) / 7, ts)
    found = spent(line, edges(16))
    assert found.tolist() == [ledger.spend(line, at, at + HOUR).cents for at in edges(16)[:-1].tolist()]


@given(steps, some.sets(some.integers(1, 199), max_size=4))
def test_an_hours_events_are_those_that_are_counted_in_it_also_through_resets(
    rises: list[int], resets: set[int]
) -> None:
    ts, values, reached = np.arange(200, dtype=np.int64) * 5 * MINUTE, [], 0
    for index, rise in enumerate(rises):
        reached = rise if index in resets else reached + rise
        values.append(float(reached))
    line = Line(("T",), ts, np.array(values), 5.0 * MINUTE)
    found = counted(line, Watch(0, 16 * HOUR, 0), edges(16))
    naive = [count(line, Watch(at, at + HOUR, 0)).count for at in edges(16)[:-1].tolist()]
    assert found.tolist() == naive


def test_an_hour_whose_end_lies_in_a_gap_is_not_known() -> None:
    ts = np.array([at for at in range(0, 10 * HOUR + 1, 5 * MINUTE) if not 3.5 * HOUR < at < 5.5 * HOUR], np.int64)
    found = spent(curve(ts / HOUR, ts), edges(10))
    assert [at for at, cents in enumerate(found) if cents == UNKNOWN] == [3, 4, 5]
    assert {cents for cents in found if cents != UNKNOWN} == {100}


def test_before_a_series_was_born_there_is_nothing_of_it_and_before_the_source_looked_nobody_knows() -> None:
    ts = np.arange(4 * HOUR, 8 * HOUR + 1, 5 * MINUTE, dtype=np.int64)
    assert spent(curve(ts / HOUR, ts, since=0), edges(8)).tolist()[:5] == [ABSENT] * 4 + [100]
    assert spent(curve(ts / HOUR, ts, since=4 * HOUR), edges(8)).tolist()[:5] == [UNKNOWN] * 4 + [100]


def test_after_its_last_sample_a_series_is_not_known_and_is_over_once_it_is_not_waited_for() -> None:
    ts = np.arange(0, 3 * HOUR + 1, 5 * MINUTE, dtype=np.int64)
    assert spent(curve(ts / HOUR, ts), edges(5)).tolist() == [100, 100, 100, UNKNOWN, UNKNOWN]
    assert spent(curve(ts / HOUR, ts), edges(24 * 5)).tolist()[3:] == [ABSENT] * (24 * 5 - 3)


@given(readings, readings, readings)
def test_the_order_in_which_series_are_joined_does_not_matter(one: Any, two: Any, three: Any) -> None:
    assert joined(one, two) == joined(two, one)
    assert joined(joined(one, two), three) == joined(one, joined(two, three))


def test_what_is_not_known_has_no_number() -> None:
    assert np.isnan(known(array("q", [3, UNKNOWN, ABSENT]))).tolist() == [False, True, True]
