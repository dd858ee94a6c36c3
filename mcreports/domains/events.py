"""Whole-number counts of events in a window: a counter's last value at its end minus that at its start."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.scrapes import GAP
from mcreports.domains.series import Line, Seen, Watch, instant, seen
from mcreports.figures import Figure, Quality
from mcreports.names import several
from mcreports.samples import settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


METHOD = "events.difference"
STALE = 5.0  # a series that ends more than this many intervals before the window's end is doubted
FEW = 12  # tenants whose doubts are told one by one
EXACT = 2.0**53  # from here on a float cannot tell one event from the next


@dataclass(frozen=True)
class Count:
    """Events in a window, the least and the most they can be, and why they may not be the whole truth.

    ``count`` is None without a sample in the window; ``high`` is None where the truth has no known top, as
    after a reset; ``opening`` is what a series held when the data began, attributed to no window;
    ``is_unborn`` says that its first sample was taken later, by a source that was watching.
    """

    count: int | None
    low: int | None = None
    high: int | None = None
    opening: int = 0
    seen: Seen = field(default_factory=Seen)
    resets: int = 0
    doubts: tuple[str, ...] = ()
    is_unborn: bool = False

    @property
    def doubt(self) -> str:
        """All doubts as one text; empty when there is none."""
        return "; ".join(self.doubts)

    @property
    def quality(self) -> Quality:
        """Unknown without a count, estimated with a doubt, else actual."""
        if self.count is None:
            return Quality.UNKNOWN
        return Quality.ESTIMATED if self.doubts else Quality.ACTUAL

    def figure(self, figure_id: str, tenant: str | None, unit: str, source: Source) -> Figure:
        """This count with its passport."""
        bounds = None if (self.low, self.high) == (self.count, self.count) else (self.low, self.high)
        lost = (f"{self.resets} resets: at least this many",) if self.resets and self.count is not None else ()
        return Figure(
            figure_id, tenant, self.count, unit, source.window, source.query, source.method, self.quality, bounds,
            self.seen.share, self.seen.samples, self.resets, reason="; ".join((*self.doubts, *lost)),
        )  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where a figure comes from: its window, its selector or JSON pointer, its method."""

    window: tuple[datetime, datetime]
    query: str
    method: str = METHOD


def total(parts: Iterable[Count]) -> Count:
    """The sum of counts: as doubtful as its parts; those without any sample in the window are left out."""
    every = list(parts)
    known = [part for part in every if part.count is not None]
    # a series that is over, or not yet there, is no reason to doubt the others; one without a valid sample is
    heard = [part for part in every if not known or part.count is not None or part.seen.expected]
    doubts = tuple(dict.fromkeys(doubt for part in heard for doubt in part.doubts))
    sight = sum((part.seen for part in every), Seen())
    if not known:
        unborn = bool(every) and all(part.is_unborn for part in every)
        return Count(None, seen=sight, doubts=doubts, is_unborn=unborn)
    return Count(
        sum(part.count or 0 for part in known),
        sum(part.low or 0 for part in known),
        None if any(part.high is None for part in known) else sum(part.high or 0 for part in known),
        sum(part.opening for part in known),
        sight,
        sum(part.resets for part in known),
        doubts,
    )


def together(parts: Mapping[str, Count]) -> Count:
    """The platform's events: the sum over the tenants there were, doubted for every one that cannot be counted."""
    parts = {tenant: part for tenant, part in parts.items() if not part.is_unborn} or parts
    whole = total(parts.values())
    if whole.count is None:
        return whole if parts else Count(None, doubts=("no tenant",))
    missing = [tenant for tenant, part in parts.items() if part.count is None]
    return replace(whole, high=None if missing else whole.high, doubts=_by_tenant(parts))


