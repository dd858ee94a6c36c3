"""What invented series look like while nothing happens: their level over time, and the noise on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

FIVE_MINUTES, HOUR, DAY = 300_000, 3_600_000, 86_400_000
WEEK = 7 * DAY
MONDAY = 4 * DAY  # the first one of all instants


def noise(draw: np.random.Generator, points: int) -> tuple[float, np.ndarray]:
    """The relative spread, and factors around 1 that are drawn alone, drawn with a long tail, or that linger."""
    kind = draw.integers(0, 3)
    if kind == 0:
        spread = float(draw.uniform(0.01, 0.15))
        return spread, 1 + spread * draw.standard_normal(points)
    if kind == 1:
        spread = float(draw.uniform(0.05, 0.4))
        return spread, np.exp(spread * draw.standard_normal(points) - spread**2 / 2)
    spread, stays = float(draw.uniform(0.02, 0.15)), float(draw.uniform(0.7, 0.97))
    steps = spread * np.sqrt(1 - stays**2) * draw.standard_normal(points)
    return spread, 1 + _lingering(steps, stays)


def _lingering(steps: np.ndarray, stays: float) -> np.ndarray:
    at, path = 0.0, np.empty(len(steps))
    for place, step in enumerate(steps.tolist()):
        at = stays * at + step
        path[place] = at
    return path


def _scale(draw: np.random.Generator) -> float:
    return float(10 ** draw.uniform(-1, 4))


def _always(points: int) -> np.ndarray:
    return np.ones(points, bool)


def steady(draw: np.random.Generator, ts: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """The same all the time."""
    del step
    return np.full(len(ts), _scale(draw)), _always(len(ts))


def office(draw: np.random.Generator, ts: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """More by day than by night, less at weekends."""
    night, weekend = draw.uniform(0.2, 0.9), draw.uniform(0.3, 1.0)
    hours = ts % DAY / HOUR
    by_day = np.exp(-(((hours - draw.uniform(11, 15)) / draw.uniform(3, 5)) ** 2) / 2)
    shape = night + (1 - night) * by_day if step < DAY else np.ones(len(ts))
    rest = np.where((ts - MONDAY) % WEEK >= 5 * DAY, weekend, 1.0)
    return _scale(draw) * shape * rest, _always(len(ts))


def batches(draw: np.random.Generator, ts: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Even, with a batch every night that costs a few times as much; in daily series every week."""
    every, lasts = (WEEK, DAY) if step == DAY else (DAY, 2 * HOUR)
    begins = draw.integers(0, every // HOUR) * HOUR
    runs = (ts - begins) % every < lasts
    return _scale(draw) * np.where(runs, draw.uniform(2, 6), 1.0), _always(len(ts))


def growing(draw: np.random.Generator, ts: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """A rhythm on slow growth, or decline."""
    level, active = office(draw, ts, step)
    return level * np.linspace(1, draw.uniform(0.7, 1.6), len(ts)), active


def scaled(draw: np.random.Generator, ts: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Machines come and go by day: plateaus of one of three heights that last a while."""
    level, active = office(draw, ts, step)
    lasts = max(2, 4 * HOUR // step)
    heights = np.repeat(draw.choice([1.0, 1.15, 1.3], len(ts) // lasts + 1), lasts)[: len(ts)]
    return level * heights, active


def sparse(draw: np.random.Generator, ts: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Nothing most of the time, and an amount now and then."""
    del step
    return np.full(len(ts), _scale(draw)), draw.random(len(ts)) < draw.uniform(0.05, 0.4)


def tiny(draw: np.random.Generator, ts: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    """A rhythm of cents and less."""
    level, active = office(draw, ts, step)
    return level / level.mean() * 10 ** draw.uniform(-3, -1.5), active


RHYTHMS: dict[str, Callable[[np.random.Generator, np.ndarray, int], tuple[np.ndarray, np.ndarray]]] = {
    "steady": steady,
    "office": office,
    "batches": batches,
    "growing": growing,
    "scaled": scaled,
    "sparse": sparse,
    "tiny": tiny,
}
