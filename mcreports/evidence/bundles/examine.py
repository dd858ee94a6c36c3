"""Examining a bundle: is it whole, and did a trusted key sign exactly these files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from errno import EEXIST
from hashlib import sha256
from typing import TYPE_CHECKING

from mcreports.errors import EvidenceError
from mcreports.evidence.bundles.container import BrokenMemberError, faults_of, members
from mcreports.evidence.bundles.faults import Fault
from mcreports.evidence.bundles.statement import EVIDENCE, FILE, Bundle, parse
from mcreports.evidence.dsse import SignatureError, unseal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mcreports.evidence.keys import Keyring

# what proves nothing, and yet is no attack
UNPROVEN = {"unsigned", "no key"}
PEM = b"-----BEGIN "


@dataclass(frozen=True)
class Examined:
    """What a bundle is: its statement if a trusted key signed it, and whatever is wrong or doubtful about it.

    ``sha256`` is that of the zip, ``payload`` that of the statement, which the next bundle names.
    """

    sha256: str
    bundle: Bundle | None = None
    keyid: str = ""
    payload: str = ""
    faults: tuple[Fault, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether a trusted key signed it and nothing is wrong with it."""
        return self.bundle is not None and not self.faults and not self.doubts


def examine(raw: bytes, keyring: Keyring, into: Path | None = None) -> Examined:
    """What the bytes of a bundle are; its files are unpacked into a directory if all their names are safe."""
    digest = sha256(raw).hexdigest()
    faults = faults_of(raw)
    if faults:
        return Examined(digest, faults=faults)
    hashes: dict[str, str] = {}
    envelope, keys = b"", []
    try:
        for name, content in members(raw):
            hashes[name] = sha256(content).hexdigest()
            if name == FILE:
                envelope = content
            if content.lstrip().startswith(PEM):
                keys.append(name)
            if into is not None:
                _place(into, name, content)
    except BrokenMemberError as error:
        return Examined(digest, faults=(Fault("edited", error.name, str(error)),))
    except FileExistsError as error:
        return Examined(digest, faults=(Fault("duplicate", error.filename, "is where another file must be"),))
    if FILE not in hashes:
        return Examined(digest, doubts=(f"there is no {FILE} in it: it is not signed",))
    found = _signed(digest, envelope, hashes, keyring)
    if not any(fault.name == "unknown key" for fault in found.faults):
        return found
    brought = [Fault("key inside", name, "is a key; keys come from the settings alone") for name in keys]
    return replace(found, faults=(*found.faults, *brought))


def _signed(digest: str, envelope: bytes, hashes: Mapping[str, str], keyring: Keyring) -> Examined:
    try:
        opened = unseal(envelope, keyring)
        bundle = parse(opened.statement)
    except SignatureError as error:
        if error.fault in UNPROVEN:
            return Examined(digest, doubts=(f"{FILE} {error}",))
        return Examined(digest, faults=(Fault(error.fault, FILE, str(error)),))
    except EvidenceError as error:
        return Examined(digest, faults=(Fault("malformed", FILE, str(error)),))
    return Examined(digest, bundle, opened.keyid, opened.payload, tuple(_differences(bundle.files, hashes)))


def _differences(stated: Mapping[str, str], there: Mapping[str, str]) -> list[Fault]:
    """The files that the statement and the zip do not have in common."""
    own = {name: digest for name, digest in there.items() if name != FILE}
    dropped = [Fault("dropped", name, "is stated, but not in the bundle") for name in sorted({*stated} - {*own})]
    added = [Fault("added", name, "is in the bundle, but not stated") for name in sorted({*own} - {*stated})]
    edited = [
        Fault("edited", name, f"hashes to {own[name]}, the statement says {stated[name]}")
        for name in sorted({*own} & {*stated})
        if own[name] != stated[name]
    ]
    return [*edited, *dropped, *added]


def _place(into: Path, name: str, content: bytes) -> None:
    """Write a member whose name is known to be safe; a FileExistsError if another is where it should be."""
    path = into / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except (FileExistsError, NotADirectoryError) as error:
        raise FileExistsError(EEXIST, "is there already", name) from error
    except OSError as error:
        msg = f"the bundle cannot be unpacked to {into}: {error.strerror}"
        raise EvidenceError(msg) from error


def evidence_in(directory: Path) -> Path:
    """Where the evidence of an unpacked bundle lies; an empty directory if it had none."""
    found = directory / EVIDENCE
    found.mkdir(exist_ok=True)
    return found
