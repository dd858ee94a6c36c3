"""A thousand tenants on a page are some by name and the others in one line; nothing is lost and all adds up."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcreports import samples
from mcreports.metrics import Metric
from mcreports.period import Period
from mcreports.reports.produce import Workshop, produce
from mcreports.reports.replay import replay
from mcreports.reports.verification import verify
from mcreports.settings import ReportSettings, Settings
from mcreports.sources import SourceInfo
from mcreports.take import Order
from mcreports.view.crowd import FEW

COUNT = 40
STEP = 6 * 3600
FIRST, LAST = (round(datetime(*day, tzinfo=UTC).timestamp()) for day in ((2024, 12, 1), (2025, 11, 2)))
DRIVERS = {"compute": 0.5, "network": 0.3, "storage": 0.2}
Row = tuple[tuple[str, ...], np.ndarray, np.ndarray]
NOW = datetime(2025, 11, 3, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Crowd:
    """Tenant number i spends about i + 1 USD a day; some spend twice their budget, some fail, some say nothing."""

    count: int
    info: SourceInfo = SourceInfo("made", "made://crowd")

    @property
    def names(self) -> tuple[str, ...]:
        """Every tenant."""
        return tuple(f"T{number:04d}" for number in range(self.count))

    def tenants(self, metric: Metric, _start: datetime, _end: datetime) -> tuple[str, ...]:
        """The tenants of a metric."""
        return self.names if "tenant" in metric.labels else ()

    def series(self, *_: object) -> Iterator[samples.Series]:
        """Nothing asks a source of tables for it."""
        raise NotImplementedError

    def fetch(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> samples.Pulled:
        """The samples in [start, end)."""
        at = np.arange(-(-max(round(start.timestamp()), FIRST) // STEP) * STEP, min(round(end.timestamp()), LAST), STEP)
        wanted = set(self.names if tenants is None else tenants)
        rows: list[Row] = []
        for number, name in enumerate(self.names if "tenant" in metric.labels and len(at) else ()):
            own = _of(metric.key, number, (at - FIRST) / 86_400) if name in wanted else {}
            rows += [((name, *labels), at * 1000, values) for labels, values in own.items()]
        return samples.Pulled(samples.tabulate(metric, rows))


def _of(key: str, number: int, days: np.ndarray) -> dict[tuple[str, ...], np.ndarray]:
    size = 10.37 * (number + 1)
    late = np.maximum(0, days - 320) * size * 2 * (number % 9 == 1)
    match key:
        case "budget.cost":
            return {(driver,): (days * size + late) * part for driver, part in DRIVERS.items()}
        case "budget.limit_monthly":
            return {(): np.full(len(days), round(40 * size, 2))}
        case "tenant.info":
            return {(f"owner-{number % 5}", "gold"): np.ones(len(days))}
        case "autonomy.operations" if number % 7 != 3:
            bad = 0.01 if number % 11 == 4 else 0.0001
            done = np.floor(days * 1000 * (number + 1))
            return {("failure", "plan"): np.floor(done * bad), ("success", "plan"): done}
    return {}


@pytest.fixture(scope="module", params=["monthly", "trends"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("crowd")
    period = {"monthly": "2025-10", "trends": "2025-07-01..2025-10-31"}[request.param]
    settings = Settings(report=ReportSettings(output=output, formats=("html", "json", "csv", "xlsx")))
    order = Order(request.param, Period.parse(period))
    return output / produce(order, Workshop(Crowd(COUNT), settings, NOW, lambda _: None)).path


@pytest.fixture
def body(run: Path) -> dict[str, Any]:
    return json.loads((run / "report.json").read_text(encoding="utf-8"))


def others(body: dict[str, Any], figure_id: str) -> list[dict[str, Any]]:
    return [f for f in body["figures"] if f["id"] == figure_id and "tenants" in f.get("labels", {})]


def test_the_page_stays_light_and_shows_nothing_that_the_report_does_not_hold(
    run: Path, body: dict[str, Any], scrape: Callable[[Path], Any]
) -> None:
    assert (run / "report.html").stat().st_size < 300_000
    held = {(f["id"], f["tenant"], json.dumps(f.get("labels", {}))): f["value"] for f in body["figures"]}
    shown = scrape(run / "report.html").figures
    assert sum("tenants=others" in key for key, _, _ in shown) > 4
    for key, value, _ in shown:
        figure_id, tenant, labels, _ = key.split("|")
        told = dict(part.split("=") for part in labels.split(",")) if labels else {}
        kept = held[figure_id, None if tenant == "*" else tenant[1:], json.dumps(told)]
        assert value == ("" if kept is None else str(kept))


def test_the_others_are_to_the_cent_what_their_own_figures_add_up_to(
    run: Path, body: dict[str, Any], scrape: Callable[[Path], Any]
) -> None:
    figure_id = "budget.spend.mtd" if body["report"] == "monthly" else "budget.spend.period"
    named = {key.split("|")[1][1:] for key, _, _ in scrape(run / "report.html").figures if key.startswith(figure_id)}
    (rest,) = [f for f in others(body, figure_id) if set(f["labels"]) == {"tenants"}]
    plain = [f for f in body["figures"] if f["id"] == figure_id and not f.get("labels")]
    left = [Decimal(f["value"]) for f in plain if f["tenant"] is not None and f["tenant"] not in named]
    assert len(left) == COUNT - len(named - {""})
    assert rest["value"] == f"{sum(left):f}"
    assert rest["quality"] == "actual"
    (whole,) = [f for f in plain if f["tenant"] is None]
    parts = [Decimal(f["value"]) for f in plain if f["tenant"] in named]
    assert sum(parts) + Decimal(rest["value"]) == Decimal(whole["value"])


def test_what_fails_stands_first_then_who_spends_the_most(run: Path, body: dict[str, Any]) -> None:
    if body["report"] != "monthly":
        return
    page = (run / "report.html").read_text(encoding="utf-8")
    table = page.partition('aria-label="All tenants"')[2].partition("</table>")[0]
    names = [part.partition("</bdi>")[0] for part in table.split("<bdi>")[1:]][:FEW]
    failed = {
        v["tenant"]
        for v in body["verdicts"]
        if v["status"] == "fail" and v["check"] in {"budget.forecast", "budget.utilization.monthly"}
    }
    assert set(names[: len(failed)]) == failed
    rest = [name for name in sorted(Crowd(COUNT).names, reverse=True) if name not in failed]
    assert names == [*sorted(failed, reverse=True), *rest][:FEW]


def test_a_table_says_who_is_left_out_and_leads_to_the_forms_that_have_them(run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    assert f"of {COUNT} tenants are named" in page
    for name in ("report.xlsx", "figures.csv", "verdicts.csv", "report.json"):
        assert f'<li class="mc-form"><a href="{name}">' in page
        assert (run / name).exists()


def test_every_tenant_is_in_the_csv_and_in_the_workbook(run: Path) -> None:
    rows = csv.DictReader(io.StringIO((run / "figures.csv").read_text(encoding="utf-8")))
    assert {row["tenant"] for row in rows} == {"", *Crowd(COUNT).names}
    with zipfile.ZipFile(run / "report.xlsx") as book:
        strings = book.read("xl/sharedStrings.xml").decode("utf-8")
    assert all(f">{name}<" in strings for name in Crowd(COUNT).names)


def test_the_run_is_whole_and_its_snapshot_gives_it_again(run: Path) -> None:
    assert verify(run).is_whole
    assert replay(run) == []
