"""Where raw samples come from: one verb, ``fetch``, for every kind of source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcreports.metrics import Metric
    from mcreports.samples import Pulled


@dataclass(frozen=True)
class SourceInfo:
    """What a report says of where its samples came from; the URL carries no secret."""

    kind: str
    url: str


class Source(Protocol):
    """Raw samples of one metric in [start, end), conformed, for all or only the named tenants."""

    @property
    def info(self) -> SourceInfo:
        """What this source is."""
        ...

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """Every raw sample of the metric with start <= ts < end."""
        ...
