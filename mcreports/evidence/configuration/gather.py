"""All that a directory of evidence holds about its configuration, in one look: states, changes, approvals, faults."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mcreports.errors import EvidenceError
from mcreports.evidence import claims
from mcreports.evidence.configuration import approvals
from mcreports.evidence.configuration.changes import compare
from mcreports.evidence.configuration.masking import masked
from mcreports.evidence.configuration.state import BASELINE, CURRENT, SIDES, State, place_of, read_state
from mcreports.evidence.fields import EPOCH, MILLISECOND, FieldError
from mcreports.evidence.files import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from mcreports.evidence.claims import Found
    from mcreports.evidence.configuration.approvals import Approval, Covered
    from mcreports.evidence.files import Document, Place
    from mcreports.evidence.keys import Keyring

File = tuple["Place", "Document | None", tuple[int, ...]]  # its instants, where it speaks of any


@dataclass(frozen=True)
class Drift:
    """The states that could be read, what differs, the approvals that count, and why the rest does not."""

    states: Mapping[str, State] = field(default_factory=dict)
    changes: tuple[Covered, ...] = ()
    approvals: tuple[Approval, ...] = ()
    faults: tuple[Found, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether both states could be read."""
        return len(self.states) == len(SIDES)

    def rows(self) -> Iterator[Found]:
        """The rows of evidence tables that this is."""
        yield from (claims.file_row(*one) for one in self.files)
        yield from self.faults
        for side, state in self.states.items():
            yield from state.claims()
            own = {"file": state.document.place.name, "side": side, "ts": state.at}
            for path, content_hash in sorted(state.hashes.items()):
                yield "config", {**own, "path": path, "content_hash": content_hash}
        yield from self._collision()
        for one in self.changes:
            yield "config_changes", {"file": self.states[CURRENT].document.place.name, **_row(one)}

    def _collision(self) -> Iterator[Found]:
        """A hash that is right on both sides and yet the same: contents may be cut elsewhere and still spell it."""
        before, after = self.states.get(BASELINE), self.states.get(CURRENT)
        if before is None or after is None or not self.changes:
            return
        if before.claimed == before.recomputed == after.recomputed == after.claimed:
            text = f"{len(self.changes)} contents differ under the same hash"
            yield claims.claim(after.document.place, "config_hash", "equal to the baseline's", text, holds=False)


def gather(root: Path, keyring: Keyring, until: datetime) -> Drift:
    """What the directory says; approvals of after ``until``, and those that no trusted key signed, do not count."""
    states: dict[str, State] = {}
    approved: list[Approval] = []
    faults: list[Found] = []
    files: list[File] = []
    sides = [place_of(root, side) for side in SIDES]
    for place in [*(one for one in sides if os.path.lexists(one.path)), *approvals.places(root)]:
        document: Document | None = None
        times: tuple[int, ...] = ()
        try:
            document = load(place, root)
            if place.kind == approvals.KIND:
                approved.append(approvals.read_approval(document, keyring, until))
            else:
                state = states[place.kind.removeprefix("config-")] = read_state(document)
                times = (state.at,)
        except FieldError as error:
            # what stands where contents should be may be a secret
            faults.append(claims.fault(place, error.field, "\n".join(masked(error.text))))
        except EvidenceError as error:
            faults.append(claims.fault(place, "", str(error)))
        files.append((place, document, times))
    if len(states) < len(SIDES):
        return Drift(states, (), tuple(approved), tuple(faults), tuple(files))
    changes = compare(states[BASELINE].hashes, states[CURRENT].hashes)
    covered = approvals.cover(changes, approved, states[BASELINE].exact)
    return Drift(states, covered, tuple(approved), tuple(faults), tuple(files))


def _row(one: Covered) -> dict[str, object]:
    change, approval = one.change, one.approval
    return {
        "path": change.path,
        "change": change.kind,
        "before": change.before or "",
        "after": change.after or "",
        "approval": approval.file if approval else "",
        "approved_by": approval.by if approval else "",
        "approved": (approval.at - EPOCH) // MILLISECOND if approval else None,
        "why": approval.reason if approval else "",
        "note": one.note,
    }
