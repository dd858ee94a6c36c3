"""The volume under the precision-recall surface: how well a score ranks, whatever the threshold and the labels' edges.

Defined in Paparrizos et al., "Volume under the surface: a new accuracy evaluation measure for time-series anomaly
detection" (2022), and, where paper and practice differ, by its authors' package: what a buffer adds to the positives is
what was found in it. For each length of the buffers around the windows there is an area under the range-based curve;
the volume is the mean of these areas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

LENGTHS = 33  # buffer lengths from 0 to the longest, evenly spread


def vus_pr(score: np.ndarray, windows: Sequence[tuple[int, int]], longest: int) -> float | None:
    """The volume for buffers of up to ``longest`` rows; None without windows, a score of NaN ranks last."""
    if not windows:
        return None
    ranked = np.where(np.isnan(score), -np.inf, score)
    order = np.argsort(-ranked, kind="stable")
    lengths = np.unique(np.linspace(0, longest, LENGTHS).astype(int))
    return float(np.mean([_area(ranked, order, windows, int(length)) for length in lengths]))


def weights(points: int, windows: Sequence[tuple[int, int]], length: int) -> np.ndarray:
    """1 inside the windows, and less the farther from one, up to half the length of the buffer.

    >>> weights(7, [(3, 4)], 4).round(2).tolist()
    [0.0, 0.71, 0.87, 1.0, 0.87, 0.71, 0.0]
    """
    weight, half = np.zeros(points), length // 2
    slope = np.sqrt(1 - np.arange(1, half + 1) / max(length, 1))
    for start, stop in windows:
        before, after = slope[:start], slope[: points - stop]
        weight[start - len(before) : start] += before[::-1]
        weight[stop : stop + len(after)] += after
        weight[start:stop] += 1
    return np.minimum(weight, 1.0)


def _area(score: np.ndarray, order: np.ndarray, windows: Sequence[tuple[int, int]], length: int) -> float:
    """The area under the curve of all thresholds: precision times the recall that each one adds."""
    ordered = score[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    weight, certain = weights(len(score), windows, length), weights(len(score), windows, 0)
    hit = weight[order].cumsum()[last]
    positive = certain.sum() + (hit - certain[order].cumsum()[last]) / 2
    recall = np.minimum(hit / positive, 1.0) * _found(score, windows, length // 2, ordered[last])
    return float((hit / (last + 1) * np.diff(recall, prepend=0.0)).sum())


def _found(score: np.ndarray, windows: Sequence[tuple[int, int]], half: int, thresholds: np.ndarray) -> np.ndarray:
    """The share of the ranges, windows with their buffers, that have a row at or above each threshold."""
    ranges: list[tuple[int, int]] = []
    for start, stop in windows:
        first, end = max(start - half, 0), stop + half
        if ranges and ranges[-1][1] > first:
            first, _ = ranges.pop()
        ranges.append((first, end))
    highest = np.sort([score[first:end].max() for first, end in ranges])
    return 1 - np.searchsorted(highest, thresholds, side="left") / len(highest)
