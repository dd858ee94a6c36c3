"""Bringing an archive up to date: what is missing or not settled is fetched, everything else is left alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.archive import empty
from mcreports.archive.closing import close
from mcreports.archive.collecting import chunks
from mcreports.archive.days import DAY, Span, days_of, joined, milliseconds, without
from mcreports.archive.empty import Empty
from mcreports.archive.keeping import Fetched, keep, restate
from mcreports.archive.records import Owner, covered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mcreports.archive.archive import Archive
    from mcreports.metrics import Metric
    from mcreports.sources import Source


def _nobody(_: str) -> None:
    """Who hears of progress when nobody asked to."""


@dataclass(frozen=True)
class Puller:
    """Who fills an archive: from which server, as of when, how long samples may come late, who hears of it."""

    archive: Archive
    server: Source
    owner: Owner
    now: datetime
    settle: timedelta = timedelta(minutes=15)
    tell: Callable[[str], None] = field(default=_nobody, repr=False)

    @property
    def latest(self) -> int:
        """The end of what can be asked for: a sample of this very instant is there."""
        return milliseconds(self.now) + 1

    @property
    def settled(self) -> int:
        """Up to where samples are expected to be complete."""
        return milliseconds(self.now - max(self.settle, timedelta(0)))


@dataclass(frozen=True)
class Synced:
    """What a sync did: the spans it fetched, the samples it added, those that were late, the days it restated."""

    metric: str
    fetched: tuple[Span, ...] = ()
    added: int = 0
    late: int = 0
    restated: int = 0
    removed: int = 0


def missing(puller: Puller, metric: Metric, span: Span, done: Sequence[Span] = ()) -> list[Span]:
    """What of the UTC days of a span is not covered, not settled, or empty; ``done`` was asked for just now.

    A day that is over and settled is asked for as a whole once more: what was late within it is there by then.
    """
    days = days_of((span[0], min(span[1], puller.latest)))
    records = puller.archive.live(metric.name, days)
    wanted: list[Span] = []
    for day in days:
        whole = day * DAY, min((day + 1) * DAY, puller.latest)
        own = records.get(day, [])
        # a day without a sample may only have been lost, or not yet been found: it is asked for again
        known = covered(own, day, puller.settled) if any(one.rows for one in own) else []
        wanted += without(whole, [*known, *done])
    return joined(wanted)


def sync(puller: Puller, metric: Metric, span: Span, done: Sequence[Span] = ()) -> Synced:
    """Fetch what is missing of the UTC days of a span, keep it, and close the days that are complete.

    A value that contradicts an archived one is a DataError with both, a server that is away an
    UnreachableError; what was kept before stands.
    """
    puller = _claimed(puller)
    synced, lacking = Synced(metric.name), missing(puller, metric, span, done)
    held = empty.read(puller.archive, metric.name) if lacking else Empty()
    found: list[Span] = []
    for wanted in lacking:
        for fetched in chunks(puller.server, metric, wanted, puller.tell):
            kept = keep(puller.archive, metric, _stamped(puller, fetched), held.asked)
            found += kept.empty
            synced = replace(synced, added=synced.added + kept.added, late=synced.late + kept.late)
        synced = replace(synced, fetched=(*synced.fetched, wanted))
    _note_empty(puller, metric, held, (span, found))
    close(puller.archive, metric, days_of((span[0], min(span[1], puller.latest))), puller.settled)
    return synced


def restate_span(puller: Puller, metric: Metric, span: Span, reason: str) -> Synced:
    """Fetch the UTC days of a span anew and let them stand for what was archived, which stays until it is pruned."""
    puller = _claimed(puller)
    days = days_of((span[0], min(span[1], puller.latest)))
    synced, held = Synced(metric.name), empty.read(puller.archive, metric.name)
    found: list[Span] = []
    for day in days:
        whole = day * DAY, min((day + 1) * DAY, puller.latest)
        parts = [_stamped(puller, one) for one in chunks(puller.server, metric, whole, puller.tell)]
        changed = restate(puller.archive, metric, parts, reason)
        found += changed.empty
        synced = replace(
            synced,
            fetched=(*synced.fetched, whole),
            added=synced.added + changed.added,
            removed=synced.removed + changed.removed,
            restated=synced.restated + int(changed.is_new),
        )
    _note_empty(puller, metric, held, (span, found))
    return replace(synced, fetched=tuple(joined(synced.fetched)))


def _note_empty(puller: Puller, metric: Metric, held: Empty, what: tuple[Span, Sequence[Span]]) -> None:
    """Note the windows that were asked for in vain, of a span of which everything was asked for."""
    span, found = what
    if not found and not held.asked:
        return
    days = days_of((span[0], min(span[1], puller.latest)))
    filled = [day for day, own in puller.archive.live(metric.name, days).items() if any(one.rows for one in own)]
    over = [(start, min(until, puller.settled)) for start, until in found]
    empty.write(puller.archive, metric.name, held, Empty(tuple(found), tuple(over)), filled)


def _claimed(puller: Puller) -> Puller:
    return replace(puller, owner=puller.archive.claim(puller.owner, lambda: puller.server.info.kind))


def _stamped(puller: Puller, fetched: Fetched) -> Fetched:
    return replace(fetched, owner=puller.owner, fetched_at=milliseconds(puller.now), settled=puller.settled)
