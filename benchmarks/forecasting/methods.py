"""The ways to foresee that are compared: each gives the days to come, and paths of how they may turn out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.forecast import forecast

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.forecasting.origins import Case

    Point = Callable[[np.ndarray, int, int], np.ndarray]
    Answer = tuple[np.ndarray, np.ndarray]

PATHS = 500
ORIGINS = 12
WEEK = 7
PACE = 0.2
EIGHT_WEEKS = 56


def run_rate(history: np.ndarray, gone: int, count: int) -> np.ndarray:
    """The mean of the month so far."""
    return np.full(count, _mean(history[-gone:] if gone else history))


def seasonal_naive(history: np.ndarray, _gone: int, count: int) -> np.ndarray:
    """The last week again."""
    week = history[-WEEK:]
    return np.resize(np.where(np.isnan(week), _mean(history), week), count)


def weekday_profile(history: np.ndarray, _gone: int, count: int) -> np.ndarray:
    """The mean of each weekday's last four values: what reports forecast by before."""
    return np.resize(_weekdays(history[-4 * WEEK :]), count)


def smoothing(history: np.ndarray, _gone: int, count: int) -> np.ndarray:
    """Simple exponential smoothing of what is left after the weekdays of eight weeks."""
    profile = _weekdays(history[-EIGHT_WEEKS:])
    share = np.resize(profile[::-1], len(history))[::-1]
    left = history - share
    known = ~np.isnan(left)
    weights = (1 - PACE) ** np.arange(len(left))[::-1] * known
    return np.maximum(np.resize(profile, count) + float((weights * np.nan_to_num(left)).sum() / weights.sum()), 0.0)


def average(history: np.ndarray, gone: int, count: int) -> np.ndarray:
    """The mean of run rate, weekday profile and smoothing."""
    return np.mean([one(history, gone, count) for one in (run_rate, weekday_profile, smoothing)], axis=0)


POINTS: dict[str, Point] = {
    "run rate": run_rate,
    "seasonal naive": seasonal_naive,
    "weekday profile": weekday_profile,
    "exponential smoothing": smoothing,
    "average of three": average,
}


def shipped(case: Case) -> Answer:
    """What reports forecast by."""
    ahead = forecast(case.history, case.first, len(case.truth))
    return ahead.days, ahead.paths


def simple(point: Point, case: Case) -> Answer:
    """A point forecast, its paths as far off in all as the same method was from days in the past."""
    count, gone = len(case.truth), case.first.day - 1
    days = point(case.history, gone, count)
    known = case.history[np.argmax(~np.isnan(case.history)) :]
    span = max(min(count, (len(known) - WEEK) // 2), 1)
    off = []
    for at in np.unique(np.linspace(WEEK, len(known) - span, ORIGINS).astype(int)):
        came = known[at : at + span]
        if not np.isnan(known[:at]).all():
            foreseen = point(known[:at], min(gone, int(at)), span)
            off.append(np.nansum(came - foreseen) / span)
    error = np.sqrt(np.mean(np.square(off))) if off else 0.0
    draw = np.random.default_rng(1).standard_normal((PATHS, 1))
    return days, np.maximum(days + draw * error, 0.0)


def _mean(history: np.ndarray) -> float:
    known = history[~np.isnan(history)]
    return float(known.mean()) if len(known) else 0.0


def _weekdays(history: np.ndarray) -> np.ndarray:
    """The mean of each weekday, the first one that of the day ahead."""
    lacking = (-len(history)) % WEEK
    weeks = np.concatenate([np.full(lacking, np.nan), history]).reshape(-1, WEEK)
    known = ~np.isnan(weeks)
    means = np.where(known, weeks, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known.any(axis=0), means, _mean(history))
