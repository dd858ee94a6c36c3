"""How the days to come may turn out: whole paths, made of the weeks' own errors and a level that wanders.

Daily bounds of a sum must not be added up; a path is a whole course of days, and is summed as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.forecast_level import week_errors
from mcreports.analysis.forecast_rhythm import TINY, WEEK, ahead, divided, repeated

if TYPE_CHECKING:
    from mcreports.analysis.forecast_level import Level

PATHS = 500
SEED = 20251031
LEAST_KNOWN = 4  # days of a week that is drawn again
DOUBT = 3  # degrees of freedom: how little a few weeks say of the spread itself
SHIFT_DAYS, SHIFT_SIZE = 120, 0.5  # how long a level lasts on average, and the deviation of its change as a logarithm
NARROWER = 0.8  # measured on generated series: so 80 % intervals cover 80 %
SPAN = 10  # days whose sum the paths are held against in the past
TRUST = 2.0, 3.0  # how much each such span counts, and what the paths count by themselves
WIDEST = 2.0
LOWEST = 0.05


@dataclass(frozen=True)
class _Chances:
    """What is drawn for each path (a row): weeks to see again, how much wider it is, a normal deviate of the level.

    ``shifts`` are by what part of it the level has changed for good on each day: it may, without a sign before.
    """

    weeks: np.ndarray
    more: np.ndarray
    doubt: np.ndarray
    shifts: np.ndarray


def errors(row: np.ndarray, shares: np.ndarray, found: Level, days: int) -> np.ndarray:
    """By how much each of the days ahead may be off, as a part of the level now: a path a row.

    ``row`` and ``shares`` are one history; ``found`` is its level.
    """
    share = repeated(shares, row.shape[1])
    weeks = _weeks(row, share, found)
    length = max(days, SPAN)
    chance = _chances(len(weeks), length)
    drawn = weeks[chance.weeks].reshape(PATHS, -1)[:, :length]
    pace = float(found.pace[0])
    known = int((~np.isnan(row)).sum())
    doubt = weeks.std() / np.sqrt(min((2 - pace) / pace, known))
    wandered = np.zeros_like(drawn)
    np.cumsum(drawn[:, :-1], axis=1, out=wandered[:, 1:])
    lifted = chance.more * (chance.doubt * doubt + pace * wandered) + chance.shifts
    paths = np.maximum(lifted, LOWEST - 1) * ahead(shares, length) + drawn
    return np.asarray(paths[:, :days] * NARROWER * _wider(row, share, found, paths[:, :SPAN].sum(axis=1)))


@lru_cache(maxsize=64)  # the same for all tenants that have as many weeks
def _chances(weeks: int, days: int) -> _Chances:
    draw = np.random.default_rng(SEED)
    again = draw.integers(0, weeks, (PATHS, -(-days // WEEK)))
    more = np.sqrt(DOUBT / draw.chisquare(DOUBT, (PATHS, 1)))
    doubt = draw.standard_normal((PATHS, 1))
    begins = draw.geometric(1 / SHIFT_DAYS, (PATHS, 1))
    size = np.expm1(draw.normal(0, SHIFT_SIZE, (PATHS, 1)))
    return _Chances(again, more, doubt, np.where(np.arange(1, days + 1) >= begins, size, 0.0))


def _weeks(row: np.ndarray, share: np.ndarray, found: Level) -> np.ndarray:
    """What each day of each week was off by, as a part of its level then: as little as a few weeks show."""
    off = np.full(row.shape, np.nan)
    off[:, 1:] = divided(row[:, 1:] - found.usd[:, :-1] * share[:, 1:], _scale(found, 1))
    off[:, : int(found.begins[0]) + 1] = np.nan
    weeks = off[0, row.shape[1] % WEEK :].reshape(-1, WEEK)
    weeks = weeks[(~np.isnan(weeks)).sum(axis=1) >= LEAST_KNOWN]
    if not len(weeks):
        return np.zeros((1, WEEK))
    weeks = np.nan_to_num(weeks - np.nanmean(weeks))  # what they have in common the level has learnt
    # few weeks lie closer to their level than the next one will
    return np.asarray(weeks * np.sqrt(len(weeks) / max(len(weeks) - 1, 1)))


def _wider(row: np.ndarray, share: np.ndarray, found: Level, imagined: np.ndarray) -> float:
    """By what factor sums of days were off further than the paths say; never less than 1."""
    off = divided(week_errors(row, found.usd, share, found.begins, SPAN), _scale(found, SPAN))
    off = off[~np.isnan(off)]
    if len(off) < LEAST_KNOWN:
        return 1.0
    a_span, itself = TRUST
    weight = a_span * len(off) / SPAN
    ratio = (off**2).mean() / max((imagined**2).mean(), TINY**2)
    return float(np.clip(np.sqrt((itself + weight * ratio) / (itself + weight)), 1.0, WIDEST))


def _scale(found: Level, span: int) -> np.ndarray:
    """What errors are a part of: the higher of the levels before and after them, for a low one says little."""
    return np.asarray(np.maximum(found.usd[:, :-span], found.usd[:, span:]))
