"""An archive on object storage, or wherever else fsspec reaches: s3://bucket/path, memory://name."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcreports.archive.store import NO_FAULTS, Faults, Found, LocalStore, explained, masked
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mcreports.archive.days import Span
    from mcreports.archive.store import Store

EXTRAS = {"s3": "mcreports[s3]", "s3a": "mcreports[s3]"}


@dataclass(frozen=True)
class RemoteStore:
    """A root on a file system of fsspec's; one file is one PUT, which is there whole or not at all."""

    root: str
    shown: str
    fs: Any = field(repr=False)
    faults: Faults = NO_FAULTS

    def find(self, below: str) -> list[Found]:
        """Every file below a directory, as the other side lists it now."""
        with explained(f"{self.shown}/{below}", "listed", self.faults):
            self.fs.invalidate_cache()
            try:
                told = self.fs.find(self._at(below), detail=True)
            except FileNotFoundError:
                return []
        return [
            Found(path[len(self.root) + 1 :], int(one["size"] or 0), _written(one))
            for path, one in told.items()
            if one["type"] == "file"
        ]

    def read(self, paths: Sequence[str]) -> dict[str, bytes]:
        """The files that are there, all asked for at once."""
        if not paths:
            return {}
        with explained(f"{self.shown}/{paths[0]}", "read", self.faults):
            given = self.fs.cat([self._at(path) for path in paths], on_error="return")
            found = {}
            for path in paths:
                data = given[self._at(path)]
                if isinstance(data, bytes):
                    found[path] = data
                elif not isinstance(data, FileNotFoundError):
                    raise data
        return found

    def cut(self, path: str, spans: Sequence[Span]) -> list[bytes]:
        """Some ranges of bytes of one file, all asked for at once."""
        with explained(f"{self.shown}/{path}", "read", self.faults, is_gone_told=True):
            begins, ends = [begin for begin, _ in spans], [end for _, end in spans]
            given = self.fs.cat_ranges([self._at(path)] * len(spans), begins, ends, on_error="return")
        return [self._piece(path, one) for one in given]

    def write(self, path: str, data: bytes, *, is_first: bool = False) -> None:
        """Put a file there in one request."""
        with explained(f"{self.shown}/{path}", "written", self.faults):
            try:
                self.fs.pipe_file(self._at(path), data, mode="create" if is_first else "overwrite")
            except FileExistsError:
                if not is_first:
                    raise

    def remove(self, path: str) -> None:
        """Take a file away if it is there."""
        with explained(f"{self.shown}/{path}", "removed", self.faults):
            try:
                self.fs.rm_file(self._at(path))
            except FileNotFoundError:
                return

    def _piece(self, path: str, given: bytes | Exception) -> bytes:
        """A range that was read; one that begins behind a file's end is empty."""
        if isinstance(given, Exception):
            if isinstance(given, OSError) and given.errno == errno.EINVAL:
                return b""
            with explained(f"{self.shown}/{path}", "read", self.faults, is_gone_told=True):
                raise given
        return bytes(given)

    def _at(self, path: str) -> str:
        return f"{self.root}/{path}" if path else self.root


def store_of(url: str, options: Mapping[str, str]) -> Store:
    """The store that a path or an fsspec URL names, not yet touched; what cannot be is a UsageError."""
    if not url.strip() or "\0" in url:
        msg = "archive.url is empty; write a directory, or an address like s3://bucket/path"
        raise UsageError(msg)
    scheme, is_url, rest = url.partition("://")
    if not is_url or scheme == "file":
        return LocalStore(Path(rest if is_url else url))
    shown = masked(url).rstrip("/")
    if "::" in url:
        msg = f"archive.url {shown} is a chain of file systems; name the last one alone"
        raise UsageError(msg)
    from fsspec.core import url_to_fs

    try:
        fs, root = url_to_fs(url, **options, skip_instance_cache=True)
    except ImportError as error:
        extra = EXTRAS.get(scheme, f"what fsspec wants for {scheme}")
        msg = f"archive.url {shown}: {scheme}:// needs another package: pip install '{extra}'"
        raise UsageError(msg) from error
    except (ValueError, TypeError) as error:
        msg = f"archive.url {shown} cannot be used: {masked(str(error))}"
        raise UsageError(msg) from error
    return RemoteStore(str(root).rstrip("/"), shown, fs, _faults(scheme))


def _faults(scheme: str) -> Faults:
    if scheme not in EXTRAS:
        return Faults((NotImplementedError,))
    botocore: Any = import_module("botocore.exceptions")
    away = botocore.HTTPClientError, botocore.ConnectionError
    return Faults((NotImplementedError, botocore.BotoCoreError, botocore.ClientError), away)


def _written(told: Mapping[str, Any]) -> float:
    at: datetime | float | None = told.get("LastModified") or told.get("created") or told.get("mtime")
    return 0.0 if at is None else at if isinstance(at, int | float) else at.timestamp()
