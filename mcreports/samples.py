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
        codes = np.repeat(
            np.array([index[labels[position]] for labels, _, _ in ordered], dtype=np.int32), counts
        )
        columns[label] = pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="object"))
    stamps = np.concatenate([ts for _, ts, _ in ordered]) if ordered else np.empty(0, np.int64)
    values = np.concatenate([v for _, _, v in ordered]) if ordered else np.empty(0, np.float64)
    columns["ts"] = pd.DatetimeIndex(stamps.astype("datetime64[ms]")).tz_localize("UTC").as_unit("ms")
    columns["value"] = values.astype(np.float64)
    return pd.DataFrame(columns)


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
    for own, replicas in groups.items():
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
    values = np.concatenate([part.values for part in parts]).astype(np.float64)
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
        holes = _outside(ts, other_ts)
        ts, values = np.concatenate([ts, other_ts[holes]]), np.concatenate([values, other_values[holes]])
        order = np.argsort(ts, kind="stable")
        ts, values = ts[order], values[order]
    return (ts, values), notes


def _outside(ts: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which of the other replica's instants fall where this one has none for two intervals."""
    step = interval_of(ts)
    if np.isnan(step):
        return other != ts[0]
    after = np.searchsorted(ts, other, side="left")
    left = np.where(after > 0, ts[np.maximum(after - 1, 0)], -np.inf)
    right = np.where(after < len(ts), ts[np.minimum(after, len(ts) - 1)], np.inf)
    return (right - left > 2 * step) & (other > left) & (other < right)


def _apart(one: tuple[np.ndarray, np.ndarray], two: tuple[np.ndarray, np.ndarray]) -> bool:
    start, end = max(one[0][0], two[0][0]), min(one[0][-1], two[0][-1])
    if start >= end:
        return False
    grown = [np.diff(np.interp([start, end], ts, unwrap(values)))[0] for ts, values in (one, two)]
    return bool(abs(grown[0] - grown[1]) > APART * max(map(abs, grown)))


def unwrap(values: np.ndarray) -> np.ndarray:
    """A counter's values with what it had reached before each reset added back on."""
    if not len(values):
        return values
    dropped = np.where(np.diff(values) < 0, values[:-1], 0.0)
    return values + np.concatenate([[0.0], np.cumsum(dropped)])


def _difference(one: tuple[tuple[str, str], ...], two: tuple[tuple[str, str], ...]) -> str:
    left, right = dict(one), dict(two)
    keys = sorted(k for k in left.keys() | right.keys() if left.get(k) != right.get(k))
    return ", ".join(f"{k}={left.get(k, '')} and {right.get(k, '')}" for k in keys)
