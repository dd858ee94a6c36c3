"""What an average day costs now: levels that forget at several paces, after what shifted for good and what trends.

Histories are rows, right-aligned, as in ``forecast_rhythm``; shares are those of its weekdays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mcreports.analysis.forecast_rhythm import TINY, WEEK, ahead, divided, extended, medians, repeated, spread

PACES = np.array([0.02, 0.07, 0.2, 0.5])  # the part of a level that each new day makes
STRICT = 8  # how much the pace that erred least counts for more
WARM = 14  # days before a level is held against what came
SIDE, FEWEST_BEFORE, FEWEST_AFTER = 28, 7, 4  # days that are compared for a shift, and how few may do
SHIFTS, BLUR = 3, 10  # how many shifts are looked for, and how many days medians may misplace one
CERTAIN, LEAST = 10.0, 0.08  # standard errors and size (of a logarithm) that make a shift
USED = 0.9  # of the days must cost something for a shift to be told from chance
SLOPE_WEEKS, SLOPE_CERTAIN, DAMPED = 8, 25.0, 0.97
MOST_FALL = 0.8


@dataclass(frozen=True)
class Level:
    """After each day what an average day costs, how fast that follows, the slope a day, and where judging begins."""

    usd: np.ndarray
    pace: np.ndarray
    slope: np.ndarray
    begins: np.ndarray

    def days(self, shares: np.ndarray, count: int) -> np.ndarray:
        """What each of so many days to come costs."""
        steps = np.cumsum(DAMPED ** np.arange(1, count + 1))
        age = (~np.isnan(self.usd)).sum(axis=1)
        behind = np.minimum(1 / self.pace - 1, age / 2)  # days that a level lags its slope
        grown = self.slope[:, None] * (steps + behind[:, None])
        now = self.usd[:, -1:]
        return np.asarray((now + np.maximum(grown, -MOST_FALL * now)) * ahead(shares, count))


def level(rows: np.ndarray, shares: np.ndarray) -> Level:
    """The levels of several paces, weighed by how well each foresaw the week after each day."""
    share, known = repeated(shares, rows.shape[1]), ~np.isnan(rows)
    length = rows.shape[1]
    usd, due = np.where(known, rows, 0.0), np.where(known, share, 0.0)
    weights = _weights(length)
    each = divided(usd @ weights, due @ weights)  # by pace, row, day
    born = np.argmax(known, axis=1)
    begins = born + np.minimum(WARM, (length - born) // 2)
    off = week_errors(rows, each, share, begins)
    counts = (~np.isnan(off[0])).sum(axis=1)
    squares = np.nan_to_num(off**2).sum(axis=2) / np.maximum(counts, 1)
    floor = (TINY * np.nan_to_num(usd).mean(axis=1)) ** 2 + TINY**3
    weighed = ((squares.min(axis=0) + floor) / (squares + floor)) ** STRICT
    weighed /= weighed.sum(axis=0)
    mixed = np.einsum("pr,prd->rd", weighed, np.nan_to_num(each))
    return Level(np.where(np.isnan(each[0]), np.nan, mixed), PACES @ weighed, _slope(rows, share, mixed[:, -1]), begins)


def week_errors(
    rows: np.ndarray, levels: np.ndarray, share: np.ndarray, begins: np.ndarray, span: int = WEEK
) -> np.ndarray:
    """What came in the ``span`` days after each day less what its level foresaw; NaN where that cannot be said."""
    length = rows.shape[1]
    if length <= span:
        return np.full((*levels.shape[:-1], 1), np.nan)
    known = ~np.isnan(rows)
    usd, due = (np.cumsum(np.where(known, part, 0.0), axis=1) for part in (rows, share))
    came, foreseen = usd[:, span:] - usd[:, :-span], due[:, span:] - due[:, :-span]
    off = came - levels[..., :-span] * foreseen
    return np.asarray(np.where(np.arange(length - span) >= begins[:, None], off, np.nan))


def shifted(rows: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The histories with what was before a lasting shift lifted or lowered to the level after it."""
    rows = rows.copy()
    share = repeated(shares, rows.shape[1])
    known = ~np.isnan(rows)
    mean = divided(np.where(known, rows, 0.0).sum(axis=1), known.sum(axis=1))
    used = (rows > 0.05 * mean[:, None]).sum(axis=1)
    able = np.flatnonzero(used > USED * known.sum(axis=1))
    for _ in range(SHIFTS):
        if not len(able):
            break
        at, ratio = _shift(divided(rows[able], np.where(share[able] > 0.05, share[able], 0.0)))  # noqa: PLR2004 - as above
        found = at > 0
        able, at, ratio = able[found], at[found], ratio[found]
        rows[able] *= np.where(np.arange(rows.shape[1]) < at[:, None], ratio[:, None], 1.0)
    return rows


