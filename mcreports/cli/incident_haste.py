"""A server that is given only so long: what it has not told by then is missing, and why is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING

from mcreports.errors import UnreachableError
from mcreports.haul import PARTIAL, pull, window_of
from mcreports.plan import FARTHEST
from mcreports.samples import Note, Pulled, empty
from mcreports.sources import SourceInfo
from mcreports.sources.http import StrictSession
from mcreports.sources.prometheus import PrometheusSource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from mcreports.haul import Errand
    from mcreports.metrics import Metric
    from mcreports.samples import Series
    from mcreports.sources import Source

    Asked = tuple[str, datetime, datetime, tuple[str, ...] | None]

BUDGET = 40.0  # seconds for all that is asked: the page takes the rest of the minute
PATIENCE = 20.0  # seconds for a server's first word
SHORTEST = 0.1  # seconds that a question is worth asking for


@dataclass(frozen=True)
class Away:
    """A source of which nothing can be learned."""

    info = SourceInfo("none", "none")

    def tenants(self, _metric: Metric, _start: datetime, _end: datetime) -> tuple[str, ...]:
        """Nobody."""
        return ()

    def series(
        self, _metric: Metric, _start: datetime, _end: datetime, _tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        """Nothing."""
        return iter(())

    def fetch(self, metric: Metric, _start: datetime, _end: datetime, _tenants: Sequence[str] | None = None) -> Pulled:
        """An empty table."""
        return Pulled(empty(metric))


@dataclass(frozen=True)
class Hurried:
    """A server until ``ends_at`` on the monotonic clock; each answer is kept until it is asked for again."""

    server: PrometheusSource
    ends_at: float
    _kept: dict[Asked, Pulled] = field(default_factory=dict, repr=False)
    _first: dict[str, datetime] = field(default_factory=dict, repr=False)  # since when each metric was told
    _before: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)  # who is known from before that
    _silence: list[UnreachableError] = field(default_factory=list, repr=False)

    @cached_property
    def info(self) -> SourceInfo:
        """What the server says that it is, or that it gives no word in time: an UnreachableError."""
        patient = self._until(min(self.ends_at, monotonic() + PATIENCE))
        with StrictSession(patient.access, "how it is read") as session:
            patient.choice(session)
        return patient.info

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        """The tenants that the server knows, if it says so in time."""
        return self._until(self.ends_at).tenants(metric, start, end)

    def series(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        """The samples as the server names their series, if it tells them in time."""
        return self._until(self.ends_at).series(metric, start, end, tenants)

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """What the server tells in time, else nothing, with a note that says so."""
        asked = metric.key, start, end, None if tenants is None else tuple(tenants)
        if asked in self._kept:
            return self._kept.pop(asked)
        first = self._first.get(metric.key)
        try:
            if first is not None and end <= first and tenants is not None and self._is_new(metric, first, tenants):
                pulled = Pulled(empty(metric))
            else:
                pulled = self._until(self.ends_at).fetch(metric, start, end, tenants)
                self._first.setdefault(metric.key, start)
        except UnreachableError as error:
            self._silence.append(error)
            what = f"nothing of {metric.name} is shown" if first is None else f"{metric.name} is not all told"
            pulled = Pulled(empty(metric), (Note(PARTIAL, metric.key, None, f"{error}; so {what}"),))
        self._kept[asked] = pulled
        return pulled

    def learn(self, errands: Collection[Errand], tenants: Sequence[str] | None) -> None:
        """Ask for all of it at once, so that it waits for the slowest answer and not for their sum.

        A server that told nothing at all by then is an UnreachableError.
        """
        with ThreadPoolExecutor(max(1, len(errands))) as pool:
            for done in [pool.submit(_haul, errand, tenants) for errand in errands]:
                done.result()
        if not self._first and self._silence:
            raise self._silence[0]

    def _is_new(self, metric: Metric, first: datetime, tenants: Sequence[str]) -> bool:
        """Whether its index knows none of these tenants from before: one question in place of one for each slice."""
        if "tenant" not in metric.labels:
            return False
        if metric.key not in self._before:
            self._before[metric.key] = frozenset(self.tenants(metric, first - FARTHEST, first))
        return self._before[metric.key].isdisjoint(tenants)

    def _until(self, ends_at: float) -> PrometheusSource:
        """The server with what is left of the time as its deadline."""
        own, left = self.server.settings, ends_at - monotonic()
        if left < SHORTEST:
            msg = f"{self.server.access.shown}: the {BUDGET:g} s that an incident waits for it are over"
            raise UnreachableError(msg)
        return replace(self.server, settings=own.model_copy(update={"deadline": min(own.deadline, round(left, 1))}))


def hurried(source: Source, ends_at: float) -> Source:
    """A server that is waited for until then, once it has said a first word; other sources need no haste."""
    if not isinstance(source, PrometheusSource):
        return source
    server = Hurried(source, ends_at)
    _ = server.info
    return server


def _haul(errand: Errand, tenants: Sequence[str] | None) -> None:
    window_of(errand, tenants, [told for _, told in pull(errand, tenants)])
