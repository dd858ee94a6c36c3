"""The threshold that a score would have done best with, found with hindsight: an upper bound, never a promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.evaluation.nab import PROFILES, Rows, Tally, tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Alert = Callable[[np.ndarray, np.ndarray], np.ndarray]

DAY = 86_400_000
THRESHOLDS, OWN = 200, 0.5  # looked at, and the one of all detectors here


@dataclass(frozen=True)
class Best:
    """The best score of a profile, and the threshold that gives it."""

    score: float
    threshold: float


def once_a_day(ts: np.ndarray, raised: np.ndarray) -> np.ndarray:
    """Of ascending row numbers the first one, and each next one that is a day or more after the one before.

    >>> once_a_day(np.array([0, 1, 2, 3, 4]) * DAY // 2, np.array([0, 1, 2, 3, 4])).tolist()
    [0, 2, 4]
    """
    at, kept, times = 0, [], ts[raised]
    while at < len(raised):
        kept.append(raised[at])
        at = int(times.searchsorted(times[at] + DAY))
    return np.array(kept, np.int64)


@dataclass(frozen=True)
class Scored:
    """A series as the sweep sees it: instants, scores (NaN where nothing was judged), and the worth of its rows.

    ``alert`` is the detector's own way from rows that stand out to alerts.
    """

    ts: np.ndarray
    score: np.ndarray
    rows: Rows
    alert: Alert = once_a_day


def by_alerts(series: Sequence[Scored]) -> dict[str, Best]:
    """The best threshold for alerts as they are raised, of many that lie closest where scores are highest."""
    alike = np.sort(np.concatenate([one.score[one.rows.first :] for one in series] or [np.empty(0)]))
    alike = alike[~np.isnan(alike)][::-1]
    if not len(alike):
        return {}
    places = np.unique(np.geomspace(1, len(alike), THRESHOLDS).astype(int)) - 1
    thresholds = np.unique(np.append(alike[places], OWN))
    tallies = [sum((_alerts(one, threshold) for one in series), Tally()) for threshold in thresholds]
    windows = sum(len(one.rows.windows) for one in series)
    return _best([*tallies, Tally(missed=windows, windows=windows)], thresholds)


def _alerts(one: Scored, threshold: float) -> Tally:
    return tally(one.rows, one.alert(one.ts, np.flatnonzero(one.score >= threshold)))


def by_rows(series: Sequence[Scored]) -> dict[str, Best]:
    """The best of all thresholds where every row above one is an alert: the benchmark's own optimiser."""
    steps = [_steps(one) for one in series]
    scores = np.concatenate([step[0] for step in steps] or [np.empty(0)])
    if not len(scores):
        return {}
    order = np.argsort(-scores, kind="stable")
    gained, lost, found = (np.concatenate([step[part] for step in steps])[order].cumsum() for part in (1, 2, 3))
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    windows = sum(len(one.rows.windows) for one in series)
    tallies = [Tally(float(gained[at]), float(lost[at]), windows - int(found[at]), windows) for at in last]
    return _best([*tallies, Tally(missed=windows, windows=windows)], scores[order][last])


def _steps(one: Scored) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows by falling score, and what each adds to the worth caught, to that of false alerts, to windows found."""
    kept = np.arange(one.rows.first, len(one.score))
    kept = kept[~np.isnan(one.score[kept])]
    kept = kept[np.argsort(-one.score[kept], kind="stable")]
    window, worth = one.rows.window[kept], one.rows.worth[kept]
    gained, found = np.zeros(len(kept)), np.zeros(len(kept), np.int64)
    for number in one.rows.windows:
        own = np.flatnonzero(window == number)
        if len(own):
            gained[own] = np.diff(np.maximum.accumulate(worth[own]), prepend=0.0)
            found[own[0]] = 1
    return one.score[kept], gained, np.where(window < 0, worth, 0.0), found


def _best(tallies: Sequence[Tally], thresholds: np.ndarray) -> dict[str, Best]:
    """Per profile the best tally; the last one belongs to a threshold above all scores."""
    every = np.append(thresholds, np.inf)
    best = {}
    for profile in PROFILES:
        scores = [tally.score(profile) for tally in tallies]
        known = [(score, at) for at, score in enumerate(scores) if score is not None]
        if known:
            score, at = max(known)
            best[profile.name] = Best(score, float(every[at]))
    return best
