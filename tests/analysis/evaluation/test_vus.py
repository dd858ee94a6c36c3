"""The volume under the surface against its definition, threshold by threshold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.analysis.evaluation.vus import vus_pr


def naive(score: list[float], windows: list[tuple[int, int]], longest: int) -> float:
    """Every buffer length, every threshold, every row, as the authors' package goes through them."""
    areas = []
    for length in range(longest + 1):
        half = length // 2
        weight = [0.0] * len(score)
        for start, stop in windows:
            for row in range(len(score)):
                distance = start - row if row < start else row - stop + 1 if row >= stop else 0
                if distance <= half:
                    weight[row] += math.sqrt(1 - distance / length) if distance else 1.0
        weight = [min(each, 1.0) for each in weight]
        inside = [any(start <= row < stop for start, stop in windows) for row in range(len(score))]
        ranges = []
        for start, stop in windows:
            rows = set(range(max(start - half, 0), min(stop + half, len(score))))
            if ranges and ranges[-1] & rows:
                rows |= ranges.pop()
            ranges.append(rows)
        area = before = 0.0
        for threshold in sorted(set(score), reverse=True):
            raised = {row for row, each in enumerate(score) if each >= threshold}
            hit = sum(weight[row] for row in raised)
            positive = (2 * sum(inside) + sum(weight[row] for row in raised if not inside[row])) / 2
            recall = min(hit / positive, 1.0) * sum(bool(raised & rows) for rows in ranges) / len(ranges)
            area += (recall - before) * hit / len(raised)
            before = recall
        areas.append(area)
    return sum(areas) / len(areas)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[float], list[tuple[int, int]], int]:
    points = draw(st.integers(2, 30))
    edges = sorted(draw(st.lists(st.integers(0, points), min_size=2, max_size=6, unique=True)))
    windows = list(zip(edges[::2], edges[1::2], strict=False))
    some = st.sampled_from([0.0, 0.1, 0.2, 0.4, 0.8, 1.0, math.inf, -math.inf])
    return draw(st.lists(some, min_size=points, max_size=points)), windows, draw(st.integers(0, 12))


@given(cases())
def test_the_volume_is_the_mean_of_the_areas_of_the_definition(
    case: tuple[list[float], list[tuple[int, int]], int],
) -> None:
    score, windows, longest = case
    assert vus_pr(np.array(score), windows, longest) == pytest.approx(naive(score, windows, longest))


def test_a_score_that_ranks_the_windows_first_has_nearly_the_whole_volume_and_one_that_is_even_nearly_none() -> None:
    label = np.zeros(1000)
    label[400:420] = 1
    assert vus_pr(label, [(400, 420)], 0) == 1
    assert vus_pr(np.zeros(1000), [(400, 420)], 0) == pytest.approx(0.02)
    assert vus_pr(label, [(400, 420)], 20) > 0.8


def test_what_was_not_judged_ranks_last() -> None:
    score = np.array([math.nan, 0.1, math.nan, 0.9])
    assert vus_pr(score, [(3, 4)], 0) == 1
    assert vus_pr(score, [(0, 1)], 0) == 0.25


def test_without_windows_there_is_no_volume() -> None:
    assert vus_pr(np.array([0.1, 0.2]), [], 4) is None
