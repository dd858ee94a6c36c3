"""A series read by the hour: whole cents or events, and where there is nothing to read.

Readings are whole numbers, so that sums are exact. An hour one of whose ends lies in a gap is UNKNOWN; one
before a series was born, or long after its last sample, is ABSENT: nothing of it, and no part of a sum.
"""

from __future__ import annotations

from array import array
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.ledger import cents
from mcreports.domains.scrapes import GAP
from mcreports.plan import REACH
from mcreports.samples import settled

if TYPE_CHECKING:
    from mcreports.domains.ledger import Curve
    from mcreports.domains.series import Line, Watch

    Readings = array[int]

UNKNOWN, ABSENT = -1, -2
OVER = REACH // timedelta(milliseconds=1)  # a series that has been silent for longer is not waited for


def spent(line: Curve, edges: np.ndarray) -> Readings:
    """The cents that a curve gives to each step between two edges in ms."""
    since, first = line.watched_since, int(line.ts[0])
    is_born = since is not None and since + GAP * line.interval < first
    state = _states(line.ts, line.interval, edges, is_born=is_born)
    return _readings(np.where(state == 0, np.diff(cents(line, edges)), state))


def counted(line: Line, window: Watch, edges: np.ndarray) -> Readings:
    """The events that a counter tells of in each step between two edges in ms."""
    valid = np.isfinite(line.values) & (line.values >= 0)
    ts, values = line.ts[valid], settled(np.rint(line.values[valid]))
    if not len(ts):
        return _readings(np.full(max(len(edges) - 1, 0), UNKNOWN))
    is_born = window.is_born(line)
    rises = np.where(np.diff(values) < 0, values[1:], np.diff(values))
    # one that was born began from 0; what another held when the data began is nobody's event
    reached = np.concatenate([[0.0, values[0] if is_born else 0.0], rises]).cumsum()
    at = reached[np.searchsorted(ts, edges, side="right")]
    state = _states(ts, line.interval, edges, is_born=is_born)
    return _readings(np.where(state == 0, np.diff(at), state))


def joined(one: Readings | None, two: Readings) -> Readings:
    """The sum of two series' readings: unknown where either is; what is absent has no part in it.

    >>> joined(array("q", [1, 1, -1, -2]), array("q", [2, -2, 3, -2])).tolist()
    [3, 1, -1, -2]
    """
    if one is None:
        return two
    left, right = np.asarray(one), np.asarray(two)
    both = np.maximum(left, 0) + np.maximum(right, 0)
    both[(left == ABSENT) & (right == ABSENT)] = ABSENT
    both[(left == UNKNOWN) | (right == UNKNOWN)] = UNKNOWN
    return _readings(both)


def known(readings: Readings | np.ndarray) -> np.ndarray:
    """Readings as numbers, NaN where there is none."""
    numbers = np.asarray(readings)
    return np.where(numbers < 0, np.nan, numbers.astype(float))


def _states(ts: np.ndarray, interval: float, edges: np.ndarray, *, is_born: bool) -> np.ndarray:
    """0 for each step that can be read, else why not."""
    right = np.searchsorted(ts, edges, side="left")
    before, after = ts[np.maximum(right - 1, 0)], ts[np.minimum(right, len(ts) - 1)]
    blind = (edges < ts[0]) | (edges > ts[-1]) | ((after != edges) & (after - before > GAP * interval))
    states = np.where(blind[:-1] | blind[1:], UNKNOWN, 0)
    if is_born:
        states[edges[1:] <= ts[0]] = ABSENT
    if len(edges) and edges[-1] - ts[-1] > OVER:
        states[edges[:-1] >= ts[-1]] = ABSENT
    return states


def _readings(numbers: np.ndarray) -> Readings:
    return array("q", numbers.astype(np.int64).tobytes())
