"""How good a method was: its error, its intervals, and what it said of the budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.forecasting.methods import Answer
    from benchmarks.forecasting.origins import Case

PENALTY = 2 / (1 - 0.8)
HALF = 0.5


@dataclass(frozen=True)
class Score:
    """What one forecast of one month came to; sizes in % of what the month cost."""

    error: float
    covered_80: bool
    covered_95: bool
    width: float
    interval_score: float
    brier: float
    days_off: float


FIELDS = ("error", "covered_80", "covered_95", "width", "interval_score", "brier", "days_off")


def score(case: Case, answer: Answer) -> Score:
    """Hold an answer against what came."""
    days, paths = answer
    spent, total = float(case.spent.sum()), case.total
    least, low, high, most = np.quantile(spent + paths.sum(axis=1), [0.025, 0.1, 0.9, 0.975])
    missed = max(low - total, 0.0) + max(total - high, 0.0)
    reached = (spent + np.cumsum(paths, axis=1) >= case.budget).mean(axis=0)
    return Score(
        error=100 * abs(spent + float(days.sum()) - total) / total,
        covered_80=bool(low <= total <= high),
        covered_95=bool(least <= total <= most),
        width=100 * float(high - low) / total,
        interval_score=100 * float(high - low + PENALTY * missed) / total,
        brier=float(reached[-1] - (total >= case.budget)) ** 2,
        days_off=abs(_day(reached >= HALF) - _day(spent + np.cumsum(case.truth) >= case.budget)),
    )


def mean(scores: Sequence[Score], field: str) -> float:
    """The mean of a field."""
    return float(np.mean([getattr(one, field) for one in scores]))


def _day(is_reached: np.ndarray) -> int:
    """The first day on which a budget is used up; the day after the month where it is not."""
    return int(np.argmax(is_reached)) if is_reached.any() else len(is_reached)
