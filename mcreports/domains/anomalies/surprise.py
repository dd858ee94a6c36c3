"""By how many deviations a number of bad events is more than chance explains, held against the past alone."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

PAST = timedelta(days=28) // timedelta(milliseconds=1)
SHORTEST = timedelta(days=7) // timedelta(milliseconds=1)
SPARE = 3 / 8  # Anscombe's: with it the root of a count has the same spread whatever the count is
OUTLIER = 4.0  # deviations from which on a step is no part of what is usual


def usual_share(ts: np.ndarray, events: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """For each step the share of bad events in the four weeks before it, without what stood out in them.

    NaN before there is a week of them.
    """
    first = _pooled(ts, events, bad)
    calm = ~(np.abs(deviations(events, bad, first)) > OUTLIER)
    return _pooled(ts, np.where(calm, events, np.nan), np.where(calm, bad, np.nan))


def deviations(events: np.ndarray, bad: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The distance of each number of bad events from the expected one, in standard deviations."""
    return np.asarray(2 * (np.sqrt(bad + SPARE) - np.sqrt(events * share + SPARE)))


def bad_at(distance: np.ndarray, events: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The number of bad events that lies so many deviations from the expected one; never below none, or above all.

    >>> two = bad_at(np.array([2.0]), np.array([100.0]), np.array([0.04]))
    >>> float(two[0].round(1)), float(deviations(np.array([100.0]), two, np.array([0.04]))[0].round(6))
    (9.2, 2.0)
    """
    root = np.maximum(distance / 2 + np.sqrt(events * share + SPARE), 0.0)
    return np.asarray(np.clip(root**2 - SPARE, 0.0, events))


def _pooled(ts: np.ndarray, events: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Bad events by all events in the window before each step."""
    if not len(ts):
        return np.empty(0)
    is_known = np.isfinite(events) & np.isfinite(bad)
    since = np.searchsorted(ts, ts - PAST, side="left")
    every, wrong = (np.concatenate([[0.0], np.where(is_known, one, 0.0).cumsum()]) for one in (events, bad))
    here = np.arange(len(ts))
    seen = every[here] - every[since]
    long_enough = (ts - ts[np.argmax(is_known)] >= SHORTEST) & (seen > 0)
    return np.where(long_enough, (wrong[here] - wrong[since]) / np.maximum(seen, 1.0), np.nan)
