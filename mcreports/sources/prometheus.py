"""Raw samples from a Prometheus, and from whatever speaks its API: VictoriaMetrics, Thanos, Mimir."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from mcreports.errors import SettingsError, SourceError
from mcreports.samples import Note, Pulled, empty, gather_parts
from mcreports.sources import SourceInfo
from mcreports.sources.access import Access
from mcreports.sources.answer import PartialError
from mcreports.sources.choice import choose, identify
from mcreports.sources.http import StrictSession
from mcreports.sources.question import Question, instant, torn_names
from mcreports.sources.reader import read_all, read_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mcreports.metrics import Metric
    from mcreports.samples import Series
    from mcreports.settings import SourceSettings
    from mcreports.sources.choice import Choice
    from mcreports.sources.reader import Reader


@dataclass(frozen=True)
class PrometheusSource:
    """A server that answers PromQL; ``now`` is the time of opening, against which its clock is held."""

    settings: SourceSettings
    now: datetime | None = None
    opened: float = field(default_factory=time.monotonic, repr=False)
    _chosen: list[Choice] = field(default_factory=list, repr=False, compare=False)

    @cached_property
    def access(self) -> Access:
        """The address and the credentials."""
        return Access.of(self.settings)

    @cached_property
    def info(self) -> SourceInfo:
        """What the server says that it is, asked once."""
        kind = self._chosen[0].kind if self._chosen else None
        if kind is None:
            with StrictSession(self.access, "its version") as session:
                kind = identify(session, self.access)
        return SourceInfo(kind[0], self.access.shown)

    def choice(self, session: StrictSession) -> Choice:
        """How the server is read and why, asked once."""
        if not self._chosen:
            self._chosen.append(choose(session, self.access))
        return self._chosen[0]

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        """The tenants that the server's index knows in [start, end), sorted; its hours are not exact."""
        question = Question.of(metric, start, end, None)
        if "tenant" not in metric.labels or question.is_empty:
            return ()
        label = metric.server_label("tenant")
        window = {"start": instant(question.first), "end": instant(question.after - 1)}
        with StrictSession(self.access, f"the tenants of {question.errand}") as session:
            # not the values of a label: Prometheus 2.42 forgets those of samples that came out of order
            answer = session.get(f"{self.access.url}/api/v1/series", params={"match[]": metric.selector(), **window})
        found = answer.json()["data"]
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            msg = f"{self.access.shown}: the tenants of {question.errand} are not a list of label sets"
            raise SourceError(msg)
        return tuple(sorted({str(one[label]) for one in found if label in one}))

    def series(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        """Every raw sample with start <= ts < end but NaN, in pieces, under the server's own labels.

        A server that cannot be reached in time is an UnreachableError, a wrong credential, path or
        clock a SettingsError, an answer that says it is partial a PartialError, one that cannot be
        trusted a SourceError. The clock of ``source.deadline`` runs until the last piece is taken.
        """
        for part in self._parts(Question.of(metric, start, end, tenants), _whole):
            yield from part

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """The same samples as one table; nothing but a note when the server's answer is partial.

        Errors are those of ``series``, and a DataError where samples contradict each other.
        """
        notes = torn_names(metric, tenants)
        try:
            question = Question.of(metric, start, end, tenants)
            listed = partial(self.tenants, metric, start, end)
            pulled = gather_parts(metric, self._parts(question, partial(read_parts, names=listed)), tenants)
        except PartialError as error:
            note = Note("source.partial", metric.key, None, f"{error}; so nothing of {metric.name} is shown")
            return Pulled(empty(metric), (*notes, note))
        return Pulled(pulled.table, (*notes, *pulled.notes))

    def _parts(self, question: Question, read: Callable[..., Iterator[Iterator[Series]]]) -> Iterator[Iterator[Series]]:
        if question.is_empty:
            return
        with StrictSession(self.access, question.errand, wants="matrix") as session:
            reader = self.choice(session).reader_of(session, self.access, question)
            yield from read(reader, session, question)
            if self.now is not None:
                ours = self.now + timedelta(seconds=time.monotonic() - self.opened)
                refuse_skew(self.access, session.server_time, ours)


def _whole(reader: Reader, session: StrictSession, question: Question) -> Iterator[Iterator[Series]]:
    yield read_all(reader, session, question)


def refuse_skew(access: Access, theirs: datetime | None, ours: datetime) -> None:
    """Raise a SettingsError naming both times when the clocks differ by more than ``source.max_skew``."""
    if theirs is not None and abs((theirs - ours).total_seconds()) > access.settings.max_skew:
        msg = (
            f"{access.shown}: its clock says {theirs:%Y-%m-%dT%H:%M:%SZ} and this machine's "
            f"{ours.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}; set the wrong one right (source.max_skew allows "
            f"{access.settings.max_skew:g} s)"
        )
        raise SettingsError(msg)
