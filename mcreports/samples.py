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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mcreports.metrics import Metric

TS = "datetime64[ms, UTC]"
APART = 0.01  # replicas that differ by more than 1 % are reported


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
    """One table from a server's series: labels mapped, duplicates settled, one replica chosen.

    Labels that the metric does not own (``instance``, ``replica``) tell replicas of one series
    apart; the fullest replica is taken, another one fills its holes, and they are never added up.
    A series of a tenant that was not asked for is a DataError: the source's filter did not hold.
    """
    groups: dict[tuple[str, ...], dict[tuple[tuple[str, str], ...], list[Series]]] = {}
    for one in series:
        own = tuple(one.labels.get(metric.server_label(label), "") for label in metric.labels)
        if tenants is not None and "tenant" in metric.labels and own[metric.labels.index("tenant")] not in tenants:
            msg = f"{metric.name}: asked for {', '.join(tenants)} and got a series of tenant {own[0]!r}"
            raise DataError(msg)
        groups.setdefault(own, {}).setdefault(tuple(sorted(one.labels.items())), []).append(one)
    rows, notes = [], []
    for own in list(groups):
        replicas = groups.pop(own)  # and let go of as soon as it is merged: a year of minutes is 130 MB
        name = metric.selector(**dict(zip(metric.labels, own, strict=True)))
        curves = [(labels, *_settle(name, parts)) for labels, parts in replicas.items()]
        merged, said = _one_replica(metric, own, [c for c in curves if len(c[1])])
        notes.extend(said)
        if len(merged[0]):
            rows.append((own, *merged))
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


def interval_of(ts: np.ndarray) -> float:
    """The scrape interval in milliseconds that a series' own instants show; NaN below two samples."""
    return float(np.median(np.diff(ts))) if len(ts) > 1 else float("nan")


def _one_replica(
    metric: Metric, own: tuple[str, ...], curves: list[tuple[tuple[tuple[str, str], ...], np.ndarray, np.ndarray]]
) -> tuple[tuple[np.ndarray, np.ndarray], list[Note]]:
    if not curves:
        return (np.empty(0, np.int64), np.empty(0, np.float64)), []
    (labels, ts, values), *others = sorted(curves, key=lambda c: (-len(c[1]), c[0]))
    tenant = dict(zip(metric.labels, own, strict=True)).get("tenant")
    notes = []
    for other_labels, other_ts, other_values in others:
        if metric.kind != "gauge" and _apart((ts, values), (other_ts, other_values)):
            names = _difference(labels, other_labels)
            text = f"{metric.name}: two replicas of one series ({names}) differ by more than 1 %; the fullest is shown"
            notes.append(Note("replicas.apart", metric.key, tenant, text))
            continue
        fills, is_whole = _fillers((ts, values), (other_ts, other_values), metric.kind)
        if not is_whole:
            names = _difference(labels, other_labels)
            text = f"{metric.name}: a hole of one replica is left open, the other's ({names}) counter does not fit in"
            notes.append(Note("replicas.apart", metric.key, tenant, text))
        ts, values = np.concatenate([ts, other_ts[fills]]), np.concatenate([values, other_values[fills]])
        order = np.argsort(ts, kind="stable")
        ts, values = ts[order], values[order]
    return (ts, values), notes


def _fillers(
    one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray], kind: str
) -> tuple[np.ndarray, bool]:
    """Which of the other replica's samples fill holes of this one, and whether all that fall in holes do.

    A counter's filler must not fall where neither replica by itself saw a reset: the two may stand a
    little apart, and a step down between them would count the whole counter as spent again.
    """
    (ts, values), (other_ts, other_values) = one, other
    fills = _outside(ts, other_ts)
    if kind == "gauge" or not fills.any():
        return fills, True
    places, is_whole = np.searchsorted(ts, other_ts), True
    inside = np.flatnonzero(fills)
    for at in np.split(inside, np.flatnonzero(np.diff(places[inside])) + 1):
        place, first, after = int(places[at[0]]), int(at[0]), int(at[-1]) + 1
        edges = values[max(place - 1, 0) : place], values[place : place + 1]
        own = max(_drops(np.concatenate(edges)), _drops(other_values[max(first - 1, 0) : after + 1]))
        # a replica that only lived in the hole is another process: it began and ended with a reset
        born = int(len(edges[0]) > 0 and first == 0) + int(len(edges[1]) > 0 and after == len(other_values))
        if _drops(np.concatenate([edges[0], other_values[at], edges[1]])) > own + born:
            fills[at], is_whole = False, False
    return fills, is_whole


def _drops(values: np.ndarray) -> int:
    return int(np.count_nonzero(values[1:] < values[:-1]))


def _outside(ts: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which of the other replica's instants fall where this one has none for two intervals, or one beyond its ends."""
    step = interval_of(ts)
    if np.isnan(step):
        return np.asarray(other != ts[0])
    after = np.searchsorted(ts, other, side="left")
    left, right = ts[np.maximum(after - 1, 0)], ts[np.minimum(after, len(ts) - 1)]
    in_hole = (right - left > 2 * step) & (other < right) & (after > 0) & (after < len(ts))
    return np.asarray(in_hole | (other <= ts[0] - step) | (other >= ts[-1] + step))


def _apart(one: tuple[np.ndarray, np.ndarray], two: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether two replicas grew differently where both were watching: their holes prove nothing."""
    (ts, values), (other_ts, other_values) = one, two
    both = (ts >= other_ts[0]) & (ts <= other_ts[-1])
    if np.count_nonzero(both) < 2:  # noqa: PLR2004 - growth has two ends
        return False
    gaps = np.diff(other_ts)
    holes = np.concatenate([[0.0], np.cumsum(np.where(gaps > 2 * interval_of(other_ts), gaps, 0))])
    watched = (np.diff(ts[both]) <= 2 * interval_of(ts)) & (np.diff(np.interp(ts[both], other_ts, holes)) == 0)
    with np.errstate(invalid="ignore"):  # infinite values are for the ledger to judge
        steps = np.diff(unwrap(values)[both])[watched]
        other_steps = np.diff(np.interp(ts[both], other_ts, unwrap(other_values)))[watched]
        difference, largest = abs(steps.sum() - other_steps.sum()), max(steps.sum(), other_steps.sum())
        # one increment may be on this side of the edge for the one and on that side for the other
        return bool(difference > APART * largest and difference > max(steps.max(initial=0), other_steps.max(initial=0)))


def unwrap(values: np.ndarray) -> np.ndarray:
    """A counter's values with what it had reached before each reset added back on."""
    if not len(values):
        return values
    dropped = np.where(values[1:] < values[:-1], values[:-1], 0.0)
    return np.asarray(values + np.concatenate([[0.0], np.cumsum(dropped)]))


def _difference(one: tuple[tuple[str, str], ...], two: tuple[tuple[str, str], ...]) -> str:
    left, right = dict(one), dict(two)
    keys = sorted(k for k in left.keys() | right.keys() if left.get(k) != right.get(k))
    return ", ".join(f"{k}={left.get(k, '')} and {right.get(k, '')}" for k in keys)


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
