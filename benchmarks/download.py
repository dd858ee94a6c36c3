"""The limit: the very bytes that a reader asks for, read and thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.task import Place, Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import Response

SAMPLES, STREAMED = 0, 1  # the kinds of answer to a remote read
PIECE = 1 << 20


def _range_query(place: Place, _: None) -> int:
    import requests

    load = place.workload
    window = {"start": load.start.timestamp(), "end": load.last.timestamp(), "step": float(load.step)}
    asked: dict[str, str | float] = {"query": load.name, **window}
    with requests.get(f"{place.url}/api/v1/query_range", params=asked, stream=True, timeout=600) as answer:
        return _discard(answer)


def _remote_read(kind: int) -> Callable[[Place, None], int]:
    def download(place: Place, _: None) -> int:
        import cramjam
        import requests

        body = bytes(cramjam.snappy.compress_raw(read_request(place, kind)))
        headers = {
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Read-Version": "0.1.0",
        }
        address = f"{place.url}/api/v1/read"
        with requests.post(address, data=body, headers=headers, stream=True, timeout=600) as answer:
            return _discard(answer)

    return download


def read_request(place: Place, kind: int) -> bytes:
    """Prometheus' ReadRequest for the whole workload, answered in one kind."""
    load = place.workload
    first, last = (int(at.timestamp() * 1000) for at in (load.start, load.last))
    matcher = _field(2, b"__name__") + _field(3, load.name.encode())  # its type 0, equal, is left out
    query = b"\x08" + _varint(first) + b"\x10" + _varint(last) + _field(3, matcher)
    return _field(1, query) + b"\x10" + _varint(kind)


def _field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(body)) + body


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _discard(answer: Response) -> int:
    """How many bytes came, as they are on the wire."""
    answer.raise_for_status()
    return sum(len(piece) for piece in answer.raw.stream(PIECE, decode_content=False))


def _told(_place: Place, count: int) -> dict[str, Any]:
    return {"bytes": count}


DOWNLOADS = (
    Task("download-streamed", "remote read, streamed chunks", ("requests", "cramjam"), _remote_read(STREAMED), _told),
    Task("download-samples", "remote read, samples", ("requests", "cramjam"), _remote_read(SAMPLES), _told),
    Task("download-json", "range query, gzipped JSON", ("requests",), _range_query, _told),
)
