"""Remote read's plain answer: one snappy block, in it every sample as a message of its own."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import cramjam
import numpy as np

from mcreports.errors import SourceError
from mcreports.sources.answer import AgainError
from mcreports.sources.columns import Columns, weigh
from mcreports.sources.protobuf import fields, labels_of, varint
from mcreports.sources.wire import TooLargeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TIME = np.dtype([("key", "u1"), ("ts", "u1", 6)])  # a varint of today's milliseconds has six bytes
_USUAL = np.dtype([("field", "u1"), ("size", "u1"), ("value_key", "u1"), ("value", "<f8"), ("time", _TIME)])
_HEAD = (0x12, _USUAL.itemsize - 2, 0x09, 0x10)
_SHIFTS = np.arange(6, dtype=np.int64) * 7
_MORE = np.array([1] * 5 + [0], bool)
Rows = tuple["NDArray[np.int64]", "NDArray[np.float64]"]


def read_sampled(body: bytes, limit: int) -> Columns:
    """Every sample of every series; a block that is not whole is worth another try, one over ``limit`` bytes is not."""
    plain = _unpack(body, limit)
    labels, rows = [], []
    for number, first, after in fields(plain, 0, len(plain)):
        if number != 1 or after < 0:
            continue
        for inner, start, end in fields(plain, first, after):
            if inner == 1 and end >= 0:
                names, samples = _series(plain, start, end)
                labels.append(names)
                rows.append(samples)
    counts = np.array([len(ts) for ts, _ in rows], np.int64)
    weigh(int(counts.sum()), limit)
    ts = np.concatenate([ts for ts, _ in rows]) if rows else np.empty(0, np.int64)
    values = np.concatenate([own for _, own in rows]) if rows else np.empty(0, np.float64)
    return Columns(labels, counts, ts, values)


def _unpack(body: bytes, limit: int) -> bytes:
    try:
        size = cramjam.snappy.decompress_raw_len(body) if body else 0
    except cramjam.DecompressionError as error:
        msg = f"the body is not snappy ({error})"
        raise AgainError(msg) from error
    if size > limit:
        msg = f"body over {limit / 1e6:g} MB (source.max_mb): it unpacks to {size} bytes"
        raise TooLargeError(msg)
    try:
        return bytes(cramjam.snappy.decompress_raw(body)) if body else b""
    except cramjam.DecompressionError as error:
        msg = f"the snappy block is cut off or corrupt ({error})"
        raise AgainError(msg) from error


def _series(body: bytes, start: int, end: int) -> tuple[dict[str, str], Rows]:
    """The labels and the samples of body[start:end], a TimeSeries."""
    at, spans = start, []
    while at < end and body[at] == 0x0A:  # noqa: PLR2004 - field 1, the labels come first
        size, first = varint(body, at + 1, end)
        at = first + size
        spans.append((first, at))
    if at > end:
        raise SourceError("the protobuf has a label that goes on beyond its series")
    return labels_of(body, spans), _usual(body, at, end) or _any(body, at, end)


def _usual(body: bytes, at: int, end: int) -> Rows | None:
    """The samples where each is a value that is not 0 and an instant of these years; None where one is not."""
    count, rest = divmod(end - at, _USUAL.itemsize)
    if rest:
        return None
    rows = np.frombuffer(body, _USUAL, count, at)
    heads = (rows["field"], rows["size"], rows["value_key"], rows["time"]["key"])
    if not all((column == wanted).all() for column, wanted in zip(heads, _HEAD, strict=True)):
        return None
    groups = rows["time"]["ts"]
    if ((groups > 0x7F) != _MORE).any():  # noqa: PLR2004 - the highest bit says that more follows
        return None
    return ((groups & 0x7F).astype(np.int64) << _SHIFTS).sum(axis=1), rows["value"].astype(np.float64)


def _any(body: bytes, at: int, end: int) -> Rows:
    """The samples field by field: a value of 0 is not written, an instant of other years has another length."""
    stamps, values = [], []
    for number, first, after in fields(body, at, end):
        if number == 4:  # noqa: PLR2004 - native histograms
            raise SourceError("the answer holds a native histogram, which is not read: use classic buckets")
        if number != 2 or after < 0:  # noqa: PLR2004 - samples; exemplars are left out
            continue
        value, ts = 0.0, 0
        for inner, place, stop in fields(body, first, after):
            if inner == 1 and stop - place == 8:  # noqa: PLR2004 - a double
                (value,) = struct.unpack_from("<d", body, place)
            elif inner == 2 and stop < 0:  # noqa: PLR2004 - the instant
                ts = place - (1 << 64) if place >> 63 else place
        stamps.append(ts)
        values.append(value)
    return np.array(stamps, np.int64), np.array(values, np.float64)
