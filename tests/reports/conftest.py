"""A small source to publish from, which can be altered, and a reader of published pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mcreports import samples
from mcreports.metrics import Metric
from mcreports.period import Period
from mcreports.reports.produce import Workshop, produce
from mcreports.settings import ReportSettings, Settings
from mcreports.sources.demo import DemoSource
from mcreports.take import Order

NOW = datetime(2025, 11, 3, 9, tzinfo=UTC)
REPORTS = {
    "daily": "2025-10-31",
    "weekly": "2025-W44",
    "monthly": "2025-10",
    "trends": "2024-11-01..2025-10-31",
}


@dataclass(frozen=True)
class Altered:
    """The demo, scraped hourly, under other names, with only those tenants, and with other values of a metric."""

    names: Mapping[str, str]
    factors: Mapping[str, float] = field(default_factory=dict)
    demo: DemoSource = DemoSource(step=3600)

    @property
    def info(self) -> Any:
        return self.demo.info

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        return tuple(sorted(self.names.values())) if "tenant" in metric.labels else ()

    def fetch(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> samples.Pulled:
        table = self.demo.fetch(metric, start, end).table
        table["value"] *= self.factors.get(metric.key, 1.0)
        labels = [label for label in metric.labels if label in table]
        if "tenant" not in labels:
            return samples.Pulled(table)
        series = []
        for own, rows in table.groupby(labels, observed=True):
            name = self.names.get(own[0])
            if name is not None and (tenants is None or name in tenants):
                stamps = rows["ts"].astype("int64").to_numpy()
                series.append(((name, *own[1:]), stamps, rows["value"].to_numpy()))
        return samples.Pulled(samples.tabulate(metric, series))


@pytest.fixture(scope="session")
def altered() -> type[Altered]:
    return Altered


@pytest.fixture(scope="session")
def produce_as() -> Callable[..., Any]:
    """Publishes the daily report of 31 October 2025 into a directory."""

    def publish(source: Any, output: Path, *, now: str = "", per_tenant: bool = False, **more: Any) -> Any:
        at = datetime.fromisoformat(now) if now else NOW
        asked = {name: more.pop(name) for name in ("tenants", "provisional") if name in more}
        settings = Settings(report=ReportSettings(output=output, **more))
        order = Order("daily", Period.parse("2025-10-31"), **asked)
        return produce(order, Workshop(source, settings, at, lambda _: None), per_tenant=per_tenant)

    return publish


@pytest.fixture(params=REPORTS)
def demo_run(request: pytest.FixtureRequest, demo_runs: Path) -> Path:
    """The directory of each of the demo's four published reports in turn."""
    return demo_runs / request.param / REPORTS[request.param] / "r1"


@dataclass
class Scraped(HTMLParser):
    """What a page shows: (key, value, text) of figures, (key, status) of verdicts, (name, value, status) of sums."""

    figures: list[tuple[str, str, str]] = field(default_factory=list)
    verdicts: list[tuple[str, str]] = field(default_factory=list)
    sums: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._data: dict[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "data":
            self._data, self._text = found, ""
        elif "data-verdict" in found:
            self.verdicts.append((found["data-verdict"], found["data-status"]))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "data" and self._data is not None:
            own, self._data = self._data, None
            if "data-reconciliation" in own:
                self.sums.append((own["data-reconciliation"], own["value"], own["data-status"]))
            else:
                self.figures.append((own["data-figure"], own["value"], self._text))


@pytest.fixture
def scrape() -> Callable[[Path], Scraped]:
    def read(file: Path) -> Scraped:
        scraped = Scraped()
        scraped.feed(file.read_text(encoding="utf-8"))
        return scraped

    return read