def _by_tenant(parts: Mapping[str, Count]) -> tuple[str, ...]:
    """Whose count is doubtful, and why: one by one where they are few, else the tenants of each reason together."""
    doubted = {tenant: part.doubt for tenant, part in parts.items() if part.doubts}
    if len(doubted) <= FEW:
        return tuple(f"{tenant}: {doubt}" for tenant, doubt in doubted.items())
    whose: dict[str, list[str]] = {}
    for tenant, doubt in doubted.items():
        whose.setdefault(doubt, []).append(tenant)
    said = [f"{several(names)}: {doubt}" for doubt, names in whose.items()]
    return (*said[:FEW], f"and {len(said) - FEW:,} other reasons") if len(said) > FEW else tuple(said)


def count(line: Line, window: Watch) -> Count:
    """The events that one series tells of in (start, end]."""
    valid = np.isfinite(line.values) & (line.values >= 0) & (line.values < EXACT)
    ts, values = line.ts[valid], line.values[valid]
    inside = (line.ts >= window.start) & (line.ts <= window.end)
    invalid = int((~valid & inside).sum())
    sight = replace(seen(line, window), samples=int((valid & (line.ts >= window.start) & (line.ts < window.end)).sum()))
    base, last = (int(i) - 1 for i in np.searchsorted(ts, [window.start, window.end], side="right"))
    doubts = [f"{invalid} invalid samples (negative, infinite or beyond 2^53) left out"] if invalid else []
    over = last == len(ts) - 1 and (last < 0 or ts[last] <= window.start)
    if last < 0 or over:
        unborn = bool(len(ts)) and ts[0] > window.end and window.is_born(line)
        return Count(None, seen=sight, doubts=(*doubts, *_absent(ts, window)), is_unborn=unborn)
    doubts += _edges(Line(line.labels, ts, values, line.interval), window, base, last)
    first = max(base, 0)
    whole, shown = settled(np.rint(values)), slice(first, last + 2)
    if (values[shown] != np.rint(values[shown])).any():
        doubts.append("its values are not whole numbers")
    used = whole[shown]
    rises = np.where(np.diff(used) < 0, used[1:], np.diff(used))
    within = rises[: last - first]
    born = base < 0 and window.is_born(line)
    opening = int(used[0]) if base < 0 and not born else 0
    number = _sum(within) + (int(used[0]) if born else 0)
    before = int(rises[0]) if 0 <= base < last and _is_gap(ts, base, line.interval, window.start) else 0
    after = int(rises[-1]) if last + 1 < len(ts) and _is_gap(ts, last, line.interval, window.end) else 0
    if before:
        doubts.append("its start falls in a gap")
    if after:
        doubts.append("its end falls in a gap")
    resets = int((np.diff(used[: last - first + 1]) < 0).sum())
    most = None if resets else number + after + opening
    return Count(number, number - before, most, opening, sight, resets, tuple(doubts))


def _absent(ts: np.ndarray, window: Watch) -> list[str]:
    """Why a series has nothing to say about the window."""
    if not len(ts):
        return ["no valid sample"]
    if ts[-1] <= window.start:
        return [f"no sample since {instant(int(ts[-1]))}"]
    return [f"data begin at {instant(int(ts[0]))}"]


def _edges(line: Line, window: Watch, base: int, last: int) -> list[str]:
    """What is doubtful about a window that the samples do not reach to both ends of."""
    doubts = []
    if np.isnan(line.interval):
        doubts.append("a single sample shows no interval")
    if base < 0 and window.begins_late(line):
        doubts.append(f"data begin at {instant(window.since or 0)}")
    if last == len(line.ts) - 1 and window.end - line.ts[last] > STALE * line.interval:
        doubts.append(f"no sample since {instant(int(line.ts[last]))}")
    return doubts


def _is_gap(ts: np.ndarray, at: int, interval: float, boundary: int) -> bool:
    return bool(ts[at] < boundary < ts[at + 1] and ts[at + 1] - ts[at] > GAP * interval)


def _sum(rises: np.ndarray) -> int:
    """The exact sum of whole numbers below 2^53, which floats alone would not give."""
    if len(rises) * float(rises.max(initial=0.0)) < 2.0**62:
        return int(rises.astype(np.int64).sum())
    return sum(int(rise) for rise in rises)
