"""The table of raw samples, and how series of any source become one.

Columns: the metric's own labels (categorical text, ``tenant`` first), ``ts`` (datetime64[ms, UTC])
and ``value`` (float64); sorted by labels, then time; one row per series and instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mcreports.errors import DataError
from mcreports.replicas import Curve, interval_of, merge, settled, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mcreports.metrics import Metric

    Labels = tuple[str, ...]
    Replicas = dict[tuple[tuple[str, str], ...], list["Series"]]

__all__ = [
    "TS",
    "Note",
    "Pulled",
    "Series",
    "empty",
    "gather",
    "gather_parts",
    "instants",
    "interval_of",
    "settled",
    "tabulate",
    "trim",
    "unwrap",
]
TS = "datetime64[ms, UTC]"
_ROOM = 1 << 16  # samples by which columns grow at least


@dataclass(frozen=True)
class Series:
    """One series as a server names it: its labels, instants in milliseconds, values."""

    labels: Mapping[str, str]
    ts: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Note:
    """Something about the data that a reader must know: what kind, of whom, in words."""

    kind: str
    metric: str
    tenant: str | None
    text: str


@dataclass(frozen=True)
class Pulled:
    """What a source hands over: a conformed table and what there is to say about it."""

    table: pd.DataFrame
    notes: tuple[Note, ...] = ()


def empty(metric: Metric) -> pd.DataFrame:
    """The metric's table without a row."""
    return tabulate(metric, [])


