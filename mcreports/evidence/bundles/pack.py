"""Packing a bundle: the files of a directory of evidence, what they prove of a period, and who came before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mcreports.errors import EvidenceError, UsageError
from mcreports.evidence.bundles.collect import Collected, collect
from mcreports.evidence.bundles.container import MOST_BUNDLE, faults_of, member, write
from mcreports.evidence.bundles.index import read_index
from mcreports.evidence.bundles.statement import EVIDENCE as FOLDER
from mcreports.evidence.bundles.statement import FILE, PATTERN, Bundle, parse
from mcreports.evidence.compliance import Compliance, measure
from mcreports.evidence.dsse import seal, unseal
from mcreports.evidence.place import put, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from securesystemslib.signer import Signer

    from mcreports.evidence.keys import Keyring
    from mcreports.period import Period

MOST_LOOKED_AT = 60  # bundles of other periods, newest first


@dataclass(frozen=True)
class Order:
    """What is packed: which version's evidence, of which period, at which time."""

    version: str
    period: Period
    at: datetime


@dataclass(frozen=True)
class Packed:
    """A bundle and the bytes of its zip; what had to stay outside is named."""

    bundle: Bundle
    raw: bytes
    compliance: Compliance
    collected: Collected

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.bundle.id}.zip"


@dataclass(frozen=True)
class Earlier:
    """A signed statement of another period, by the SHA-256 that the next one names."""

    period: Period
    at: datetime
    payload: str


def pack(root: Path, order: Order, keys: tuple[Signer | None, Keyring], previous: str | None = None) -> Packed:
    """The bundle of a directory of evidence: the same bytes for the same files, order, key and predecessor."""
    with TemporaryDirectory(prefix="mcreports-") as held:
        copy = Path(held)
        collected = collect(root, copy)
        if not collected.files:
            msg = f"{root}: holds no file that can be packed; there is nothing to prove"
            raise EvidenceError(msg)
        signer, keyring = keys
        span = (order.period.start, order.period.end)
        compliance = measure(copy / FOLDER, span, keyring, collected.left_out, order.at)
        bundle = Bundle(
            version=order.version,
            at=order.at,
            period=order.period,
            previous=previous,
            compliance=compliance.as_dict(),
            left_out=tuple({"file": one.file, "text": one.text} for one in collected.left_out),
            files=collected.files,
        )
        envelope = seal(bundle.body(), signer)
        contents = {name: partial((copy / name).read_bytes) for name in collected.files}
        raw = write({**contents, FILE: lambda: envelope})
    return Packed(bundle, raw, compliance, collected)


def keep(packed: Packed, directory: Path) -> tuple[Path, bool]:
    """Put a bundle into a directory, never over another; its path, and whether it is new there."""
    path = directory / packed.name
    if path.exists():
        if read(path, MOST_BUNDLE) == packed.raw:
            return path, False
        msg = f"{path} was packed in this very second with other content, and is not overwritten; pack again"
        raise UsageError(msg)
    return put(directory, packed.name, packed.raw, once=True), True


def predecessor(period: Period, archives: Path, bundles: Path, keyring: Keyring) -> tuple[str | None, tuple[str, ...]]:
    """The SHA-256 of the last statement of the same kind of period, and the files that could not be believed.

    A month that is archived is the one that the next month follows; else the newest bundle that a trusted key signed.
    """
    archived = [
        Earlier(entry.period, entry.packed_at, entry.payload)
        for entry in read_index(archives, keyring)
        if _is_before(entry.period, period)
    ]
    packed, doubts = _packed(period, bundles, keyring)
    taken = {one.period for one in archived}
    every = [*archived, *(one for one in packed if one.period not in taken)]
    last = max(every, key=lambda one: (one.period.start, one.at), default=None)
    return (None if last is None else last.payload), doubts


def peek(raw: bytes, keyring: Keyring) -> tuple[Bundle, str]:
    """What a bundle states and the SHA-256 of the statement, if a trusted key signed it; else an EvidenceError."""
    faults = faults_of(raw)
    if faults:
        raise EvidenceError(str(faults[0]))
    envelope = member(raw, FILE)
    if envelope is None:
        msg = f"there is no {FILE} in it: it is not signed"
        raise EvidenceError(msg)
    opened = unseal(envelope, keyring)
    return parse(opened.statement), opened.payload


def look(file: Path, keyring: Keyring) -> tuple[Bundle, str]:
    """What ``peek`` gives of a file; its errors name the file."""
    raw = read(file, MOST_BUNDLE)
    try:
        return peek(raw, keyring)
    except EvidenceError as error:
        msg = f"{file}: {error}"
        raise EvidenceError(msg) from error


def newest(bundles: Path, keyring: Keyring, period: Period) -> Path | None:
    """The file of the newest bundle of exactly this period that a trusted key signed, if there is one."""
    found = []
    for path in _files(bundles):
        try:
            bundle, _ = look(path, keyring)
        except EvidenceError:
            continue  # whoever verifies it by its name is told why
        if bundle.period == period:
            found.append((bundle.at, path))
    return max(found)[1] if found else None


def last_file(bundles: Path) -> Path | None:
    """The bundle whose name is the last one, so that a command needs none."""
    return next(_files(bundles), None)


def _packed(period: Period, bundles: Path, keyring: Keyring) -> tuple[Sequence[Earlier], tuple[str, ...]]:
    found, doubts = [], []
    for path in _files(bundles):
        try:
            bundle, payload = look(path, keyring)
        except EvidenceError as error:
            doubts.append(str(error))
            continue
        if _is_before(bundle.period, period):
            found.append(Earlier(bundle.period, bundle.at, payload))
    return found, tuple(doubts)


def _is_before(one: Period, period: Period) -> bool:
    return one.kind == period.kind and one.end <= period.start


def _files(bundles: Path) -> Iterator[Path]:
    names = sorted((path.name for path in bundles.glob(PATTERN)), reverse=True)
    yield from (bundles / name for name in names[:MOST_LOOKED_AT])
