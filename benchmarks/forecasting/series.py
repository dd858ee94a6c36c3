"""Daily spend to forecast: generated kinds of it, none of them the demo's, or a folder of CSV files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

FIRST, DAYS = date(2023, 1, 1), 486  # to the end of April 2024
WEEKEND = 5


class FolderError(Exception):
    """A folder of CSV files that cannot be read; the text says which and why."""


@dataclass(frozen=True)
class Daily:
    """USD of each day from ``first`` on, NaN where a day is not known, and the kind of series that it is."""

    kind: str
    name: str
    first: date
    usd: np.ndarray

    @property
    def dates(self) -> list[date]:
        """The day of each value."""
        return [self.first + timedelta(days=day) for day in range(len(self.usd))]


def generated(seeds: Iterable[int]) -> list[Daily]:
    """One series of each kind for each seed."""
    return [
        Daily(kind, f"{kind}-{seed}", FIRST, _cents(make(np.random.default_rng([seed, position]))))
        for seed in seeds
        for position, (kind, make) in enumerate(KINDS.items())
    ]


def folder(path: Path) -> list[Daily]:
    """Each CSV file of a folder as a series: ``date,value``, one day a row; days that are left out are not known."""
    files = sorted(path.glob("*.csv"))
    if not files:
        msg = f"{path}: there is no .csv file in it"
        raise FolderError(msg)
    return [_read(one) for one in files]


def _read(path: Path) -> Daily:
    found: dict[date, float] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                found[date.fromisoformat(row["date"])] = float(row["value"])
            except (KeyError, TypeError, ValueError) as error:
                msg = f"{path}, line {line}: wanted date,value such as 2025-10-31,12.34: {error}"
                raise FolderError(msg) from error
    if not found:
        msg = f"{path}: it holds no day"
        raise FolderError(msg)
    first = min(found)
    usd = np.full((max(found) - first).days + 1, np.nan)
    for day, value in found.items():
        usd[(day - first).days] = value
    return Daily("folder", path.stem, first, usd)


def _cents(usd: np.ndarray) -> np.ndarray:
    return np.asarray(np.round(np.maximum(usd, 0.0), 2))


def _dates() -> list[date]:
    return [FIRST + timedelta(days=day) for day in range(DAYS)]


def _week(draw: np.random.Generator) -> np.ndarray:
    """What each day costs by its weekday alone, between a few dollars and a few thousand."""
    shape = draw.normal(1, 0.06, 7)
    shape[WEEKEND:] *= draw.uniform(0.3, 1.1)
    return np.asarray(np.exp(draw.uniform(2, 8)) * shape[[day.weekday() for day in _dates()]])


def _noise(draw: np.random.Generator, size: float, memory: float = 0.0) -> np.ndarray:
    """Factors around 1, each day's remembering the one before."""
    steps = draw.normal(0, size, DAYS)
    for day in range(1, DAYS):
        steps[day] += memory * steps[day - 1]
    return np.asarray(np.exp(steps - steps.var() / 2))


def _weekly(draw: np.random.Generator) -> np.ndarray:
    return _week(draw) * _noise(draw, draw.uniform(0.02, 0.12))


def _billing(draw: np.random.Generator) -> np.ndarray:
    """A fee on one or two days of each month."""
    usd, days = _weekly(draw), draw.choice([1, 2, 5, 15, 28], draw.integers(1, 3), replace=False)
    fee = usd.mean() * draw.uniform(1, 6)
    return usd + np.where([day.day in days for day in _dates()], fee * _noise(draw, 0.05), 0.0)


def _shifts(draw: np.random.Generator) -> np.ndarray:
    """A level that changes for good, about once in ten weeks."""
    steps = np.where(draw.random(DAYS) < 1 / 70, draw.choice([-1, 1], DAYS) * draw.uniform(0.15, 0.6, DAYS), 0.0)
    return _weekly(draw) * np.exp(np.cumsum(steps))


def _growth(draw: np.random.Generator) -> np.ndarray:
    """Up to a quarter more each month, or a little less."""
    monthly = draw.uniform(-0.08, 0.22)
    return _weekly(draw) * np.exp(np.arange(DAYS) / 30 * monthly * np.linspace(1, 0.5, DAYS))


def _noisy(draw: np.random.Generator) -> np.ndarray:
    """Days that remember each other, and a spike now and then."""
    spikes = np.where(draw.random(DAYS) < 1 / 40, draw.uniform(2, 5, DAYS), 1.0)
    return _week(draw) * _noise(draw, draw.uniform(0.15, 0.35), 0.5) * spikes


def _sparse(draw: np.random.Generator) -> np.ndarray:
    """Nothing on most days."""
    return np.where(draw.random(DAYS) < draw.uniform(0.2, 0.5), _week(draw) * _noise(draw, 0.6), 0.0)


def _wander(draw: np.random.Generator) -> np.ndarray:
    """A level that drifts and never comes back."""
    return _weekly(draw) * np.exp(np.cumsum(draw.normal(0, draw.uniform(0.01, 0.04), DAYS)))


def _short(draw: np.random.Generator) -> np.ndarray:
    """A tenant that began some weeks before the last months."""
    usd = _weekly(draw)
    usd[: DAYS - 121 - int(draw.integers(10, 40))] = np.nan
    return usd


KINDS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "weekly": _weekly,
    "billing": _billing,
    "shifts": _shifts,
    "growth": _growth,
    "noisy": _noisy,
    "sparse": _sparse,
    "wander": _wander,
    "short": _short,
}
