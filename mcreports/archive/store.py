"""Where an archive's files lie: a local directory, or whatever fsspec reaches; a file is there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mcreports.durable import sync_directory
from mcreports.errors import ArchiveError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.archive.days import Span

TEMPORARY = ".writing-"
DEPTH = 3  # of metric, day and file: below these no link is followed, or a circle would have no end
ADVICE = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "raise this user's quota or free some space",
    errno.EROFS: "mount it writable, or choose another archive.url",
    errno.EACCES: "let this user in, or choose another archive.url",
    errno.EPERM: "let this user in, or choose another archive.url",
    errno.EIO: "check this disk",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "close other programs or raise the system's limit on open files",
    errno.ENOTDIR: "a file is in the way: move it",
    errno.EISDIR: "a directory is in the way: move it",
    errno.ELOOP: "a link is in the way: move it",
}


@dataclass(frozen=True)
class Found:
    """A file below the root: its size in bytes, and when it was written, in seconds since 1970."""

    path: str
    size: int
    written: float


class Store(Protocol):
    """Files by their path below a root; every failure is an ArchiveError that names the file."""

    @property
    def shown(self) -> str:
        """Where it is, without secrets."""
        ...

    def find(self, below: str) -> list[Found]:
        """Every file below a directory; none where there is no directory."""
        ...

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The files that are there, by path."""
        ...

    def cut(self, path: str, spans: Sequence[Span]) -> list[bytes]:
        """Some ranges of bytes of one file, short where it ends before; a FileNotFoundError if it is gone."""
        ...

    def write(self, path: str, data: bytes, *, is_first: bool = False) -> None:
        """Put a file there, durably, at once and whole; with ``is_first`` one that is there already stays."""
        ...

    def remove(self, path: str) -> None:
        """Take a file away if it is there."""
        ...


@dataclass(frozen=True)
class LocalStore:
    """A directory of this machine."""

    root: Path

    @property
    def shown(self) -> str:
        """The directory."""
        return str(self.root)

    def find(self, below: str) -> list[Found]:
        """Every file below a directory, behind a link as well: to read and to list are to agree."""
        found: list[Found] = []
        pending = [self.root / below]
        while pending:
            directory = pending.pop()
            with explained(directory, "listed"), suppress(FileNotFoundError), os.scandir(directory) as entries:
                for entry in entries:
                    told = entry.stat(follow_symlinks=False)
                    if stat.S_ISLNK(told.st_mode) and len(directory.relative_to(self.root).parts) < DEPTH:
                        told = _behind(entry)
                    if stat.S_ISDIR(told.st_mode):
                        pending.append(Path(entry.path))
                    elif stat.S_ISREG(told.st_mode):
                        place = Path(entry.path).relative_to(self.root).as_posix()
                        found.append(Found(place, told.st_size, told.st_mtime))
        return found

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The files that are there, by path."""
        found = {}
        for path in paths:
            with explained(self.root / path, "read"), suppress(FileNotFoundError):
                found[path] = (self.root / path).read_bytes()
        return found

    def cut(self, path: str, spans: Sequence[Span]) -> list[bytes]:
        """Some ranges of bytes of one file."""
        with explained(self.root / path, "read", is_gone_told=True), (self.root / path).open("rb", 0) as file:
            return [os.pread(file.fileno(), end - begin, begin) for begin, end in spans]

    def write(self, path: str, data: bytes, *, is_first: bool = False) -> None:
        """Stage, fsync, rename, and let the disk have the directory too."""
        place = self.root / path
        with explained(place, "written"):
            try:
                _put(place, data, is_first=is_first)
            except FileNotFoundError:  # somebody pruned the empty directory away under us
                _put(place, data, is_first=is_first)
            sync_directory(place.parent)

    def remove(self, path: str) -> None:
        """Take a file away, and its directory if that was the last one."""
        place = self.root / path
        with explained(place, "removed"):
            place.unlink(missing_ok=True)
            sync_directory(place.parent)
        with suppress(OSError):  # not empty, or another's already
            place.parent.rmdir()


def _behind(link: os.DirEntry[str]) -> os.stat_result:
    """What a link leads to; the link itself where that is nothing."""
    try:
        return link.stat()
    except FileNotFoundError:
        return link.stat(follow_symlinks=False)


def _put(place: Path, data: bytes, *, is_first: bool) -> None:
    staged = place.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
    _make(place.parent)
    try:
        with staged.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if is_first:
            with suppress(FileExistsError):
                place.hardlink_to(staged)
            staged.unlink()
        else:
            staged.rename(place)
    except BaseException:
        with suppress(OSError):
            staged.unlink()
        raise


def _make(directory: Path) -> None:
    """Make a directory and those above it, each on the disk before what goes into it."""
    if not directory.is_dir():
        _make(directory.parent)
        directory.mkdir(exist_ok=True)
        sync_directory(directory.parent)


@dataclass(frozen=True)
class Faults:
    """What an object store's library raises: anything that goes wrong, and what says that the store is away."""

    any: tuple[type[Exception], ...] = ()
    away: tuple[type[Exception], ...] = ()


NO_FAULTS = Faults()


@contextmanager
def explained(place: object, verb: str, faults: Faults = NO_FAULTS, *, is_gone_told: bool = False) -> Iterator[None]:
    """What the operating system or an object store refuses comes out as an ArchiveError about the place.

    A store that is away is an UnreachableError: later may be better. With ``is_gone_told`` a file that is
    not there stays the FileNotFoundError that it is.
    """
    caught: tuple[type[Exception], ...] = (OSError, *faults.any)
    try:
        yield
    except caught as error:
        if is_gone_told and isinstance(error, FileNotFoundError):
            raise
        if isinstance(error, faults.away):
            msg = f"{place}: cannot be {verb}: {masked(str(error)) or type(error).__name__}; what was archived stands"
            raise UnreachableError(msg) from error
        number = error.errno if isinstance(error, OSError) else None
        happened = (
            (error.strerror if isinstance(error, OSError) else None) or masked(str(error)) or type(error).__name__
        )
        advice = ADVICE.get(number or 0, "see to it")
        msg = f"{place}: cannot be {verb}: {happened}; {advice}, then run again; what was archived before stands"
        raise ArchiveError(msg) from error


def masked(url: str) -> str:
    """An address without the user and password that may stand in it.

    >>> masked("s3://key:secret@bucket/path")
    's3://***@bucket/path'
    """
    return re.sub(r"://[^/@\s]*@", "://***@", url)
