"""Two sources over an archive: the archive by itself, and a server whose answers are kept in it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from mcreports.archive import empty, reading
from mcreports.archive.days import Span, days_of, joined, milliseconds, moment, span_text, without
from mcreports.archive.records import asked, covered
from mcreports.archive.sync import Puller, sync
from mcreports.errors import SourceError, UnreachableError, UsageError
from mcreports.samples import Note, Pulled, gather
from mcreports.samples import empty as nothing
from mcreports.sources import SourceInfo
from mcreports.sources.answer import PartialError
from mcreports.sources.question import torn_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from mcreports.archive.archive import Archive
    from mcreports.archive.records import Record
    from mcreports.metrics import Metric
    from mcreports.samples import Series

KIND = "source.archive"


@dataclass(frozen=True)
class ArchiveSource:
    """``archive:PATH``: what was archived, as of now; what was not is said in a note."""

    archive: Archive
    now: datetime

    @cached_property
    def info(self) -> SourceInfo:
        """The archive's place; a UsageError where there is none."""
        shown = self.archive.store.shown
        if self.archive.owner() is None:
            msg = f"archive:{shown}: there is no archive; mcreports pull --archive {shown} makes one"
            raise UsageError(msg)
        return SourceInfo("archive", f"archive:{shown}")

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        """The tenants with an archived sample on the days of [start, end)."""
        _ = self.info
        return reading.tenants(self.archive, metric, _span(start, end))

    def series(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        """Every archived sample with start <= ts < end."""
        _ = self.info
        yield from reading.series(self.archive, metric, _span(start, end), tenants)

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """The same conformed, with a note that names what was never fetched."""
        pulled = gather(metric, self.series(metric, start, end, tenants), tenants)
        return Pulled(pulled.table, (*self._gaps(metric, _span(start, end)), *pulled.notes))

    def _gaps(self, metric: Metric, span: Span) -> tuple[Note, ...]:
        reached = span[0], min(span[1], milliseconds(self.now))
        records = self.archive.live(metric.name, days_of(reached))
        known = asked(one for every in records.values() for one in every)
        lacking = _lacking(reached, known)
        if lacking:
            lacking = _lacking(reached, [*known, *empty.read(self.archive, metric.name).asked])
        if not lacking:
            return ()
        return (Note(KIND, metric.key, None, f"{metric.name}: the archive does not cover {span_text(lacking)}"),)


@dataclass(frozen=True)
class ArchivedSource:
    """A server whose raw samples are kept: what the archive covers is read there, the rest fetched and kept.

    The first question about a metric, and every one about all tenants, is answered for all tenants. A
    later one that names tenants and reaches further (for the one sample before a long gap) goes to
    the server for these tenants alone, and is not kept: a file of a day holds everybody.
    """

    puller: Puller
    done: dict[str, list[Span]] = field(default_factory=dict, repr=False, compare=False)
    away: list[SourceError] = field(default_factory=list, repr=False, compare=False)

    @cached_property
    def info(self) -> SourceInfo:
        """The server's; where it is away, as the archive knows it."""
        try:
            return self.puller.server.info
        except SourceError:
            held = self.puller.archive.owner()
            if held is None or not held.is_same(self.puller.owner):
                raise
            return SourceInfo(held.kind, held.url)

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        """The tenants with a sample on the days of [start, end)."""
        span = _span(start, end)
        more: tuple[str, ...] = ()
        try:
            self._sync(metric, span)
        except PartialError:  # what is partial is said where samples are fetched
            more = self.puller.server.tenants(metric, start, end)
        return tuple(sorted({*more, *reading.tenants(self.puller.archive, metric, span)}))

    def series(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        """Every sample with start <= ts < end."""
        span = _span(start, end)
        if tenants is None or metric.name not in self.done:
            self._sync(metric, span)
        else:
            for first, after in self._beyond(metric, span):
                yield from self._ask(metric, (first, after), tenants)
        yield from reading.series(self.puller.archive, metric, span, tenants)

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """The same conformed; nothing but a note when the server's answer is partial, and then nothing is kept."""
        notes = torn_names(metric, tenants)
        try:
            pulled = gather(metric, self.series(metric, start, end, tenants), tenants)
        except PartialError as error:
            note = Note("source.partial", metric.key, None, f"{error}; so nothing of {metric.name} is shown")
            return Pulled(nothing(metric), (*notes, note))
        return Pulled(pulled.table, (*notes, *pulled.notes))

    def _sync(self, metric: Metric, span: Span) -> None:
        if span[0] >= span[1]:
            return
        done = self.done.get(metric.name, [])
        try:
            with self._forgiven(metric, span):
                self._refuse_again()
                done = joined([*done, *sync(self.puller, metric, span, done).fetched])
        except PartialError:
            self.done[metric.name] = done
            raise
        self.done[metric.name] = done

    def _ask(self, metric: Metric, span: Span, tenants: Sequence[str]) -> Iterator[Series]:
        with self._forgiven(metric, span):
            self._refuse_again()
            yield from self.puller.server.series(metric, moment(span[0]), moment(span[1]), tenants)

    def _refuse_again(self) -> None:
        """Raise what a server that was away has said; it is not waited for twice."""
        if self.away:
            raise self.away[0]

    @contextmanager
    def _forgiven(self, metric: Metric, span: Span) -> Iterator[None]:
        """A server that is away, or cannot, is not missed where the archive has all."""
        try:
            yield
        except PartialError:
            raise
        except SourceError as error:
            if isinstance(error, UnreachableError) and not self.away:
                self.away.append(error)
            if not self._is_settled(metric, span):
                raise

    def _is_settled(self, metric: Metric, span: Span) -> bool:
        """Whether the archive has all of a span as it will stay.

        Behind a metric's first question only single samples before long gaps are looked for: there
        the archive ends with its first day, as a server does with its retention.
        """
        by_day = self.puller.archive.live(metric.name)
        vain = empty.read(self.puller.archive, metric.name)
        known = [*asked(one for every in by_day.values() for one in every), *vain.asked]
        begun = min((first for first, _ in known), default=span[0])
        start = max(span[0], begun) if metric.name in self.done else span[0]
        reached = start, min(span[1], self.puller.latest)
        return not _lacking(reached, [*_covered(by_day, self.puller.settled), *vain.settled])

    def _beyond(self, metric: Metric, span: Span) -> list[Span]:
        """What of a span was never asked for, for all tenants, or has not settled since."""
        reached = span[0], min(span[1], self.puller.latest)
        records = self.puller.archive.live(metric.name, days_of(reached))
        own = {day: every for day, every in records.items() if any(one.rows for one in every)}
        return without(reached, [*_covered(own, self.puller.settled), *self.done.get(metric.name, [])])


def _lacking(span: Span, covered: Sequence[Span]) -> list[Span]:
    """What of a span is not covered, but for the millisecond by which a question reaches beyond a day's end."""
    return [one for one in without(span, covered) if one[1] - one[0] > 1]


def _covered(by_day: Mapping[int, Sequence[Record]], now: int) -> list[Span]:
    return [span for day, records in by_day.items() for span in covered(records, day, now)]


def _span(start: datetime, end: datetime) -> Span:
    return milliseconds(start), milliseconds(end)
