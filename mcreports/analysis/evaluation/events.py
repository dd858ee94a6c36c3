"""What people notice: which anomalies were caught, how many alerts were false, and how often those come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.evaluation.sweep import once_a_day

if TYPE_CHECKING:
    from mcreports.analysis.evaluation.nab import Rows

WEEK = 7 * 86_400_000


@dataclass(frozen=True)
class Events:
    """Windows with an alert in them, windows, false alerts, and the weeks that were watched."""

    caught: int = 0
    windows: int = 0
    false: int = 0
    weeks: float = 0.0

    def __add__(self, other: Events) -> Events:
        """Both series, as one corpus."""
        return Events(
            self.caught + other.caught,
            self.windows + other.windows,
            self.false + other.false,
            self.weeks + other.weeks,
        )

    @property
    def precision(self) -> float | None:
        """The share of what was raised that was an anomaly; None where nothing was raised."""
        raised = self.caught + self.false
        return self.caught / raised if raised else None

    @property
    def recall(self) -> float | None:
        """The share of the anomalies that was caught; None without anomalies."""
        return self.caught / self.windows if self.windows else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None where there was nothing to find and nothing was raised."""
        both = self.caught + self.false + self.windows
        return 2 * self.caught / both if both else None

    @property
    def false_per_week(self) -> float | None:
        """False alerts per series and week; None where nothing was watched."""
        return self.false / self.weeks if self.weeks else None


def events(ts: np.ndarray, scored: Rows, alerts: np.ndarray) -> Events:
    """What alerts at these ascending row numbers come to; false ones within a day of each other are one."""
    alerts = alerts[alerts >= scored.first]
    inside = scored.window[alerts]
    watched = ts[scored.first :]
    return Events(
        len(np.unique(inside[inside >= 0])),
        len(scored.windows),
        len(once_a_day(ts, alerts[inside < 0])),
        float(watched[-1] - watched[0]) / WEEK if len(watched) else 0.0,
    )
