"""Manifests on disk: YAML that cannot grow, hide or lead elsewhere, and what identifies each file."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from mcreports.evidence.fields import FieldError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_BYTES = 1 << 19
MOST_FILES = 500
DEEPEST = 40
LONGEST_NUMBER = 40
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


class _Guarded(yaml.SafeLoader):
    """The safe loader without references, without a key twice, and not beyond a depth."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 - yaml's own
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("holds a reference to an anchor, which is refused; write it out")
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.YAMLError(f"is nested more than {DEEPEST} deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":int") and len(node.value) > LONGEST_NUMBER:
            raise yaml.YAMLError(f"has a number of {len(node.value)} digits")
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - yaml's own
        times = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, count in times.most_common(1):
            if count > 1:
                raise yaml.YAMLError(f"has the key {shown(key)} twice, line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep)


def read(paths: Sequence[Path]) -> Manifests:
    """Every object in the files and directories; what cannot be read is a fault that names its file."""
    objects: list[Manifest] = []
    faults: list[Fault] = []
    digests: dict[str, str] = {}
    for name, path, root in _files(paths, faults):
        try:
            raw = _bytes(path, root)
            digests[name] = hashlib.sha256(raw).hexdigest()
            for number, document in enumerate(_documents(raw), start=1):
                _unpack(document, name, f"document {number}", objects)
        except FieldError as error:
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
    if len(raw) > MOST_BYTES:
        raise FieldError("file", f"is larger than {MOST_BYTES >> 10} kB")
    return raw


def _documents(raw: bytes) -> Iterator[object]:
    try:
        loader: Any = _Guarded(raw.decode("utf-8-sig"))
        try:
            while loader.check_data():
                yield loader.get_data()
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        raise FieldError("file", f"is not UTF-8: {error.reason} at byte {error.start}") from error
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError) as error:
        # the loader's own constructors stumble in many ways over a date, a number or a flag that is none
        raise FieldError("file", f"is not YAML that is read here: {' '.join(str(error).split())[:200]}") from error


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
        for number, one in enumerate(inner):
            _unpack(one, file, f"{path}.items[{number}]", objects)
        return
    if not isinstance(kind, str):
        raise FieldError(f"{path}.kind", f"is {shown(kind)}, not text")
    objects.append(Manifest(file, path, document))
