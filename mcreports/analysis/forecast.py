"""Spend to come: weekdays, what is due on days of the month, a level that follows shifts, and whole paths of errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from mcreports.analysis.forecast_level import Level, level, shifted
from mcreports.analysis.forecast_paths import PATHS, errors
from mcreports.analysis.forecast_rhythm import LAST_DAYS, WEEK, dues, weekday_shares

METHOD = f"weekdays, dues by day of the month, recent level; intervals from {PATHS} paths of past errors"
ALL = slice(None)
LEAST_DAYS, MOST_DAYS = 14, 126
LEAST_RECENT, RECENT = 7, 28
ORIGINS = 8  # in the past, from which the same forecast is made again


@dataclass(frozen=True)
class Forecast:
    """The expected USD of each day to come, paths of how they may turn out (a row each), and the past error in %.

    Half of the paths have cost what is expected, or more, by the end of each day. ``refusal`` says why
    there is no forecast; the arrays are then empty.
    """

    days: np.ndarray
    paths: np.ndarray = field(default_factory=lambda: np.zeros((1, 0)))
    past_error: float | None = None
    refusal: str = ""

    def total(self, part: slice = ALL) -> float:
        """The expected spend of all days, or of a part of them."""
        return float(self.days[part].sum())

    def interval(self, share: float, part: slice = ALL) -> tuple[float, float]:
        """Where the sum of the days ends on this share of the paths."""
        low, high = np.quantile(self.paths[:, part].sum(axis=1), [(1 - share) / 2, (1 + share) / 2])
        whole = self.total(part)
        return min(float(low), whole), max(float(high), whole)


@dataclass(frozen=True)
class _Fit:
    """What histories (rows) teach: shares, levels, and what is due on the days of history and ahead."""

    shares: np.ndarray
    rows: np.ndarray
    level: Level
    due: np.ndarray

    def days(self, count: int) -> np.ndarray:
        """What each of the days ahead is expected to cost."""
        usual = self.level.days(self.shares, count)
        return np.asarray(np.maximum(usual + self.due[:, self.rows.shape[1] :], 0.0))

    def paths(self, row: int, days: np.ndarray) -> np.ndarray:
        """How the days ahead of one history, expected like this, may turn out: a path a row."""
        mine = Level(*(part[[row]] for part in vars(self.level).values()))
        off = mine.usd[0, -1] * errors(self.rows[[row]], self.shares[[row]], mine, len(days))
        return np.asarray(np.maximum(days + off, 0.0))


def forecast(history: np.ndarray, first: date, count: int) -> Forecast:
    """Spend of ``count`` days from ``first`` on, the day after a daily history (NaN where a day is not known).

    >>> steady = np.array([10.0, 10, 10, 10, 10, 4, 4] * 8)
    >>> ahead = forecast(steady, date(2025, 10, 20), 7)
    >>> round(ahead.total(), 6), [round(end, 6) for end in ahead.interval(0.8)], round(ahead.past_error or 0, 6)
    (58.0, [58.0, 58.0], 0.0)
    """
    if count <= 0:
        return Forecast(np.empty(0))
    known = np.flatnonzero(~np.isnan(history))
    history = history[max(known[0], len(history) - MOST_DAYS) :] if len(known) else history[:0]
    refused = _refused(history)
    if refused:
        return Forecast(np.empty(0), refusal=refused)
    origins, span = _origins(history, first)
    rows = np.full((len(origins) + 1, len(history)), np.nan)
    for row, at in zip(rows, (*origins, len(history)), strict=True):
        row[len(row) - at :] = history[:at]
    fit = _fit(rows, [first - timedelta(days=len(history) - at) for at in (*origins, len(history))], max(count, span))
    *then, now = fit.days(max(count, span))
    paths = fit.paths(-1, now[:count])
    expected = np.diff(np.median(np.cumsum(paths, axis=1), axis=0), prepend=0.0)
    past = (fit.paths(row, own[:span]) for row, own in enumerate(then))
    wrong = [_wrong(history, at, own, first.day - 1) for at, own in zip(origins, past, strict=True)]
    judged = [one for one in wrong if one is not None]
    return Forecast(expected, paths, 100 * float(np.mean(judged)) if judged else None)


def _refused(history: np.ndarray) -> str:
    """Why there is too little to learn from; nothing where there is enough."""
    known, recent = (int((~np.isnan(part)).sum()) for part in (history, history[-RECENT:]))
    if known < LEAST_DAYS:
        return f"{known} days of history; a forecast needs {LEAST_DAYS}"
    if recent < LEAST_RECENT:
        return f"{recent} days of the last {RECENT // WEEK} weeks are known; a forecast needs {LEAST_RECENT}"
    return ""


def _origins(history: np.ndarray, first: date) -> tuple[list[int], int]:
    """The days in the past from which to forecast again, and how many days: those left in the month, or fewer."""
    span = min((_month_after(first) - first).days, (len(history) - LEAST_DAYS) // 2)
    if span <= 0:
        return [], 0
    every = np.unique(np.linspace(LEAST_DAYS, len(history) - span, ORIGINS).astype(int)).tolist()
    return [at for at in every if (~np.isnan(history[:at])).sum() >= LEAST_DAYS], span


def _wrong(history: np.ndarray, at: int, paths: np.ndarray, gone: int) -> float | None:
    """By what part the total of a month that was as far gone would have been wrong, forecast from a day in the past."""
    came, spent = history[at : at + paths.shape[1]], history[max(at - gone, 0) : at]
    known = ~np.isnan(came)
    whole = float(np.nansum(came) + np.nansum(spent))
    if 2 * known.sum() < len(came) or whole <= 0:
        return None
    return abs(float(np.median(paths[:, known].sum(axis=1)) - came[known].sum())) / whole


def expected(rows: np.ndarray, firsts: list[date], count: int) -> np.ndarray:
    """The days that follow several histories at once (rows that end with their newest day), before any chance."""
    return _fit(rows, firsts, count).days(count)


def _fit(rows: np.ndarray, firsts: list[date], count: int) -> _Fit:
    """Shares and levels of histories, each followed by so many days from its own first one on."""
    days, slots = _months(firsts, rows.shape[1], count)
    due = dues(rows, weekday_shares(rows), days, slots)
    plain = rows - due[:, : rows.shape[1]]
    plain = shifted(plain, weekday_shares(plain))
    shares = weekday_shares(plain)
    return _Fit(shares, plain, level(plain, shares), due)


def _months(firsts: list[date], length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each day of history and ahead: its place in its month from both ends, and the number of its month."""
    origins = np.array(firsts, "datetime64[D]")
    every = origins[:, None] + np.arange(-length, count)
    months = every.astype("datetime64[M]")
    from_start = (every - months.astype("datetime64[D]")).astype(int)
    to_end = ((months + 1).astype("datetime64[D]") - every).astype(int) - 1
    numbers = months.astype(int)
    return np.stack([from_start, np.minimum(to_end, LAST_DAYS)]), numbers - numbers.min()


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
