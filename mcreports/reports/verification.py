"""Whether a published run is still what was published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mcreports.errors import DataError
from mcreports.reports.files import Contents, contents, hash_file
from mcreports.reports.manifest import FILE, Manifest, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mcreports.reports.files import Hashed


@dataclass(frozen=True)
class Fault:
    """A file of a run, and in what it is not as the manifest says; ``is_unread`` if the disk did not let us see."""

    file: str
    said: str
    is_unread: bool = False

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.file}: {self.said}"


@dataclass(frozen=True)
class Verification:
    """What became of a run: every fault found, and how many files were held against the manifest."""

    path: Path
    faults: tuple[Fault, ...]
    files: int = 0
    manifest: Manifest | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every file is there as it was published, and nothing else."""
        return not self.faults

    @property
    def is_unread(self) -> bool:
        """Whether the disk did not let us see, so that nothing is known."""
        return any(fault.is_unread for fault in self.faults)


def verify(run: Path) -> Verification:
    """Hold every file of a run against its manifest; edited, dropped and added ones are named, none is followed."""
    try:
        manifest = read(run)
    except DataError as error:
        said = str(error).removeprefix(f"{run / FILE}: ")
        return Verification(run, (Fault(FILE, said),))
    except OSError as error:
        return Verification(run, (_unread(FILE, error),))
    try:
        found = contents(run)
    except OSError as error:
        return Verification(run, (_unread(".", error),), manifest=manifest)
    return Verification(run, tuple(_faults(run, manifest, found)), len(manifest.files), manifest)


def _faults(run: Path, manifest: Manifest, found: Contents) -> Iterator[Fault]:
    for name, listed in sorted(manifest.files.items()):
        if name in found.files and name != FILE:
            yield from _held_against(run, name, listed)
        elif not _is_inside(name):
            yield Fault(name, "is listed, and is no file of a run")
        elif name not in found.others:
            yield Fault(name, "was dropped: the manifest lists it")
    parents = {str(parent) for name in manifest.files for parent in PurePosixPath(name).parents}
    for name in found.files:
        if name != FILE and name not in manifest.files:
            yield Fault(name, "was added: the manifest does not list it")
    for name in found.directories:
        if name not in parents:
            yield Fault(name, "was added: the manifest lists nothing in this directory")
    for name in found.others:
        yield Fault(name, "is a link or a device, and a run has only files")


def _held_against(run: Path, name: str, listed: Hashed) -> Iterator[Fault]:
    try:
        now = hash_file(run / name)
    except FileNotFoundError:
        yield Fault(name, "was dropped while it was verified")
        return
    except OSError as error:
        yield _unread(name, error)
        return
    if now.size != listed.size:
        yield Fault(name, f"was edited: it has {now.size} bytes, not {listed.size}")
    elif now.sha256 != listed.sha256:
        yield Fault(name, "was edited: its SHA-256 is another")


def _unread(name: str, error: OSError) -> Fault:
    return Fault(name, f"cannot be read: {error.strerror}", is_unread=True)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return str(path) == name and not path.is_absolute() and ".." not in path.parts and name not in {".", FILE}
