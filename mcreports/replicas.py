"""How several series of one counter or gauge become one: processes follow each other, replicas stand side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.metrics import Metric

APART = 0.01  # replicas that differ by more than 1 % are reported
OVERLAP = 2.5  # series that share no more than two scrapes, with jitter, follow each other
NOISE = 1e-9  # a sum of floats that is taken anew may fall by its last digits; a process that starts anew falls by more


@dataclass(frozen=True)
class Curve:
    """One server series in time order: its labels, instants in ms (at least one), values."""

    labels: tuple[tuple[str, str], ...]
    ts: np.ndarray
    values: np.ndarray
    step: float  # its scrape interval in ms; NaN where a single sample shows none

    def only(self, keep: np.ndarray) -> Curve:
        """The curve of the chosen samples."""
        return Curve(self.labels, self.ts[keep], self.values[keep], self.step)


def interval_of(ts: np.ndarray) -> float:
    """The scrape interval in milliseconds that a series' own instants show; NaN below two samples."""
    return float(np.median(np.diff(ts))) if len(ts) > 1 else float("nan")


def settled(values: np.ndarray) -> np.ndarray:
    """A counter's values without the falls that are only noise of floats: there it stays at what it had reached.

    >>> settled(np.array([1919.7600000000002, 1919.76, 1.0])).tolist()
    [1919.7600000000002, 1919.7600000000002, 1.0]
    """
    falls = np.flatnonzero(values[1:] < values[:-1])
    before, after = values[falls], values[falls + 1]
    with np.errstate(over="ignore", invalid="ignore"):  # infinite values are for the ledger to judge
        is_noise = np.isfinite(before) & (before - after < NOISE * np.abs(before))
    if not is_noise.any():
        return values
    lives = np.split(values, falls[~is_noise] + 1)
    return np.concatenate([np.fmax.accumulate(life) for life in lives])


def unwrap(values: np.ndarray) -> np.ndarray:
    """A counter's values with what it had reached before each reset added back on."""
    if not len(values):
        return values
    values = settled(values)
    dropped = np.where(values[1:] < values[:-1], values[:-1], 0.0)
    return np.asarray(values + np.concatenate([[0.0], np.cumsum(dropped)]))


def merge(metric: Metric, curves: Sequence[Curve]) -> tuple[Curve, list[str]]:
    """One curve out of all of one series, and what had to be left out, in words.

    Whether a series follows another or stands beside it is told by their ends alone, never by their size.
    """
    said: list[str] = []
    pieces: list[Curve] = []
    for generation in _generations(curves):
        new, texts = _beside(metric, generation)
        said.extend(texts)
        if not pieces:
            pieces.append(new)
            continue
        old, after = _follow(pieces[-1], new, metric.kind)
        if len(after.ts):
            pieces[-1:] = [old, after]
        else:
            names = _difference(old.labels, new.labels)
            said.append(f"{metric.name}: a short replica of one series ({names}) does not fit in; the longer is shown")
    if len(pieces) == 1:
        return pieces[0], said
    ts, values = (np.concatenate(parts) for parts in zip(*((p.ts, p.values) for p in pieces), strict=True))
    return Curve(pieces[0].labels, ts, values, pieces[0].step), said


def _generations(curves: Sequence[Curve]) -> list[list[Curve]]:
    """The curves in order of time; those that lived side by side together."""
    over: list[list[Curve]] = []
    alive: list[list[Curve]] = []
    for one in sorted(curves, key=lambda c: (c.ts[0], c.ts[-1], c.labels)):
        over += [group for group in alive if max(c.ts[-1] for c in group) < one.ts[0]]
        alive = [group for group in alive if max(c.ts[-1] for c in group) >= one.ts[0]]
        near = [group for group in alive if any(not _follows(one, other) for other in group)]
        alive = [group for group in alive if all(group is not other for other in near)]
        alive.append([*(other for group in near for other in group), one])
    return sorted([*over, *alive], key=lambda group: min((c.ts[0], c.ts[-1], c.labels) for c in group))


def _follows(new: Curve, old: Curve) -> bool:
    """Whether one series begins about where the other ends, as a process does that takes over from another."""
    step = np.nan_to_num(np.fmin(new.step, old.step))
    in_order = new.ts[0] > old.ts[0] and new.ts[-1] > old.ts[-1]
    return bool(in_order and new.ts[0] >= old.ts[-1] - OVERLAP * step)


def _follow(old: Curve, new: Curve, kind: str) -> tuple[Curve, Curve]:
    """What to take of a series and of the one that follows it; every instant of the first lies before the second's."""
    after = new.only(new.ts > old.ts[-1])
    if kind == "gauge" or not len(after.ts) or len(after.ts) == len(new.ts):
        return old, after
    last, first = old.values[-1], after.values[0]
    then = old.values[max(int(np.searchsorted(old.ts, new.ts[0], side="right")) - 1, 0)]
    if new.values[0] >= (1 - APART) * then:  # the same counter, read by another scraper that may be a little behind
        reached = (after.values >= last) | np.concatenate([[False], np.diff(settled(after.values)) < 0])
        return old, after.only(np.logical_or.accumulate(reached))
    before = old.ts < new.ts[0]
    if first >= last and before.any():  # it has overtaken the old one already: its fall is only seen at its start
        return old.only(before), new
    return old, after


