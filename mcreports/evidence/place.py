"""Putting a file where others read it: whole or not at all, and on the disk before anybody sees it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from mcreports.durable import sync_directory
from mcreports.errors import EvidenceError

ABANDONED = 3600  # seconds after which nobody writes a staged file any more
READABLE = 0o666  # less the umask


def put(directory: Path, name: str, content: bytes, *, once: bool = False, mode: int = READABLE) -> Path:
    """Write a file by a rename; with ``once`` a file that is there already is an EvidenceError and stays as it is."""
    path, staged = directory / name, directory / f".{name}.{token_hex(4)}"
    if not name or name != Path(name).name or name.startswith(".") or "\0" in name:
        msg = f"{name!r} is no name of a file to write; it must lie right in {directory}"
        raise EvidenceError(msg)
    try:
        _make(directory)
        try:
            _write(staged, content, mode)
            if once:
                os.link(staged, path)
            else:
                staged.replace(path)
        finally:
            with suppress(FileNotFoundError):  # it was renamed, or never made
                staged.unlink()
        sync_directory(directory)
        _sweep(path)
    except FileExistsError as error:
        msg = f"{path} is there already and is not written again; move it if it is wrong"
        raise EvidenceError(msg) from error
    except OSError as error:
        raise _told(path, error) from error
    return path


def opened(path: Path, *, follow: bool = True) -> BinaryIO:
    """A file to read; a pipe does not make us wait, and a link is followed only if it may be."""
    flags = os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    return open(path, "rb", opener=lambda name, asked: os.open(name, asked | flags))


def read(path: Path, most: int, *, follow: bool = True) -> bytes:
    """The bytes of a regular file that is no larger than that; an EvidenceError says why there are none."""
    try:
        with opened(path, follow=follow) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                msg = f"{path}: is not a regular file"
                raise EvidenceError(msg)
            raw = file.read(most + 1)
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}"
        raise EvidenceError(msg) from error
    if len(raw) > most:
        msg = f"{path}: is larger than {most // 1024} KB, more than is read of such a file"
        raise EvidenceError(msg)
    return raw


def _write(staged: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _make(directory: Path) -> None:
    """Make a directory and those above it; the disk knows each of them."""
    missing = []
    while not directory.exists() and directory.parent != directory:
        missing.append(directory)
        directory = directory.parent
    if not directory.is_dir():
        raise NotADirectoryError(20, os.strerror(20), str(directory))
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        sync_directory(one.parent)


def _sweep(path: Path) -> None:
    """Remove what writers of the same file left behind when they were killed long ago."""
    with suppress(OSError):  # another writer may sweep, too; what stays is swept the next time
        now = path.stat().st_mtime
        for left in path.parent.glob(f".{_literal(path.name)}.????????"):
            if now - left.lstat().st_mtime > ABANDONED:
                left.unlink()


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _told(path: Path, error: OSError) -> EvidenceError:
    # of two names the second is the one that was to be made
    return EvidenceError(f"{error.filename2 or error.filename or path}: cannot be written: {error.strerror}")
