"""Evidence: whether everything that the platform's files claim follows from their own details."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains import Section
from mcreports.domains.details import fresh_from
from mcreports.domains.series import instant, milliseconds
from mcreports.figures import Figure, Quality
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mcreports.snapshot import Snapshot

COMPLIANCE = "evidence.compliance"
MOST_SAID = 5


def judge_evidence(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The share of files and claims that hold, in percent: 100 only if each of them is proven."""
    tables = snapshot.evidence
    files, faults, claims = (tables.get(name) for name in ("files", "faults", "claims"))
    broken = 0 if faults is None else faults["file"].nunique()
    every = (0 if files is None else len(files)) + (0 if claims is None else len(claims))
    wrong = list(_wrong(snapshot))
    held = every - broken - (0 if claims is None else int((~claims["holds"]).sum()))
    percent = Fraction(100 * held, every) if every else None
    doubts = list(_stale(snapshot, (start, end)))
    doubt = "; ".join(doubts) if every else "there is no evidence"
    said = wrong[:MOST_SAID] + ([f"and {len(wrong) - MOST_SAID} more"] if len(wrong) > MOST_SAID else [])
    figure = Figure(
        COMPLIANCE, None, None if percent is None else float(percent), "%", (start, end), "evidence", "claims.recomputed",
        Quality.UNKNOWN if percent is None else Quality.ESTIMATED if doubt else Quality.ACTUAL,
        samples=every, reason="; ".join(filter(None, [*said, doubt])),
    )  # fmt: skip
    verdict = judge(COMPLIANCE, snapshot.rule(COMPLIANCE), percent, Subject(None, (COMPLIANCE,), every or None), doubt)
    return Section((figure,), (replace(verdict, reason="; ".join(filter(None, [verdict.reason, *said]))),))


def _wrong(snapshot: Snapshot) -> Iterator[str]:
    faults, claims = snapshot.evidence.get("faults"), snapshot.evidence.get("claims")
    if faults is not None:
        for fault in faults.itertuples():
            yield f"{fault.file}: {fault.field}: {fault.text}" if fault.field else f"{fault.file}: {fault.text}"
    if claims is not None:
        for claim in claims[~claims["holds"]].itertuples():
            yield f"{claim.file}: {claim.field} claims {claim.claimed}, its details give {claim.recomputed}"


def _stale(snapshot: Snapshot, window: tuple[datetime, datetime]) -> Iterator[str]:
    """Kinds of evidence whose newest file is too old to say anything about the window."""
    files = snapshot.evidence.get("files")
    if files is None or files.empty:
        return
    fresh = milliseconds(fresh_from(window))
    for kind, newest in files.groupby("kind")["ts"].max().items():
        if kind != "config-baseline" and newest is not None and milliseconds(newest.to_pydatetime()) < fresh:
            yield f"the newest {kind} is of {instant(milliseconds(newest.to_pydatetime()))}: stale"
