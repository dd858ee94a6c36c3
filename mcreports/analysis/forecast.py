"""Spend to come: the mean of a weekday's last four values, with an interval from its own past errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

METHOD = "weekday mean of 4 weeks; 80 % interval from 500 resampled weeks of its own errors"
WEEKS = 4
LEAST_DAYS = 14
LEAST_RECENT = 7
PATHS = 500
SEED = 20251031


@dataclass(frozen=True)
class Forecast:
    """Per remaining day the expected spend, the 80 % interval of their sum, and the past error in %.

    ``refusal`` says why there is no forecast; the arrays are then empty.
    """

    days: np.ndarray
    low: float = float("nan")
    high: float = float("nan")
    past_error: float | None = None
    refusal: str = ""

    @property
    def total(self) -> float:
        """The expected spend of all remaining days."""
        return float(self.days.sum())


def forecast(history: np.ndarray, remaining: int) -> Forecast:
    """Spend of the ``remaining`` days that follow a daily history (NaN where a day is not known).

    >>> steady = np.array([10.0, 10, 10, 10, 10, 4, 4] * 8)
    >>> ahead = forecast(steady, 7)
    >>> round(ahead.total, 6), round(ahead.low, 6), ahead.past_error
    (58.0, 58.0, 0.0)
    """
    if remaining <= 0:
        return Forecast(np.empty(0), 0.0, 0.0, None)
    born = np.flatnonzero(~np.isnan(history))
    history = history[born[0] :] if len(born) else history[:0]
    recent = int((~np.isnan(history[-7 * WEEKS :])).sum())
    if len(born) < LEAST_DAYS:
        return Forecast(np.empty(0), refusal=f"{len(born)} days of history; a forecast needs {LEAST_DAYS}")
    if recent < LEAST_RECENT:
        said = f"{recent} days of the last {WEEKS} weeks are known; a forecast needs {LEAST_RECENT}"
        return Forecast(np.empty(0), refusal=said)
    days = _ahead(history, remaining)
    # errors that happen to be of one sign must not push the forecast out of its own interval
    low, high = np.quantile(_errors(history, remaining), [0.1, 0.9])
    whole = float(days.sum())
    low, high = max(0.0, whole + min(0.0, float(low))), whole + max(0.0, float(high))
    return Forecast(days, low, high, _past_error(history, remaining))


def _weeks(history: np.ndarray) -> np.ndarray:
    """A row of seven days per week, the last one ending with the history; NaN before it began."""
    return np.concatenate([np.full((-len(history)) % 7, np.nan), history]).reshape(-1, 7)


def _ahead(history: np.ndarray, count: int) -> np.ndarray:
    """Each of the next days: the mean of the last four days of its weekday, or of all, that are known; else NaN."""
    weeks = _weeks(history)[-WEEKS:]
    seen = ~np.isnan(weeks)
    overall = weeks[seen].mean() if seen.any() else np.nan
    counts = seen.sum(axis=0)
    means = np.where(counts > 0, np.where(seen, weeks, 0.0).sum(axis=0) / np.maximum(counts, 1), overall)
    return np.asarray(np.resize(means, count))


def _errors(history: np.ndarray, days: int) -> np.ndarray:
    """By how much sums of so many days may be off: whole weeks redrawn, those ahead and those that were learnt from."""
    weeks = _weeks(history)
    seen = ~np.isnan(weeks)
    counts = seen.sum(axis=0)
    means = np.where(seen, weeks, 0.0).sum(axis=0) / np.maximum(counts, 1)
    # few weeks lie closer to their own mean than the next one will
    off = np.where(seen, weeks - means, 0.0) * np.sqrt(counts / np.maximum(counts - 1, 1))
    draw = np.random.default_rng(SEED)
    ahead = off[draw.integers(0, len(off), size=(PATHS, -(-days // 7)))]
    learnt = off[draw.integers(0, len(off), size=(PATHS, WEEKS))].mean(axis=1)
    paths = (ahead - learnt[:, None, :]).reshape(PATHS, -1)[:, :days]
    return np.asarray(paths.sum(axis=1))


def _past_error(history: np.ndarray, remaining: int) -> float | None:
    """The mean absolute error in % of sums over as many days (at most 14), from origins in the past."""
    span = min(remaining, 14)
    errors = []
    for origin in range(LEAST_DAYS, len(history) - span + 1):
        actual, expected = history[origin : origin + span].sum(), _ahead(history[:origin], span).sum()
        if actual > 0 and not np.isnan(expected):
            errors.append(abs(expected - actual) / actual)
    return 100 * float(np.mean(errors)) if errors else None
