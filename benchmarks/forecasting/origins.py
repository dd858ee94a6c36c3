"""What is to be foreseen: the totals of months, as of a few of their days, with a budget that may be used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.forecasting.series import Daily

AS_OF = (7, 14, 21)
MONTHS = 4  # the last ones of each series
LEAST = 14  # known days before an origin
REPORT = 57  # days: a report's history begins with the month that it was in so many days ago
ROOM = 0.85, 1.2  # a budget as a multiple of the month before


@dataclass(frozen=True)
class Case:
    """A history, the day after it, the month's days before and after, and the month's budget."""

    kind: str
    history: np.ndarray
    first: date
    spent: np.ndarray
    truth: np.ndarray
    budget: float

    @property
    def total(self) -> float:
        """What the month cost."""
        return float(self.spent.sum() + self.truth.sum())


def cases(every: Sequence[Daily], longest: int | None = None) -> list[Case]:
    """Every origin of every series; each history as long as a report's, or ``longest`` days.

    A month with a day that is not known, or that cost nothing, has no total to be wrong about and is left out.
    """
    return [one for number, series in enumerate(every) for one in _of(series, number, longest)]


def _of(series: Daily, number: int, longest: int | None) -> Iterator[Case]:
    for month in _months(series):
        at = (month - series.first).days
        after = at + (_after(month) - month).days
        whole = series.usd[at:after]
        before = series.usd[max(at - 31, 0) : at]
        before = before[~np.isnan(before)]
        if np.isnan(whole).any() or not whole.sum() > 0 or not before.sum() > 0:
            continue
        draw = np.random.default_rng([number, month.toordinal()])
        budget = float(before.mean() * len(whole) * draw.uniform(*ROOM))
        for day in AS_OF:
            first = month + timedelta(days=day)
            oldest = (first - timedelta(days=REPORT)).replace(day=1)
            since = max((oldest - series.first).days if longest is None else at + day - longest, 0)
            history = series.usd[since : at + day]
            if (~np.isnan(history)).sum() >= LEAST:
                yield Case(series.kind, history, first, whole[:day], whole[day:], budget)


def _months(series: Daily) -> Iterable[date]:
    """The first days of the last whole months."""
    end = series.first + timedelta(days=len(series.usd))
    found: list[date] = []
    month = end.replace(day=1)
    while len(found) < MONTHS:
        month = (month - timedelta(days=1)).replace(day=1)
        if month < series.first:
            break
        found.append(month)
    return reversed(found)


def _after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
