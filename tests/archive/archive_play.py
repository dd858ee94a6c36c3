"""A server whose samples come when the test says, and a look at everything that an archive holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from mcreports.archive.archive import Archive
from mcreports.archive.days import instant, milliseconds, moment
from mcreports.archive.reading import series
from mcreports.archive.records import Owner
from mcreports.archive.sync import Puller
from mcreports.metrics import CATALOGUE, Metric
from mcreports.samples import Pulled, Series, gather
from mcreports.sources import SourceInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

COST = CATALOGUE["budget.cost"]
DAY = 86_400_000
START = milliseconds(datetime(2025, 10, 1, tzinfo=UTC))
OWNER = Owner("prometheus", "http://prometheus:9090")
Samples = dict[tuple[tuple[tuple[str, str], ...], int], float]


@dataclass
class FakeServer:
    """Samples by (labels, instant), all of them visible, and what was asked for."""

    samples: Samples = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    fault: Exception | None = None

    @property
    def info(self) -> SourceInfo:
        if self.fault is not None:
            raise self.fault
        return SourceInfo("prometheus", OWNER.url)

    def put(self, tenant: str, values: dict[int, float], metric: Metric = COST, **labels: str) -> None:
        own = tuple(sorted({"__name__": metric.name, "tenant": tenant, **labels}.items()))
        self.samples |= {(own, ts): value for ts, value in values.items()}

    def of(self, days: AbstractSet[int]) -> Samples:
        """What it has of some days."""
        return {key: value for key, value in self.samples.items() if key[1] // DAY in days}

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        return tuple(sorted({one.labels["tenant"] for one in self.series(metric, start, end)}))

    def series(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        first, after = milliseconds(start), milliseconds(end)
        self.asked.append((instant(first), instant(after)))
        found: dict[Any, list[tuple[int, float]]] = {}
        for (own, ts), value in sorted(self.samples.items()):
            labels = dict(own)
            is_asked = tenants is None or labels.get("tenant", "") in tenants
            if is_asked and labels["__name__"] == metric.name and first <= ts < after:
                found.setdefault(own, []).append((ts, value))
        for own, rows in found.items():
            half = len(rows) // 2
            for part in (rows[:half], rows[half:]):
                yield Series(dict(own), np.array([ts for ts, _ in part], np.int64), np.array([v for _, v in part]))
        if self.fault is not None:
            raise self.fault

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        return gather(metric, self.series(metric, start, end, tenants), tenants)


def puller(archive: Archive, server: FakeServer, now: int, settle: timedelta = timedelta(minutes=15)) -> Puller:
    return Puller(archive, server, OWNER, moment(now), settle)


def held(archive: Archive, span: tuple[int, int] = (0, START + 400 * DAY), tenants: Any = None) -> Samples:
    """Everything that an archive gives back; a sample that came twice is not let through."""
    found: Samples = {}
    for one in series(archive, COST, span, tenants):
        for ts, value in zip(one.ts.tolist(), one.values.tolist(), strict=True):
            key = tuple(sorted(one.labels.items())), ts
            assert key not in found
            found[key] = value
    return found
