"""How far from the usual a series strays without anything being the matter.

The measure is the largest deviation of a day (of a week in daily series), because a day is what an alert is about:
whatever the noise looks like - even, with a long tail, or nothing with a burst now and then - the days before tell how
large a day's largest deviation is and how much that varies from day to day. A point is unusual where it lies beyond
what hardly any day would reach by that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcreports.analysis.anomalies.usual import past

BLOCKS = (2, 28)  # days, the least that tell anything, and four weeks: a quiet month is not held to an old storm
MOST = 0.93  # of days: one or two odd ones in four weeks leave the measure as it is
# by how much hardly any day exceeds that: by the square of what it exceeds the middle day, which is what one day in a
# hundred does where large deviations fall off as a power; within bounds, as few days tell it
TAIL = (1.3, 2.0)
RECORD = 0.5  # of the largest deviation of all in those weeks: what is less than that is not news
NORMAL = 1.4826  # a median absolute deviation as a standard one
FAR = 4.0  # standard deviations, at least


@dataclass(frozen=True)
class Reach:
    """How far up and how far down each point may lie, as deviations from 0; NaN where nobody can tell."""

    up: np.ndarray
    down: np.ndarray

    def surprise(self, deviations: np.ndarray) -> np.ndarray:
        """How many times its reach each deviation is."""
        return np.asarray(np.where(deviations >= 0, deviations / self.up, -deviations / self.down))


def reach(deviations: np.ndarray, least: np.ndarray, starts: np.ndarray) -> Reach:
    """The reach at each point by the blocks before its own, and never less than the ``least``.

    ``starts`` are the places at which blocks begin, of which the first is 0.
    """
    sizes = np.diff(starts, append=len(deviations))
    largest = [np.fmax.reduceat(side * deviations, starts) for side in (1, -1)]
    columns = np.stack([*largest, _middle(np.abs(deviations), sizes)], axis=1)
    most, middle, record = past(columns, BLOCKS, (MOST, 0.5, 1.0))
    place = np.repeat(np.arange(len(starts)), sizes)
    least = np.maximum(FAR * NORMAL * middle[:, 2][place], least)
    up, down = (
        np.maximum(_beyond(most[:, side][place], middle[:, side][place], least), RECORD * record[:, side][place])
        for side in (0, 1)
    )
    return Reach(up, down)


def _middle(values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The lower median of what is known of each block."""
    place = np.repeat(np.arange(len(sizes)), sizes)
    ordered = values[np.lexsort((values, place))]  # what is not known last
    known = np.bincount(place[~np.isnan(values)], minlength=len(sizes))
    return np.asarray(ordered[np.cumsum(sizes) - sizes + np.maximum(known - 1, 0) // 2])


def _beyond(most: np.ndarray, middle: np.ndarray, least: np.ndarray) -> np.ndarray:
    """What hardly any day reaches, by what most days and the middle one do."""
    ratio = np.maximum(most, 0.0) / np.maximum(middle, least / FAR)
    return np.asarray(np.maximum(least, most * np.clip(ratio * ratio, *TAIL)))
