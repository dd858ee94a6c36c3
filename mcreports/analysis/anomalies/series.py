"""What the detector reads and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Series:
    """Instants in ms, ascending, and a value at each; NaN where nothing was measured."""

    ts: np.ndarray
    values: np.ndarray

    def __post_init__(self) -> None:
        """Take lists, too, and refuse what is not a series."""
        object.__setattr__(self, "ts", np.asarray(self.ts, np.int64))
        object.__setattr__(self, "values", np.asarray(self.values, np.float64))
        if self.ts.ndim != 1 or self.ts.shape != self.values.shape:
            raise ValueError(f"a series needs an instant for each value, not {self.ts.shape} for {self.values.shape}")
        if (np.diff(self.ts) <= 0).any():
            raise ValueError("the instants of a series must ascend")

    def __len__(self) -> int:
        """How many points there are, gaps included."""
        return len(self.ts)


@dataclass(frozen=True)
class Detection:
    """Per point what was expected, the band around it, a score from 0 to 1, and whether to alert.

    NaN where nothing can be judged: a gap, or too little of a past.
    """

    expected: np.ndarray
    low: np.ndarray
    high: np.ndarray
    score: np.ndarray
    flags: np.ndarray


@dataclass(frozen=True)
class Interval:
    """An anomaly: indices [start, stop) into its series, that of its peak, its excess over the expected, its score."""

    start: int
    stop: int
    peak: int
    excess: float
    score: float


@dataclass(frozen=True)
class Options:
    """What may differ from series to series; the rest is the detector's own.

    ``least`` is the smallest spread that counts, in the unit of the series: nothing nearer to the expected than
    six of it is called unusual. ``even`` is the same as a share of the expected; with 0 the spread is held to be the
    ``least`` whatever the level is and however little of the series is known.
    """

    least: float = 0.0
    even: float = 0.0375


DEFAULT = Options()
ALERT = 0.5  # the score at the edge of what is usual: the one threshold
