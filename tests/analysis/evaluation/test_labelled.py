"""Invented series: the same for the same seed, and as they are labelled."""

from __future__ import annotations

import numpy as np

from mcreports.analysis.evaluation.labelled import corpus

CORPUS = corpus(7)


def test_a_seed_gives_the_same_series_and_another_one_others() -> None:
    again, other = corpus(7, 6), corpus(8, 6)
    for one, same, another in zip(CORPUS, again, other, strict=False):
        assert one.windows == same.windows
        assert np.array_equal(one.values, same.values)
        assert not np.array_equal(one.values, another.values)


def test_windows_are_in_order_apart_and_after_a_quiet_start() -> None:
    for one in CORPUS:
        edges = [edge for window in one.windows for edge in window]
        assert edges == sorted(edges)
        assert all(start < stop for start, stop in one.windows)
        assert not edges or (edges[0] > 0.15 * len(one.ts) and edges[-1] <= len(one.ts))


def test_instants_ascend_and_no_amount_is_negative_or_unknown() -> None:
    assert all((np.diff(one.ts) > 0).all() and (one.values >= 0).all() for one in CORPUS)


def test_a_fifth_is_clean_half_have_holes_and_each_rhythm_and_step_is_there() -> None:
    assert sum(not one.windows for one in CORPUS) == 21
    assert {one.name.split("/")[0] for one in CORPUS} >= {"steady", "office", "batches", "sparse", "tiny"}
    assert {int(np.median(np.diff(one.ts))) for one in CORPUS} == {300_000, 3_600_000, 86_400_000}
    assert 30 < sum(len(one.ts) not in {8064, 2016, 364} for one in CORPUS) < 75


def test_what_happens_is_large_beside_the_noise_around_it() -> None:
    steady = next(one for one in corpus(7, 63) if one.name.startswith("steady") and one.windows)
    (start, stop), *_ = steady.windows
    usual = steady.values[: int(0.15 * len(steady.ts))]
    off = np.abs(steady.values[start:stop] - np.median(usual)).max()
    assert off > 3 * usual.std()
