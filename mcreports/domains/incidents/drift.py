"""A drift incident: which witness saw the configuration change, since when, and which files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from mcreports.checks import Status
from mcreports.domains import Section
from mcreports.domains.drift import DRIFT, judge_drift
from mcreports.domains.incidents.case import FAIL, Onset
from mcreports.domains.series import EPOCH, MILLISECOND, lines, milliseconds, usual_interval
from mcreports.figures import Figure, Quality, instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.domains.incidents.case import Case

LOOKED_AT = timedelta(days=1)
FILE = "config/config-current.json"
FILES, RUNS = "incident.files", "incident.drifts"


def assess(case: Case) -> Section:
    """The configuration of the platform in the day before, and which of its files differ from the baseline."""
    section = judge_drift(case.snapshot, case.at - LOOKED_AT, case.at)
    runs = ups(case)
    query = case.snapshot.metrics[DRIFT].selector()
    figures = [*section.figures, *_files(case)]
    window = case.snapshot.windows.get(DRIFT)
    if window is not None and len(case.snapshot.table(DRIFT)):
        figures.append(
            Figure(
                RUNS,
                None,
                len(runs),
                "times",
                (window.start, case.at),
                query,
                "gauge.runs",
                reason="; ".join(_told(runs)),
            )
        )
    if runs and runs[-1].last >= case.at - LOOKED_AT:
        first, before = runs[-1].first, runs[-1].before
        between = None if before is None else (before, first)
        doubt = "it was up on the first sample that there is" if before is None else ""
        onset = Onset(DRIFT, FAIL, first, between, doubt)
        figures.append(onset.figure(case, None, query, "the first sample of the gauge's newest run above 0"))
    elif (differ := _differ(case)) is not None and any(v.status is Status.FAIL for v in section.verdicts):
        figures.append(differ.figure(case, None, FILE, "when the files that differ were written"))
    return Section(tuple(figures), section.verdicts)


def _differ(case: Case) -> Onset | None:
    """When the configuration that differs was written: that it does the files tell, not since when."""
    config = case.snapshot.evidence.get("config")
    if config is None or not any(_files(case)):
        return None
    before, after = (config.loc[config["side"] == side, "ts"].max().to_pydatetime() for side in ("baseline", "current"))
    return Onset(DRIFT, FAIL, after, (before, after), "the files tell that they differ, not since when")


@dataclass(frozen=True)
class Run:
    """The gauge above 0: its first and its last sample there, and the sample before them, if there is one."""

    first: datetime
    last: datetime
    before: datetime | None


def ups(case: Case) -> list[Run]:
    """Each run of the gauge above 0, oldest first."""
    found: list[Run] = []
    for line in lines(case.snapshot.table(DRIFT), (), usual_interval(case.snapshot, DRIFT))[:1]:
        inside = line.ts <= milliseconds(case.at)
        ts, up = line.ts[inside], line.values[inside] > 0
        firsts = np.flatnonzero(up & ~np.concatenate([[False], up[:-1]]))
        lasts = np.flatnonzero(up & ~np.concatenate([up[1:], [False]]))
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            before = None if first == 0 else _instant(ts[first - 1])
            found.append(Run(_instant(ts[first]), _instant(ts[last]), before))
    return found


def _instant(at: int) -> datetime:
    return EPOCH + int(at) * MILLISECOND


def _told(runs: list[Run]) -> Iterator[str]:
    return (f"{instant_text(run.first)} to {instant_text(run.last)}" for run in runs)


def _files(case: Case) -> Iterator[Figure]:
    """A figure for each file that differs: 1 change, its label says which and how."""
    config = case.snapshot.evidence.get("config")
    if config is None or config.empty:
        return
    before, after = (
        dict(zip(own["path"], own["content_hash"], strict=True))
        for own in (config[config["side"] == side] for side in ("baseline", "current"))
    )
    if not before or not after:
        return
    span = case.at - LOOKED_AT, case.at
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            how = "added" if old is None else "removed" if new is None else "changed"
            blank = Figure(FILES, None, 1, "changes", span, f"{FILE}#/configs", "evidence.compare")
            yield replace(
                blank, labels=(("change", how), ("path", path)), quality=Quality.ACTUAL,
                reason=f"{_short(old)} to {_short(new)}",
            )  # fmt: skip


def _short(digest: str | None) -> str:
    return "nothing" if digest is None else f"sha256:{digest[:12]}"
