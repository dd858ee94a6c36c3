"""Evidence: whether everything that the platform's files claim follows from their own details."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains import Section
from mcreports.domains.details import contradiction
from mcreports.figures import Figure, Quality
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pandas as pd

    from mcreports.snapshot import Snapshot

COMPLIANCE = "evidence.compliance"
MOST_SAID = 5
STALE = "stale"


def judge_evidence(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The share of files and claims that hold, in percent: 100 only if each of them is proven."""
    tables = snapshot.evidence
    files, faults, claims = (tables.get(name) for name in ("files", "faults", "claims"))
    broken = 0 if faults is None else faults.loc[faults["kind"] != STALE, "file"].nunique()
    every = (0 if files is None else len(files)) + (0 if claims is None else len(claims))
    wrong = [*_said(faults, stale=False), *_false(claims)]
    held = every - broken - (0 if claims is None else int((~claims["holds"]).sum()))
    percent = Fraction(100 * held, every) if every else None
    doubt = "; ".join([*([] if every else ["there is no evidence of this window"]), *_said(faults, stale=True)])
    said = wrong[:MOST_SAID] + ([f"and {len(wrong) - MOST_SAID} more"] if len(wrong) > MOST_SAID else [])
    figure = Figure(
        COMPLIANCE, None, None if percent is None else float(percent), "%", (start, end), "evidence",
        "claims.recomputed", Quality.UNKNOWN if percent is None else Quality.ESTIMATED if doubt else Quality.ACTUAL,
        samples=every, reason="; ".join(filter(None, [*said, doubt])),
    )  # fmt: skip
    verdict = judge(COMPLIANCE, snapshot.rule(COMPLIANCE), percent, Subject(None, (COMPLIANCE,), every or None), doubt)
    return Section((figure,), (replace(verdict, reason="; ".join(filter(None, [verdict.reason, *said]))),))


def _said(faults: pd.DataFrame | None, *, stale: bool) -> Iterator[str]:
    if faults is not None:
        for fault in faults[(faults["kind"] == STALE) == stale].itertuples():
            yield " ".join(filter(None, [f"{fault.file!s}:", str(fault.field), str(fault.text)]))


def _false(claims: pd.DataFrame | None) -> Iterator[str]:
    if claims is not None:
        for claim in claims[~claims["holds"]].itertuples():
            yield contradiction(claim)