def _beside(metric: Metric, curves: Sequence[Curve]) -> tuple[Curve, list[str]]:
    """Of replicas the fullest, with its holes filled by the others; they are never added up."""
    one, *others = sorted(curves, key=lambda c: (-len(c.ts), c.labels))
    said = []
    for other in others:
        names = _difference(one.labels, other.labels)
        if metric.kind != "gauge" and _apart(one, other):
            said.append(
                f"{metric.name}: two replicas of one series ({names}) differ by more than 1 %; the fullest is shown"
            )
            continue
        fills, is_whole = _fillers(one, other, metric.kind)
        if not is_whole:
            said.append(
                f"{metric.name}: a hole of one replica is left open, the other's ({names}) counter does not fit in"
            )
        ts, values = np.concatenate([one.ts, other.ts[fills]]), np.concatenate([one.values, other.values[fills]])
        order = np.argsort(ts, kind="stable")
        one = Curve(one.labels, ts[order], values[order], interval_of(ts[order]))
    return one, said


def _fillers(one: Curve, other: Curve, kind: str) -> tuple[np.ndarray, bool]:
    """Which of the other replica's samples fill holes of this one, and whether all that fall in holes do.

    A counter's filler must not fall where neither replica by itself saw a reset: the two may stand a
    little apart, and a step down between them would count the whole counter as spent again.
    """
    fills = _outside(one, other.ts)
    if kind == "gauge" or not fills.any():
        return fills, True
    values = one.values
    places, is_whole = np.searchsorted(one.ts, other.ts), True
    inside = np.flatnonzero(fills)
    for at in np.split(inside, np.flatnonzero(np.diff(places[inside])) + 1):
        place, first, after = int(places[at[0]]), int(at[0]), int(at[-1]) + 1
        edges = values[max(place - 1, 0) : place], values[place : place + 1]
        own = max(_drops(np.concatenate(edges)), _drops(other.values[max(first - 1, 0) : after + 1]))
        # a replica that only lived in the hole is another process: it began and ended with a reset
        born = int(len(edges[0]) > 0 and first == 0) + int(len(edges[1]) > 0 and after == len(other.values))
        if _drops(np.concatenate([edges[0], other.values[at], edges[1]])) > own + born:
            fills[at], is_whole = False, False
    return fills, is_whole


def _drops(values: np.ndarray) -> int:
    values = settled(values)
    return int(np.count_nonzero(values[1:] < values[:-1]))


def _outside(one: Curve, other: np.ndarray) -> np.ndarray:
    """Which of the other replica's instants fall where this one has none for two intervals, or one beyond its ends."""
    ts, step = one.ts, one.step
    if np.isnan(step):
        return np.asarray(other != ts[0])
    after = np.searchsorted(ts, other, side="left")
    left, right = ts[np.maximum(after - 1, 0)], ts[np.minimum(after, len(ts) - 1)]
    in_hole = (right - left > 2 * step) & (other < right) & (after > 0) & (after < len(ts))
    return np.asarray(in_hole | (other <= ts[0] - step) | (other >= ts[-1] + step))


def _apart(one: Curve, other: Curve) -> bool:
    """Whether two replicas grew differently where both were watching: their holes prove nothing."""
    ts = one.ts
    both = (ts >= other.ts[0]) & (ts <= other.ts[-1])
    if np.count_nonzero(both) < 2:  # noqa: PLR2004 - growth has two ends
        return False
    gaps = np.diff(other.ts)
    holes = np.concatenate([[0.0], np.cumsum(np.where(gaps > 2 * other.step, gaps, 0))])
    watched = (np.diff(ts[both]) <= 2 * one.step) & (np.diff(np.interp(ts[both], other.ts, holes)) == 0)
    with np.errstate(invalid="ignore"):  # infinite values are for the ledger to judge
        steps = np.diff(unwrap(one.values)[both])[watched]
        other_steps = np.diff(np.interp(ts[both], other.ts, unwrap(other.values)))[watched]
        difference, largest = abs(steps.sum() - other_steps.sum()), max(steps.sum(), other_steps.sum())
        # one increment may be on this side of the edge for the one and on that side for the other
        return bool(difference > APART * largest and difference > max(steps.max(initial=0), other_steps.max(initial=0)))


def _difference(one: tuple[tuple[str, str], ...], two: tuple[tuple[str, str], ...]) -> str:
    left, right = dict(one), dict(two)
    keys = sorted(k for k in left.keys() | right.keys() if left.get(k) != right.get(k))
    return ", ".join(f"{k}={left.get(k, '')} and {right.get(k, '')}" for k in keys)
