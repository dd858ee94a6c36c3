"""Collecting the files of a directory of evidence: each read once, so that what is hashed is what is packed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import sha256
from typing import TYPE_CHECKING
from zipfile import ZipFile

from mcreports.errors import EvidenceError
from mcreports.evidence.bundles.container import BROKEN, MOST_MEMBERS, MOST_UNPACKED, unsafe
from mcreports.evidence.bundles.faults import Fault
from mcreports.evidence.bundles.statement import EVIDENCE, FILE, PATTERN
from mcreports.evidence.files import MOST_BYTES
from mcreports.evidence.place import opened, read
from mcreports.evidence.tables import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEEPEST = 50


@dataclass(frozen=True)
class Collected:
    """The SHA-256 of each file that was copied, by its name in the bundle; what could not be packed.

    ``hidden`` are files and directories that stay at home, ``earlier`` are bundles that were packed before.
    """

    files: dict[str, str]
    left_out: tuple[Fault, ...]
    hidden: tuple[str, ...]
    earlier: tuple[str, ...]


def collect(root: Path, into: Path) -> Collected:
    """Copy every file of a directory of evidence, and name each that cannot be packed; links are not followed."""
    if not root.is_dir():
        msg = f"{root}: there is no such directory of evidence; give --evidence, or report.evidence in the settings"
        raise EvidenceError(msg)
    files: dict[str, str] = {}
    left_out: list[Fault] = []
    hidden: list[str] = []
    earlier: list[str] = []
    total = 0
    for name, entry in _walk(root, ""):
        if name.startswith("."):  # further down it may be the name of a tenant
            hidden.append(clean(name))
            continue
        if _is_bundle(root / name, entry):
            earlier.append(clean(name))
            continue
        why, raw = _raw(root, name, entry)
        if why:
            left_out.append(Fault("left out", clean(name), why))
            continue
        total += len(raw)
        if total > MOST_UNPACKED or len(files) >= MOST_MEMBERS - 1:
            msg = f"{root}: holds over {MOST_UNPACKED:,} bytes or {MOST_MEMBERS:,} files; keep less in it"
            raise EvidenceError(msg)
        copy = into / EVIDENCE / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(raw)
        files[f"{EVIDENCE}/{name}"] = sha256(raw).hexdigest()
    return Collected(files, tuple(left_out), tuple(hidden), tuple(earlier))


def _is_bundle(path: Path, entry: os.DirEntry[str]) -> bool:
    """Whether a file is a bundle by its name and has a statement: what it holds was packed when it was evidence."""
    if not fnmatch(entry.name, PATTERN) or not entry.is_file(follow_symlinks=False):
        return False
    try:
        with opened(path, follow=False) as file, ZipFile(file) as held:
            return FILE in held.namelist()
    except (OSError, *BROKEN):
        return False  # whatever it is, it is packed or named like any other file


def _raw(root: Path, name: str, entry: os.DirEntry[str]) -> tuple[str, bytes]:
    """Why a file is left out, or its bytes."""
    why = unsafe(name)
    if why:
        return f"its name {why}", b""
    if not entry.is_file(follow_symlinks=False):
        return "is a link" if entry.is_symlink() else "is not a regular file", b""
    try:
        raw = read(root / name, MOST_BYTES, follow=False)
    except EvidenceError as error:
        return str(error).removeprefix(f"{root / name}: "), b""
    return ("holds a private key, which must not travel", b"") if b"PRIVATE KEY-----" in raw else ("", raw)


def _walk(root: Path, below: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        with os.scandir(root / below) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        msg = f"{root / below}: the directory of evidence cannot be listed: {error.strerror}"
        raise EvidenceError(msg) from error
    for entry in ordered:
        name = f"{below}{entry.name}"
        is_looked_into = not name.startswith(".") and name.count("/") < DEEPEST
        if is_looked_into and entry.is_dir(follow_symlinks=False):
            yield from _walk(root, f"{name}/")
        else:
            yield name, entry
