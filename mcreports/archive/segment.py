"""A segment as Parquet: ``labels`` (canonical JSON), ``tenant``, ``ts`` (int64 ms), ``value`` (double), in that order.

Sorted by tenant, labels and time, in row groups small enough that one tenant of ten thousand is read by statistics.
"""

from __future__ import annotations

import hashlib
import io
import json
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mcreports.archive.checking import parts_of
from mcreports.archive.records import ADVICE, Content
from mcreports.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mcreports.archive.records import Record

    Rows = tuple[np.ndarray, np.ndarray]
    Curves = Mapping[str, Rows]  # by canonical labels: instants in ms, strictly rising, and values

GROUP = 32_768  # rows in a row group: some twenty series of a day at one a minute
SCHEMA = pa.schema(
    [
        pa.field("labels", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("tenant", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("ts", pa.int64(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
    ]
)
FAULTS = (pa.ArrowException, OSError, ValueError, KeyError, IndexError)


def canonical(labels: Mapping[str, str]) -> str:
    r"""A series' labels as the one text that names it, plain ASCII whatever the names are.

    >>> canonical({"tenant": "é", "__name__": "x"})
    '{"__name__":"x","tenant":"\\u00e9"}'
    """
    return json.dumps(dict(labels), sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=65_536)
def parsed(labels: str) -> Mapping[str, str]:
    """The labels that a canonical text names."""
    return MappingProxyType(dict(json.loads(labels)))


def column_text(tenant: str) -> str:
    """A tenant as the column holds it: half a character, which no column can hold, is a question mark."""
    return tenant.encode("utf-8", "replace").decode()


def encode(curves: Curves, tenant_label: str) -> tuple[bytes, Content]:
    """The Parquet file of at least one sample, and what it holds."""
    named = {labels: column_text(json.loads(labels).get(tenant_label, "")) for labels in curves}
    order = sorted((labels for labels, (ts, _) in curves.items() if len(ts)), key=lambda one: (named[one], one))
    sink = io.BytesIO()
    with pq.ParquetWriter(
        sink, SCHEMA, compression="zstd", use_dictionary=["labels", "tenant"], write_page_checksum=True,
        column_encoding={"ts": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT"}, store_schema=False,
        dictionary_pagesize_limit=1 << 24,
    ) as writer:  # fmt: skip
        for batch in _batches(order, curves):
            writer.write_table(_table(batch, curves, named), row_group_size=GROUP)
    data = sink.getvalue()
    ends = [(int(curves[one][0][0]), int(curves[one][0][-1])) for one in order]
    rows = sum(len(curves[one][0]) for one in order)
    first, last = min(first for first, _ in ends), max(last for _, last in ends)
    tenants = len({named[one] for one in order})
    digest = hashlib.sha256(data).hexdigest()
    return data, Content(rows, len(order), tenants, first, last, len(data), digest, parts_of(data))


def _batches(order: Sequence[str], curves: Curves) -> Iterator[list[str]]:
    """Series that make about one row group together."""
    batch: list[str] = []
    count = 0
    for labels in order:
        if batch and count + len(curves[labels][0]) > GROUP:
            yield batch
            batch, count = [], 0
        batch.append(labels)
        count += len(curves[labels][0])
    if batch:
        yield batch


def _table(batch: list[str], curves: Curves, named: Mapping[str, str]) -> pa.Table:
    counts = [len(curves[labels][0]) for labels in batch]
    tenants = list(dict.fromkeys(named[labels] for labels in batch))
    place = {tenant: code for code, tenant in enumerate(tenants)}
    codes = np.repeat(np.arange(len(batch), dtype=np.int32), counts)
    owned = np.repeat(np.array([place[named[labels]] for labels in batch], dtype=np.int32), counts)
    return pa.table(
        [
            pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(batch, pa.string())),
            pa.DictionaryArray.from_arrays(pa.array(owned), pa.array(tenants, pa.string())),
            pa.array(np.concatenate([curves[labels][0] for labels in batch]).astype(np.int64, copy=False)),
            pa.array(np.concatenate([curves[labels][1] for labels in batch]).astype(np.float64, copy=False)),
        ],
        schema=SCHEMA,
    )


def pieces(
    file: Any,  # noqa: ANN401
    record: Record,
    where: str,
    tenants: Sequence[str] | None,
    wanted: Callable[[str], bool] = lambda _: True,
) -> Iterator[tuple[str, Rows]]:
    """The samples of a segment's ``wanted`` series, a part of one at a time; a DataError names a file that is damaged.

    Of single ``tenants`` only the row groups that may hold them are read.
    """
    try:
        with pq.ParquetFile(file, read_dictionary=["labels"], page_checksum_verification=True) as opened:
            if opened.metadata.num_rows != record.rows:
                msg = f"{opened.metadata.num_rows} rows, not {record.rows}"
                raise ValueError(msg)
            for group in groups_of(opened.metadata, tenants):
                yield from _series(opened.read_row_group(group, ["labels", "ts", "value"]), wanted)
    except FAULTS as error:
        msg = f"{where}: the segment is damaged: {error}; {ADVICE}"
        raise DataError(msg) from error


def names(file: Any, where: str) -> Iterator[str]:  # noqa: ANN401
    """The canonical labels of every series of a segment; one may come twice."""
    try:
        with pq.ParquetFile(file, read_dictionary=["labels"], page_checksum_verification=True) as opened:
            for group in range(opened.num_row_groups):
                column = opened.read_row_group(group, ["labels"]).column(0)
                for chunk in column.chunks:
                    yield from chunk.dictionary.to_pylist()
    except FAULTS as error:
        msg = f"{where}: the segment is damaged: {error}; {ADVICE}"
        raise DataError(msg) from error


def groups_of(footer: Any, tenants: Sequence[str] | None) -> list[int]:  # noqa: ANN401
    """The row groups that may hold samples of some tenants, by their statistics."""
    every = range(footer.num_row_groups)
    return [number for number in every if tenants is None or _may_hold(footer.row_group(number), tenants)]


def _may_hold(group: Any, tenants: Sequence[str]) -> bool:  # noqa: ANN401
    told = group.column(1).statistics
    if told is None or not told.has_min_max:
        return True
    return any(told.min <= column_text(tenant) <= told.max for tenant in tenants)


def _series(table: pa.Table, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Rows]]:
    for batch in table.combine_chunks().to_batches():
        labels, ts, values = batch.columns
        codes, texts = labels.indices.to_numpy(), labels.dictionary.to_pylist()
        stamps, numbers = ts.to_numpy(), values.to_numpy()
        edges = np.concatenate([[0], np.flatnonzero(codes[1:] != codes[:-1]) + 1, [len(codes)]])
        is_wanted = np.array([wanted(text) for text in texts], bool)
        for at in np.flatnonzero(is_wanted[codes[edges[:-1]]]) if len(codes) else ():
            begin, end = int(edges[at]), int(edges[at + 1])
            yield texts[codes[begin]], (stamps[begin:end], numbers[begin:end])
