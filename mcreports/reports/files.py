"""The files of a run's directory: which there are, what they hash to, and that the disk has them."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from hashlib import file_digest
from typing import TYPE_CHECKING

from mcreports.durable import sync_directory

if TYPE_CHECKING:
    from pathlib import Path

# Nothing that a stranger may have put there is followed, and a pipe does not make us wait.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class NotRegularError(OSError):
    """Where a file should be there is a link, a pipe or a directory."""


@dataclass(frozen=True)
class Hashed:
    """A file's SHA-256 in hex, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Contents:
    """Everything below a directory, by POSIX name: files, directories, and what is neither."""

    files: tuple[str, ...]
    directories: tuple[str, ...]
    others: tuple[str, ...]


def contents(directory: Path) -> Contents:
    """All that lies below a directory; links are listed among the others and never followed."""
    files: list[str] = []
    directories: list[str] = []
    others: list[str] = []
    pending = [""]
    while pending:
        below = pending.pop()
        with os.scandir(directory / below) as entries:
            for entry in entries:
                name = f"{below}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    directories.append(name)
                    pending.append(f"{name}/")
                else:
                    (files if entry.is_file(follow_symlinks=False) else others).append(name)
    return Contents(tuple(sorted(files)), tuple(sorted(directories)), tuple(sorted(others)))


def hash_file(path: Path, *, sync: bool = False) -> Hashed:
    """What a regular file hashes to, once the disk has it if ``sync``; a NotRegularError for what is no file."""
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotRegularError(errno.ELOOP, "is a link", str(path)) from error
        raise
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            msg = "is not a regular file"
            raise NotRegularError(errno.EINVAL, msg, str(path))
        if sync:
            os.fsync(descriptor)
        return Hashed(file_digest(file, "sha256").hexdigest(), found.st_size)


def write_file(path: Path, text: str) -> None:
    """Write a new file and make the disk have it."""
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def make_directory(path: Path) -> None:
    """Make a directory and those above it, each known to the disk before anything lies in it."""
    missing = [path]
    while not missing[-1].exists() and missing[-1].parent != missing[-1]:
        missing.append(missing[-1].parent)
    for directory in reversed(missing[:-1] if missing[-1].exists() else missing):
        try:
            directory.mkdir(exist_ok=True)
        except FileExistsError as error:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(directory)) from error
        sync_directory(directory.parent)
