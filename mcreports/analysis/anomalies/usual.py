"""What a series usually is at each point, as its past tells it: its level alone, by hour of the day, of the week.

The rhythm is read off the calendar (UTC), not off the step: points may be missing or come at any distance. An hour's
part in the rhythm is the median, over the cycles before this one, of its mean over that of its whole cycle, so that
a single odd day leaves no echo. The level is the median of what is left, so that it follows a shift after half its
window: until then the shift is an anomaly, from then on it is the usual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas.api.typing import Rolling

HOUR = 3_600_000
DAY_SLOTS, WEEK_SLOTS = 24, 168
DAY_CYCLES, WEEK_CYCLES = (3, 14), (2, 4)  # the least that make a rhythm, and the most that are remembered
LEVEL_DAYS, LEVEL_POINTS = 7, 10  # a whole week, or the weekend would be another level
HALF = 0.5  # of the slots: a cycle that was seen less has no mean to compare with
SLIGHT = 0.05  # a part in the rhythm too small to be divided by


def before(values: np.ndarray, window: int, least: int) -> Rolling[pd.Series]:
    """A rolling window over what comes before each point."""
    return pd.Series(values).shift(1).rolling(window, min_periods=min(least, window))


def candidates(ts: np.ndarray, values: np.ndarray, per_day: int) -> list[np.ndarray]:
    """What each point would be by level alone, by hour of the day, and by hour of the week; NaN where not known."""
    found = [_level(values, per_day)]
    if per_day > 1:
        found.append(_rhythmic(ts, values, per_day, DAY_SLOTS, DAY_CYCLES))
    return [*found, _rhythmic(ts, values, per_day, WEEK_SLOTS, WEEK_CYCLES)]


def _level(values: np.ndarray, per_day: int) -> np.ndarray:
    return np.asarray(before(values, max(LEVEL_DAYS * per_day, LEVEL_POINTS), LEVEL_POINTS).median())


def _rhythmic(ts: np.ndarray, values: np.ndarray, per_day: int, slots: int, cycles: tuple[int, int]) -> np.ndarray:
    """A rhythm times a level; from the first negative value on, where shares make no sense, plus a level."""
    share, offset = profile(ts, values, slots, cycles)
    positive = np.minimum.accumulate(values) >= 0
    by_share = _level(np.where(share > SLIGHT, values / np.where(share > SLIGHT, share, 1.0), np.nan), per_day) * share
    if not positive[-1]:
        by_share = np.where(positive, by_share, _level(values - offset, per_day) + offset)
    return np.asarray(by_share)


def profile(ts: np.ndarray, values: np.ndarray, slots: int, cycles: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """At each point its hour's usual share in the mean of a cycle, and its usual distance from that mean."""
    hours = ts // HOUR
    rows = np.concatenate([[0], np.cumsum(np.diff(hours // slots) != 0)])
    cell = rows * slots + hours % slots
    size = (int(rows[-1]) + 1) * slots
    counts = np.bincount(cell, minlength=size).reshape(-1, slots)
    sums = np.bincount(cell, weights=values, minlength=size).reshape(-1, slots)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    seen = (counts > 0).sum(axis=1)
    whole = seen >= HALF * np.maximum.accumulate(seen)
    center = np.where(whole, np.nansum(means, axis=1) / seen, np.nan)[:, None]
    (share,) = past(means / np.where(center > 0, center, np.nan), cycles, (0.5,))
    (offset,) = past(means - center, cycles, (0.5,))
    return share[rows, hours % slots], offset[rows, hours % slots]


def past(rows: np.ndarray, count: tuple[int, int], shares: Sequence[float]) -> list[np.ndarray]:
    """Per row and column quantiles of the rows before it: of so many at most, NaN of fewer than so many known."""
    least, most = count
    padded = np.concatenate([np.full((most, rows.shape[1]), np.nan), rows])[: len(rows) + most - 1]
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(padded, most, axis=0), axis=-1)
    known = (~np.isnan(ordered)).sum(axis=-1)
    return [np.where(known >= least, _quantile(ordered, known, share), np.nan) for share in shares]


def _quantile(ordered: np.ndarray, known: np.ndarray, share: float) -> np.ndarray:
    """The quantile of the first so many of each, between two of them in proportion."""
    place = share * np.maximum(known - 1, 0)
    low = place.astype(int)
    high = np.minimum(low + 1, np.maximum(known - 1, 0))
    below, above = (np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0] for at in (low, high))
    return np.asarray(below + (place - low) * (above - below))
