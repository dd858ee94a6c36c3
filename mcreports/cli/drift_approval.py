"""What ``drift approve`` and CHANGE_APPROVED record: who approves what differs, or agrees on the baseline itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from mcreports.cli.drift_words import Approver
    from mcreports.evidence.configuration import Drift
    from mcreports.evidence.configuration.approvals import Approval
    from mcreports.settings import Settings


def obstacle_of(drift: Drift) -> str:
    """Why there is nothing that could be approved; empty where there is something."""
    if not drift.is_whole:
        return "the baseline or the current state is missing or cannot be read; drift check names what is wrong"
    false = list(false_claims(drift))
    if false:
        return f"{'; '.join(false)}; have the platform write that file again"
    if not drift.changes:
        return "nothing differs from the baseline: there is nothing to approve"
    is_done = all(one.approval for one in drift.changes)
    return "every change is approved already: there is nothing to approve" if is_done else ""


def unsound(drift: Drift) -> str:
    """Why nobody can agree on the baseline; empty where somebody can."""
    state = drift.states.get("baseline")
    if state is None or not state.contents:
        return "the baseline is missing, empty or cannot be read; drift check names what is wrong"
    return "; ".join(false_claims(drift, "baseline"))


def false_claims(drift: Drift, *sides: str) -> Iterator[str]:
    """What the states claim and their contents contradict, of all sides or of some."""
    for side, state in drift.states.items():
        if sides and side not in sides:
            continue
        for _, claim in state.claims():
            if not claim["holds"]:
                told = f"{claim['field']} claims {claim['claimed']}, its contents give {claim['recomputed']}"
                yield f"{claim['file']}: {told}"


def approval_of(drift: Drift, approver: Approver, at: datetime) -> Approval:
    """The approval of all that differs now."""
    from mcreports.evidence.configuration.approvals import Approval

    baseline, current = drift.states["baseline"].exact, drift.states["current"].exact
    changes = tuple(one.change for one in drift.changes)
    return Approval(approver.by, at, approver.reason, baseline, changes, current=current)


def agreement_of(drift: Drift, approver: Approver, at: datetime) -> Approval:
    """The approval of the baseline itself."""
    from mcreports.evidence.configuration.approvals import Approval

    return Approval(approver.by, at, approver.reason, drift.states["baseline"].exact, ())


def keep(root: Path, approval: Approval, settings: Settings) -> Path:
    """Put an approval among the evidence, signed if there is a key."""
    from mcreports.evidence.configuration.approvals import record
    from mcreports.evidence.keys import load_signer

    own = settings.evidence
    if own.key_file is None and own.trusted_keys:
        msg = "approvals must be signed where evidence.trusted_keys is set: set evidence.key_file, too"
        raise SettingsError(msg)
    return record(root, approval, None if own.key_file is None else load_signer(own.key_file))
