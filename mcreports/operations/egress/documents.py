"""Manifests on disk: YAML that cannot grow, hide or lead elsewhere, and what identifies each file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcreports.errors import EvidenceError
from mcreports.evidence.fields import FieldError, shown
from mcreports.evidence.strict_yaml import MOST_BYTES, parse_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_FILES = 500
ENDINGS = frozenset({".yaml", ".yml", ".json"})


@dataclass(frozen=True)
class Fault:
    """What could not be used: of which file, and where in it."""

    file: str
    text: str


@dataclass(frozen=True)
class Manifest:
    """One object of a file, and where in the file it is."""

    file: str
    path: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Manifests:
    """Every object that could be read, every fault, and the SHA-256 of each file by its name."""

    objects: tuple[Manifest, ...] = ()
    faults: tuple[Fault, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()


def read(paths: Sequence[Path]) -> Manifests:
    """Every object in the files and directories; what cannot be read is a fault that names its file."""
    objects: list[Manifest] = []
    faults: list[Fault] = []
    digests: dict[str, str] = {}
    for name, path, root in _files(paths, faults):
        try:
            raw = _bytes(path, root)
            digests[name] = hashlib.sha256(raw).hexdigest()
            for number, document in enumerate(parse_all(raw), start=1):
                _unpack(document, name, f"document {number}", objects)
        except EvidenceError as error:
            faults.append(Fault(name, str(error)))
    return Manifests(tuple(objects), tuple(faults), tuple(sorted(digests.items())))


def _files(paths: Sequence[Path], faults: list[Fault]) -> Iterator[tuple[str, Path, Path]]:
    seen = set()
    for given in paths:
        found = sorted(_below(given, faults)) if given.is_dir() else [given]
        if not found:
            faults.append(Fault(str(given), "holds no .yaml, .yml or .json file"))
        if len(found) > MOST_FILES:
            faults.append(Fault(str(given), f"holds {len(found)} files; the first {MOST_FILES} were read"))
        for path in found[:MOST_FILES]:
            if path.absolute() not in seen:
                seen.add(path.absolute())
                yield str(path), path, given


def _below(root: Path, faults: list[Fault]) -> Iterator[Path]:
    """The files below a directory; a mounted ConfigMap keeps each of them twice, once below a name with a dot."""

    def cannot(error: OSError) -> None:
        faults.append(Fault(str(error.filename), f"cannot be listed: {error.strerror}"))

    for folder, folders, files in os.walk(root, onerror=cannot):
        folders[:] = [name for name in folders if name[0] != "."]
        links = [str(link) for link in (Path(folder, name) for name in folders) if link.is_symlink()]
        faults += [Fault(link, "is a link to a directory, which is not followed") for link in links]
        yield from (Path(folder, name) for name in files if name[0] != "." and Path(name).suffix.lower() in ENDINGS)


def _bytes(path: Path, root: Path) -> bytes:
    try:
        real = path.resolve(strict=True)
        if path != root and not real.is_relative_to(root.resolve()):
            raise FieldError("file", "is a link that leads out of its directory")
        if not real.is_file():
            raise FieldError("file", "is not a regular file")
        with real.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its links go round in a circle"
        raise FieldError("file", f"cannot be read: {reason}") from error
    return raw


def _unpack(document: object, file: str, path: str, objects: list[Manifest]) -> None:
    if document is None:
        return
    if not isinstance(document, dict):
        raise FieldError(path, f"is {shown(document)}, not an object")
    kind = document.get("kind")
    if isinstance(kind, str) and kind.endswith("List"):
        inner = document.get("items")
        if not isinstance(inner, list):
            raise FieldError(f"{path}.items", f"is {shown(inner)}, not a list")
        said = {"kind": kind.removesuffix("List"), "apiVersion": document.get("apiVersion")}
        for number, one in enumerate(inner):
            # the API itself lists items without a kind: each is what the list is of
            whole = {**said, **one} if said["kind"] and isinstance(one, dict) else one
            _unpack(whole, file, f"{path}.items[{number}]", objects)
        return
    if not isinstance(kind, str):
        raise FieldError(f"{path}.kind", f"is {shown(kind)}, not text")
    objects.append(Manifest(file, path, document))
