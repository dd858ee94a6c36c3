"""Every detector on every series of a folder, side by side."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.anomalies import Series
from mcreports.analysis.evaluation import nab
from mcreports.analysis.evaluation.causality import differences
from mcreports.analysis.evaluation.events import Events, events
from mcreports.analysis.evaluation.labelled import is_later
from mcreports.analysis.evaluation.result import Result
from mcreports.analysis.evaluation.sweep import DAY, Scored, by_alerts, by_rows
from mcreports.analysis.evaluation.vus import vus_pr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mcreports.analysis.anomalies import Detection
    from mcreports.analysis.evaluation.causality import Difference
    from mcreports.analysis.evaluation.labelled import Labelled
    from mcreports.analysis.evaluation.rivals import Contender
    from mcreports.analysis.evaluation.sweep import Alert

FEWEST_BUFFERED = 4  # rows: the longest buffer of a series whose day has fewer


@dataclass
class _Sums:
    tally: nab.Tally = field(default_factory=nab.Tally)
    events: Events = field(default_factory=Events)
    scored: list[Scored] = field(default_factory=list)
    volumes: list[float] = field(default_factory=list)
    prefixes: int = 0
    differences: list[Difference] = field(default_factory=list)
    rows: int = 0
    seconds: float = 0.0


def contest(corpus: Sequence[Labelled], contender: Contender, tell: Callable[[str], None] = lambda _: None) -> Result:
    """What a detector comes to over all series, at its own threshold and at the best one."""
    sums = _Sums()
    for one in corpus:
        tell(f"{contender.name}: {one.name}")
        _add(sums, one, contender)
    return Result(
        contender.name,
        contender.words,
        {profile.name: sums.tally.score(profile) for profile in nab.PROFILES},
        by_alerts(sums.scored),
        by_rows(sums.scored),
        sums.events,
        float(np.mean(sums.volumes)) if sums.volumes else None,
        sums.prefixes,
        tuple(sums.differences),
        sums.rows,
        sums.seconds,
    )


def _add(sums: _Sums, one: Labelled, contender: Contender) -> None:
    is_new = is_later(one.ts)
    series = Series(one.ts[is_new], one.values[is_new])
    began = time.perf_counter()
    detection = contender.detect(series)
    sums.seconds += time.perf_counter() - began
    sums.rows += len(series)
    prefixes, found = differences(contender.detect, series, detection, one.name)
    sums.prefixes += prefixes
    sums.differences += found
    _score(sums, one, contender.alert, detection)


def _score(sums: _Sums, one: Labelled, alert: Alert, detection: Detection) -> None:
    is_new, worth = is_later(one.ts), nab.rows(len(one.ts), one.windows)
    score = np.full(len(one.ts), np.nan)
    score[is_new] = detection.score
    alerts = np.flatnonzero(is_new)[detection.flags]
    ts = np.maximum.accumulate(one.ts)
    sums.tally += nab.tally(worth, alerts)
    sums.events += events(ts, worth, alerts)
    sums.scored.append(Scored(ts, score, worth, alert))
    windows = [(max(start - worth.first, 0), stop - worth.first) for start, stop in one.windows if stop > worth.first]
    step = float(np.median(np.diff(ts))) if len(ts) > 1 else DAY
    volume = vus_pr(score[worth.first :], windows, max(FEWEST_BUFFERED, round(DAY / max(step, 1.0))))
    sums.volumes += [] if volume is None else [volume]
