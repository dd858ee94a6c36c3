"""The index of the archive: one entry a month, each naming the one before, all of them signed together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcreports.errors import EvidenceError, UsageError
from mcreports.evidence.bundles.statement import (
    digest_text,
    instant_of,
    subjects_of,
    validate,
    version_text,
)
from mcreports.evidence.dsse import MOST_BYTES, SignatureError, seal, statement, unseal
from mcreports.evidence.place import put, read
from mcreports.figures import instant_text
from mcreports.period import Period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from securesystemslib.signer import Signer

    from mcreports.evidence.bundles.examine import Examined
    from mcreports.evidence.compliance import Compliance
    from mcreports.evidence.keys import Keyring

KIND = "urn:mcreports:evidence-archive:1"
FILE = "index.json"


@dataclass(frozen=True)
class Entry:
    """A month's bundle: ``sha256`` of its zip, ``payload`` of its statement, ``previous`` of the one before.

    ``percent`` is how much of its claims its own files proved when it was archived, None if there were none;
    ``unproven`` says what they did not.
    """

    period: Period
    version: str
    sha256: str
    size: int
    payload: str
    previous: str | None
    keyid: str
    packed_at: datetime
    archived_at: datetime
    percent: str | None = None
    unproven: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The name of its file in the archive."""
        return f"evidence-{self.version}-{self.period.label}.zip"

    def as_dict(self) -> dict[str, Any]:
        """The entry as the index carries it."""
        return {
            "period": self.period.label,
            "zone": self.period.zone,
            "version": self.version,
            "file": self.file,
            "sha256": self.sha256,
            "size": self.size,
            "payload": self.payload,
            "previous": self.previous,
            "keyid": self.keyid,
            "packed_at": instant_text(self.packed_at),
            "archived_at": instant_text(self.archived_at),
            "compliance": {"percent": self.percent, "unproven": list(self.unproven)},
        }


def entry_of(found: Examined, compliance: Compliance | None, size: int, now: datetime) -> Entry:
    """The entry of a bundle that was examined and is proven, with what its files prove."""
    bundle = found.bundle
    if bundle is None or compliance is None:
        msg = "a bundle that is not proven has no place in the archive"
        raise EvidenceError(msg)
    return Entry(
        bundle.period, bundle.version, found.sha256, size, found.payload, bundle.previous, found.keyid, bundle.at, now,
        compliance.as_dict()["percent"], (*compliance.wrong, *compliance.doubts),
    )  # fmt: skip


def write_index(directory: Path, entries: Sequence[Entry], signer: Signer, now: datetime) -> Path:
    """Put the index in place of the one before."""
    predicate = {"at": instant_text(now), "entries": [entry.as_dict() for entry in entries]}
    body = statement({entry.file: entry.sha256 for entry in entries}, KIND, predicate)
    validate(body)
    return put(directory, FILE, seal(body, signer))


def read_index(directory: Path, keyring: Keyring) -> tuple[Entry, ...]:
    """The entries of an index that a trusted key signed, oldest first; none if there is no index."""
    file = directory / FILE
    if not os.path.lexists(file):
        return ()
    try:
        return parse_index(unseal(read(file, MOST_BYTES, follow=False), keyring).statement)
    except SignatureError as error:
        raise SignatureError(error.fault, f"{file}: {error}") from error


def parse_index(body: Mapping[str, Any]) -> tuple[Entry, ...]:
    """The entries of an index's statement; an EvidenceError if they contradict it or each other."""
    if body.get("predicateType") != KIND:
        msg = f"{FILE} is a statement of {body.get('predicateType')!r}, not of {KIND}"
        raise EvidenceError(msg)
    validate(body)
    try:
        rows = body["predicate"]["entries"]
        entries = tuple(map(_entry, rows))
        stated = [(row["file"], row["sha256"]) for row in rows]
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        msg = f"{FILE} is no index of an archive: {type(error).__name__}: {error}"
        raise EvidenceError(msg) from error
    own = {entry.file: entry.sha256 for entry in entries}
    if subjects_of(body) != own or len(own) != len(entries) or stated != list(own.items()):
        msg = f"{FILE}: its entries and its subjects are not the same files"
        raise EvidenceError(msg)
    return entries


def _entry(row: Mapping[str, Any]) -> Entry:
    proven = row["compliance"]
    return Entry(
        period=Period.parse(row["period"], row["zone"]),
        version=version_text(row["version"]),
        sha256=digest_text(row["sha256"]),
        size=int(row["size"]),
        payload=digest_text(row["payload"]),
        previous=None if row["previous"] is None else digest_text(row["previous"]),
        keyid=str(row["keyid"]),
        packed_at=instant_of(row["packed_at"]),
        archived_at=instant_of(row["archived_at"]),
        percent=None if proven["percent"] is None else str(proven["percent"]),
        unproven=tuple(map(str, proven["unproven"])),
    )
