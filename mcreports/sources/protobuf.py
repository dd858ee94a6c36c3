"""The few messages of Prometheus' remote read: written as bytes, read without an object per sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.sources.question import Question

SAMPLES, STREAMED = 0, 1  # the response types
_NO_MATCH = 3  # a matcher of all that a regular expression does not match
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIRE = {_FIXED64: 8, _FIXED32: 4}


def read_request(question: Question, accepted: tuple[int, ...]) -> bytes:
    """A ReadRequest with one query for each tenant (or one for all), as it is before compression."""
    metric = question.metric
    named = _matcher("__name__", metric.name)
    label = metric.server_label("tenant")
    tenants = [_matcher(label, question.pattern, _NO_MATCH) if question.but else b""]
    if question.tenants is not None:
        tenants = [_matcher(label, name) for name in question.tenants]
    window = _number(1, question.first) + _number(2, question.after - 1)  # both ends are closed
    queries = b"".join(write_field(1, window + named + tenant) for tenant in tenants)
    return queries + b"".join(_number(2, kind, is_always=True) for kind in accepted)


def fields(body: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Each field of the message body[start:end]: its number, and where its bytes are.

    A varint comes as its number and value with an end of -1. What reaches beyond the end is a SourceError.
    """
    at = start
    while at < end:
        key, at = varint(body, at, end)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = varint(body, at, end)
            yield number, value, -1
            continue
        if wire == _BYTES:
            size, at = varint(body, at, end)
        elif wire in _WIRE:
            size = _WIRE[wire]
        else:
            msg = f"the protobuf has a field of an unknown kind ({wire})"
            raise SourceError(msg)
        if size > end - at:
            msg = f"the protobuf has a field of {size} bytes where {end - at} are left"
            raise SourceError(msg)
        yield number, at, at + size
        at += size


def varint(body: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at a place and the place after it; one that does not end is a SourceError."""
    value = shift = 0
    while at < end and shift < 70:  # noqa: PLR2004 - ten groups of seven bits
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the last group
            return value, at
        shift += 7
    raise SourceError("the protobuf is cut off or has a number that does not end")


def labels_of(body: bytes, spans: list[tuple[int, int]]) -> dict[str, str]:
    """The labels whose messages are at these places."""
    labels: dict[str, str] = {}
    for start, end in spans:
        pair = {number: body[first:after] for number, first, after in fields(body, start, end) if after >= 0}
        try:
            name, value = pair.get(1, b"").decode(), pair.get(2, b"").decode()
        except UnicodeDecodeError as error:
            raise SourceError("the protobuf has a label that is not text") from error
        if name in labels:
            msg = f"the protobuf has a series with the label {name[:80]!r} twice"
            raise SourceError(msg)
        labels[name] = value
    return labels


def _matcher(name: str, value: str, kind: int = 0) -> bytes:
    return write_field(3, _number(1, kind) + write_field(2, name.encode()) + write_field(3, value.encode()))


def _number(number: int, value: int, *, is_always: bool = False) -> bytes:
    return bytes([number << 3]) + write_varint(value & (1 << 64) - 1) if value or is_always else b""


def write_field(number: int, body: bytes) -> bytes:
    """A field of bytes: its key, their length, they themselves."""
    return bytes([number << 3 | _BYTES]) + write_varint(len(body)) + body


def write_varint(number: int) -> bytes:
    """A number in groups of seven bits.

    >>> write_varint(300).hex()
    'ac02'
    """
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
