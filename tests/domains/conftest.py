"""Small platforms to judge: counters by the minute around one hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mcreports import samples
from mcreports.metrics import CATALOGUE
from mcreports.period import Period
from mcreports.rules import RULES
from mcreports.snapshot import Snapshot, Window
from mcreports.sources import SourceInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

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
            windows={key: Window(self.start, self.end, since.get(key)) for key in made},
            rules=RULES,
            evidence=self.evidence,
        )

    def _series(self, own: tuple[str, ...], rows: Minutes) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
        first = int(self.start.timestamp() * 1000)
        ts = np.array([first + round(60_000 * minute) for minute, _ in rows], np.int64)
        return own, ts, np.array([value for _, value in rows], float)


@pytest.fixture(scope="session")
def scene() -> Scene:
    return Scene()
