"""A series beside what the detector says of it, and the stretches of several that are told as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.anomalies import detect, intervals
from mcreports.domains.anomalies.readings import known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.analysis.anomalies import Detection, Interval, Options, Series
    from mcreports.domains.anomalies.anomaly import Side


@dataclass(frozen=True)
class Track:
    """A tenant's series (``driver`` None: all of its drivers), its readings, and what was found in it."""

    driver: str | None
    series: Series
    found: Detection
    stretches: tuple[Interval, ...]

    @property
    def last(self) -> int:
        """The index after the last step that was read."""
        read = np.flatnonzero(~np.isnan(self.series.values))
        return int(read[-1]) + 1 if len(read) else 0

    def above(self, start: int, stop: int) -> np.ndarray:
        """By how much each step lies over what was expected of it; NaN where nobody can tell."""
        return np.asarray(self.series.values[start:stop] - self.found.expected[start:stop])

    def judged(self, start: int, stop: int) -> int:
        """How many of the steps could be judged."""
        return int(np.isfinite(self.found.score[start:stop]).sum())


@dataclass(frozen=True)
class Cluster:
    """Stretches of one tenant's tracks on the same side that overlap: one anomaly."""

    side: Side
    parts: tuple[tuple[Track, Interval], ...]

    @property
    def start(self) -> int:
        """The first step that stands out."""
        return min(one.start for _, one in self.parts)

    @property
    def score(self) -> float:
        """The highest score of any step."""
        return max(one.score for _, one in self.parts)

    def span(self, track: Track) -> tuple[int, int]:
        """From the first to after the last step that stands out in one of the tracks."""
        own = [one for each, one in self.parts if each is track]
        return min(one.start for one in own), max(one.stop for one in own)


def track(driver: str | None, series: Series, options: Options) -> Track:
    """A series with what is found in it by its past alone."""
    found = detect(series, options)
    return Track(driver, series, found, intervals(series, found, options))


def clusters(tracks: Iterable[Track]) -> list[Cluster]:
    """What is to be told as one anomaly each, in order of time."""
    found: list[Cluster] = []
    parts = [(each, one) for each in tracks for one in each.stretches]
    sides: tuple[tuple[Side, int], ...] = (("over", 1), ("under", -1))
    for side, sign in sides:
        own = sorted((part for part in parts if part[1].excess * sign > 0), key=lambda part: part[1].start)
        open_parts: list[tuple[Track, Interval]] = []
        for part in own:
            if open_parts and part[1].start >= max(one.stop for _, one in open_parts):
                found.append(Cluster(side, tuple(open_parts)))
                open_parts = []
            open_parts.append(part)
        if open_parts:
            found.append(Cluster(side, tuple(open_parts)))
    return sorted(found, key=lambda each: each.start)


def total(values: np.ndarray, start: int, stop: int, beside: np.ndarray) -> float:
    """The sum of the steps of a stretch in which both are known."""
    part, other = values[start:stop], beside[start:stop]
    return float(part[~np.isnan(part) & ~np.isnan(other)].sum())


def usd(readings: np.ndarray) -> np.ndarray:
    """Cents as USD, NaN where nothing was read."""
    return np.asarray(known(readings) / 100)
