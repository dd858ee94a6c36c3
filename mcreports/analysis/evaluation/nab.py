"""The score of the Numenta Anomaly Benchmark: an early alert is worth more, a false one far from a window costs more.

Defined in Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms" (2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

STEEP, FAR = 5.0, 3.0  # of the sigmoid; so many windows past a window a false alert costs all that it can
PROBATION, PROBATION_ROWS = 0.15, 5000  # that share of a series, taken of so many rows at most, is not scored


@dataclass(frozen=True)
class Profile:
    """What a false alert and a missed window cost beside a window that is caught at its first row, which is worth 1."""

    name: str
    false_alert: float
    missed: float


PROFILES = (
    Profile("standard", 0.11, 1.0),
    Profile("reward_low_FP_rate", 0.22, 1.0),
    Profile("reward_low_FN_rate", 0.11, 2.0),
)


@dataclass(frozen=True)
class Rows:
    """What an alert at each row of a series is worth before weights.

    ``window`` is the number of the row's window, -1 outside of all; rows before ``first`` are not scored. ``windows``
    are the numbers of those that have rows to score.
    """

    window: np.ndarray
    worth: np.ndarray
    first: int
    windows: tuple[int, ...]


@dataclass(frozen=True)
class Tally:
    """What alerts came to: worth of the windows caught, worth of false alerts (negative), windows missed, and all."""

    caught: float = 0.0
    false: float = 0.0
    missed: int = 0
    windows: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Both series, as one corpus."""
        return Tally(
            self.caught + other.caught,
            self.false + other.false,
            self.missed + other.missed,
            self.windows + other.windows,
        )

    def score(self, profile: Profile) -> float | None:
        """0 for no alert at all, 100 for every window caught at once without a false alert; None without windows."""
        if not self.windows:
            return None
        nothing = -profile.missed * self.windows
        own = self.caught + profile.false_alert * self.false - profile.missed * self.missed
        return 100 * (own - nothing) / (self.windows - nothing)


def probation(points: int) -> int:
    """How many rows at the start of a series are there to learn from.

    >>> probation(4032), probation(22695)
    (604, 750)
    """
    return min(int(PROBATION * points), int(PROBATION * PROBATION_ROWS))


def rows(points: int, windows: Sequence[tuple[int, int]]) -> Rows:
    """The worth of an alert at each row; windows are row numbers [start, stop), in order."""
    first, window, position = probation(points), np.full(points, -1), np.full(points, np.inf)
    for number, (start, stop) in enumerate(windows):
        ends = windows[number + 1][0] if number + 1 < len(windows) else points
        window[start:stop] = number
        position[start:stop] = -np.arange(stop - start, 0, -1) / (stop - start)
        # a window of one row is as wide as one of two: nothing is infinitely far from it
        position[stop:ends] = np.arange(1, ends - stop + 1) / max(stop - start - 1, 1)
    far = position > FAR
    worth = np.where(far, -1.0, sigmoid(np.where(far, 0.0, position)))
    worth = np.where(window >= 0, worth / sigmoid(np.array(-1.0)), worth)
    return Rows(window, worth, first, tuple(n for n, (_, stop) in enumerate(windows) if stop > first))


def sigmoid(position: np.ndarray) -> np.ndarray:
    """From 1 long before 0, the end of a window, down to -1 long after it."""
    return np.asarray(2 / (1 + np.exp(STEEP * position)) - 1)


def tally(scored: Rows, alerts: np.ndarray) -> Tally:
    """What alerts at these ascending row numbers come to; of those in a window only the first one counts."""
    alerts = alerts[alerts >= scored.first]
    hit, first = np.unique(scored.window[alerts], return_index=True)
    caught = scored.worth[alerts[first[hit >= 0]]]
    false = scored.worth[alerts[scored.window[alerts] < 0]]
    return Tally(
        float(caught.sum()), float(false.sum()), len(scored.windows) - int((hit >= 0).sum()), len(scored.windows)
    )
