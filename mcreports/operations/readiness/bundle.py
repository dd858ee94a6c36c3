"""The validation of the evidence bundle: the newest one, verified now with the keys of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.errors import EvidenceError
from mcreports.evidence.bundles.container import MOST_BUNDLE
from mcreports.evidence.bundles.index import read_index
from mcreports.evidence.bundles.pack import last_file
from mcreports.evidence.bundles.verify import Expected, judge, verify
from mcreports.evidence.compliance import CHECK
from mcreports.evidence.place import read
from mcreports.operations.readiness.finding import Finding, Piece, of_verdicts

if TYPE_CHECKING:
    from mcreports.operations.readiness.grounds import Grounds

THEIRS = "evidence-*.json"


def evidence_bundle(grounds: Grounds) -> Finding:
    """Signature, files, age and chain of the newest bundle, and how much of it its own files prove."""
    own = grounds.settings.evidence
    file = last_file(own.bundles)
    if file is None:
        unsigned = [f"{path.name} is no signed bundle" for path in sorted(own.bundles.glob(THEIRS))[-1:]]
        raise EvidenceError("; ".join([f"no bundle is in {own.bundles}: run mcreports evidence pack", *unsigned]))
    archived = read_index(own.archives, grounds.keyring)
    expected = Expected(grounds.now, own.version, None, grounds.settings.readiness.max_age, archived)
    found = verify(read(file, MOST_BUNDLE), grounds.keyring, expected)
    verdicts = judge(found, file.name, grounds.settings.rule(CHECK))
    bundle = found.bundle
    at = None if bundle is None else bundle.at
    doubts = []
    if bundle is not None and bundle.at - bundle.period.end > expected.fresh:
        doubts.append(f"{file.name} is of {bundle.period.label}, which was long over when it was packed")
    told = f"{file.name} is signed by {found.examined.keyid[:16]}, and all that its files claim is recomputed"
    return of_verdicts(verdicts, told, (Piece(file.name, found.examined.sha256, at),), at, doubts)
