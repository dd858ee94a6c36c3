"""What befalls an invented series: factors on its level, large enough to be told from its noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.evaluation.rhythms import DAY, HOUR

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Happening:
    """An anomaly: from a generator, the relative spread and the step in ms, the factors from its onset on.

    One that does not end leaves the level at its last factor. One that is use makes hours active that were not.
    """

    name: str
    factors: Callable[[np.random.Generator, float, int], np.ndarray]
    ends: bool = True
    is_use: bool = False

    def __call__(self, draw: np.random.Generator, spread: float, step: int) -> np.ndarray:
        """The factors of one such happening."""
        return self.factors(draw, spread, step)


def _points(draw: np.random.Generator, hours: tuple[float, float], days: tuple[int, int], step: int) -> int:
    """How long it lasts: some hours, in daily series some days."""
    return int(draw.integers(days[0], days[1] + 1)) if step == DAY else max(1, int(draw.uniform(*hours) * HOUR / step))


def _spike(draw: np.random.Generator, spread: float, step: int) -> np.ndarray:
    return np.full(_points(draw, (0, 1), (1, 1), step), 1 + max(2.0, 8 * spread) * draw.uniform(1, 2.5))


def _burst(draw: np.random.Generator, spread: float, step: int) -> np.ndarray:
    return np.full(_points(draw, (3, 36), (2, 4), step), 1 + max(0.8, 4 * spread) * draw.uniform(1, 2.5))


def _dip(draw: np.random.Generator, spread: float, step: int) -> np.ndarray:
    del spread
    return np.full(_points(draw, (3, 24), (1, 3), step), draw.uniform(0.05, 0.35))


def _dropout(draw: np.random.Generator, spread: float, step: int) -> np.ndarray:
    del spread
    return np.zeros(_points(draw, (1, 12), (1, 2), step))


def _rise(draw: np.random.Generator, spread: float, step: int) -> np.ndarray:
    del step
    return np.full(1, 1 + max(0.5, 3 * spread) * draw.uniform(1, 2.5))


def _fall(draw: np.random.Generator, spread: float, step: int) -> np.ndarray:
    del spread, step
    return np.full(1, draw.uniform(0.2, 0.55))


def _drift(draw: np.random.Generator, spread: float, step: int) -> np.ndarray:
    points = _points(draw, (24, 72), (10, 20), step)
    return np.linspace(1, 1 + max(0.8, 4 * spread) * draw.uniform(1, 2), points)


SPARSE_HAPPENINGS = (
    Happening("spike", _spike, is_use=True),
    Happening("burst", _burst, is_use=True),
)
HAPPENINGS = (
    *SPARSE_HAPPENINGS,
    Happening("dip", _dip),
    Happening("dropout", _dropout),
    Happening("rise", _rise, ends=False),
    Happening("fall", _fall, ends=False),
    Happening("drift", _drift, ends=False),
)
