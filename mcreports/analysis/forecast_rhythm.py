"""What comes back: the share of each weekday, and what is due on a day of the month.

Every array here holds histories as rows, right-aligned: its last column is each one's newest day, NaN an unknown day.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

WEEK = 7
WEEKS = 12  # that a weekday's share is learnt from
NEAR = 21  # days that say what is usual around a day
MONTH_DAYS, LAST_DAYS = 31, 3  # a day of the month is counted from its start, the last ones from its end, too
UNUSUAL = 4.0  # robust standard deviations by which a day that is due stands out
ALIKE = 0.4  # the least of a day's amounts as a part of its greatest
TINY = 1e-9


def sums(rows: np.ndarray, size: int) -> np.ndarray:
    """The sum of the days around each day, NaN counted as nothing, fewer at the ends."""
    half, length = size // 2, rows.shape[1]
    reached = np.zeros((len(rows), length + 2 * half + 1))
    np.cumsum(np.where(np.isnan(rows), 0.0, rows), axis=1, out=reached[:, half + 1 : half + 1 + length])
    reached[:, half + 1 + length :] = reached[:, half + length, None]
    return np.asarray(reached[:, size:] - reached[:, :-size])


def extended(rows: np.ndarray, before: int, after: int) -> np.ndarray:
    """The rows with so many unknown days before and after them."""
    longer = np.full((len(rows), before + rows.shape[1] + after), np.nan)
    longer[:, before : before + rows.shape[1]] = rows
    return longer


def medians(rows: np.ndarray) -> np.ndarray:
    """The median of the known values along the last axis; NaN where none is."""
    ordered, known = np.sort(rows, axis=-1), (~np.isnan(rows)).sum(axis=-1)
    low, high = np.maximum(known - 1, 0) // 2, known // 2
    ends = np.stack([low, np.minimum(high, rows.shape[-1] - 1)], axis=-1)
    found = np.take_along_axis(ordered, ends, axis=-1).mean(axis=-1)
    return np.asarray(np.where(known > 0, found, np.nan))


def spread(rows: np.ndarray) -> np.ndarray:
    """The median distance from 0, as a standard deviation."""
    return 1.4826 * medians(np.abs(rows))


def divided(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """``above / below``; NaN where that is not a number."""
    return np.asarray(np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0))


def weekday_shares(rows: np.ndarray) -> np.ndarray:
    """Each weekday as a multiple of its week's mean, drawn towards 1 as far as chance explains it.

    Seven columns a row, the last one that of the newest day: the day ahead is like the first.
    """
    weeks = _weeks(rows)
    known, usd = ~np.isnan(weeks), np.nan_to_num(weeks)
    counts = known.sum(axis=1)
    means = divided(usd.sum(axis=1), counts)
    means = np.where(np.isnan(means), divided(usd.sum((1, 2)), known.sum((1, 2)))[:, None], means)
    shares = _levelled(means)
    flat = weeks.reshape(len(rows), -1)
    for _ in range(2):  # what a week costs changes, too
        usual = local_level(flat, shares, WEEK)
        expected = np.where(np.isnan(flat), 0.0, np.nan_to_num(usual)).reshape(weeks.shape).sum(axis=1)
        found = divided(usd.sum(axis=1), expected)
        shares = _levelled(np.where(np.isnan(found), shares, found))
    off = (flat - local_level(flat, shares, WEEK) * repeated(shares, flat.shape[1])).reshape(weeks.shape)
    return _shrunk(shares, off / (np.nan_to_num(divided(usd.sum((1, 2)), known.sum((1, 2))))[:, None, None] + TINY))


def repeated(shares: np.ndarray, days: int) -> np.ndarray:
    """The shares of so many days up to the newest."""
    return np.tile(shares, -(-days // WEEK))[:, -days:] if days else shares[:, :0]


def ahead(shares: np.ndarray, days: int) -> np.ndarray:
    """The shares of so many days to come."""
    return np.tile(shares, -(-days // WEEK))[:, :days]


def local_level(rows: np.ndarray, shares: np.ndarray, size: int) -> np.ndarray:
    """What an average day costs around each day, whatever weekdays are known there."""
    weights = np.where(np.isnan(rows), 0.0, repeated(shares, rows.shape[1]))
    return divided(sums(rows, size), sums(weights, size))


def dues(rows: np.ndarray, shares: np.ndarray, days: np.ndarray, slots: np.ndarray) -> np.ndarray:
    """What is due on each of ``days`` (columns of day of the month, days to its end), of history and ahead.

    A day of the month is one that stood out in the same direction, about as far, each time it was there.
    ``slots`` numbers the month of each day; ``days`` has two planes, and columns for history first.
    """
    length = rows.shape[1]
    share = repeated(shares, length)
    level = medians(sliding_window_view(_padded(divided(rows, np.where(share > 0.05, share, 0.0))), NEAR, axis=1))  # noqa: PLR2004 - a weekday that costs next to nothing says little
    off = rows - level * share
    known = ~np.isnan(off)
    mean = np.where(known, np.abs(off), 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    usual = np.maximum(spread(off), mean) + TINY * np.nan_to_num(np.abs(rows)).mean(axis=1)
    found = np.zeros((len(rows), days.shape[2]))
    for plane, most in ((0, MONTH_DAYS), (1, LAST_DAYS)):
        own = days[plane]
        amounts = _amounts(off, np.where(own[:, :length] < most, own[:, :length], most), slots[:, :length], most)
        due = _due(amounts, usual)
        due = np.concatenate([due[:, :most], np.zeros((len(rows), 1))], axis=1)
        found = np.where(found == 0, np.take_along_axis(due, np.minimum(own, most), axis=1), found)
    return found


def _due(amounts: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """By day of the month (rows of months): the median amount where it came back each time, else 0."""
    known, size = ~np.isnan(amounts), np.abs(amounts)
    least, most = np.where(known, size, np.inf).min(axis=2), np.where(known, size, 0.0).max(axis=2)
    one_way = np.abs(np.where(known, np.sign(amounts), 0.0).sum(axis=2)) == known.sum(axis=2)
    is_due = (known.sum(axis=2) > 1) & one_way & (least > UNUSUAL * usual[:, None]) & (least > ALIKE * most)
    return np.where(is_due, medians(amounts), 0.0)


def _amounts(off: np.ndarray, own: np.ndarray, slots: np.ndarray, most: int) -> np.ndarray:
    """What each day of the month was off by, month by month."""
    months = int(slots.max()) + 1 if slots.size else 1
    amounts = np.full((len(off), most + 1, months), np.nan)
    amounts[np.arange(len(off))[:, None], own, slots] = off
    return amounts


def _padded(rows: np.ndarray) -> np.ndarray:
    return extended(rows, NEAR // 2, NEAR // 2)


def _weeks(rows: np.ndarray) -> np.ndarray:
    """The newest weeks, the last one ending with the newest day."""
    newest = rows[:, -WEEK * WEEKS :]
    return extended(newest, (-newest.shape[1]) % WEEK, 0).reshape(len(rows), -1, WEEK)


def _levelled(shares: np.ndarray) -> np.ndarray:
    mean = shares.mean(axis=1, keepdims=True)
    found = divided(shares, mean)
    return np.where(np.isnan(found), 1.0, found)


def _shrunk(shares: np.ndarray, off: np.ndarray) -> np.ndarray:
    """Nearer to 1 by the part of their differences that the noise of as many weeks would make."""
    known = ~np.isnan(off)
    counts = known.sum(axis=(1, 2))
    noise = np.where(known, off, 0.0) ** 2
    within = noise.sum(axis=(1, 2)) / np.maximum(counts - WEEK, 1) / np.maximum(counts / WEEK, 1)
    between = ((shares - 1.0) ** 2).sum(axis=1) / (WEEK - 1)
    kept = np.nan_to_num(1.0 - divided(within, between)).clip(0.0, 1.0)
    return np.asarray(np.maximum(1.0 + (shares - 1.0) * kept[:, None], 0.0))
