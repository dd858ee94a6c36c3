"""Finding evidence files in their folders, and reading each file without trusting it."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from mcreports.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MOST_BYTES = 64 * 1024 * 1024
DEEPEST = 100
CHUNK = 1 << 20
STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)

# the first pattern that a file's name fits says what it is
AUTONOMY = {
    "operations_*.json": "operations",
    "compensation_*.json": "compensations",
    "violations_*.json": "violations",
}
SUMMARIES = {
    ("rag", "*attest*.json"): "attestation",
    ("budgets", "*.json"): "budgets",
    ("config", "config-baseline.json"): "config-baseline",
    ("config", "config-current.json"): "config-current",
}


# these lie anywhere below the directory, and no other kind is YAML
BUNDLE, READINESS, GOLDEN_SET = "bundle", "readiness", "golden-set"


@dataclass(frozen=True)
class Place:
    """A file of the directory: what it is, whose, and where."""

    kind: str
    tenant: str
    path: Path
    name: str


@dataclass(frozen=True)
class Document:
    """A file's content and what identifies it."""

    place: Place
    body: object
    sha256: str
    size: int


class BrokenFileError(EvidenceError):
    """A file that cannot be read at all: its text says why."""


def find(root: Path, tenants: Sequence[str]) -> list[Place]:
    """Every evidence file in its folder, in order; of other tenants than the named ones none is looked at."""
    if not root.is_dir():
        msg = f"{root}: there is no such directory of evidence; give the one that holds autonomy/, rag/, config/"
        raise EvidenceError(msg)
    found = []
    for (folder, pattern), kind in SUMMARIES.items():
        found += [Place(kind, "", path, f"{folder}/{path.name}") for path in inside(root / folder, pattern)]
    for own in inside(root / "autonomy", "*"):
        if own.is_dir() and (not tenants or own.name in tenants):
            named = [(path, f"autonomy/{own.name}/{path.name}") for path in inside(own, "*.json")]
            found += [Place(_kind(path.name), own.name, path, name) for path, name in named]
    return found


def _kind(name: str) -> str:
    return next((kind for pattern, kind in AUTONOMY.items() if fnmatch.fnmatchcase(name, pattern)), "simulation")


def inside(folder: Path, pattern: str = "*") -> Iterator[Path]:
    """What lies in a folder, in order; nothing where there is none, an EvidenceError where it cannot be listed."""
    if not folder.is_dir():
        return
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        msg = f"{folder}: the directory of evidence cannot be listed: {error.strerror}"
        raise EvidenceError(msg) from error
    yield from (folder / name for name in names if fnmatch.fnmatchcase(name, pattern))


def load(place: Place, root: Path) -> Document:
    """The file's JSON or YAML; a BrokenFileError if it is elsewhere, too large, too deep, cut off or ambiguous."""
    raw = _bytes(place.path, root)
    if place.kind == GOLDEN_SET:
        from mcreports.evidence.strict_yaml import parse  # few directories hold any

        body = parse(raw)
    else:
        body = _json(raw)
    return Document(place, body, hashlib.sha256(raw).hexdigest(), len(raw))


def _json(raw: bytes) -> object:
    depth = _depth(raw)
    if depth > DEEPEST:
        raise BrokenFileError(f"is nested {depth} deep; {DEEPEST} is the most that is read")
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BrokenFileError(f"is not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        cut = "is cut off" if error.pos >= len(error.doc.rstrip()) or "Unterminated" in error.msg else "is not JSON"
        raise BrokenFileError(f"{cut}: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except ValueError as error:
        raise BrokenFileError(f"is not JSON that can be read: {error}") from error


def _bytes(path: Path, root: Path) -> bytes:
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            raise BrokenFileError("is a link that leads out of the evidence directory")
        if not real.is_file():
            raise BrokenFileError("is not a regular file")
        with real.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except (OSError, RuntimeError) as error:
        raise BrokenFileError(f"cannot be read: {error}") from error
    if len(raw) > MOST_BYTES:
        raise BrokenFileError(f"is larger than {MOST_BYTES // 1024 // 1024} MB")
    if not raw.strip():
        raise BrokenFileError("is empty")
    return raw


def _depth(raw: bytes) -> int:
    """How deep brackets are nested outside of strings."""
    marks = np.frombuffer(STRINGS.sub(b"", raw), np.uint8)
    deepest = now = 0
    for at in range(0, len(marks), CHUNK):
        chunk = marks[at : at + CHUNK]
        steps = np.isin(chunk, (ord("["), ord("{"))).astype(np.int32) - np.isin(chunk, (ord("]"), ord("}")))
        levels = now + np.cumsum(steps)
        deepest, now = max(deepest, int(levels.max())), int(levels[-1])
    return deepest


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise BrokenFileError(f"has the key {twice!r} twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise BrokenFileError(f"has {name}, which is no JSON number")