def _shift(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first day after the surest shift of each row and by what factor; day 0 where there is none."""
    windows = sliding_window_view(extended(rows, SIDE, SIDE), SIDE, axis=1)
    length = rows.shape[1]
    before, after = windows[:, : length + 1], windows[:, SIDE : SIDE + length + 1]
    counts = [(~np.isnan(side)).sum(axis=2) for side in (before, after)]
    was, now = medians(before), medians(after)
    off = np.concatenate([before - was[..., None], after - now[..., None]], axis=2)
    usual = spread(off) + 1e-6 * np.nan_to_num(now)
    ratio = divided(now, np.where(was > 0, was, 0.0))
    errors = 1.2533 * usual * np.sqrt(sum(1 / np.maximum(count, 1) for count in counts))
    sure = np.nan_to_num(divided(np.abs(now - was), errors))
    enough = (counts[0] >= FEWEST_BEFORE) & (counts[1] >= FEWEST_AFTER) & (ratio > 0)
    big = np.abs(np.log(np.where(enough, ratio, 1.0))) > LEAST
    sure = np.where(enough & big, sure, 0.0)
    at = sure.argmax(axis=1)
    picked = np.arange(len(rows)), at
    found = sure[picked] > CERTAIN
    at = _edge(rows, at, was[picked], now[picked])
    return np.where(found, at, 0), np.where(found, ratio[picked], 1.0)


def _edge(rows: np.ndarray, at: np.ndarray, was: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The day near ``at`` from which on the days are nearer to the level after a shift: medians alone blur it."""
    nearer = np.abs(rows - was[:, None]) - np.abs(rows - now[:, None])
    reached = np.zeros((len(rows), rows.shape[1] + 1))
    np.cumsum(np.where(np.isnan(nearer), 0.0, nearer), axis=1, out=reached[:, 1:])
    near = np.abs(np.arange(reached.shape[1]) - at[:, None]) <= BLUR
    return np.asarray(np.where(near, reached, np.inf).argmin(axis=1))


def _slope(rows: np.ndarray, share: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The median slope a day between its weeks' levels, kept as far as it is beyond doubt."""
    lacking = (-rows.shape[1]) % WEEK
    known = ~np.isnan(rows)
    weeks = [
        np.nan_to_num(extended(np.where(known, part, 0.0), lacking, 0)).reshape(len(rows), -1, WEEK).sum(axis=2)
        for part in (rows, share)
    ]
    levels = divided(*weeks)[:, -SLOPE_WEEKS:]
    first, second = np.triu_indices(levels.shape[1], 1)
    slope = medians((levels[:, second] - levels[:, first]) / (WEEK * (second - first)))
    days = WEEK * (np.arange(levels.shape[1]) - levels.shape[1] + 1)
    off = levels - slope[:, None] * days
    off -= medians(off)[:, None]
    is_known = ~np.isnan(levels)
    middle = divided((is_known * days).sum(axis=1), is_known.sum(axis=1))
    spans = np.sqrt(np.where(is_known, (days - middle[:, None]) ** 2, 0.0).sum(axis=1))
    error = divided(1.25 * spread(off), spans) + TINY * np.abs(now)
    kept = 1 - SLOPE_CERTAIN * np.nan_to_num(divided(error, np.abs(slope)), nan=np.inf) ** 2
    enough = is_known.sum(axis=1) > SLOPE_WEEKS // 2
    return np.where(enough & (now > 0), np.nan_to_num(slope) * kept.clip(0.0, 1.0), 0.0)


@lru_cache(maxsize=64)  # a platform's histories are of a few lengths
def _weights(length: int) -> np.ndarray:
    """By pace: how much each day (row) counts in the level after each day (column)."""
    since = np.arange(length)[None, :] - np.arange(length)[:, None]
    return np.asarray(np.where(since >= 0, (1 - PACES)[:, None, None] ** np.maximum(since, 0), 0.0))
