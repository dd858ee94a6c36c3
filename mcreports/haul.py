"""Pulling one metric: its tenants in batches that fit into memory, and the samples beyond its window's ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from mcreports import samples
from mcreports.plan import REACH, further_back, further_on
from mcreports.snapshot import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from mcreports.metrics import Metric
    from mcreports.plan import Span
    from mcreports.samples import Note, Pulled
    from mcreports.sources import Source

    Labels = tuple[str, ...]
    Rows = tuple[np.ndarray, np.ndarray]

PROBE = timedelta(hours=1)
PARTIAL = "source.partial"
FEW = 8  # tenants that are pulled together before anybody knows how many samples they have
ENOUGH = 1_500_000  # samples in a batch: some 40 MB as a table, several times that while it is made
GROWTH = 8


@dataclass(frozen=True)
class Errand:
    """What is asked of a source: a metric in [start, end), as of now; the catalogue holds the others beside it."""

    source: Source
    metric: Metric
    span: Span
    now: datetime
    catalogue: Mapping[str, Metric]

    @property
    def asked(self) -> Span:
        """The span with the reach beyond its ends that a counter needs."""
        start, end = self.span
        if self.metric.kind == "gauge":
            return self.span
        return start - REACH, min(end + REACH, max(self.now, end)) + timedelta(milliseconds=1)


@dataclass(frozen=True)
class Told:
    """What a batch tells beside its samples: its first instant, its tenants, its scrape intervals in ms, notes."""

    first: datetime | None
    tenants: frozenset[str]
    intervals: tuple[float, ...]
    notes: tuple[Note, ...]


def pull(errand: Errand, tenants: Sequence[str] | None) -> Iterator[tuple[pd.DataFrame, Told]]:
    """A metric's rows in its window, and of a counter the samples on the other side of both ends.

    They come in batches of tenants, in order, each with all that there is of its own.
    """
    chosen = tenants if "tenant" in errand.metric.labels else None
    names = _names(errand, chosen)
    if len(names) <= FEW:
        yield _batch(errand, chosen)
        return
    at, size = 0, FEW
    while at < len(names):
        table, told = _batch(errand, names[at : at + size])
        yield table, told
        at += size
        size = max(1, min(GROWTH * size, size * ENOUGH // max(len(table), 1)))


def _names(errand: Errand, chosen: Sequence[str] | None) -> tuple[str, ...]:
    if chosen is not None:
        return tuple(sorted(set(chosen)))
    if "tenant" not in errand.metric.labels:
        return ()
    # a series without the label belongs to nobody, and must not be lost
    return tuple(sorted({"", *errand.source.tenants(errand.metric, *errand.asked)}))


def window_of(errand: Errand, tenants: Sequence[str] | None, told: Sequence[Told]) -> Window:
    """What was asked for, since when anybody was watched, and how often."""
    source, metric, (start, end) = errand.source, errand.metric, errand.span
    since = min((one.first for one in told if one.first is not None), default=None)
    if (
        tenants is not None and "tenant" in metric.labels and metric.kind != "gauge"
        and (since is None or since > start)
    ):  # fmt: skip
        # one tenant's first sample does not tell a birth from a source that began to look: ask for anybody's
        before = start + PROBE if since is None else since
        probes = (start - PROBE, start + PROBE), (before - 6 * PROBE, before)
        anybody = [_first(source.fetch(metric, *probe, None).table) for probe in probes]
        since = min((at for at in (since, *anybody) if at is not None), default=None)
    intervals = [interval for one in told for interval in one.intervals]
    return Window(start, end, since, float(np.median(intervals)) if intervals else None)


def _batch(errand: Errand, chosen: Sequence[str] | None) -> tuple[pd.DataFrame, Told]:
    source, metric = errand.source, errand.metric
    pulled = source.fetch(metric, *errand.asked, chosen)
    table, notes, first = pulled.table, pulled.notes, _first(pulled.table)
    del pulled  # and with it what lies beyond the window's ends
    if metric.kind != "gauge":
        start, end = (round(at.timestamp() * 1000) for at in errand.span)
        table = samples.trim(table, metric, start, end)
        table, said = _anchored(errand, (table, chosen))
        notes = (*notes, *said)
        first = min((at for at in (first, _first(table)) if at is not None), default=None)
    tenants = frozenset(map(str, table["tenant"].unique())) if "tenant" in table else frozenset()
    steps = (samples.interval_of(ts) for _, (ts, _) in series_of(table, metric))
    return table, Told(first, tenants, tuple(step for step in steps if not np.isnan(step)), notes)


def _first(table: pd.DataFrame) -> datetime | None:
    return table["ts"].min().to_pydatetime() if len(table) else None


def _anchored(
    errand: Errand, pulled: tuple[pd.DataFrame, Sequence[str] | None]
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The trimmed table with a sample on either side of the window also for series that were silent for longer."""
    (table, chosen), metric, source = pulled, errand.metric, errand.source
    start, end = (round(at.timestamp() * 1000) for at in errand.span)
    series = dict(series_of(table, metric))
    tenants = {own[0] for own in series} if "tenant" in metric.labels else set()

    def ask(one: Span, wanted: set[Labels]) -> Pulled:
        names = {own[0] for own in wanted} if tenants else set()
        return source.fetch(metric, *one, chosen if names == tenants else tuple(sorted(names)))

    late = {own for own, (ts, _) in series.items() if ts[0] > start}
    early = {own for own, (ts, _) in series.items() if ts[-1] < end}
    back, said = _nearest(ask, metric, late, further_back(errand.asked[0]), slice(-1, None))
    ahead, more = _nearest(ask, metric, early, further_on(errand.asked[1], errand.now), slice(0, 1))
    if back or ahead:
        for own, rows in series.items():
            parts = [part for part in (back.get(own), rows, ahead.get(own)) if part is not None]
            series[own] = np.concatenate([ts for ts, _ in parts]), np.concatenate([values for _, values in parts])
        table = samples.tabulate(metric, [(own, ts, values) for own, (ts, values) in series.items()])
    return table, tuple(dict.fromkeys((*said, *more)))


def _nearest(
    ask: Callable[[Span, set[Labels]], Pulled],
    metric: Metric,
    lacking: set[Labels],
    spans: Iterator[Span],
    nearest: slice,
) -> tuple[dict[Labels, Rows], list[Note]]:
    """The one sample of each series that lies nearest, in slices that lead away, and what makes them partial."""
    found: dict[Labels, Rows] = {}
    notes: list[Note] = []
    while lacking - found.keys() and (one := next(spans, None)) is not None:
        pulled = ask(one, lacking - found.keys())
        notes += [note for note in pulled.notes if note.kind == PARTIAL]
        rows = {own: part for own, part in series_of(pulled.table, metric) if own in lacking - found.keys()}
        found |= {own: (ts[nearest], values[nearest]) for own, (ts, values) in rows.items()}
    return found, notes


def series_of(table: pd.DataFrame, metric: Metric) -> Iterator[tuple[Labels, Rows]]:
    """Each series of a conformed table: its label values, its instants in ms and its values."""
    if table.empty:
        return
    ts, values = samples.instants(table), table["value"].to_numpy()
    edges = np.zeros(len(table), bool)
    for label in metric.labels:
        codes = table[label].cat.codes.to_numpy()
        edges[1:] |= codes[1:] != codes[:-1]
    firsts = [0, *np.flatnonzero(edges).tolist()]
    for begin, stop in zip(firsts, [*firsts[1:], len(table)], strict=True):
        own = tuple(str(table[label].iloc[begin]) for label in metric.labels)
        yield own, (ts[begin:stop], values[begin:stop])
