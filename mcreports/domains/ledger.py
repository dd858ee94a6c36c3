"""Money: a counter's raw samples as one cumulative curve, rounded once, on the curve.

Spend in [a, b) is cents(b) - cents(a), so windows that touch add up to the whole, to the cent. The
grid of cents lies on the counter's own value and, after a reset, is laid anew at the next start of a
month: so every report that reads from a month's start on finds the same cents in that month.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.scrapes import GAP, missed, pace
from mcreports.figures import Quality
from mcreports.samples import instants, interval_of, settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

CUT_OFF = "the source holds nothing from its start"
NOT_YET = "no sample after its end yet"
HALF = 0.5 + 1e-6  # half a cent rounds up, also where a float fell a hair short of it


@dataclass(frozen=True)
class Curve:
    """One counter series: instants in ms, value above all resets, what was reached before them."""

    ts: np.ndarray
    reached: np.ndarray
    before: np.ndarray
    months: np.ndarray
    interval: float
    fastest: float
    clock: np.ndarray  # ts as float64, which is what interpolation works on
    invalid: np.ndarray  # the instants of values that no counter can have
    watched_since: int | None = None
    anybody_since: int | None = None  # the same, of all metrics of the source


@dataclass(frozen=True, slots=True)
class Spend:
    """Cents spent in a window, the interval that holds the truth, and what the curve cannot know.

    ``cents`` is None when there was no sample; ``high`` is None when the truth has no known top.
    """

    cents: int | None
    low: int | None = None
    high: int | None = None
    quality: Quality = Quality.UNKNOWN
    opening: int = 0
    samples: int = 0
    expected: int = 0
    resets: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def coverage(self) -> float | None:
        """Seen samples as a share of the expected ones."""
        return self.samples / self.expected if self.expected else None


def curve(
    ts: np.ndarray,
    values: np.ndarray,
    months: np.ndarray,
    watched_since: int | None = None,
    anybody_since: int | None = None,
) -> Curve | None:
    """The cumulative curve of a counter's samples, sorted by time; None when no sample is valid.

    ``months`` are the instants in ms at which calendar months begin; ``watched_since`` is when the
    source's first sample of anybody was taken: a series that begins later was born, not cut off.
    """
    valid = np.isfinite(values) & (values >= 0)
    invalid, ts, values = ts[~valid], ts[valid].astype(np.int64), settled(values[valid])
    if not len(ts):
        return None
    steps = np.diff(values)
    before = np.concatenate([[0.0], np.cumsum(np.where(steps < 0, values[:-1], 0.0))])
    reached = values + before
    rises = np.diff(reached) / np.maximum(np.diff(ts), 1)
    fastest = float(rises.max(initial=0.0))
    inside = months[(months > ts[0]) & (months <= ts[-1])]
    clock = ts.astype(np.float64)
    return Curve(ts, reached, before, inside, interval_of(ts), fastest, clock, invalid, watched_since, anybody_since)


def cents(line: Curve, at: np.ndarray) -> np.ndarray:
    """The curve in whole cents at the instants (ms): flat before the first and after the last sample."""
    at = np.clip(at, line.ts[0], line.ts[-1])
    anchors = np.concatenate([[line.ts[0]], line.months])
    # what the counter had lost to resets when the month began: subtracted, so that a month's cents
    # depend on that month's samples alone, and carried on in whole cents from month to month
    lost = line.before[np.searchsorted(line.ts, anchors, side="right") - 1]
    lost[0] = 0.0
    ends = _grid(line, anchors[1:], lost[:-1]) - _grid(line, anchors[1:], lost[1:])
    carried = np.concatenate([[0], np.cumsum(ends)])
    month = np.searchsorted(anchors, at, side="right") - 1
    return np.asarray(_grid(line, at, lost[month]) + carried[month])


def _grid(line: Curve, at: np.ndarray, lost: np.ndarray) -> np.ndarray:
    return np.asarray(np.floor((np.interp(at, line.clock, line.reached) - lost) * 100 + HALF).astype(np.int64))


def spend(line: Curve, start: int, end: int) -> Spend:
    """What the curve says was spent in [start, end), in ms, and how well it knows."""
    return spends(line, [(start, end)])[0]


def spends(line: Curve, spans: Sequence[tuple[int, int]]) -> list[Spend]:
    """What the curve says was spent in each window [start, end), in ms, and how well it knows."""
    at = np.array(spans, dtype=np.int64).reshape(-1, 2)
    starts, ends = at[:, 0], at[:, 1]
    first, last = int(line.ts[0]), int(line.ts[-1])
    bottoms, tops = _brackets(line, starts), _brackets(line, ends)
    edges = np.stack([starts, ends, bottoms[0], bottoms[1], tops[0], tops[1]])
    on_curve = cents(line, edges.ravel()).reshape(edges.shape).T.tolist()
    in_gap = [(edge[0] != at) | (edge[1] != at) for edge, at in ((bottoms, starts), (tops, ends))]
    left, right = np.searchsorted(line.ts, at, side="left").T
    bad = np.diff(np.searchsorted(line.invalid, at, side="left"), axis=1)[:, 0]
    resets, lost = _resets(line, starts, ends)
    lacking = _lacking(line, starts, ends)
    unwatched = line.watched_since is None or line.watched_since + GAP * line.interval >= first
    held = int(np.floor(line.reached[0] * 100 + HALF))
    found = []
    for k, (start, end) in enumerate(at.tolist()):
        if min(end, last) <= max(start, first):
            alone = start <= last and first < end
            found.append(Spend(None, reasons=("a single sample shows no spend",) if alone else ()))
            continue
        reasons = []
        if in_gap[0][k]:
            reasons.append("its start falls in a gap")
        if in_gap[1][k] and end <= last:
            reasons.append("its end falls in a gap")
        if end > last:
            reasons.append(NOT_YET)
        if unwatched and first > start and first - start > GAP * _step(line):
            reasons.append(CUT_OFF)
        if bad[k]:
            reasons.append(f"{bad[k]} invalid samples (negative or infinite) left out")
        at_start, at_end, start_low, start_high, end_low, end_high = on_curve[k]
        opening = held if start <= first < end else 0
        # what a counter held when the source began to look may have been spent in the window
        high = end_high - start_low + int(lost[k]) + (opening if CUT_OFF in reasons else 0)
        spent = Spend(
            at_end - at_start, max(0, end_low - start_high), None if end > last else high,
            Quality.ESTIMATED if reasons else Quality.ACTUAL,
            opening, int(right[k] - left[k]), int(right[k] - left[k] + lacking[k]), int(resets[k]), tuple(reasons),
        )  # fmt: skip
        found.append(spent)
    return found


def _step(line: Curve) -> float:
    return 0.0 if np.isnan(line.interval) else line.interval


def _brackets(line: Curve, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The samples around each instant that lies in a gap; the instant itself where it does not."""
    right = np.searchsorted(line.ts, at, side="left")
    inside = (right > 0) & (right < len(line.ts))
    before, after = line.ts[np.maximum(right - 1, 0)], line.ts[np.minimum(right, len(line.ts) - 1)]
    gap = inside & (after != at) & (after - before > GAP * line.interval)
    return np.where(gap, before, at), np.where(gap, after, at)


