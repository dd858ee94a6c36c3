"""The validation of scheduled reports: none is overdue, and the newest of each is still what was published."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports import schedule
from mcreports.operations.readiness.finding import Finding, Piece
from mcreports.reports.manifest import FILE
from mcreports.reports.runs import published
from mcreports.reports.verification import verify

if TYPE_CHECKING:
    from mcreports.operations.readiness.grounds import Grounds
    from mcreports.reports.runs import PublishedRun

LATE = timedelta(days=1)


def scheduled_reports(grounds: Grounds) -> Finding:
    """What the settings publish without being asked, against what is published."""
    own = grounds.settings.report
    found = published(own.output)
    overdue = [
        f"{one.report} {one.period.label} is due since {one.period.end + own.settle:%Y-%m-%d %H:%M} UTC"
        for one in schedule.due(grounds.now, found.runs, schedule.plan(own))
        if grounds.now - (one.period.end + own.settle) > LATE
    ]
    damaged = [one for one in found.damaged if one.path.partition("/")[0] in own.reports]
    wrong = [*overdue, *(f"{one.path} is damaged: {one.said}" for one in damaged)]
    doubts, pieces, good = [], [], 0
    for report in own.reports:
        run = _newest(report, found.runs)
        if run is None:
            doubts.append(f"no {report} report is published yet")
            continue
        whole = verify(own.output / run.path)
        good += whole.is_whole
        pieces.append(Piece(f"{run.path}/{FILE}", "", run.generated_at))
        told = f"{run.path} is not what was published: {'; '.join(map(str, whole.faults[:2]))}"
        if not whole.is_whole:
            (doubts if whole.is_unread else wrong).append(told)
    ats = [piece.at for piece in pieces if piece.at is not None]
    text = f"{', '.join(own.reports)}: none is overdue, and each newest run is whole"
    every = len(own.reports) + len(overdue) + len(damaged)
    return Finding(text, good, every, tuple(wrong), tuple(doubts), tuple(pieces), min(ats, default=None))


def _newest(report: str, runs: tuple[PublishedRun, ...]) -> PublishedRun | None:
    own = [run for run in runs if (run.report, run.scope, run.state) == (report, None, "final")]
    return max(own, key=lambda run: (run.period.end, run.period.start), default=None)
