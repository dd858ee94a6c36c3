from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.domains.calendar import Calendar
from mcreports.period import Period
from mcreports.settings import ReportSettings, Settings


def statuses(report: Any, tenant: str | None) -> dict[str, str]:
    return {v.check: v.status.value for v in report.verdicts if v.tenant == tenant and v.check.startswith("budget.")}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("label", "before"),
    [
        ("2025-10-31", ("2025-09-01", "2025-10-01")), ("2025-10-30", ("2025-09-01", "2025-10-01")),
        ("2025-10-15", ("2025-09-01", "2025-09-16")), ("2025-03-30", ("2025-02-01", "2025-03-01")),
        ("2024-02-29", ("2024-01-01", "2024-02-01")), ("2025-01-01", ("2024-12-01", "2024-12-02")),
        ("2025-W40", ("2025-09-01", "2025-09-06")), ("2025-09", ("2025-08-01", "2025-09-01")),
        ("2025-Q3", ("2025-08-01", "2025-09-01")),
    ],
)  # fmt: skip
def test_a_month_to_date_is_held_against_as_many_days_of_the_one_before(label: str, before: tuple[str, str]) -> None:
    assert Calendar(Period.parse(label)).previous_to_date == (at(before[0]), at(before[1]))


def test_a_week_over_the_end_of_a_month_belongs_to_the_new_month() -> None:
    calendar = Calendar(Period.parse("2025-W40"))
    assert calendar.to_date == (at("2025-10-01"), at("2025-10-06"))
    assert calendar.elapsed == 5


def test_a_configured_tenant_without_data_is_unknown(platform: Any) -> None:
    chosen = Settings(report=ReportSettings(tenants=("T", "GHOST")))
    report = platform().cost().limit(monthly=10_000).known().report(settings=chosen)
    assert set(statuses(report, "GHOST").values()) == {"unknown"}
    assert len(statuses(report, "GHOST")) == 4
    assert set(statuses(report, "T").values()) == {"pass"}
    assert report.figures.find("budget.limit.monthly").reason == "no limit of GHOST"


def test_a_tenant_that_nobody_configured_is_listed_and_judged(platform: Any) -> None:
    chosen = Settings(report=ReportSettings(tenants=("T",)))
    report = platform().cost().limit().cost("STRANGER").report(settings=chosen)
    found = [v for v in report.verdicts if v.check == "tenants.expected"]
    assert [(v.tenant, v.status) for v in found] == [("STRANGER", Status.WARN)]
    assert set(statuses(report, "STRANGER").values()) == {"unknown"}
    assert report.figures.find("budget.spend.period").value == Decimal("48.00")


@pytest.mark.parametrize(("report", "label"), [("daily", "2025-10-31"), ("weekly", "2025-W43"), ("monthly", "2025-10")])
def test_a_tenant_that_is_gone_since_an_earlier_month_is_not_judged_but_stays_in_the_sums(
    platform: Any, report: str, label: str
) -> None:
    made = platform().cost().known().limit().cost("OLD", until="2025-09-10").known("OLD", until="2025-09-10")
    found = made.report(report, label)
    assert statuses(found, "OLD") == {}
    assert found.figures.find("budget.limit.monthly").value == Decimal("1000.00")
    assert found.figures.find("budget.spend.period", "OLD").value is None
    before = found.figures.find("budget.spend.previous")
    parts = [found.figures.find("budget.spend.previous", name).value or 0 for name in ("T", "OLD")]
    assert before.value == sum(parts)


def test_limits_alone_are_no_pass(platform: Any) -> None:
    report = platform().limit().known().report()
    assert set(statuses(report, "T").values()) == {"unknown"}
    assert {one.status for one in report.reconciliation} == {Status.UNKNOWN}


def test_a_counter_without_a_driver_label_is_a_driver_without_a_name(platform: Any) -> None:
    report = platform().cost(driver="").cost().known().limit().report()
    assert report.figures.find("budget.spend.period", "T", driver="").value == Decimal("24.00")
    assert report.figures.find("budget.spend.period", "T").value == Decimal("48.00")
    assert {one.status for one in report.reconciliation} == {Status.PASS}


def test_a_counter_without_a_tenant_label_is_a_tenant_without_a_name(platform: Any) -> None:
    report = platform().cost("").known("").limit("").report()
    assert report.figures.find("budget.spend.period", "").value == Decimal("24.00")
    assert statuses(report, "")["budget.utilization.daily"] == "pass"


def test_an_idle_tenant_cost_0_and_is_known(platform: Any) -> None:
    report = platform().cost(per_day=0).known().limit().report()
    assert report.figures.find("budget.spend.period", "T").value == Decimal("0.00")
    assert set(statuses(report, "T").values()) == {"pass"}


HOSTILE = (
    "<script>alert(1)</script>", "=cmd|'/c calc'!A0", "../..", "NA", "null", "007", "1e5", 'x"} or up{a!="',
    "a|b,c=d\\", "\u202eevil", "e\u0301", "\u00e9", "a\r\nBcc: x@evil", "{0.__class__}", "T\x00", "A|driver=x", "x|",
    "|", " ", ".*",
)  # fmt: skip


def test_names_of_any_kind_are_tenants_and_drivers_like_others(platform: Any) -> None:
    made = platform(first="2025-10-25")
    for name in HOSTILE:
        made.cost(name, driver=name).cost(name, driver="x").known(name).limit(name)
    made.cost("A", driver="x|").known("A").limit("A")
    report = made.report()
    for name in HOSTILE:
        assert report.figures.find("budget.spend.period", name).value == Decimal("48.00")
        assert report.figures.find("budget.spend.period", name, driver=name).value == Decimal("24.00")
    assert report.figures.find("budget.spend.period").value == 48 * len(HOSTILE) + 24
    assert {one.status for one in report.reconciliation} == {Status.PASS}
