"""The series of a metric's table, and how much of a window each of them has seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from mcreports.figures import instant_text
from mcreports.samples import interval_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from mcreports.snapshot import Snapshot

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
GAP = 2.0  # samples further apart than this many intervals have a gap between them
JITTER = 0.1  # how much of an interval a scrape may come late without counting as missed


@dataclass(frozen=True)
class Line:
    """One series: its label values in the metric's order, instants in ms, values, interval in ms (NaN if unknown)."""

    labels: tuple[str, ...]
    ts: np.ndarray
    values: np.ndarray
    interval: float


@dataclass(frozen=True)
class Watch:
    """The window [start, end) in ms, and when the source's first sample of anybody was taken."""

    start: int
    end: int
    since: int | None

    def is_born(self, line: Line) -> bool:
        """Whether the series began to exist while the source was already watching, so that it rose from 0."""
        return self.since is not None and int(line.ts[0]) - self.since >= line.interval

    def begins_late(self, line: Line) -> bool:
        """Whether nobody watched at the window's start, so that what happened there is lost."""
        return self.since is not None and self.since - self.start > GAP * line.interval


@dataclass(frozen=True)
class Seen:
    """How many samples a window holds and should hold, and its gaps as pairs of instants in ms."""

    samples: int = 0
    expected: int = 0
    gaps: tuple[tuple[int, int], ...] = ()

    def __add__(self, other: Seen) -> Seen:
        """Both together; a gap that both have is one."""
        gaps = tuple(dict.fromkeys((*self.gaps, *other.gaps)))
        return Seen(self.samples + other.samples, self.expected + other.expected, gaps)

    @property
    def share(self) -> float | None:
        """Samples seen of those expected, at most 1; None when none could be expected."""
        return self.samples / self.expected if self.expected else None


def milliseconds(at: datetime) -> int:
    """An instant as whole milliseconds since 1970.

    >>> milliseconds(datetime(1970, 1, 1, 0, 0, 1, 500_999, tzinfo=UTC))
    1500
    """
    return (at - EPOCH) // MILLISECOND


def instant(at: int) -> str:
    """Milliseconds since 1970 as the text that artefacts write."""
    return instant_text(EPOCH + at * MILLISECOND)


def watch(snapshot: Snapshot, key: str, start: datetime, end: datetime) -> Watch:
    """The window of a metric, no longer than what was asked of the source."""
    window, ts = snapshot.windows.get(key), snapshot.table(key)["ts"]
    seen = [] if ts.empty else [milliseconds(ts.min().to_pydatetime())]
    # a gauge is pulled without anything before its window, and the first violation of all is its counter's first
    # sample: the other metrics tell since when there was a source
    others = [
        one for name, one in snapshot.windows.items()
        if snapshot.metrics[key].kind == "gauge" or snapshot.metrics[name].kind != "gauge"
    ]  # fmt: skip
    seen += [milliseconds(one.watched_since) for one in others if one.watched_since is not None]
    until = end if window is None else min(end, window.end)
    return Watch(milliseconds(start), milliseconds(until), min(seen, default=None))


def lines(table: pd.DataFrame, labels: Sequence[str]) -> list[Line]:
    """Each series of a conformed table, without copying its samples."""
    if table.empty:
        return []
    ts, values = table["ts"].astype("int64").to_numpy(), table["value"].to_numpy()
    edges = np.zeros(len(table), bool)
    edges[0] = True
    for label in labels:
        codes = table[label].cat.codes.to_numpy()
        edges[1:] |= codes[1:] != codes[:-1]
    firsts = np.flatnonzero(edges)
    parts = [slice(int(a), int(b)) for a, b in zip(firsts, [*firsts[1:], len(table)], strict=True)]
    names = table[list(labels)].iloc[firsts].astype(object).to_numpy() if labels else np.empty((1, 0), object)
    intervals = np.array([interval_of(ts[part]) for part in parts])
    usual = float("nan") if np.isnan(intervals).all() else float(np.nanmedian(intervals))
    # a series of one sample is scraped as its siblings are
    intervals[np.isnan(intervals)] = usual
    return [
        Line(tuple(str(name) for name in own), ts[part], values[part], float(interval))
        for own, part, interval in zip(names, parts, intervals, strict=True)
    ]


def seen(line: Line, window: Watch) -> Seen:
    """How much of the window a series has seen; one that is over before it, or not yet there, has no part in it."""
    start, end = window.start, window.end
    left, right = np.searchsorted(line.ts, [start, end], side="left")
    before = int(line.ts[left - 1]) if left else None
    after = int(line.ts[right]) if right < len(line.ts) else None
    begin = max(start, int(line.ts[0])) if window.is_born(line) else start
    inside = line.ts[left:right]
    if begin >= end or np.isnan(line.interval) or (not len(inside) and (before is None or after is None)):
        return Seen(len(inside), len(inside))
    if not len(inside):
        return Seen(0, max(1, round((end - start) / line.interval)), ((start, end),))
    steps = np.diff(inside) / line.interval
    missed = int(np.maximum(np.rint(steps) - 1, 0).sum())
    missed += _missed_before(int(inside[0]), begin, before, line.interval)
    missed += _missed_after(int(inside[-1]), end, after, line.interval)
    edges = np.concatenate([[begin], inside, [end]])
    wide = np.flatnonzero(np.diff(edges) > GAP * line.interval)
    gaps = tuple((int(edges[at]), int(edges[at + 1])) for at in wide)
    return Seen(len(inside), len(inside) + missed, gaps)


def _missed_before(first: int, begin: int, before: int | None, interval: float) -> int:
    slots = int((first - begin) // interval)
    return slots if before is None else min(slots, max(0, round((first - before) / interval) - 1))


def _missed_after(last: int, end: int, after: int | None, interval: float) -> int:
    slots = max(0, int(np.ceil((end - last) / interval - JITTER)) - 1)
    return slots if after is None else min(slots, max(0, round((after - last) / interval) - 1))
