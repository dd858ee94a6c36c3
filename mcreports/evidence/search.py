"""Looking for bundles, readiness reports and golden sets, which lie anywhere below a directory of evidence."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mcreports.errors import EvidenceError
from mcreports.evidence.claims import Found, fault
from mcreports.evidence.files import (
    BUNDLE,
    GOLDEN_SET,
    READINESS,
    BrokenFileError,
    Place,
    inside,
    load,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

DEEPEST = 8
MOST_ENTRIES = 10_000
MOST_SNIFFED = 4 * 1024 * 1024  # a larger file is read only if its name says what it is

# the first pattern that a file's name fits says what it is, also if its content does not
NAMES = {
    "evidence-*comprehensive*.json": BUNDLE,
    "*readiness*report*.json": READINESS,
    "*test?react*.y*ml": GOLDEN_SET,
    "*golden*set*.y*ml": GOLDEN_SET,
    "*trajector*.y*ml": GOLDEN_SET,
}
# else what it holds
CASES = {"test_cases": GOLDEN_SET}
MARKS = {".json": {"bundle_metadata": BUNDLE, "epic_validations": READINESS}, ".yaml": CASES, ".yml": CASES}


class Everyone(tuple[str, ...]):
    """The names of all tenants there are: who may know them all may know what speaks of the whole platform."""

    __slots__ = ()


@dataclass
class Search:
    """What was found below a directory, and what could not be looked at."""

    root: Path
    places: list[Place] = field(default_factory=list)
    faults: list[Found] = field(default_factory=list)
    entries: int = 0

    def miss(self, path: Path, text: str) -> None:
        """Remember something that was not looked at."""
        name = path.relative_to(self.root).as_posix()
        self.faults.append(fault(Place("directory", "", path, "./" if name == "." else f"{name}/"), "", text))


def search(root: Path, known: Collection[str]) -> Search:
    """Every file of those kinds below the directory but for the known ones, and those of single tenants.

    A file is of a kind by its name, or by the key that it holds; links that lead to folders are not followed.
    """
    found = Search(root)
    for path in _walk(found, root, 0):
        name = path.relative_to(root).as_posix()
        if name not in known:
            kind = _kind(path, root, name)
            found.places += [Place(kind, "", path, name)] if kind else []
    return found


def _walk(found: Search, folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = list(inside(folder))
    except EvidenceError as error:
        found.miss(folder, str(error))
        return
    if depth > DEEPEST:
        found.miss(folder, f"is more than {DEEPEST} folders deep; nothing in it was looked at")
        return
    for path in entries:
        found.entries += 1
        if found.entries > MOST_ENTRIES:
            if found.entries == MOST_ENTRIES + 1:
                found.miss(found.root, f"holds more than {MOST_ENTRIES:,} files; those after them were not looked at")
            return
        if path.is_dir():
            # what lies in autonomy/ is of single tenants
            if not path.is_symlink() and path != found.root / "autonomy":
                yield from _walk(found, path, depth + 1)
        elif path.suffix in MARKS:
            yield path


def _kind(path: Path, root: Path, name: str) -> str:
    """What a file is; nothing for most."""
    told = (kind for pattern, kind in NAMES.items() if fnmatch.fnmatchcase(path.name.lower(), pattern))
    return next(told, "") or _held(path, root, name)


def _held(path: Path, root: Path, name: str) -> str:
    marks = MARKS[path.suffix]
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_SNIFFED:
            return ""
        raw = path.read_bytes()
    except OSError:
        return ""  # a file that says nothing of itself claims nothing
    for mark, kind in marks.items():
        if mark.encode() in raw:
            try:
                body = load(Place(kind, "", path, name), root).body
            except BrokenFileError:
                return kind  # that it is broken is told where it is read
            if isinstance(body, dict) and mark in body:
                return kind
    return ""
