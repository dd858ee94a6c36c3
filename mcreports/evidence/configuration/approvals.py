"""Approvals of changes: who, when, why, and exactly which contents; written once, and signed where keys are used."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mcreports.errors import EvidenceError, UsageError
from mcreports.evidence import fields
from mcreports.evidence.configuration.changes import Change
from mcreports.evidence.configuration.state import FOLDER, SIDES, digest
from mcreports.evidence.dsse import SignatureError, seal, statement, unseal
from mcreports.evidence.fields import FieldError
from mcreports.evidence.files import Place, inside
from mcreports.evidence.place import put
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from securesystemslib.signer import Signer

    from mcreports.evidence.files import Document
    from mcreports.evidence.keys import Keyring

PREDICATE = "urn:mcreports:change-approval:1"
BELOW = f"{FOLDER}/approvals"
KIND = "approval"
STAMP = "%Y%m%dT%H%M%SZ"
MOST_BY, MOST_REASON = 200, 2000


@dataclass(frozen=True)
class Approval:
    """Who approved which changes of which baseline (its exact hash), when and why; the key's id where it is signed.

    ``current`` is the exact hash of what the changes led to; without any, it is the baseline itself that was agreed on.
    """

    by: str
    at: datetime
    reason: str
    baseline: str
    changes: tuple[Change, ...]
    file: str = ""
    keyid: str = ""
    current: str = ""

    @property
    def is_of_baseline(self) -> bool:
        """Whether the baseline itself was agreed on, and no change of it."""
        return not self.changes and not self.current

    def as_dict(self) -> dict[str, object]:
        """This approval as results carry it."""
        return {
            "by": self.by, "at": instant_text(self.at), "reason": self.reason, "file": self.file,
            "keyid": self.keyid or None, "changes": [change.as_dict() for change in self.changes],
        }  # fmt: skip


@dataclass(frozen=True)
class Covered:
    """A change, the approval of it if there is one, and what is to be said where there is none."""

    change: Change
    approval: Approval | None = None
    note: str = ""


def record(root: Path, approval: Approval, signer: Signer | None) -> Path:
    """Keep an approval under the directory of evidence, as a file of its own that is never written again."""
    for what, said, most in (("who approves", approval.by, MOST_BY), ("why", approval.reason, MOST_REASON)):
        if not said.strip() or len(said) > most:
            msg = f"{what} must be said, in at most {most} characters"
            raise UsageError(msg)
    changes = [change.as_dict() for change in approval.changes]
    at = approval.at.astimezone(UTC)
    told = {"by": approval.by, "at": instant_text(at), "reason": approval.reason, "changes": changes}
    subjects = {side: own for side in SIDES if (own := getattr(approval, side))}
    name = f"{at:{STAMP}}-{digest(json.dumps([subjects, told], sort_keys=True))[:12]}.json"
    folder = root / BELOW
    if not folder.resolve().is_relative_to(root.resolve()):
        msg = f"{folder}: is a link that leads out of the evidence directory; approvals are kept inside of it"
        raise EvidenceError(msg)
    return put(folder, name, seal(statement(subjects, PREDICATE, told), signer), once=True)


def places(root: Path) -> list[Place]:
    """Where a directory of evidence holds approvals."""
    return [Place(KIND, "", path, f"{BELOW}/{path.name}") for path in inside(root / BELOW, "*.json")]


def read_approval(document: Document, keyring: Keyring, until: datetime) -> Approval:
    """The approval of a document; an EvidenceError says why it does not count.

    With trusted keys one of them must have signed it; without any, no signature is asked for.
    """
    body, keyid = _statement(document, keyring)
    if body.get("predicateType") != PREDICATE:
        raise FieldError("predicateType", f"is {fields.shown(body.get('predicateType'))}, not {PREDICATE}")
    at = fields.instant(fields.moment(body, "predicate.at"))
    if at > until:
        raise FieldError("predicate.at", f"is {instant_text(at)}, later than {instant_text(until)}")
    subjects = {fields.text(one, "name"): fields.text(one, "digest.sha256") for one in fields.items(body, "subject")}
    baseline, current = (subjects.get(side, "") for side in SIDES)
    changes = tuple(_change(one, n) for n, one in enumerate(fields.items(body, "predicate.changes")))
    by, reason = (_said(body, f"predicate.{name}") for name in ("by", "reason"))
    return Approval(by, at, reason, baseline, changes, document.place.name, keyid, current)


def cover(changes: Sequence[Change], approvals: Sequence[Approval], baseline: str) -> tuple[Covered, ...]:
    """Each change with the first approval of exactly its contents, against this very baseline."""
    return tuple(_cover(change, approvals, baseline) for change in changes)


def _cover(change: Change, approvals: Sequence[Approval], baseline: str) -> Covered:
    exact = [one for one in approvals if change in one.changes]
    valid = next((one for one in exact if one.baseline == baseline), None)
    if valid is not None:
        return Covered(change, valid)
    if exact:
        return Covered(change, None, f"{exact[-1].file} approves it against another baseline")
    near = [one for one in approvals if any(other.path == change.path for other in one.changes)]
    return Covered(change, None, f"{near[-1].file} approves other contents of it" if near else "")


def _statement(document: Document, keyring: Keyring) -> tuple[dict[str, Any], str]:
    try:
        opened = unseal(json.dumps(document.body).encode(), keyring)
    except SignatureError as error:
        if error.fault != "unsigned" or keyring.keys:
            raise
        # it has the shape of an envelope, and nobody asked for signatures
        return json.loads(base64.b64decode(fields.text(document.body, "payload"))), ""
    return opened.statement, opened.keyid


def _change(body: object, number: int) -> Change:
    path = f"predicate.changes[{number}]"
    if not isinstance(body, dict) or {"path", "before", "after"} - body.keys():
        raise FieldError(path, "is no change with path, before and after")
    before, after = body["before"], body["after"]
    if not isinstance(body["path"], str) or not all(one is None or isinstance(one, str) for one in (before, after)):
        raise FieldError(path, "has a path or a hash that is not text")
    return Change(body["path"], before, after)


def _said(body: object, path: str) -> str:
    said = fields.text(body, path)
    if not said.strip():
        raise FieldError(path, "is empty")
    return said
