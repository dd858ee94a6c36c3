from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from mcreports.domains.limits import limit, total
from mcreports.figures import Quality
from mcreports.settings import Settings


def own(platform_: Any, which: str = "daily", **more: Any) -> Any:
    snapshot = platform_.cost().known().snapshot(**more)
    return limit(snapshot, "T", which, (snapshot.period.start, snapshot.period.end))


def verdict(report: Any, check: str, tenant: str = "T") -> Any:
    return next(v for v in report.verdicts if v.check == check and v.tenant == tenant)


@pytest.mark.parametrize(
    ("daily", "status"),
    [("30.01", "pass"), ("30.00", "warn"), ("26.67", "warn"), ("26.66", "fail"), ("24.00", "fail")],
)
def test_80_percent_of_the_daily_limit_warn_and_90_fail(platform: Any, daily: str, status: str) -> None:
    report = platform().cost().known().limit(daily=float(daily)).report()
    assert verdict(report, "budget.utilization.daily").status == status


@pytest.mark.parametrize(
    ("monthly", "status"), [("930.01", "pass"), ("930.00", "warn"), ("826.67", "warn"), ("826.66", "fail")]
)
def test_80_percent_of_the_monthly_budget_warn_and_90_fail(platform: Any, monthly: str, status: str) -> None:
    report = platform().cost().known().limit(monthly=float(monthly)).report()
    assert verdict(report, "budget.utilization.monthly").status == status


def test_a_tenants_own_thresholds_and_limits_go_over_the_others(platform: Any) -> None:
    chosen = Settings(
        tenants={"T": {"budget_daily": "48", "thresholds": {"budget.utilization.daily": {"warn": "40", "fail": "50"}}}}
    )
    report = platform().cost().cost("U").known().known("U").limit().limit("U", daily=48).report(settings=chosen)
    assert report.figures.find("budget.limit.daily", "T").query == "settings: tenants.T.budget_daily"
    assert [verdict(report, "budget.utilization.daily", name).status for name in "TU"] == ["fail", "pass"]


def test_the_last_value_of_the_period_is_the_limit(platform: Any) -> None:
    made = platform().limit(daily=None, monthly=500, until="2025-10-31T10:00")
    made.limit(daily=None, monthly=700, since="2025-10-31T11:00")
    assert own(made, "monthly").value == Decimal("700.00")


def test_a_limit_that_fell_silent_before_the_end_is_not_known_any_more(platform: Any) -> None:
    found = own(platform().limit(until="2025-10-31T18:00"))
    assert (found.value, found.quality) == (None, Quality.UNKNOWN)
    assert found.reason == "its limit was last seen at 2025-10-31T18:00:00Z"


def test_a_limit_that_missed_its_last_scrapes_is_known(platform: Any) -> None:
    assert own(platform().limit(until="2025-10-31T22:00")).value == Decimal("100.00")


def test_a_limit_of_which_a_tenth_is_missing_is_not_known(platform: Any) -> None:
    made = platform()
    ts = made.times("2025-10-31", None)
    ts = np.delete(ts, [5, 6, 7])
    made.add("budget.limit_daily", {"tenant": "T"}, ts, np.full(len(ts), 100.0))
    assert own(made).reason == "only 87.5 % of its limit's samples are there"


def test_one_sample_of_a_limit_may_be_stale(platform: Any) -> None:
    found = own(platform().limit(since="2025-10-31T05:00", until="2025-10-31T05:00"))
    assert found.value is None
    assert "single sample" in found.reason


def test_one_fresh_sample_is_known_where_others_show_the_interval(platform: Any) -> None:
    made = platform().limit("U").limit(since="2025-10-31T23:00", until="2025-10-31T23:00")
    assert own(made).value == Decimal("100.00")


@pytest.mark.parametrize("value", [np.nan, np.inf, -5.0])
def test_a_limit_that_is_no_amount_is_not_known(platform: Any, value: float) -> None:
    report = platform().cost().known().limit(daily=value).report()
    assert report.figures.find("budget.limit.daily", "T").value is None
    assert verdict(report, "budget.utilization.daily").status == "unknown"


def test_without_a_limit_or_with_one_of_0_nothing_passes(platform: Any) -> None:
    for daily in (None, 0.0):
        found = verdict(platform().cost().known().limit(daily=daily).report(), "budget.utilization.daily")
        assert found.status == "unknown"
        assert "limit" in found.reason


def test_a_sum_of_limits_needs_them_all(platform: Any) -> None:
    span = (platform().snapshot().period.start, platform().snapshot().period.end)
    parts = [own(platform().limit()), own(platform())]
    assert total("sum", parts[:1], span).value == Decimal("100.00")
    assert (total("sum", parts, span).value, total("sum", parts, span).reason) == (None, "no limit of T")
    assert total("sum", [], span).value is None


def test_a_day_that_may_be_more_is_no_pass_but_a_failure_stays_one(platform: Any) -> None:
    for daily, status in ((1000, "unknown"), (10, "fail")):
        made = platform(last="2025-10-31T12:00").cost().known().limit(daily=daily, until="2025-11-01T01:00")
        assert verdict(made.report(now="2025-11-01T01:00"), "budget.utilization.daily").status == status
