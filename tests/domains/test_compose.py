"""Reports over the demo, proven to the cent against its own ledger of truth."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.domains.compose import compose
from mcreports.figures import Quality
from mcreports.period import Period
from mcreports.settings import ReportSettings, Settings
from mcreports.sources.demo import DemoSource
from mcreports.take import Order, take

DEMO = DemoSource(7)
NOW = datetime(2025, 11, 4, tzinfo=UTC)
PERIODS = {
    "daily": "2025-10-31", "weekly": "2025-W44", "monthly": "2025-10", "trends": "2024-11-01..2025-10-31",
}  # fmt: skip
DRIVERS = ("compute", "storage", "network")
GAP = {"2025-10-09", "2025-10-10"}
CENT = Decimal("0.01")


def made(report: str, label: str | None = None, **order: Any) -> Any:
    wanted = Order(report, Period.parse(label or PERIODS[report]), **order)
    return compose(take(wanted, DEMO, Settings(), NOW))


@pytest.fixture(scope="module")
def reports() -> dict[str, Any]:
    return {name: made(name) for name in PERIODS}


@pytest.fixture(params=PERIODS)
def report(request: Any, reports: dict[str, Any]) -> Any:
    return reports[request.param]


def truth(figure: Any) -> Decimal:
    return DEMO.truth.spend(figure.tenant, dict(figure.labels).get("driver"), *figure.window)


def is_exact(figure: Any) -> bool:
    # a sum of series is rounded once for each of them
    series = (6 if figure.tenant is None else 1) * (1 if "driver" in dict(figure.labels) else 3)
    return bool(abs(figure.value - truth(figure)) <= series * CENT)


def test_every_measured_spend_is_the_truth(report: Any) -> None:
    spends = [f for f in report.figures if f.id.startswith("budget.spend.") and f.unit == "USD"]
    known = [f for f in spends if f.quality is Quality.ACTUAL and f.id != "budget.spend.weekday_mean"]
    assert len(known) > 50
    assert [f.key for f in known if not is_exact(f)] == []


def test_every_estimated_spend_has_the_truth_within_its_bounds(report: Any) -> None:
    rough = [f for f in report.figures if f.id.startswith("budget.spend.") and f.quality is Quality.ESTIMATED]
    for figure in (f for f in rough if f.bounds and f.id != "budget.spend.weekday_mean"):
        low, high = figure.bounds
        assert low - CENT * 18 <= truth(figure)
        assert high is None or truth(figure) <= high + CENT * 18


def test_the_month_names_the_days_of_the_gap_and_no_others_as_estimated(reports: dict[str, Any]) -> None:
    days = [f for f in reports["monthly"].figures.where("budget.spend.day") if f.quality is Quality.ESTIMATED]
    assert {dict(f.labels)["day"] for f in days} == GAP
    assert reports["monthly"].figures.find("budget.spend.period").quality is Quality.ACTUAL


def test_days_add_up_to_the_month_drivers_to_tenants_and_tenants_to_the_total(reports: dict[str, Any]) -> None:
    figures = reports["monthly"].figures
    for tenant in (None, *reports["monthly"].snapshot.tenants):
        whole = figures.find("budget.spend.period", tenant).value
        days = [f.value for f in figures.where("budget.spend.day") if f.tenant == tenant and len(f.labels) == 1]
        assert sum(value for value in days if value is not None) == whole
        assert sum(figures.find("budget.spend.period", tenant, driver=driver).value for driver in DRIVERS) == whole
    parts = [figures.find("budget.spend.period", name).value for name in reports["monthly"].snapshot.tenants]
    assert sum(parts) == figures.find("budget.spend.period").value


def test_one_fact_has_one_figure_in_every_report(reports: dict[str, Any]) -> None:
    """The month by the daily report's last day, by the monthly report and by the trends."""
    for tenant in (None, *reports["monthly"].snapshot.tenants):
        month = reports["monthly"].figures.find("budget.spend.period", tenant).value
        assert reports["daily"].figures.find("budget.spend.mtd", tenant).value == month
        assert reports["trends"].figures.find("budget.spend.month", tenant, month="2025-10").value == month
        day = reports["monthly"].figures.find("budget.spend.day", tenant, day="2025-10-31").value
        assert reports["daily"].figures.find("budget.spend.period", tenant).value == day


def test_events_are_those_that_happened(reports: dict[str, Any]) -> None:
    for name in ("daily", "weekly", "monthly"):
        figures, snapshot = reports[name].figures, reports[name].snapshot
        for tenant in snapshot.tenants:
            for figure_id, key, labels in (
                ("autonomy.operations", "autonomy.operations", (tenant,)),
                ("autonomy.residency_violations", "autonomy.violations", (tenant, "residency")),
                ("grounding.checks", "grounding.checks", (tenant,)),
                ("platform.policy_denies", "policy.decisions", (tenant, "deny")),
            ):
                figure = figures.find(figure_id, tenant)
                if figure.quality is Quality.ACTUAL:
                    assert figure.value == DEMO.truth.events(key, *figure.window, labels)


