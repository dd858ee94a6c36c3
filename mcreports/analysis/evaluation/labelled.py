"""Invented series with known anomalies, to choose a detector's constants on: the same seed gives the same series.

They look like what tenants cost: a rhythm of the day and the week, nightly batches, machines that come and go, hours
without any use, amounts of a few cents. Every fifth has no anomaly at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcreports.analysis.evaluation.happenings import HAPPENINGS, SPARSE_HAPPENINGS, Happening
from mcreports.analysis.evaluation.rhythms import DAY, FIVE_MINUTES, HOUR, RHYTHMS, noise

START = 1_704_067_200_000  # a Monday, in ms
POINTS = {FIVE_MINUTES: 28 * 288, HOUR: 84 * 24, DAY: 364}
GRACE = {FIVE_MINUTES: 144, HOUR: 36, DAY: 5}  # points from the onset on within which an alert is in time
QUIET = 0.2  # of a series, at its start, in which nothing happens
CLEAN = 5  # every so many-th series has no anomaly


@dataclass(frozen=True)
class Labelled:
    """A series and the windows in which its anomalies are: pairs of row numbers [start, stop).

    Instants are in ms, in the order of the file; a value is NaN where nothing was measured.
    """

    name: str
    ts: np.ndarray
    values: np.ndarray
    windows: tuple[tuple[int, int], ...] = ()


def is_later(ts: np.ndarray) -> np.ndarray:
    """Which instants are later than all before them: clocks are put back, and rows are written twice.

    >>> is_later(np.array([1, 3, 2, 3, 4])).tolist()
    [True, True, False, False, True]
    """
    return np.diff(np.maximum.accumulate(ts), prepend=ts[:1] - 1) > 0


def corpus(seed: int, count: int = 105) -> tuple[Labelled, ...]:
    """So many labelled series: one more does not change those before it.

    >>> first, *_ = corpus(1, 3)
    >>> first.name, len(first.values), corpus(1, 1)[0].windows == first.windows
    ('steady/000.csv', 8064, True)
    """
    return tuple(_labelled(seed, number) for number in range(count))


def _labelled(seed: int, number: int) -> Labelled:
    draw = np.random.default_rng([seed, number])
    step = tuple(POINTS)[number % len(POINTS)]
    kind = tuple(RHYTHMS)[number // len(POINTS) % len(RHYTHMS)]
    points = POINTS[step]
    ts = START + step * np.arange(points)
    level, active = RHYTHMS[kind](draw, ts, step)
    spread, wobble = noise(draw, points)
    windows: tuple[tuple[int, int], ...] = ()
    if number % CLEAN:
        happenings = HAPPENINGS if active.all() else SPARSE_HAPPENINGS
        windows = _befall((level, active), draw, step, (spread, happenings))
    values = np.round(np.maximum(np.where(active, level * wobble, 0.0), 0.0), 4)
    return _with_holes(Labelled(f"{kind}/{number:03}.csv", ts, values, windows), draw)


def _befall(
    series: tuple[np.ndarray, np.ndarray],
    draw: np.random.Generator,
    step: int,
    how: tuple[float, tuple[Happening, ...]],
) -> tuple[tuple[int, int], ...]:
    """Let one to three things happen, far from each other; the windows that they are to be found in."""
    (level, active), (spread, happenings) = series, how
    count, quiet = int(draw.integers(1, 4)), int(QUIET * len(level))
    room = (len(level) - quiet) // count
    windows = []
    for place in range(count):
        onset = quiet + place * room + int(draw.integers(0, room // 3))
        happening = happenings[draw.integers(0, len(happenings))]
        factor = happening(draw, spread, step)
        stop = onset + len(factor)
        level[onset:stop] *= factor
        if happening.is_use:
            active[onset:stop] = True
        if not happening.ends:
            level[stop:] *= factor[-1]
        windows.append((onset, max(stop, onset + GRACE[step])))
    return tuple(windows)


def _with_holes(whole: Labelled, draw: np.random.Generator) -> Labelled:
    """The series as it is scraped: in every other one points are missing, some alone and some in a row."""
    if draw.random() < 0.5:  # noqa: PLR2004 - a coin
        return whole
    points = len(whole.ts)
    there = draw.random(points) >= 0.01 * draw.random()
    gap = int(draw.integers(0, points - points // 50))
    there[gap : gap + int(draw.integers(1, points // 50))] = False
    there[[edge for start, stop in whole.windows for edge in (start, stop - 1)]] = True
    before = np.concatenate([[0], np.cumsum(there)])
    windows = tuple((int(before[start]), int(before[stop])) for start, stop in whole.windows)
    return Labelled(whole.name, whole.ts[there], whole.values[there], windows)
