"""Putting a file where others read it: whole or not at all, and on the disk before anybody sees it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from mcreports.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path


def put(directory: Path, name: str, content: bytes, *, once: bool = False) -> Path:
    """Write a file by a rename; with ``once`` a file that is there already is an EvidenceError and stays as it is."""
    path, staged = directory / name, directory / f".{name}.{os.getpid()}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        try:
            with staged.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if once:
                os.link(staged, path)
            else:
                staged.replace(path)
        finally:
            with suppress(FileNotFoundError):  # it was renamed
                staged.unlink()
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except FileExistsError as error:
        msg = f"{path} is there already and is not written again; move it if it is wrong"
        raise EvidenceError(msg) from error
    except OSError as error:
        msg = f"{error.filename2 or error.filename or path}: cannot be written: {error.strerror}"
        raise EvidenceError(msg) from error
    return path
