"""Putting what a server answered into an archive: only what is new is kept, what contradicts is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mcreports.archive.days import DAY, Span, day_text, days_of, instant, joined
from mcreports.archive.reading import RESTATE, content, contradiction, union
from mcreports.archive.records import Asked, Owner, Record, asked
from mcreports.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.archive.archive import Archive
    from mcreports.archive.segment import Curves, Rows
    from mcreports.metrics import Metric

NOBODY = Owner("", "")


@dataclass(frozen=True)
class Fetched:
    """Samples of a span by canonical labels, of whom, fetched and settled when; milliseconds."""

    span: Span
    curves: Curves
    owner: Owner = NOBODY
    fetched_at: int = 0
    settled: int = 0


@dataclass(frozen=True)
class Kept:
    """How many samples were new, how many of those late, how many are gone, and whether a segment was written.

    ``empty`` is what was asked for of days of which there is no sample, new or old: nothing was written for these.
    """

    added: int = 0
    late: int = 0
    removed: int = 0
    is_new: bool = False
    empty: tuple[Span, ...] = ()


def keep(archive: Archive, metric: Metric, fetched: Fetched, empty: Sequence[Span] = ()) -> Kept:
    """Keep an answer, a segment a day; what is archived stays, and what the answer repeats is not kept twice.

    ``empty`` is what was asked for before, in vain: a sample from there is late.
    """
    total = Kept()
    live = archive.live(metric.name, days_of(fetched.span))
    for day in days_of(fetched.span):
        kept = _keep_day(archive, metric, _of_day(fetched, day), live.get(day, []), empty)
        total = Kept(total.added + kept.added, total.late + kept.late, empty=(*total.empty, *kept.empty))
    return total


def _keep_day(
    archive: Archive, metric: Metric, fetched: Fetched, records: Sequence[Record], empty: Sequence[Span]
) -> Kept:
    day = fetched.span[0] // DAY
    near = [one for one in records if one.content and one.content.last >= fetched.span[0]]
    new = _new(fetched.curves, content(archive, metric, near), f"the archive {archive.store.shown}")
    added = sum(len(ts) for ts, _ in new.values())
    if not added and not any(one.rows for one in records):
        return Kept(empty=(fetched.span,))
    if not added and _says_nothing_new(records, fetched):
        return Kept()
    before = joined([*asked(records), *empty])
    late = sum(_inside(ts, before) for ts, _ in new.values())
    archive.add(_record(metric, day, fetched, late), new)
    return Kept(added, late)


def restate(archive: Archive, metric: Metric, parts: Sequence[Fetched], reason: str) -> Kept:
    """Let an answer for a whole day stand for all that was archived of it; an equal one changes nothing.

    A server that has nothing of a day that was archived is a DataError: it may have lost it.
    """
    day = parts[0].span[0] // DAY
    labels = {name for part in parts for name in part.curves}
    curves = {
        name: union(name, [part.curves[name] for part in parts if name in part.curves], "the server's answer")
        for name in labels
    }
    records = archive.live(metric.name, [day]).get(day, [])
    old, is_torn = _contents(archive, metric, records)
    count, before = (sum(len(ts) for ts, _ in one.values()) for one in (curves, old))
    if before and not count:
        msg = (
            f"{metric.name} {day_text(day)}: the server has nothing of this day and the archive {before} samples; "
            f"a restatement would lose them, so it stays as it is"
        )
        raise DataError(msg)
    span = parts[0].span[0], parts[-1].span[1]
    if not count and not records:
        return Kept(empty=(span,))
    if records and not is_torn and _is_equal(curves, old):
        return Kept()
    record = _record(metric, day, replace(parts[0], span=span, curves=curves), sum(one.late for one in records))
    said = (*dict.fromkeys(text for one in records for text in one.restated), reason) if before else ()
    archive.add(replace(record, replaces=tuple(one.id for one in records), restated=said), curves)
    return Kept(max(count - before, 0), 0, max(before - count, 0), is_new=True)


def _contents(archive: Archive, metric: Metric, records: Sequence[Record]) -> tuple[Curves, bool]:
    """A day's samples, and whether its segments contradict each other, which is what a restatement may heal."""
    try:
        return content(archive, metric, records), False
    except DataError:
        parts = [content(archive, metric, [one]) for one in records]
        return {labels: rows for one in reversed(parts) for labels, rows in one.items()}, True


def _of_day(fetched: Fetched, day: int) -> Fetched:
    begin, end = max(fetched.span[0], day * DAY), min(fetched.span[1], (day + 1) * DAY)
    cut = {}
    for labels, (ts, values) in fetched.curves.items():
        first, after = np.searchsorted(ts, (begin, end))
        if first < after:
            cut[labels] = ts[first:after], values[first:after]
    return replace(fetched, span=(begin, end), curves=cut)


def _record(metric: Metric, day: int, fetched: Fetched, late: int) -> Record:
    start, until = fetched.span
    return Record(
        id="",
        metric=metric.name,
        day=day,
        owner=fetched.owner,
        fetched_at=fetched.fetched_at,
        asked=(Asked(start, until, _settled(day, fetched)),),
        tenant_label=metric.server_label("tenant"),
        content=None,
        late=late,
    )


def _settled(day: int, fetched: Fetched) -> int:
    return max(fetched.span[0], min((day + 1) * DAY, fetched.settled))


def _says_nothing_new(records: Sequence[Record], fetched: Fetched) -> bool:
    """Whether an answer without a new sample covers no more than what is known to be covered."""
    start, until = fetched.span
    return any(
        one.start <= start and one.until >= until and one.settled >= _settled(start // DAY, fetched)
        for record in records
        for one in record.asked
    )


def _new(curves: Curves, old: Curves, where: str) -> dict[str, Rows]:
    """The samples that are not archived yet; one with another value than the archived is a DataError with both."""
    new = {}
    for labels, (ts, values) in curves.items():
        held = old.get(labels)
        if held is None:
            new[labels] = ts, values
            continue
        place = np.searchsorted(held[0], ts)
        is_held = held[0][np.minimum(place, len(held[0]) - 1)] == ts
        is_torn = is_held & (held[1][np.minimum(place, len(held[0]) - 1)] != values)
        if is_torn.any():
            at = int(np.flatnonzero(is_torn)[0])
            both = float(held[1][place[at]]), float(values[at])
            raise contradiction(where, f"{labels} at {instant(int(ts[at]))}, archived and answered", both, RESTATE)
        if not is_held.all():
            new[labels] = ts[~is_held], values[~is_held]
    return new


def _inside(ts: np.ndarray, spans: Sequence[Span]) -> int:
    return sum(int(np.count_nonzero((ts >= start) & (ts < until))) for start, until in spans)


def _is_equal(one: Curves, other: Curves) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(one[labels][0], other[labels][0]) and np.array_equal(one[labels][1], other[labels][1])
        for labels in one
    )
