"""Validations of configuration: what it attests is recomputed, and the gate over its changes is tried."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mcreports.domains.drift import DRIFT
from mcreports.domains.drift_baseline import judge_baseline
from mcreports.domains.drift_gate import judge_gate
from mcreports.domains.drift_proof import prove_gate
from mcreports.evidence.configuration import gather
from mcreports.evidence.configuration.restore import sound_baseline
from mcreports.evidence.configuration.state import CURRENT
from mcreports.evidence.fields import instant
from mcreports.evidence.kept import latest
from mcreports.figures import instant_text
from mcreports.operations.readiness.finding import Finding, Piece, counted, of_verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.evidence.configuration import Drift
    from mcreports.operations.readiness.grounds import Grounds


def config_attestation(grounds: Grounds) -> Finding:
    """Hashes and contents of baseline and current state, recomputed and compared now; approved changes are told."""
    drift = gather(grounds.root, grounds.keyring, grounds.now)
    gate = judge_gate(drift, None, grounds.settings.rule(DRIFT), grounds.now)
    keyring = grounds.keyring
    earlier = latest(grounds.settings.evidence.out, DRIFT, keyring, grounds.now) if keyring.keys else None
    agreed, _ = judge_baseline(drift, earlier, grounds.now)
    current = drift.states.get(CURRENT)
    at = None if current is None else instant(current.at)
    doubts = []
    if at is not None and at < grounds.earliest:
        doubts.append(f"{current.document.place.name if current else CURRENT} is of {instant_text(at)}, too old")
    told = f"{counted(0 if current is None else len(current.contents), 'file')} as in the baseline, by content"
    if drift.changes:
        told = f"{counted(len(drift.changes), 'file')} other than in the baseline, each as somebody approved"
    return of_verdicts((*gate.verdicts, *agreed), told, tuple(_pieces(drift)), at, doubts)


def change_gate(grounds: Grounds) -> Finding:
    """The gate over drift, tried on a copy of this configuration."""
    baseline = sound_baseline(grounds.root).document
    piece = Piece(baseline.place.name, baseline.sha256, grounds.now)
    with TemporaryDirectory(prefix="mcreports-") as scratch:
        holds, text = prove_gate(grounds.root, Path(scratch), grounds.now)
    wrong = () if holds else (f"the gate does not hold: {text}",)
    return Finding(f"tried on a copy: {text}", int(holds), 1, wrong, (), (piece,), grounds.now)


def _pieces(drift: Drift) -> Iterator[Piece]:
    for place, document, times in drift.files:
        yield Piece(place.name, "" if document is None else document.sha256, instant(max(times)) if times else None)
