"""Grounding verified: counters, attestations, scores and the golden set of a period, against the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.domains import Section
from mcreports.domains.changes import changes
from mcreports.domains.grounding import ATTESTATION, PASS_RATE, judge_grounding
from mcreports.domains.scores import score_figures
from mcreports.domains.trajectories import judge_trajectories
from mcreports.evidence.files import GOLDEN_SET

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from mcreports.period import Period
    from mcreports.snapshot import Snapshot

KINDS = ("attestation", GOLDEN_SET)


@dataclass(frozen=True)
class Grounds:
    """All that was found of a period, and the tables of evidence that it rests on."""

    period: Period
    section: Section
    attested: Mapping[str, pd.DataFrame]
    golden: Mapping[str, pd.DataFrame]

    def rows(self, name: str) -> pd.DataFrame | None:
        """A table's rows about attestations and golden sets; None without any evidence."""
        tables = [(self.attested, "attestation"), (self.golden, GOLDEN_SET)]
        parts = [table[name][table[name]["kind"] == kind] for table, kind in tables if table]
        return None if not parts else parts[0] if len(parts) == 1 else _joined(parts)

    def inputs(self) -> dict[str, str]:
        """The SHA-256 of each of the files, by its name."""
        files = self.rows("files")
        pairs = [] if files is None else zip(files["file"], files["sha256"], strict=True)
        return {str(name): str(digest) for name, digest in pairs if digest}


def verify_grounding(snapshot: Snapshot, period: Period, golden: Mapping[str, pd.DataFrame]) -> Grounds:
    """Every verdict and figure about the answers of a period; a snapshot must reach back to the one before it.

    Evidence without an attestation is unknown; without a golden set, nothing is said of trajectories.
    """
    before = period.previous()
    span = (period.start, period.end)
    section = judge_grounding(snapshot, *span)
    if snapshot.evidence and all(verdict.check != ATTESTATION for verdict in section.verdicts):
        section += Section(verdicts=(_unattested(),))
    if golden:
        section += judge_trajectories(golden, span)
    last = judge_grounding(snapshot, before.start, before.end).figures
    label = "week" if period.kind == "week" else "period"
    labelled = (replace(one, labels=tuple(sorted((*one.labels, (label, before.label))))) for one in last)
    changed = changes(PASS_RATE, section.figures, last)
    more = Section((*score_figures(snapshot, span), *labelled, *changed))
    return Grounds(period, section + more, snapshot.evidence, golden)


def _unattested() -> Verdict:
    reason = "there is no attestation among the evidence: rag/*attest*.json"
    return Verdict(ATTESTATION, None, Status.UNKNOWN, None, "0", "<=", "contradictions", reason, (PASS_RATE,), None)


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(parts, ignore_index=True)
