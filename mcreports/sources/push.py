"""Remote write: samples into a Prometheus or a VictoriaMetrics, in time order, in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cramjam
import numpy as np

from mcreports.errors import UsageError
from mcreports.sources.access import Access
from mcreports.sources.http import StrictSession
from mcreports.sources.protobuf import write_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mcreports.samples import Series
    from mcreports.settings import SourceSettings

PATH = "/api/v1/write"
BATCH = 100_000  # samples in one request: 2 MB before compression
_LATEST = 1 << 42  # the year 2109: six bytes of varint hold every instant before it

# One sample as protobuf has it: field 2 of the series, and in it a double and a varint of milliseconds.
_SAMPLE = np.dtype(
    [("field", "u1"), ("size", "u1"), ("value_key", "u1"), ("value", "<f8"), ("ts_key", "u1"), ("ts", "u1", 6)]
)


def push(settings: SourceSettings, series: Sequence[Series], done: Callable[[int], None] = lambda _: None) -> int:
    """Write all samples, oldest first over all series, and return how many; ``done`` hears each batch's count.

    Each series names itself with ``__name__`` and has its samples in time order. A batch that the
    server refuses is a SourceError in its own words, one that it does not take in time an UnreachableError.
    """
    access, total = Access.of(settings), 0
    for body, count in batches(series):
        errand = f"{count} samples by remote write"
        with StrictSession(access, errand) as session:
            session.deliver(f"{access.url}{PATH}", bytes(cramjam.snappy.compress_raw(body)), _HEADERS)
        total += count
        done(count)
    return total


_HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


def batches(series: Sequence[Series]) -> Iterator[tuple[bytes, int]]:
    """Write requests (protobuf, not yet compressed) and how many samples each holds, oldest first."""
    parts = [(_labels(one.labels), one.ts.astype(np.int64), one.values) for one in series if len(one.ts)]
    for labels, ts, _ in parts:
        if ts[0] < 0 or ts[-1] >= _LATEST or (np.diff(ts) < 0).any():
            name = labels.decode("utf-8", "replace")
            msg = f"a series cannot be pushed, its samples are out of order or not between 1970 and 2109: {name!r}"
            raise UsageError(msg)
    taken = [0] * len(parts)
    for edge in _edges([ts for _, ts, _ in parts]):
        body, count = [], 0
        for position, (labels, ts, values) in enumerate(parts):
            start, end = taken[position], int(np.searchsorted(ts, edge, side="right"))
            if end > start:
                body.append(write_field(1, labels + _samples(ts[start:end], values[start:end])))
                taken[position], count = end, count + end - start
        yield b"".join(body), count


def _edges(stamps: list[np.ndarray]) -> Iterator[int]:
    """The last instants of batches of about BATCH samples each, over all series together."""
    if not stamps:
        return
    every = np.sort(np.concatenate(stamps))
    last = -1
    for at in (*every[BATCH - 1 :: BATCH], every[-1]):
        if at > last:
            yield (last := int(at))


def _samples(ts: np.ndarray, values: np.ndarray) -> bytes:
    rows = np.empty(len(ts), _SAMPLE)
    rows["field"], rows["size"], rows["value_key"], rows["ts_key"] = 0x12, _SAMPLE.itemsize - 2, 0x09, 0x10
    rows["value"] = values
    shifts = np.arange(6, dtype=np.int64) * 7
    more = np.array([0x80] * 5 + [0], dtype=np.uint8)
    rows["ts"] = ((ts[:, None] >> shifts) & 0x7F).astype(np.uint8) | more
    return rows.tobytes()


def _labels(labels: Mapping[str, str]) -> bytes:
    pairs = sorted((name.encode(), value.encode()) for name, value in labels.items() if value)
    return b"".join(write_field(1, write_field(1, name) + write_field(2, value)) for name, value in pairs)
