from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from mcreports.figures import Quality
from mcreports.settings import Settings


def verdict(report: Any, check: str, tenant: str | None = "T") -> Any:
    return next(v for v in report.verdicts if v.check == check and v.tenant == tenant)


def weekly(day: int) -> float:
    return 10.0 if day % 7 in {1, 2} else 30.0  # 1 August 2025 is a Friday


def test_a_month_is_forecast_from_what_it_has_cost_and_the_weekdays_to_come(platform: Any) -> None:
    report = platform(last="2025-10-21T06:00").cost(per_day=weekly).known().limit().report(label="2025-10-20")
    truth = sum(weekly(day) for day in range(61, 92))
    found = report.figures.find("budget.forecast.month_end", "T")
    assert (found.value, found.quality) == (Decimal(truth), Quality.ESTIMATED)
    assert found.bounds == (found.value, found.value)
    assert report.figures.find("budget.forecast.past_error", "T").value == pytest.approx(0, abs=1e-9)


def test_a_closed_month_is_what_was_measured(platform: Any) -> None:
    found = platform().cost().known().report().figures.find("budget.forecast.month_end", "T")
    assert (found.value, found.quality, found.method) == (Decimal("744.00"), Quality.ACTUAL, "counter.curve")


def test_without_two_weeks_of_history_there_is_no_forecast_and_no_pass(platform: Any) -> None:
    made = platform(last="2025-10-21T06:00").cost().known().limit(monthly=10_000)
    made.cost("U", since="2025-10-08").known("U").limit("U", monthly=10_000)
    report = made.report(label="2025-10-20")
    assert report.figures.find("budget.forecast.month_end", "U").reason == "13 days of history; a forecast needs 14"
    assert verdict(report, "budget.forecast", "U").status == "unknown"
    assert verdict(report, "budget.forecast", "T").status == "pass"


@pytest.mark.parametrize(
    ("per_day", "monthly", "status"),
    [(420, 12_400.01, "pass"), (420, 12_400, "warn"), (440, 12_400.01, "warn"), (440, 12_400, "fail")],
)
def test_a_forecast_5_percent_over_warns_and_10_fails(
    platform: Any, per_day: float, monthly: float, status: str
) -> None:
    made = platform(last="2025-10-21T06:00").cost(per_day=per_day).known().limit(monthly=monthly)
    assert verdict(made.report(label="2025-10-20"), "budget.forecast").status == status


@pytest.mark.parametrize(("monthly", "status"), [(4_150, "fail"), (4_150.01, "pass")])
def test_less_than_500_dollars_over_is_no_matter(platform: Any, monthly: float, status: str) -> None:
    made = platform(last="2025-10-21T06:00").cost(per_day=150).known().limit(monthly=monthly)
    found = verdict(made.report(label="2025-10-20"), "budget.forecast")
    assert found.status == status
    assert ("below USD 500" in found.reason) == (status == "pass")


@pytest.mark.parametrize(("monthly", "status"), [(620, "pass"), (619.99, "warn"), (496, "warn"), (495.99, "fail")])
def test_the_last_hour_may_burn_a_fifth_more_than_the_budget(platform: Any, monthly: float, status: str) -> None:
    report = platform().cost().known().limit(monthly=monthly).report()
    assert verdict(report, "budget.burn_rate").status == status


def test_a_threshold_that_no_float_can_hold_is_met_exactly(platform: Any) -> None:
    own = Settings(tenants={"T": {"thresholds": {"budget.burn_rate": {"warn": "1.1"}}}})
    report = platform().cost(per_day=33).known().limit(monthly=930).report(settings=own)
    assert verdict(report, "budget.burn_rate").status == "pass"


def test_an_unfinished_day_is_forecast_whole_and_its_last_hour_is_the_last_that_was_heard(platform: Any) -> None:
    made = platform(last="2025-10-20T15:00").cost().known().limit()
    report = made.report(label="2025-10-20", now="2025-10-20T15:20", provisional=True)
    assert report.snapshot.state == "preliminary"
    assert report.figures.find("budget.forecast.month_end", "T").value == Decimal("744.00")
    burn = report.figures.find("budget.burn_rate", "T")
    assert (burn.value, burn.quality) == (pytest.approx(0.744), Quality.ACTUAL)
    assert report.figures.find("budget.spend.period", "T").bounds == (Decimal("15.00"), None)


