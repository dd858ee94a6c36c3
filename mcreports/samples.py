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

__all__ = [
    "TS",
    "Note",
    "Pulled",
    "Series",
    "empty",
    "gather",
    "instants",
    "interval_of",
    "settled",
    "tabulate",
    "trim",
    "unwrap",
]
TS = "datetime64[ms, UTC]"


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


def tabulate(metric: Metric, series: Sequence[tuple[tuple[str, ...], np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """A conformed table from (label values, ts in ms, values) per series, each sorted by time."""
    ordered = sorted(series, key=lambda one: one[0])
    counts = [len(ts) for _, ts, _ in ordered]
    columns: dict[str, object] = {}
    for position, label in enumerate(metric.labels):
        names = sorted({labels[position] for labels, _, _ in ordered})
        index = {name: code for code, name in enumerate(names)}
        codes = np.repeat(np.array([index[labels[position]] for labels, _, _ in ordered], dtype=np.int32), counts)
        columns[label] = pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="object"))
    stamps = np.concatenate([ts for _, ts, _ in ordered]) if ordered else np.empty(0, np.int64)
    values = np.concatenate([v for _, _, v in ordered]) if ordered else np.empty(0, np.float64)
    columns["ts"] = pd.DatetimeIndex(stamps.astype(np.int64, copy=False).view("datetime64[ms]")).tz_localize("UTC")
    columns["value"] = values.astype(np.float64, copy=False)
    return pd.DataFrame(columns, copy=False)


def gather(metric: Metric, series: Iterable[Series], tenants: Sequence[str] | None = None) -> Pulled:
    """One table from a server's series: labels mapped, duplicates settled, processes chained, one replica chosen.

    Labels that the metric does not own (``instance``, ``replica``) tell the parts of one series
    apart: one that begins about where another ends goes on from it; of those that stand side by
    side the fullest is taken, another one fills its holes, and they are never added up.
    A series of a tenant that was not asked for is a DataError: the source's filter did not hold.
    """
    groups: dict[tuple[str, ...], dict[tuple[tuple[str, str], ...], list[Series]]] = {}
    for one in series:
        own = tuple(one.labels.get(metric.server_label(label), "") for label in metric.labels)
        if tenants is not None and "tenant" in metric.labels and own[metric.labels.index("tenant")] not in tenants:
            msg = f"{metric.name}: asked for {', '.join(tenants)} and got a series of tenant {own[0]!r}"
            raise DataError(msg)
        groups.setdefault(own, {}).setdefault(tuple(sorted(one.labels.items())), []).append(one)
    rows: list[tuple[tuple[str, ...], np.ndarray, np.ndarray]] = []
    notes: list[Note] = []
    for own in list(groups):
        replicas = groups.pop(own)  # and let go of as soon as it is merged: a year of minutes is 130 MB
        name = metric.selector(**dict(zip(metric.labels, own, strict=True)))
        read = ((labels, *_settle(name, parts)) for labels, parts in replicas.items())
        curves = [Curve(labels, ts, values, interval_of(ts)) for labels, ts, values in read if len(ts)]
        if not curves:
            continue
        merged, texts = merge(metric, curves)
        tenant = dict(zip(metric.labels, own, strict=True)).get("tenant")
        notes.extend(Note("replicas.apart", metric.key, tenant, text) for text in texts)
        rows.append((own, merged.ts, merged.values))  # noqa: PD011 - a curve of ours
    return Pulled(tabulate(metric, rows), tuple(notes))


def _settle(name: str, parts: list[Series]) -> tuple[np.ndarray, np.ndarray]:
    """The samples of one series in time order; equal duplicates dropped, NaN left out."""
    ts = np.concatenate([part.ts for part in parts]).astype(np.int64)
    values = np.concatenate([part.values for part in parts]).astype(np.float64)  # noqa: PD011 - a Series of ours
    known = ~np.isnan(values)
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