class _Rows:
    """All instants (ms) and values of series appended one by one, in columns that grow where they lie."""

    def __init__(self) -> None:
        self._owns: list[tuple[str, ...]] = []
        self._counts: list[int] = []
        self._ts, self._values = np.empty(0, np.int64), np.empty(0, np.float64)
        self._size = 0

    def append(self, own: tuple[str, ...], ts: np.ndarray, values: np.ndarray) -> None:
        """Copy a series to the end."""
        end = self._size + len(ts)
        if end > len(self._ts):
            self._resize(end + max(end // 16, _ROOM))
        self._ts[self._size : end], self._values[self._size : end] = ts, values
        self._owns.append(own)
        self._counts.append(len(ts))
        self._size = end

    def take(self) -> tuple[list[tuple[str, ...]], np.ndarray, np.ndarray, np.ndarray]:
        """The series' names in order, how many samples each has, all instants and all values."""
        self._resize(self._size)
        counts = np.array(self._counts, np.int64)
        order = sorted(range(len(self._owns)), key=self._owns.__getitem__)
        owns, ts, values = [self._owns[at] for at in order], self._ts, self._values
        if owns != self._owns:
            firsts = np.cumsum(counts) - counts
            pieces = [slice(int(firsts[at]), int(firsts[at] + counts[at])) for at in order]
            ts, values = (np.concatenate([column[piece] for piece in pieces]) for column in (ts, values))
            counts = counts[order]
        return owns, counts, ts, values

    def _resize(self, size: int) -> None:
        # the columns are nobody else's; the system moves the pages of large ones, and nothing is held twice
        self._ts.resize(size, refcheck=False)
        self._values.resize(size, refcheck=False)


def tabulate(metric: Metric, series: Sequence[tuple[tuple[str, ...], np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """A conformed table from (label values, ts in ms, values) per series, each sorted by time."""
    rows = _Rows()
    for own, ts, values in sorted(series, key=lambda one: one[0]):
        rows.append(own, ts, values)
    return _table(metric, rows)


def _table(metric: Metric, rows: _Rows) -> pd.DataFrame:
    owns, counts, stamps, values = rows.take()
    columns: dict[str, object] = {}
    for position, label in enumerate(metric.labels):
        names = sorted({own[position] for own in owns})
        index = {name: code for code, name in enumerate(names)}
        # as narrow as pandas makes them, so that it makes no copy
        width = next(kind for kind in (np.int8, np.int16, np.int32) if len(names) < np.iinfo(kind).max)
        codes = np.repeat(np.array([index[own[position]] for own in owns], dtype=width), counts)
        columns[label] = pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="object"))
    columns["ts"] = pd.array(stamps, dtype=TS, copy=False)  # type: ignore[call-overload]
    columns["value"] = values
    return pd.DataFrame(columns, copy=False)


def gather(metric: Metric, series: Iterable[Series], tenants: Sequence[str] | None = None) -> Pulled:
    """One table from a server's series: labels mapped, duplicates settled, processes chained, one replica chosen.

    Labels that the metric does not own (``instance``, ``replica``) tell the parts of one series
    apart: one that begins about where another ends goes on from it; of those that stand side by
    side the fullest is taken, another one fills its holes, and they are never added up.
    A series of a tenant that was not asked for is a DataError: the source's filter did not hold.
    """
    return gather_parts(metric, [series], tenants)


def gather_parts(metric: Metric, parts: Iterable[Iterable[Series]], tenants: Sequence[str] | None = None) -> Pulled:
    """The same of series in parts, none of whose series goes on in another; each is let go of before the next."""
    rows, notes = _Rows(), list[Note]()
    for part in parts:
        groups = _groups(metric, part, tenants)
        for own in sorted(groups):
            merged, texts = _merged(metric, own, groups.pop(own))
            tenant = dict(zip(metric.labels, own, strict=True)).get("tenant")
            notes.extend(Note("replicas.apart", metric.key, tenant, text) for text in texts)
            if merged is not None:
                rows.append(own, merged.ts, merged.values)
    return Pulled(_table(metric, rows), tuple(notes))


def _groups(metric: Metric, series: Iterable[Series], tenants: Sequence[str] | None) -> dict[Labels, Replicas]:
    """The pieces of every server series, by our own labels and then by all of the server's."""
    groups: dict[Labels, Replicas] = {}
    wanted = None if tenants is None or "tenant" not in metric.labels else set(tenants)
    for one in series:
        own = tuple(one.labels.get(metric.server_label(label), "") for label in metric.labels)
        if wanted is not None and own[metric.labels.index("tenant")] not in wanted:
            msg = f"{metric.name}: asked for {', '.join(tenants or ())} and got a series of tenant {own[0]!r}"
            raise DataError(msg)
        groups.setdefault(own, {}).setdefault(tuple(sorted(one.labels.items())), []).append(one)
    return groups


def _merged(metric: Metric, own: Labels, replicas: Replicas) -> tuple[Curve | None, list[str]]:
    """One curve of all server series of one of ours, None where none has a sample, and what is to be said."""
    name = metric.selector(**dict(zip(metric.labels, own, strict=True)))
    read = ((labels, *_settle(name, parts)) for labels, parts in replicas.items())
    curves = [Curve(labels, ts, values, interval_of(ts)) for labels, ts, values in read if len(ts)]
    return merge(metric, curves) if curves else (None, [])


def _settle(name: str, parts: list[Series]) -> tuple[np.ndarray, np.ndarray]:
    """The samples of one series in time order; equal duplicates dropped, NaN left out."""
    ts = np.concatenate([part.ts for part in parts]).astype(np.int64, copy=False)
    values = np.concatenate([part.values for part in parts]).astype(np.float64, copy=False)  # noqa: PD011 - a Series of ours
    known = ~np.isnan(values)
    if known.all() and (ts[1:] > ts[:-1]).all():
        return ts, values
    order = np.lexsort((values[known], ts[known]))
    ts, values = ts[known][order], values[known][order]
    same = np.flatnonzero(np.diff(ts) == 0)
    torn = same[values[same] != values[same + 1]]
    if len(torn):
        at = pd.Timestamp(int(ts[torn[0]]), unit="ms", tz="UTC").isoformat()
        first, second = values[torn[0]], values[torn[0] + 1]
        msg = f"{name} has two values at {at}: {first!r} and {second!r}; no figure can rest on that"
        raise DataError(msg)
    keep = np.ones(len(ts), bool)
    keep[same + 1] = False
    return ts[keep], values[keep]


def instants(table: pd.DataFrame) -> np.ndarray:
    """The table's instants as whole milliseconds since 1970."""
    return pd.DatetimeIndex(table["ts"]).as_unit("ms").asi8


def trim(table: pd.DataFrame, metric: Metric, start: int, end: int) -> pd.DataFrame:
    """The rows in [start, end); of counters also each series' last row before and first row after.

    The ends are in milliseconds.
    """
    ts = instants(table)
    keep = (ts >= start) & (ts < end)
    if metric.kind != "gauge" and len(table):
        labels = [table[label].cat.codes.to_numpy() for label in metric.labels]
        # a row is the last before the start if its successor is of another series or not before it
        same = np.ones(len(table) - 1, bool)
        for codes in labels:
            same &= codes[1:] == codes[:-1]
        keep[:-1] |= (ts[:-1] < start) & (~same | (ts[1:] >= start))
        keep[-1] |= ts[-1] < start
        keep[1:] |= (ts[1:] >= end) & (~same | (ts[:-1] < end))
        keep[0] |= ts[0] >= end
    return table[keep].reset_index(drop=True)
