"""Bytes of a segment that are hashed before Parquet sees them: its own checksums leave footer and page headers out."""

from __future__ import annotations

import hashlib
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from mcreports.archive.records import ADVICE
from mcreports.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mcreports.archive.days import Span
    from mcreports.archive.records import Content, Record

    Cut = Callable[[Sequence[Span]], Sequence[bytes]]  # some byte ranges of one file
    Choose = Callable[[Any], Iterable[int]]  # by the footer, which of a file's parts


def parts_of(data: bytes) -> tuple[tuple[int, str], ...]:
    """A Parquet file cut in two a row group, its labels and the rest, and the footer: each length and SHA-256."""
    footer = pq.read_metadata(pa.BufferReader(data))
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    starts = [_start(group.column(column)) for group in groups for column in (0, 1)]
    last = groups[-1].column(footer.num_columns - 1)
    cuts = [0, *starts[1:], _start(last) + last.total_compressed_size, len(data)]
    return tuple((end - begin, hashlib.sha256(data[begin:end]).hexdigest()) for begin, end in pairwise(cuts))


def whole(data: bytes, record: Record, where: str) -> Any:  # noqa: ANN401 - a pyarrow buffer
    """The bytes of a segment, held against its record; other ones are a DataError naming the file."""
    content = record.content
    if content is None or (len(data), hashlib.sha256(data).hexdigest()) != (content.size, content.sha256):
        size = 0 if content is None else content.size
        msg = f"{where}: {len(data)} bytes that are not the {size} which were archived; {ADVICE}"
        raise DataError(msg)
    return pa.BufferReader(data)


def some(cut: Cut, content: Content, where: str, choose: Choose) -> Any:  # noqa: ANN401 - a pyarrow buffer
    """A segment of which the footer and the chosen parts are there, held against its record, and else zeros.

    Part 2n is the labels of row group n, part 2n + 1 the rest of it. Other bytes are a DataError.
    """
    data = bytearray(content.size)
    ends = list(accumulate(length for length, _ in content.parts))
    _fill(data, cut, [(len(ends) - 1, (ends[-2], ends[-1]))], content, where)
    footer = pq.read_metadata(pa.BufferReader(data))
    chosen = [(number, (ends[number - 1] if number else 0, ends[number])) for number in choose(footer)]
    _fill(data, cut, chosen, content, where)
    return pa.BufferReader(data)


def _fill(data: bytearray, cut: Cut, chosen: Sequence[tuple[int, Span]], content: Content, where: str) -> None:
    """Put parts where they belong; those that touch are asked for as one."""
    runs: list[tuple[int, int]] = []
    for _, (begin, end) in chosen:
        if runs and runs[-1][1] == begin:
            runs[-1] = runs[-1][0], end
        else:
            runs.append((begin, end))
    for (begin, end), piece in zip(runs, cut(runs) if runs else (), strict=True):
        if len(piece) == end - begin:  # else these stay zeros, which no hash is of
            data[begin:end] = piece
    view = memoryview(data)
    for number, (begin, end) in chosen:
        if hashlib.sha256(view[begin:end]).hexdigest() != content.parts[number][1]:
            msg = f"{where}: bytes {begin} to {end} are not those which were archived; {ADVICE}"
            raise DataError(msg)


def _start(column: Any) -> int:  # noqa: ANN401
    return int(column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset)
