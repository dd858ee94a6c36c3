"""The wire: bytes of one HTTP answer, never later than a deadline and never more than a limit."""

from __future__ import annotations

import io
import time
import zlib
from contextlib import ExitStack
from functools import partial
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from mcreports.errors import SourceError, UnreachableError
from mcreports.sources.access import refuse_metadata

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    import requests

CHUNK = 1 << 16
GZIP = 31  # zlib's way to say: a gzip header, the largest window


class TooLargeError(UnreachableError):
    """The body grew over the limit: a smaller window may fit."""


class TornError(SourceError):
    """The body came whole by its framing, and is not what its encoding says."""


class DeadlineAdapter(HTTPAdapter):
    """Connections whose every read ends by one monotonic instant, however slowly the bytes come."""

    def __init__(self, ends_at: float) -> None:
        super().__init__(max_retries=0)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_pool, HTTPConnectionPool, HTTPConnection, ends_at),
            "https": partial(_pool, HTTPSConnectionPool, HTTPSConnection, ends_at),
        }


def _pool(
    pool: type[HTTPConnectionPool],
    connection: type[HTTPConnection],
    ends_at: float,
    *args: Any,  # noqa: ANN401 - urllib3's
    **options: Any,  # noqa: ANN401 - urllib3's
) -> HTTPConnectionPool:
    made = pool(*args, **options)
    made.ConnectionCls = partial(_connection, connection, ends_at)  # type: ignore[assignment]
    return made


def _connection(kind: type[HTTPConnection], ends_at: float, **options: Any) -> HTTPConnection:  # noqa: ANN401 - urllib3's
    made = kind(**options)
    made.response_class = partial(_PunctualResponse, ends_at)  # type: ignore[assignment]
    connect = made.connect

    def guarded() -> None:
        connect()
        refuse_metadata(str(made.sock.getpeername()[0]))

    made.connect = guarded  # type: ignore[method-assign]
    return made


class _PunctualResponse(HTTPResponse):
    def __init__(self, ends_at: float, sock: socket.socket, method: str | None = None) -> None:
        super().__init__(sock, method=method)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_PunctualReader(raw, sock, ends_at), CHUNK)


class _PunctualReader(io.RawIOBase):
    """A socket's reader that gives each read only the time that is left.

    The time-out of a socket counts from its last byte: one byte a second would hold it for ever.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, ends_at: float) -> None:
        super().__init__()
        self._raw, self._sock, self._ends_at = raw, sock, ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any writable bytes
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def read_body(response: requests.Response, limit: int) -> bytes:
    """The whole body, unpacked, or a TooLargeError before more than ``limit`` bytes are held."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    with ExitStack() as stack:
        stack.callback(response.close)  # what is left of a torn answer must not be read as the next one
        if encoding not in _READERS:
            msg = f"the body came as {encoding[:40]!r}, and only gzip is read"
            raise TornError(msg)
        body = _READERS[encoding](response.raw.stream(CHUNK, decode_content=False), limit)
        stack.pop_all()
    return body


def _join(chunks: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        _weigh(body, limit)
    return bytes(body)


def _unpack(chunks: Iterable[bytes], limit: int) -> bytes:
    body, gzip = bytearray(), zlib.decompressobj(GZIP)
    try:
        for chunk in chunks:
            body += gzip.decompress(chunk, limit + 1 - len(body))
            _weigh(body, limit)
    except zlib.error as error:
        msg = f"corrupt gzip ({error})"
        raise TornError(msg) from error
    if not gzip.eof or gzip.unused_data:
        raise TornError("corrupt gzip (it does not end where the body ends)")
    return bytes(body)


def _weigh(body: bytearray, limit: int) -> None:
    if len(body) > limit:
        msg = f"body over {limit / 1e6:g} MB (source.max_mb)"
        raise TooLargeError(msg)


# snappy is a block of its own format that whoever asked for it unpacks
_READERS = {"": _join, "identity": _join, "snappy": _join, "gzip": _unpack, "x-gzip": _unpack}
