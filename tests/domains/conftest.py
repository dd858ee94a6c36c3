"""Small platforms to judge: counters by the minute around one hour."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mcreports import samples
from mcreports.domains.compose import compose
from mcreports.metrics import CATALOGUE
from mcreports.period import Period
from mcreports.rules import RULES
from mcreports.samples import Series
from mcreports.settings import Settings
from mcreports.snapshot import Snapshot, Window
from mcreports.sources import SourceInfo
from mcreports.take import Order, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from mcreports.domains.compose import Report
    from mcreports.metrics import Metric
    from mcreports.samples import Pulled

Minutes = list[tuple[float, float]]
START = datetime(2025, 10, 31, tzinfo=UTC)
END = START + timedelta(hours=1)


@dataclass(frozen=True)
class Scene:
    """One hour of a platform; samples are given as (minute of the hour, value)."""

    start: datetime = START
    end: datetime = END
    evidence: dict[str, pd.DataFrame] = field(default_factory=dict)

    def at(self, minute: float) -> datetime:
        """The instant of a minute of the hour."""
        return self.start + timedelta(minutes=minute)

    def steady(self, per_minute: float = 1, first: float = 0, since: int = -10, until: int = 70) -> Minutes:
        """A counter that is scraped every minute and rises evenly, from ``first`` on."""
        return [(minute, first + per_minute * (minute - since)) for minute in range(since, until + 1)]

    def snapshot(
        self,
        tables: Mapping[str, Mapping[tuple[str, ...], Minutes]],
        tenants: tuple[str, ...] = ("T",),
        watched: Mapping[str, float] | None = None,
    ) -> Snapshot:
        """A snapshot of these series; ``watched`` is the minute in which a metric's first sample was seen."""
        made = {
            key: samples.tabulate(CATALOGUE[key], [self._series(own, rows) for own, rows in series.items()])
            for key, series in tables.items()
        }
        since = {key: self.at(minute) for key, minute in (watched or {}).items()}
        return Snapshot(
            report="daily",
            period=Period.parse("2025-10-31"),
            state="final",
            tenants=tenants,
            source=SourceInfo("demo", "demo://"),
            metrics=CATALOGUE,
            tables=made,
            windows={key: Window(self.start, self.end, since.get(key), usual(tables[key])) for key in made},
            rules=RULES,
            evidence=self.evidence,
        )

    def _series(self, own: tuple[str, ...], rows: Minutes) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
        first = int(self.start.timestamp() * 1000)
        ts = np.array([first + round(60_000 * minute) for minute, _ in rows], np.int64)
        return own, ts, np.array([value for _, value in rows], float)


def usual(series: Mapping[tuple[str, ...], Minutes]) -> float | None:
    """The interval in ms at which most series were sampled."""
    steps = [60_000 * float(np.median(np.diff([at for at, _ in rows]))) for rows in series.values() if len(rows) > 1]
    return float(np.median(steps)) if steps else None


@pytest.fixture(scope="session")
def scene() -> Scene:
    return Scene()


HOUR, DAY = 3_600_000, 86_400_000


def milliseconds(text: str) -> int:
    """An instant in UTC as milliseconds since 1970."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@dataclass
class Platform:
    """A platform that a test makes up, scraped every hour: a source, and the reports over it."""

    first: str = "2025-08-01"
    last: str = "2025-11-01T06:00"
    info: SourceInfo = field(default_factory=lambda: SourceInfo("made", "made://up"))
    rows: list[tuple[str, Series]] = field(default_factory=list)

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        """The tenants with a sample in [start, end)."""
        if "tenant" not in metric.labels:
            return ()
        return tuple(sorted({one.labels.get("tenant", "") for one in self.series(metric, start, end)}))

    def series(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        """The samples in [start, end)."""
        first, after = (round(at.timestamp() * 1000) for at in (start, end))
        for key, one in self.rows:
            inside = (one.ts >= first) & (one.ts < after)
            if key == metric.key and inside.any() and (tenants is None or one.labels.get("tenant", "") in tenants):
                yield replace(one, ts=one.ts[inside], values=one.values[inside])  # noqa: PD011 - no DataFrame

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """The same, conformed."""
        return samples.gather(metric, self.series(metric, start, end, tenants), tenants)

    def times(self, since: str | None, until: str | None) -> np.ndarray:
        """Every hour from an instant to another, both included."""
        return np.arange(milliseconds(since or self.first), milliseconds(until or self.last) + 1, HOUR)

    def add(self, key: str, labels: dict[str, str], ts: np.ndarray, values: np.ndarray) -> Platform:
        """One more series, sample by sample."""
        self.rows.append((key, Series(labels, np.asarray(ts, np.int64), np.asarray(values, float))))
        return self

    def cost(
        self, tenant: str = "T", driver: str = "compute", per_day: float | Callable[[int], float] = 24.0,
        since: str | None = None, until: str | None = None, opening: float = 0.0,
    ) -> Platform:  # fmt: skip
        """A tenant's driver that costs so many USD on each day (numbered since ``first``), evenly."""
        ts = self.times(since, until)
        days = int((ts[-1] - ts[0]) // DAY) + 2
        usd = [per_day(day) if callable(per_day) else per_day for day in range(days)]
        reached = np.concatenate([[0.0], np.cumsum(usd)])
        values = opening + np.interp((ts - ts[0]) / DAY, np.arange(days + 1), reached)
        labels = {"tenant": tenant, **({"driver": driver} if driver else {})}
        return self.add("budget.cost", labels, ts, values)

    def limit(
        self, tenant: str = "T", daily: float | None = 100.0, monthly: float | None = 1000.0,
        since: str | None = None, until: str | None = None,
    ) -> Platform:  # fmt: skip
        """A tenant's limits in USD, as gauges."""
        ts = self.times(since, until)
        for which, value in (("daily", daily), ("monthly", monthly)):
            if value is not None:
                self.add(f"budget.limit_{which}", {"tenant": tenant}, ts, np.full(len(ts), value))
        return self

    def known(self, tenant: str = "T", since: str | None = None, until: str | None = None) -> Platform:
        """A tenant that tenant.info names."""
        ts = self.times(since, until)
        return self.add("tenant.info", {"tenant": tenant, "owner": "team"}, ts, np.ones(len(ts)))

    def snapshot(
        self, report: str = "daily", label: str = "2025-10-31", now: str | None = None,
        settings: Settings | None = None, **order: Any,
    ) -> Snapshot:  # fmt: skip
        """What a report of a period sees."""
        chosen = settings or Settings()
        wanted = Order(report, Period.parse(label, chosen.report.zone), **order)
        return take(wanted, self, chosen, datetime.fromisoformat(now or self.last).replace(tzinfo=UTC))

    def report(self, report: str = "daily", label: str = "2025-10-31", **more: Any) -> Report:
        """What a report of a period says."""
        return compose(self.snapshot(report, label, **more))


@pytest.fixture(scope="session")
def platform() -> Callable[..., Platform]:
    """A new platform, of no series yet."""
    return Platform