def _resets(line: Curve, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many resets each window may hold, and the most cents that can have been lost to them."""
    at = np.flatnonzero(np.diff(line.before) > 0)
    before, after = line.ts[at][:, None], line.ts[at + 1][:, None]
    inside = (before < ends) & (after > starts)
    lost = ((after - before) * line.fastest * inside).sum(axis=0)
    return inside.sum(axis=0), np.ceil(lost * 100).astype(np.int64)


def _lacking(line: Curve, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """How many samples each window lacks, from the series' birth on, counted as its coverage is."""
    first, since = line.ts[0], line.anybody_since
    is_born = since is not None and first - since >= line.interval
    begins = np.maximum(starts, first) if is_born else starts
    return missed(line.ts, pace(line.ts, line.interval), begins, ends)


def total(parts: Iterable[Spend]) -> Spend:
    """The sum of several series' spend: as uncertain as its parts; unknown ones are left out.

    Nothing known at all stays unknown.
    """
    every = list(parts)
    known = [part for part in every if part.cents is not None]
    if not known:
        return Spend(None, reasons=tuple(dict.fromkeys(reason for part in every for reason in part.reasons)))
    tops = [part.high for part in known]
    return Spend(
        sum(part.cents or 0 for part in known),
        sum(part.low or 0 for part in known),
        None if None in tops else sum(top or 0 for top in tops),
        Quality.ESTIMATED if any(part.quality is Quality.ESTIMATED for part in known) else Quality.ACTUAL,
        sum(part.opening for part in known),
        sum(part.samples for part in known),
        sum(part.expected for part in known),
        sum(part.resets for part in known),
        tuple(dict.fromkeys(reason for part in known for reason in part.reasons)),
    )


def curves(
    table: pd.DataFrame, months: np.ndarray, watched_since: int | None, anybody_since: int | None = None
) -> dict[tuple[str, ...], Curve]:
    """Every series of a conformed counter table as a curve, by its label values."""
    labels = [column for column in table.columns if column not in {"ts", "value"}]
    if not len(table):
        return {}
    codes = np.stack([table[label].cat.codes.to_numpy() for label in labels])
    breaks = np.flatnonzero((np.diff(codes, axis=1) != 0).any(axis=0)) + 1
    edges = np.concatenate([[0], breaks, [len(table)]])
    ts = instants(table)
    values = table["value"].to_numpy()
    found = {}
    for begin, stop in pairwise(edges.tolist()):
        names = tuple(str(table[label].cat.categories[codes[row, begin]]) for row, label in enumerate(labels))
        line = curve(ts[begin:stop], values[begin:stop], months, watched_since, anybody_since)
        if line is not None:
            found[names] = line
    return found
