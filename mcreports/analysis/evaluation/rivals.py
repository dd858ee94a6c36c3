"""What the detector is held against: the rule of thumb that it replaces, and what else is common.

All of them are causal, and each raises an alert at most once a day for as long as its condition holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mcreports.analysis import anomalies
from mcreports.analysis.anomalies import Detection
from mcreports.analysis.anomalies.alerts import flags
from mcreports.analysis.anomalies.detector import pace
from mcreports.analysis.evaluation.sweep import DAY, once_a_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcreports.analysis.anomalies import Series
    from mcreports.analysis.evaluation.sweep import Alert

WEEK, FIVE_MINUTES = 7 * DAY, 300_000
OVER, FAR_Z, FAR_MAD, BEYOND = 0.5, 3.0, 6.0, 0.1
SEASONS, FEWEST, EVEN, NORMAL, ROUNDING = 28, 4, 0.05, 1.4826, 1e-6


@dataclass(frozen=True)
class Contender:
    """A detector by its name, in words, as a function, and how it makes alerts of rows that stand out."""

    name: str
    words: str
    detect: Callable[[Series], Detection]
    alert: Alert = once_a_day


def _judged(
    series: Series, band: tuple[np.ndarray, np.ndarray, np.ndarray], far: np.ndarray, limit: float
) -> Detection:
    """Alerts where something lies as far as the limit; the score is 0.5 there and 1 for infinitely far."""
    expected, low, high = band
    with np.errstate(invalid="ignore"):
        score = np.where(np.isposinf(far), 1.0, far / (far + limit))
    score[np.isnan(series.values)] = np.nan
    flags = np.zeros(len(far), bool)
    flags[once_a_day(series.ts, np.flatnonzero(far >= limit))] = True
    return Detection(expected, low, high, score, flags)


def _over(value: np.ndarray, measure: np.ndarray) -> np.ndarray:
    """How many measures a value is; where the measure is 0, infinitely many or none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((measure == 0) & (value == 0), 0.0, value / measure)


def _past_week(series: Series) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the seven days before each point; NaN within the first day."""
    known = pd.Series(series.values, index=pd.to_datetime(series.ts, unit="ms", utc=True))
    past = known.rolling("7D", min_periods=2, closed="left")
    early = series.ts - series.ts[:1] < DAY if len(series.ts) else np.empty(0, bool)
    mean, deviation = past.mean().to_numpy(), past.std().to_numpy()
    # running sums of an even series leave a trace of rounding that is no deviation
    deviation = np.where(deviation < ROUNDING * np.abs(mean), 0.0, deviation)
    return np.where(early, np.nan, mean), np.where(early, np.nan, deviation)


def rule_of_thumb(series: Series) -> Detection:
    """A value half as much again as the mean of the last seven days."""
    values, (mean, _) = np.asarray(series.values), _past_week(series)
    far = np.maximum(_over(values - mean, np.abs(mean)), 0.0)
    return _judged(series, (mean, np.full(len(mean), -np.inf), mean + OVER * np.abs(mean)), far, OVER)


def rolling_z(series: Series) -> Detection:
    """A value three standard deviations off the mean of the last seven days."""
    values, (mean, deviation) = np.asarray(series.values), _past_week(series)
    far = _over(np.abs(values - mean), deviation)
    return _judged(series, (mean, mean - FAR_Z * deviation, mean + FAR_Z * deviation), far, FAR_Z)


def seasonal_mad(series: Series) -> Detection:
    """A value far from the median of the same time of day; in daily series, of the same weekday."""
    values, past = np.asarray(series.values), _same_time(series)
    middle = _median(past)
    spread = np.maximum(NORMAL * _median(np.abs(past - middle[:, None])), EVEN * np.abs(middle))
    far = _over(np.abs(values - middle), spread)
    return _judged(series, (middle, middle - FAR_MAD * spread, middle + FAR_MAD * spread), far, FAR_MAD)


def _same_time(series: Series) -> np.ndarray:
    """For each point the last values of its own time of day or week, the newest first."""
    # the first step alone says how dense the series is: later ones would be a look ahead
    step = int(np.diff(series.ts[:2]).sum())
    season = WEEK if step >= DAY else DAY
    slot = series.ts % season // max(step, FIVE_MINUTES)
    order = np.argsort(slot, kind="stable")
    starts = np.flatnonzero(np.diff(slot[order], prepend=-1))
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    back = np.arange(1, SEASONS + 1)
    values = np.take(series.values, order)[np.maximum(np.arange(len(order))[:, None] - back, 0)]
    past = np.empty(values.shape)
    past[order] = np.where(place[:, None] >= back, values, np.nan)
    return past


def _median(rows: np.ndarray) -> np.ndarray:
    """The median of each row without its NaN; NaN where too few are known."""
    ordered, known = np.sort(rows, axis=1), (~np.isnan(rows)).sum(axis=1)
    each = np.arange(len(rows))
    middle = (ordered[each, np.maximum(known - 1, 0) // 2] + ordered[each, known // 2]) / 2
    return np.where(known < FEWEST, np.nan, middle)


def records(series: Series) -> Detection:
    """A value beyond all that were before, by a tenth of their range."""
    values = np.asarray(series.values)
    past = pd.Series(values).shift(1)
    low, high = past.cummin().ffill().to_numpy(), past.cummax().ffill().to_numpy()
    early = series.ts - series.ts[:1] < DAY if len(series.ts) else np.empty(0, bool)
    beyond = np.maximum(np.maximum(values - high, low - values), 0.0)
    far = np.where(early, np.nan, _over(beyond, high - low))
    return _judged(series, ((low + high) / 2, low, high), far, BEYOND)


def _own(ts: np.ndarray, raised: np.ndarray) -> np.ndarray:
    """The alerts of this package's detector, were they raised at another threshold."""
    return np.asarray(raised[flags(ts[raised], np.ones(len(raised), bool), pace(ts))] if len(raised) else raised)


SHIPPED = Contender("mcreports", "the detector of this package", anomalies.detect, _own)
CONTENDERS = (
    SHIPPED,
    Contender("rule of thumb", "50 % over the mean of seven days", rule_of_thumb),
    Contender("rolling z", "3 standard deviations off the mean of seven days", rolling_z),
    Contender("seasonal MAD", "6 deviations off the median of the same time of day", seasonal_mad),
    Contender("records", "a tenth of the range beyond all that were before", records),
)
