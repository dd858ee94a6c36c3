"""Scrapes that should be there: how often a series was scraped, and how many of its samples a window lacks."""

from __future__ import annotations

import numpy as np

GAP = 2.0  # samples further apart than this many intervals have a gap between them
REGULAR = 0.5  # a step that is off by less than this part of the interval is one scrape's
JITTER = 0.1  # how much of an interval a scrape may come late without counting as missed


def pace(ts: np.ndarray, interval: float) -> float:
    """The mean interval in ms of the scrapes that were not missed: in a long gap the median's error adds up."""
    if len(ts) < 2:  # noqa: PLR2004 - a step needs two samples
        return interval
    steps, slack = np.diff(ts), REGULAR * interval
    odd = steps[(steps <= interval - slack) | (steps >= interval + slack)]
    regular = len(steps) - len(odd)
    return float(ts[-1] - ts[0] - odd.sum()) / regular if regular else interval


def missed(ts: np.ndarray, interval: float, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many samples each window [begin, end) lacks of those that a scrape every ``interval`` gives, all in ms.

    A window without a sample lacks them only where the series was there before it and after it.
    """
    if np.isnan(interval):
        return np.zeros(len(begins), np.int64)
    left, right = (np.searchsorted(ts, at, side="left") for at in (begins, ends))
    steps = np.diff(ts)
    lost = np.where(steps >= (1 + REGULAR) * interval, np.rint(steps / interval) - 1, 0)
    until = np.concatenate([[0], np.cumsum(lost)])  # lost before each sample
    last_index = len(ts) - 1
    first, last = np.minimum(left, last_index), np.maximum(right - 1, 0)
    inside = until[last] - until[first]
    before = (ts[first] - begins) // interval
    before = np.where(left > 0, np.minimum(before, _between(ts[np.maximum(left - 1, 0)], ts[first], interval)), before)
    after = np.maximum(np.ceil((ends - ts[last]) / interval - JITTER) - 1, 0)
    known = np.minimum(after, _between(ts[last], ts[np.minimum(right, last_index)], interval))
    after = np.where(right <= last_index, known, after)
    whole = np.where((left > 0) & (right <= last_index), np.maximum(np.rint((ends - begins) / interval), 1), 0)
    lacking = np.where(right > left, inside + before + after, whole)
    return np.asarray(np.where(begins < ends, lacking, 0).astype(np.int64))


def _between(first: np.ndarray, last: np.ndarray, interval: float) -> np.ndarray:
    return np.asarray(np.maximum(np.rint((last - first) / interval) - 1, 0))
