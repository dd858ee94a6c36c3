"""Whether the gate over drift holds: it is tried on a copy of the real state."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securesystemslib.signer import CryptoSigner

from mcreports.checks import Status
from mcreports.domains.drift import DRIFT
from mcreports.domains.drift_gate import judge_gate
from mcreports.domains.drift_witnesses import flat
from mcreports.errors import EvidenceError
from mcreports.evidence.configuration.approvals import Approval, record
from mcreports.evidence.configuration.gather import gather
from mcreports.evidence.configuration.restore import sound_baseline
from mcreports.evidence.configuration.state import BASELINE, CURRENT, attest, place_of
from mcreports.evidence.keys import Keyring, Trusted
from mcreports.evidence.place import put
from mcreports.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from securesystemslib.signer import Signer

EDIT = "# changed to try the gate\n"


@dataclass(frozen=True)
class _Trial:
    """A copy of the state in a scratch directory, a key of its own, and the time."""

    root: Path
    signer: CryptoSigner
    now: datetime

    def set(self, contents: Mapping[str, str]) -> None:
        _write(self.root, CURRENT, attest(contents, self.now))

    def approve(self, signer: Signer | None) -> None:
        drift = gather(self.root, self.keyring, self.now)
        changes = tuple(one.change for one in drift.changes)
        baseline, current = drift.states[BASELINE], drift.states[CURRENT]
        reason = f"to try the gate, {'not ' if signer is None else ''}signed"
        approval = Approval("the trial", self.now, reason, baseline.exact, changes, current=current.exact)
        record(self.root, approval, signer)

    def status(self) -> Status:
        drift = gather(self.root, self.keyring, self.now)
        return judge_gate(drift, None, RULES[DRIFT], self.now).verdicts[0].status

    @property
    def keyring(self) -> Keyring:
        own = self.signer.public_key
        return Keyring((Trusted(own.keyid, own),))


def prove_gate(directory: Path, scratch: Path, now: datetime) -> tuple[bool, str]:
    """Whether the gate stops a change of this state that nobody approved, and lets through what somebody did.

    The state is copied to ``scratch``, an empty directory, and changed there; the evidence itself is only read.
    """
    try:
        baseline = sound_baseline(directory)
        contents = baseline.contents
        if not contents:
            return False, f"{baseline.document.place.name} holds no file: there is nothing to try the gate on"
        trial = _Trial(scratch, CryptoSigner.generate_ed25519(), now)
        _write(scratch, BASELINE, attest(contents, now))
        return _tried(trial, contents)
    except EvidenceError as error:
        return False, f"the gate could not be tried: {error}"


def _tried(trial: _Trial, contents: Mapping[str, str]) -> tuple[bool, str]:
    path = min(contents)
    trial.set(contents)
    steps = [("the baseline itself", Status.PASS, trial.status())]
    trial.set({**contents, path: contents[path] + EDIT})
    steps.append((f"a change of {path}", Status.FAIL, trial.status()))
    trial.approve(None)
    steps.append(("the same with an approval that nobody signed", Status.FAIL, trial.status()))
    trial.approve(trial.signer)
    steps.append(("the same with a signed approval", Status.WARN, trial.status()))
    trial.set({**contents, path: contents[path] + EDIT * 2})
    steps.append(("one more change of it", Status.FAIL, trial.status()))
    told = [f"{what}: {got}" + ("" if got is wanted else f" instead of {wanted}") for what, wanted, got in steps]
    return all(got is wanted for _, wanted, got in steps), flat(", ".join(told))


def _write(root: Path, side: str, body: object) -> None:
    place = place_of(root, side)
    put(place.path.parent, place.path.name, json.dumps(body).encode())
