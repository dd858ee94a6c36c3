"""The series of a metric's table, and how much of a window each of them has seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.scrapes import GAP, JITTER, missed, pace
from mcreports.figures import instant_text
from mcreports.samples import interval_of, settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from mcreports.snapshot import Snapshot

Spans = tuple[tuple[int, int], ...]  # pairs of instants in ms, in order

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Line:
    """One series: its label values in the metric's order, instants in ms, values, interval in ms (NaN if unknown)."""

    labels: tuple[str, ...]
    ts: np.ndarray
    values: np.ndarray
    interval: float

    @cached_property
    def pace(self) -> float:
        """The mean interval in ms of the scrapes that were not missed."""
        return pace(self.ts, self.interval)


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
    """How many samples a window holds and should hold, and its gaps and resets as pairs of instants in ms.

    ``dark`` is when none of the series could be seen (None: no series has a part in the window), ``interval``
    the longest of their intervals in ms (0: not known).
    """

    samples: int = 0
    expected: int = 0
    gaps: Spans = ()
    resets: Spans = ()
    dark: Spans | None = None
    interval: float = 0.0

    def __add__(self, other: Seen) -> Seen:
        """Both together, in any order; a gap or a reset that both have is one."""
        return Seen(
            self.samples + other.samples,
            self.expected + other.expected,
            _united(self.gaps, other.gaps),
            _united(self.resets, other.resets),
            other.dark if self.dark is None else self.dark if other.dark is None else common(self.dark, other.dark),
            max(self.interval, other.interval),
        )

    @property
    def share(self) -> float | None:
        """Samples seen of those expected, at most 1; None when none could be expected."""
        return min(1.0, self.samples / self.expected) if self.expected else None


def common(one: Spans, two: Spans) -> Spans:
    """What two sorted lists of spans have in common.

    >>> common(((0, 4), (6, 9)), ((2, 7), (8, 9)))
    ((2, 4), (6, 7), (8, 9))
    """
    if one == two:
        return one
    found, left, right = [], 0, 0
    while left < len(one) and right < len(two):
        first, last = max(one[left][0], two[right][0]), min(one[left][1], two[right][1])
        if first < last:
            found.append((first, last))
        if one[left][1] <= two[right][1]:
            left += 1
        else:
            right += 1
    return tuple(found)


def _united(one: Spans, two: Spans) -> Spans:
    return one if one == two or not two else two if not one else tuple(sorted({*one, *two}))


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
    window, (first, _) = snapshot.windows.get(key), snapshot.reach(key)
    seen = [] if first is None else [milliseconds(first)]
    # a gauge is pulled without anything before its window, and the first violation of all is its counter's first
    # sample: the other metrics tell since when there was a source
    others = [
        one for name, one in snapshot.windows.items()
        if snapshot.metrics[key].kind == "gauge" or snapshot.metrics[name].kind != "gauge"
    ]  # fmt: skip
    seen += [milliseconds(one.watched_since) for one in others if one.watched_since is not None]
    until = end if window is None else min(end, window.end)
    return Watch(milliseconds(start), milliseconds(until), min(seen, default=None))


def usual_interval(snapshot: Snapshot, key: str) -> float:
    """The interval in ms at which a metric is scraped: a series of one sample is scraped as the others are."""
    window = snapshot.windows.get(key)
    return float("nan") if window is None or window.interval is None else window.interval


def lines(table: pd.DataFrame, labels: Sequence[str], usual: float = float("nan")) -> list[Line]:
    """Each series of a conformed table, without copying its samples; ``usual`` is the interval where one shows none."""
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
    intervals[np.isnan(intervals)] = usual
    return [
        Line(tuple(str(name) for name in own), ts[part], values[part], float(interval))
        for own, part, interval in zip(names, parts, intervals, strict=True)
    ]


def every_line(snapshot: Snapshot, key: str) -> Iterator[Line]:
    """Each series of a metric, the table read in parts that hold whole tenants."""
    for part in snapshot.parts(key):
        yield from lines(part, snapshot.metrics[key].labels, usual_interval(snapshot, key))


def seen(line: Line, window: Watch, *, counts: bool = False) -> Seen:
    """How much of the window a series has seen; one that is over before it, or not yet there, has no part in it.

    Its resets are looked for where it ``counts``.
    """
    start, end = window.start, window.end
    left, right = np.searchsorted(line.ts, [start, end], side="left")
    begin = max(start, int(line.ts[0])) if window.is_born(line) else start
    inside, interval = line.ts[left:right], line.pace
    near = line.ts[max(left - 1, 0) : right + 1]  # what lies further away makes no difference
    lacking = int(missed(near, interval, np.array([begin]), np.array([end]))[0])
    if not len(inside) and not lacking:
        return Seen()
    began = resets(line, window) if counts else ()
    unborn = ((start, begin),) if begin > start else ()
    if np.isnan(interval):
        return Seen(len(inside), len(inside), (), began, unborn + _wider(np.array([begin, *inside, end]), 0))
    if not len(inside):
        return Seen(0, lacking, ((start, end),), (), ((start, end),), interval)
    edges = np.array([begin, *inside[:1], *inside[-1:], end])
    least = (GAP + JITTER) * interval  # one scrape missed, and the next one late, is no gap
    wide = np.flatnonzero(np.diff(inside) > least)
    within = tuple((int(inside[at]), int(inside[at + 1])) for at in wide)
    gaps = _wider(edges[:2], least) + within + _wider(edges[-2:], least)
    return Seen(len(inside), len(inside) + lacking, gaps, began, unborn + gaps, interval)


def resets(line: Line, window: Watch) -> Spans:
    """Where a counter's value in the window is below the one before: the instants of both."""
    values = line.values  # noqa: PD011 - a Line of ours
    if not (values[1:] < values[:-1]).any():
        return ()
    valid = np.isfinite(values) & (values >= 0)
    ts = line.ts[valid]
    at = np.flatnonzero(np.diff(settled(values[valid])) < 0)
    at = at[(ts[at + 1] >= window.start) & (ts[at + 1] < window.end)]
    return tuple((int(ts[i]), int(ts[i + 1])) for i in at)


def _wider(edges: np.ndarray, least: float) -> Spans:
    wide = np.flatnonzero(np.diff(edges) > least)
    return tuple((int(edges[at]), int(edges[at + 1])) for at in wide)
