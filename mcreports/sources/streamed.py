"""Remote read's streamed answer: frames with a checksum each, in them series, in those whole XOR chunks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import google_crc32c
import numpy as np

from mcreports.errors import SourceError
from mcreports.sources.answer import AgainError
from mcreports.sources.columns import Columns, weigh
from mcreports.sources.protobuf import fields, labels_of, varint
from mcreports.sources.usual_chunks import UsualChunks
from mcreports.sources.xor_chunks import counts_of, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.sources.xor_chunks import Ints

XOR = 1


@dataclass
class _Found:
    """The series by the bytes of their labels, and where the chunks of each part of one are."""

    numbers: dict[bytes, int] = field(default_factory=dict)
    labels: list[dict[str, str]] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)


def read_streamed(body: bytes, limit: int) -> Columns:
    """Every sample of every chunk; frames that are not whole are worth another try, chunks of histograms not."""
    found = _Found()
    for start, end in _frames(body):
        for number, first, after in fields(body, start, end):
            if number == 1 and after >= 0:
                _series(body, first, after, found)
    owners, starts, ends = _all_chunks(body, found)
    order = np.argsort(owners, kind="stable")
    owners, starts, ends = owners[order], starts[order], ends[order]
    counts = counts_of(body, starts, ends)
    weigh(int(counts.sum()), limit)
    ts, values = decode(body, starts, ends, counts)
    each = np.zeros(len(found.labels), np.int64)
    np.add.at(each, owners, counts)
    return Columns(found.labels, each, ts, values)


def _frames(body: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(body):
        try:
            size, start = varint(body, at, len(body))
        except SourceError as error:
            raise AgainError("the stream ends within the length of a frame") from error
        end = start + 4 + size
        if end > len(body):
            msg = f"the stream is cut off: a frame says {size} bytes and {max(len(body) - start - 4, 0)} are there"
            raise AgainError(msg)
        if google_crc32c.value(body[start + 4 : end]) != int.from_bytes(body[start : start + 4], "big"):
            raise AgainError("a frame's checksum is wrong: it was changed on its way")
        yield start + 4, end
        at = end


def _series(body: bytes, start: int, end: int, found: _Found) -> None:
    """Note the labels of body[start:end], a ChunkedSeries, and where its chunks are."""
    at, spans = start, []
    while at < end and body[at] == 0x0A:  # noqa: PLR2004 - field 1, the labels come first
        size, first = varint(body, at + 1, end)
        at = first + size
        spans.append((first, at))
    if at > end:
        raise SourceError("the protobuf has a label that goes on beyond its series")
    key = body[start:at]
    number = found.numbers.setdefault(key, len(found.labels))
    if number == len(found.labels):
        found.labels.append(labels_of(body, spans))
    found.owners.append(number)
    found.parts.append((at, end))


def _all_chunks(body: bytes, found: _Found) -> tuple[Ints, Ints, Ints]:
    """Whose each chunk is, and where its data begin and end."""
    usual = UsualChunks.of(body)
    edges = np.array(found.parts, np.int64).reshape(-1, 2)
    begin, after, is_usual = usual.within(edges[:, 0], edges[:, 1])
    every = []
    for number, (owner, (at, end)) in enumerate(zip(found.owners, found.parts, strict=True)):
        if is_usual[number]:
            part = slice(int(begin[number]), int(after[number]))
            places = usual.data[part], usual.ends[part]
        else:
            listed = np.array(list(_chunks(body, at, end)), np.int64).reshape(-1, 2)
            places = listed[:, 0], listed[:, 1]
        every.append((np.full(len(places[0]), owner, np.int64), *places))
    if not every:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    owners, starts, ends = (np.concatenate(column) for column in zip(*every, strict=True))
    return owners, starts, ends


def _chunks(body: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the data of each chunk are, field by field."""
    for number, first, after in fields(body, at, end):
        if number == 1 or after < 0:
            raise SourceError("the protobuf has a series whose labels do not come first")
        if number != 2:  # noqa: PLR2004 - the chunks
            continue
        kind, place = 0, (0, 0)
        for inner, value, stop in fields(body, first, after):
            if inner == 3 and stop < 0:  # noqa: PLR2004 - the encoding
                kind = value
            elif inner == 4 and stop >= 0:  # noqa: PLR2004 - the data
                place = value, stop
        if kind != XOR:
            what = "a native histogram, which is not read: use classic buckets" if kind else "a chunk of no kind"
            msg = f"the answer holds {what} (chunk encoding {kind})"
            raise SourceError(msg)
        yield place