def test_a_forecast_is_never_less_than_what_is_spent(platform: Any) -> None:
    spike = platform(last="2025-10-20T15:00").known().limit()
    ts = spike.times(None, None)
    values = np.arange(len(ts), dtype=float)
    values[-10:] += 5_000
    report = spike.add("budget.cost", {"tenant": "T", "driver": "x"}, ts, values).report(
        label="2025-10-20", now="2025-10-20T15:20", provisional=True
    )
    end, day = (report.figures.find(name, "T") for name in ("budget.forecast.month_end", "budget.spend.period"))
    assert day.value > 5_000
    assert min(end.value, end.bounds[0]) >= day.value
    assert report.figures.find("budget.exhaustion_date", "T").value == "2025-10-20"
    assert report.figures.find("budget.spend.mtd", "T").value == Decimal("456.00")
    assert verdict(report, "budget.utilization.monthly").status == "unknown"
    assert "the day that is not over" in verdict(report, "budget.utilization.monthly").reason


def test_a_source_that_died_leaves_the_months_end_open(platform: Any) -> None:
    made = platform(last="2025-10-15T12:00").cost().known().limit(monthly=100_000, until="2025-11-01T06:00")
    report = made.report(label="2025-10-20", now="2025-11-01T06:00")
    found = report.figures.find("budget.forecast.month_end", "T")
    assert found.bounds is not None
    assert found.bounds[1] is None
    assert verdict(report, "budget.forecast").status == "unknown"
    assert "no sample after its end" in verdict(report, "budget.forecast").reason


def test_a_tenant_that_was_silent_for_weeks_has_no_forecast_and_breaks_nothing(platform: Any) -> None:
    made = platform(last="2025-10-21T06:00").known().limit()
    ts = made.times(None, None)
    heard = (ts < ts[-1] - 33 * 86_400_000) | (ts > ts[-1] - 86_400_000)
    report = made.add("budget.cost", {"tenant": "T"}, ts[heard], np.arange(len(ts))[heard]).report(label="2025-10-20")
    assert report.figures.find("budget.forecast.month_end", "T").value is None
    assert report.figures.find("budget.spend.period", "T").value == Decimal("24.00")


def test_the_platforms_forecast_is_the_sum_of_its_tenants(platform: Any) -> None:
    made = platform(last="2025-10-21T06:00")
    for name, usd in (("A", 11.13), ("B", 7.77)):
        made.cost(name, per_day=usd).known(name).limit(name)
    figures = made.report(label="2025-10-20").figures
    parts = [figures.find("budget.forecast.month_end", name).value for name in "AB"]
    assert figures.find("budget.forecast.month_end").value == sum(parts)


@pytest.mark.parametrize(
    ("monthly", "day"), [(240, "2025-10-10"), (241, "2025-10-11"), (600, "2025-10-25"), (745, "not this month")]
)
def test_the_budget_is_used_up_on_the_day_that_reaches_it(platform: Any, monthly: float, day: str) -> None:
    made = platform(last="2025-10-21T06:00").cost().known().limit(monthly=monthly)
    assert made.report(label="2025-10-20").figures.find("budget.exhaustion_date", "T").value == day


def test_a_closed_month_whose_bounds_reach_over_the_budget_is_no_pass(platform: Any) -> None:
    made = platform().known().limit(monthly=1_000)
    ts = made.times(None, None)
    heard = (ts < ts[-1] - 60 * 3_600_000) | (ts > ts[-1] - 3_600_000)
    values = np.where(ts > ts[-1] - 3_600_000, 5_000, 0) + np.arange(len(ts)) * 0.5
    report = made.add("budget.cost", {"tenant": "T"}, ts[heard], values[heard]).report(label="2025-10-31")
    assert verdict(report, "budget.forecast").status in {"unknown", "fail"}
