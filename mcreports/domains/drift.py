"""Drift: whether the configuration that runs is the one that was agreed on, or approved since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.domains import Section
from mcreports.domains.details import SOURCE
from mcreports.domains.drift_witnesses import DRIFT, Finding, compared_files, watched_gauge
from mcreports.evidence.tables import GRACE, fresh_from
from mcreports.figures import Figure
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.rules import Rule
    from mcreports.snapshot import Snapshot

__all__ = ["DRIFT", "files_figure", "gauge_figure", "judge_drift", "weigh"]


def judge_drift(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The drift of the platform's configuration in [start, end), by its gauge and by the files themselves."""
    gauge = watched_gauge(snapshot, start, end)
    files = compared_files(snapshot.evidence, fresh_from((start, end)), end + GRACE) if _has_files(snapshot) else None
    figures = [gauge_figure(snapshot, gauge, (start, end), "gauge.any")]
    if files is not None:
        figures.append(files_figure(files, (start, end)))
    return Section(tuple(figures), (weigh(snapshot.rule(DRIFT), gauge, files),))


def weigh(rule: Rule, gauge: Finding | None, files: Finding | None) -> Verdict:
    """What both witnesses come to: an approved change is a warning, any other a failure."""
    witnesses = [witness for witness in (gauge, files) if witness is not None]
    is_approved = files is not None and files.is_approved
    # the gauge knows nothing of approvals: it is up for the very changes that the files show
    counts = [0 if is_approved else one.changes - one.approved for one in witnesses if one.changes is not None]
    # the gauge alone, or the files alone, can prove that nothing has drifted; either can prove that something has
    cleared = any(not one.doubt and (one.changes == 0 or one.is_approved) for one in witnesses)
    proven = cleared and not any(one.is_suspect for one in witnesses)
    doubt = "" if proven else "; ".join(one.doubt for one in witnesses if one.doubt)
    verdict = judge(DRIFT, rule, max(counts, default=None), Subject(None, (DRIFT,)), doubt)
    seen = "; ".join(one.text for one in witnesses if one.changes and one.text)
    if is_approved and verdict.status is Status.PASS:
        changes = 0 if files is None else files.changes
        reason = f"every change is approved; {seen}"
        return replace(verdict, status=Status.WARN, value=str(changes), gap=None, reason=reason)
    return replace(verdict, reason="; ".join(filter(None, [verdict.reason, seen])))


def files_figure(files: Finding, window: tuple[datetime, datetime]) -> Figure:
    """How many paths differ between the two files."""
    return Figure(
        DRIFT, None, files.changes, "changes", window, "config/config-current.json#/configs", "evidence.compare",
        files.quality, labels=SOURCE, reason=files.said,
    )  # fmt: skip


def gauge_figure(snapshot: Snapshot, gauge: Finding, window: tuple[datetime, datetime], method: str) -> Figure:
    """Whether the gauge was up."""
    return Figure(
        DRIFT, None, gauge.changes, "changes", window, snapshot.metrics[DRIFT].selector(), method, gauge.quality,
        None, gauge.seen.share, gauge.seen.samples, reason=gauge.said,
    )  # fmt: skip


def _has_files(snapshot: Snapshot) -> bool:
    return "files" in snapshot.evidence and "config" in snapshot.evidence
