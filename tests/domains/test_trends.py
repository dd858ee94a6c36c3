from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.domains import quality_cost
from mcreports.figures import Quality
from mcreports.settings import Settings
from mcreports.view.closing import sentence_text

YEAR = "2025-01-01..2025-10-31"


def months(report: Any, tenant: str | None = "T") -> dict[str, Any]:
    own = [f for f in report.figures.where("budget.spend.month") if f.tenant == tenant and len(f.labels) == 1]
    return {dict(f.labels)["month"]: f for f in own}


def test_months_before_the_data_are_unknown_and_the_first_is_estimated(platform: Any) -> None:
    report = platform(first="2025-08-10", last="2025-11-02").cost(opening=100.0).known().report("trends", YEAR)
    found = months(report)
    assert [found[f"2025-{month:02d}"].value for month in range(1, 8)] == [None] * 7
    assert (found["2025-08"].value, found["2025-08"].quality) == (Decimal("528.00"), Quality.ESTIMATED)
    assert found["2025-08"].bounds == (Decimal("528.00"), Decimal("628.00"))
    assert (found["2025-09"].value, found["2025-09"].quality) == (Decimal("720.00"), Quality.ACTUAL)
    whole = report.figures.find("budget.spend.period")
    assert (whole.value, whole.quality) == (Decimal("1992.00"), Quality.ESTIMATED)


def test_months_add_up_to_the_year(platform: Any) -> None:
    made = platform(first="2024-12-20", last="2025-11-02").known()
    made.cost(per_day=lambda day: 10.03 + day % 3).cost(driver="gpu", since="2025-03-04")
    report = made.report("trends", YEAR)
    for tenant in (None, "T"):
        values = [f.value for f in months(report, tenant).values()]
        assert sum(values) == report.figures.find("budget.spend.period", tenant).value
    assert {one.status for one in report.reconciliation} == {Status.PASS}


def changes(report: Any, name: str = "_like_for_like") -> list[Any]:
    return list(report.figures.where(f"budget.change.month{name}"))


def test_the_largest_change_comes_first_whichever_way_it_went(platform: Any) -> None:
    made = platform(first="2024-12-20", last="2025-11-02").known()
    made.cost(per_day=lambda day: 10.0 + day % 2 if day < 225 else 1.0).cost(driver="gpu", per_day=lambda day: day % 5)
    found = changes(made.report("trends", YEAR))
    assert (found[0].value < 0, dict(found[0].labels)) == (True, {"driver": "compute", "month": "2025-08"})
    assert [abs(f.value) for f in found] == sorted((abs(f.value) for f in found), reverse=True)
    assert len(found) == 10


def test_a_month_that_is_only_longer_is_no_change(platform: Any) -> None:
    made = platform(first="2024-12-20", last="2025-11-02").known().cost(per_day=31)
    assert changes(made.report("trends", "2025-02-01..2025-03-31")) == []


def test_a_change_is_its_days_and_the_rest_and_that_is_a_percentage_of_as_many_days(platform: Any) -> None:
    made = platform(first="2024-12-20", last="2025-11-02").known()
    made.cost(per_day=lambda day: 28.0 if day < 71 else 30.0)  # from 1 March on
    report = made.report("trends", "2025-02-01..2025-03-31")
    (like,), (change,), (days,) = (changes(report, name) for name in ("_like_for_like", "", "_calendar"))
    percent = report.figures.find("budget.change.month_percent", "T", **dict(like.labels))
    assert (change.value, days.value, like.value) == (Decimal("146.00"), Decimal("84.00"), Decimal("62.00"))
    assert percent.value == pytest.approx(100 * 2 / 28)


def test_a_weekday_is_the_mean_of_its_days(platform: Any) -> None:
    made = platform(first="2025-01-06", last="2025-11-02").known()
    made.cost(per_day=lambda day: 70.0 if day % 7 == 0 else 1.0)
    report = made.report("trends", "2025-02-01..2025-10-31")
    means = {dict(f.labels)["weekday"]: f.value for f in report.figures.where("budget.spend.weekday_mean")}
    assert means.pop("Monday") == Decimal("70.00")
    assert set(means.values()) == {Decimal("1.00")}


def test_a_period_without_a_whole_month_proves_nothing(platform: Any) -> None:
    report = platform().cost().known().report("trends", "2025-10-05..2025-10-20")
    assert report.verdicts == ()
    assert (report.headline.status, report.headline.text) == (
        Status.UNKNOWN, "nothing was checked: there is no verdict",
    )  # fmt: skip


def test_a_tenant_of_an_earlier_month_stays_in_the_year(platform: Any) -> None:
    made = platform(first="2024-12-20", last="2025-11-02").cost().known().cost("OLD", until="2025-03-10")
    report = made.report("trends", YEAR)
    assert report.figures.find("budget.spend.period", "OLD").value == Decimal("1632.00")
    assert {v.tenant for v in report.verdicts} == {"T", None}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_a_year_that_is_not_over_speaks_of_the_months_that_are(platform: Any, zone: str) -> None:
    made = platform(last="2025-10-21T15:00").cost().known()
    order = {"now": "2025-10-21T15:20", "provisional": True, "settings": Settings(report={"zone": zone})}
    report = made.report("trends", "2025", **order)
    assert list(months(report))[-1] == "2025-09"
    assert {dict(f.labels)["month"] for f in changes(report)} <= {"2025-09"}  # October has not fallen: it is not over
    assert report.figures.find("budget.bridge.change").window[0].date().isoformat() in {"2025-08-31", "2025-09-01"}
    assert "to 21 October 2025 the platform cost" in sentence_text(report.headline.sentences[0])
    burn = report.figures.find("error_budget.burn", None, None, check="autonomy.success_rate")
    assert burn.window[1].date().isoformat() in {"2025-09-30", "2025-10-01"}
    assert quality_cost.worst(report.figures, (("month", "2025-09"),)) == ["T"]
    assert quality_cost.worst(report.figures, (("month", "2025-10"),)) == []


def test_a_year_that_is_not_over_forecasts_the_month_that_it_is_in_and_the_next(platform: Any) -> None:
    made = platform(last="2025-10-21T15:00").cost().known()
    figures = made.report("trends", "2025", now="2025-10-21T15:20", provisional=True).figures
    for tenant in (None, "T"):
        end, following = (figures.find(f"budget.forecast.{name}", tenant) for name in ("month_end", "next_month"))
        assert (end.value, end.window[0].month) == (Decimal("744.00"), 10)
        assert (following.value, following.window[0].month) == (Decimal("720.00"), 11)