def test_limits_and_utilisation_are_the_platforms(reports: dict[str, Any]) -> None:
    figures = reports["daily"].figures
    at = reports["daily"].snapshot.period.start
    for tenant in reports["daily"].snapshot.tenants:
        assert figures.find("budget.limit.daily", tenant).value == DEMO.truth.daily_limit(tenant, at)
        assert figures.find("budget.limit.monthly", tenant).value == DEMO.truth.monthly_limit(tenant, at)
        used = 100 * figures.find("budget.spend.period", tenant).value / DEMO.truth.daily_limit(tenant, at)
        assert figures.find("budget.utilization.daily", tenant).value == pytest.approx(float(used))


def test_the_tenant_that_was_born_has_its_opening_on_a_line_of_its_own(reports: dict[str, Any]) -> None:
    assert reports["monthly"].figures.find("budget.opening_unattributed", "TENANT_006").value == Decimal("5.00")
    assert reports["monthly"].figures.find("budget.spend.day", "TENANT_006", day="2025-10-15").value is None


def test_the_reset_is_counted_once(reports: dict[str, Any]) -> None:
    figures = reports["monthly"].figures
    assert figures.find("budget.spend.period", "TENANT_003", driver="storage").resets == 1
    assert figures.find("budget.spend.period", "TENANT_001").resets == 0


def test_every_verdict_rests_on_figures_that_are_there(report: Any) -> None:
    ids = {figure.id for figure in report.figures}
    assert {one for verdict in report.verdicts for one in verdict.figures} <= ids


def test_the_same_snapshot_gives_the_same_report(reports: dict[str, Any]) -> None:
    again = compose(reports["daily"].snapshot)
    assert again.figures.every == reports["daily"].figures.every
    assert (again.verdicts, again.headline) == (reports["daily"].verdicts, reports["daily"].headline)


def test_a_report_is_json_without_a_nan(report: Any) -> None:
    body = [one.as_dict() for one in (*report.figures, *report.verdicts, *report.reconciliation)]
    assert json.loads(json.dumps(body, allow_nan=False)) == json.loads(json.dumps(body))


@pytest.mark.parametrize(
    ("report", "label"),
    [("daily", "2025-10-31"), ("weekly", "2025-W44"), ("monthly", "2025-10"), ("trends", "2025-01-01..2025-10-31")],
)
def test_over_an_empty_source_nothing_passes_and_nothing_breaks(platform: Any, report: str, label: str) -> None:
    found = platform().report(report, label, now="2025-11-04T00:00")
    assert found.headline.status is Status.UNKNOWN
    assert {verdict.status for verdict in found.verdicts} <= {Status.UNKNOWN}
    assert {f.value for f in found.figures if f.id.startswith("budget.spend.")} == {None}


@pytest.mark.parametrize(("report", "label"), [("daily", "2020-01-01"), ("monthly", "2020-01")])
def test_before_all_data_nothing_passes(report: str, label: str) -> None:
    found = made(report, label)
    assert {verdict.status for verdict in found.verdicts} == {Status.UNKNOWN}


def test_a_week_over_the_end_of_a_month_counts_against_the_new_one() -> None:
    found = made("weekly", "2025-W40")
    spent = found.figures.find("budget.spend.mtd", "TENANT_001")
    assert spent.window == (datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 10, 6, tzinfo=UTC))
    assert is_exact(spent)
    days = [f.value for f in found.figures.where("budget.spend.day") if f.tenant == "TENANT_001"]
    assert len(days) == 7
    assert sum(days) == found.figures.find("budget.spend.period", "TENANT_001").value


@pytest.mark.parametrize("zone", ["America/Santiago", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_a_months_days_are_those_of_its_zone(zone: str) -> None:
    chosen = Settings(report=ReportSettings(zone=zone))
    found = compose(take(Order("monthly", Period.parse("2025-09", zone)), DEMO, chosen, NOW))
    days = [f for f in found.figures.where("budget.spend.day") if f.tenant == "TENANT_001"]
    assert len(days) == 30
    assert all(is_exact(day) for day in days)
    assert sum(day.value for day in days) == found.figures.find("budget.spend.period", "TENANT_001").value


def test_an_unfinished_week_is_preliminary_and_counts_whole_days() -> None:
    week = Order("weekly", Period.parse("2025-W45"), provisional=True)
    found = compose(take(week, DEMO, Settings(), datetime(2025, 11, 5, 12, tzinfo=UTC)))
    assert found.snapshot.state == "preliminary"
    spent = found.figures.find("budget.spend.mtd", "TENANT_001")
    assert spent.window == (datetime(2025, 11, 1, tzinfo=UTC), datetime(2025, 11, 5, tzinfo=UTC))
    assert (spent.quality, is_exact(spent)) == (Quality.ACTUAL, True)
