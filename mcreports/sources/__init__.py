"""Where raw samples come from: one verb, ``fetch``, for every kind of source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mcreports.metrics import Metric
    from mcreports.samples import Pulled, Series


@dataclass(frozen=True)
class SourceInfo:
    """What a report says of where its samples came from; the URL carries no secret."""

    kind: str
    url: str


class Source(Protocol):
    """Raw samples of one metric in [start, end), for all or only the named tenants."""

    @property
    def info(self) -> SourceInfo:
        """What this source is."""
        ...

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        """The tenants that may have samples of the metric in [start, end), sorted; a few too many do no harm."""
        ...

    def series(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        """Every sample with start <= ts < end, as the source names its series, in pieces that fit into memory."""
        ...

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """The same samples conformed: one table, its labels mapped, replicas merged."""
        ...
