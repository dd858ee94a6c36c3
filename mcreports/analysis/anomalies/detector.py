"""Each point judged by the points before it, and by nothing that comes later.

A series is looked at in four ways, and the one that finds a point most surprising counts: how far it lies from the
usual; how far the mean of the last quarter of a day and of the last day do, which tells a slight but lasting change;
and how far it lies from the hour before, which tells a jump in a series that wanders.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd

from mcreports.analysis.anomalies.alerts import DAY, flags
from mcreports.analysis.anomalies.reach import reach
from mcreports.analysis.anomalies.series import ALERT, DEFAULT, Detection, Options, Series
from mcreports.analysis.anomalies.usual import before, candidates

WARM = 24  # points that tell the step; none of them is judged
LASTING = (0.25, 1.0)  # days whose mean is looked at
NEAR = 1 / 24  # of a day: what a jump is measured from
FEW = 3  # points at least in either
BLOCK = 7  # steps at least whose largest deviation is looked at as one: a week of a daily series
YOUNG = 2.0  # blocks of history at which the reach is still held to be double: few days tell little of the next
TRIED_DAYS, TRIED_POINTS, OWN_DAYS = 14, 30, 7  # how long a rhythm is tried, and how much of that it takes
TYPICAL_DAYS = 28
SHADE = 0.1  # of the typical: what is expected to be less than that is not therefore steadier
SPREADS = 6.0  # of the smallest that count, by the options: the least reach
TINY = 1e-9  # a spread, where the options leave it open


@dataclass(frozen=True)
class View:
    """A series as one rhythm has it: the expected, the band around it, the surprise at each point."""

    expected: np.ndarray
    low: np.ndarray
    high: np.ndarray
    surprise: np.ndarray


def detect(series: Series, options: Options = DEFAULT) -> Detection:
    """Judge every point by its own past alone: what comes later changes nothing, bit for bit."""
    known = np.flatnonzero(np.isfinite(series.values))
    whole = np.full((4, len(series)), np.nan)  # expected, low, high, score
    flagged = np.zeros(len(series), bool)
    if len(known) > WARM:
        ts, values = series.ts[known], series.values[known]  # noqa: PD011 - a Series of ours
        step = pace(ts)
        with np.errstate(all="ignore"):  # values near the largest or the smallest float that there is
            view = _view(ts, values, step, options)
            said = np.stack([view.expected, view.low, view.high, 1 - 1 / (1 + view.surprise)])
        judged = ~np.isnan(said).any(axis=0)
        judged[:WARM] = False
        whole[:, known[judged]] = said[:, judged]
        flagged[known] = flags(ts, whole[3, known] >= ALERT, step)
    expected, low, high, score = whole
    return Detection(expected, low, high, score, flagged)


def pace(ts: np.ndarray) -> float:
    """The usual distance of known points in ms, as the first of them have it."""
    return float(np.median(np.diff(ts[:WARM])))


def _view(ts: np.ndarray, values: np.ndarray, step: float, options: Options) -> View:
    """At each point the view of the rhythm that has come closest until then."""
    per_day, starts = max(1, round(DAY / step)), _starts(ts, max(DAY, int(BLOCK * step)))
    usual = candidates(ts, values, per_day)
    window = max(TRIED_DAYS * per_day, TRIED_POINTS)
    missed = [before(np.abs(values - own), window, max(8, OWN_DAYS * per_day)).mean().to_numpy() for own in usual]
    missed = [np.where(np.isnan(off) | np.isnan(own), np.inf, off) for off, own in zip(missed, usual, strict=True)]
    best = np.stack(missed).argmin(axis=0)
    typical = before(np.abs(values), max(TYPICAL_DAYS * per_day, TRIED_POINTS), 1).mean().to_numpy()
    seen = np.full((4, len(values)), np.nan)
    for place in np.unique(best):
        view = _judge(values, usual[place], typical, (per_day, starts, options))
        seen = np.where(best == place, np.stack(astuple(view)), seen)
    return View(*seen)


def _starts(ts: np.ndarray, length: int) -> np.ndarray:
    """Where blocks of so many ms begin, days at midnight (UTC): a day that is odd is one odd block, not two."""
    blocks = ts // length
    return np.flatnonzero(np.diff(blocks, prepend=blocks[0] - 1))


def _judge(values: np.ndarray, expected: np.ndarray, typical: np.ndarray, how: tuple[int, np.ndarray, Options]) -> View:
    per_day, starts, options = how
    # noise grows with the level, but less than it: at night it is not nothing
    unit = np.sqrt((typical + TINY**2) * (np.maximum(np.abs(expected), SHADE * typical) + TINY**2))
    unit = unit if options.even else np.ones(len(values))  # or not at all: what was odd must not hide what follows
    even = options.even * np.maximum(typical, np.abs(expected))
    least = SPREADS * np.maximum(even, max(options.least, TINY)) / unit
    off = (values - expected) / unit
    around = reach(off, least, starts)
    steady = np.nan_to_num(off)
    near = before(steady, max(FEW, int(NEAR * per_day)), FEW).median().to_numpy()
    others = [pd.Series(steady).rolling(max(FEW, int(days * per_day))).mean().to_numpy() for days in LASTING]
    parts = [around.surprise(off), *(reach(one, least, starts).surprise(one) for one in (*others, steady - near))]
    young = YOUNG * max(per_day, BLOCK) / np.maximum(np.cumsum(~np.isnan(off)), 1)
    caution = 1 + young if options.even else np.ones(len(values))
    surprise = np.where(np.isnan(off), np.nan, np.fmax.reduce(parts)) / caution
    return View(expected, expected - around.down * caution * unit, expected + around.up * caution * unit, surprise)
