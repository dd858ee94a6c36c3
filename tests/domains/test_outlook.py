from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from mcreports.analysis.forecast import forecast
from mcreports.domains.money import open_books
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


@pytest.mark.parametrize(
    ("order", "now", "spent"),
    [
        (("daily", "2025-10-01"), "2025-10-01T15:00", Decimal("15.00")),
        (("monthly", "2025-10"), "2025-10-01T15:00", Decimal("15.00")),
        (("weekly", "2025-W40"), "2025-09-30T15:00", None),  # it ends in October
    ],
)
def test_a_month_whose_first_day_is_not_over_is_forecast(platform: Any, order: Any, now: str, spent: Any) -> None:
    made = platform(last=now).cost().known().limit()
    for tenant in ("T", None):
        figures = made.report(*order, now=f"{now[:-2]}20", provisional=True).figures
        assert figures.find("budget.spend.mtd", tenant).value == spent
        assert figures.find("budget.forecast.month_end", tenant).value == Decimal("744.00")
        assert figures.find("budget.exhaustion_probability", tenant).value < 5


def test_a_tenant_that_nothing_is_heard_of_on_the_first_day_of_a_month_has_no_forecast_of_it(platform: Any) -> None:
    made = platform(last="2025-10-01T15:00").cost().known().limit().known("U").cost("U", until="2025-09-29T00:00")
    found = made.report(label="2025-10-01", now="2025-10-01T15:20", provisional=True).figures
    assert found.find("budget.forecast.month_end", "U").value is None
    assert found.find("budget.forecast.month_end", "T").value == Decimal("744.00")


def test_a_tenant_that_never_cost_anything_has_no_past_error_and_is_told_why(platform: Any) -> None:
    found = platform(last="2025-10-21T06:00").cost(per_day=0).known().report(label="2025-10-20").figures
    error = found.find("budget.forecast.past_error", "T")
    assert (error.value, error.quality, "too little spend" in error.reason) == (None, Quality.UNKNOWN, True)


def uneven(day: int) -> float:
    return 24.0 + 12 * float(np.random.default_rng([day]).uniform(-1, 1))


def test_dear_hours_raise_what_is_expected_of_the_rest_of_the_day(
    platform: Any,
) -> None:
    def month_end(today: float) -> Any:
        made = platform(last="2025-10-20T12:00").known().limit()
        made.cost(per_day=lambda day: today if day == 80 else 24.0)
        report = made.report(label="2025-10-20", now="2025-10-20T12:20", provisional=True)
        return report.figures.find("budget.forecast.month_end", "T")

    usual, dear = month_end(24), month_end(48)
    assert usual.value == Decimal("744.00")
    assert dear.value == pytest.approx(Decimal(744 + 12) + Decimal(12 * 2**0.5 - 12), abs=Decimal("0.01"))


def test_the_hours_still_to_come_are_those_that_days_like_it_cost_the_most_in(platform: Any) -> None:
    made = platform(last="2025-10-20T12:00").known().limit()
    ts = made.times(None, None)
    evenings = np.cumsum(np.where((ts // 3_600_000) % 24 >= 18, 4.0, 0.0))  # USD 24, all of them after 18:00
    made.add("budget.cost", {"tenant": "T", "driver": "x"}, ts + 3_600_000, evenings)
    report = made.report(label="2025-10-20", now="2025-10-20T13:20", provisional=True)
    assert report.figures.find("budget.forecast.month_end", "T").value == pytest.approx(
        Decimal(744), abs=Decimal("0.5")
    )


def test_the_intervals_date_and_probability_come_from_the_same_paths(platform: Any) -> None:
    made = platform(last="2025-10-21T06:00").cost(per_day=uneven).known()
    budget = 762
    report = made.limit(monthly=budget).report(label="2025-10-20")
    books, find = open_books(report.snapshot), report.figures.find
    month = report.snapshot.period.month()
    days = (*(day for part in (month.previous().previous(), month.previous(), month) for day in part.split("day")),)
    spans = [(day.start, day.end) for day in days if day.end <= report.snapshot.period.end]
    ahead = forecast(books.daily("T", spans), report.snapshot.period.after, 11 + 30)
    spent = float(find("budget.spend.mtd", "T").value)
    reached = np.rint(100 * np.cumsum(ahead.paths[:, :11], axis=1)) + round(100 * spent)
    chance, day = (find(f"budget.exhaustion_{name}", "T").value for name in ("probability", "date"))
    assert 5 < chance < 95
    assert chance == pytest.approx(100 * (reached[:, -1] >= 100 * budget).mean())
    assert (day != "not this month") == (chance >= 50) == (find("budget.forecast.month_end", "T").value >= budget)
    for figure_id, share in (("month_end", 0.8), ("month_end_95", 0.95)):
        found = find(f"budget.forecast.{figure_id}", "T")
        ends = [spent + end for end in ahead.interval(share, slice(11))]
        assert [float(end) for end in found.bounds] == pytest.approx(ends, abs=0.01)
    following = find("budget.forecast.next_month", "T")
    assert float(following.value) == pytest.approx(ahead.total(slice(11, None)), abs=0.01)
    assert following.bounds[0] < following.value < following.bounds[1]


@pytest.mark.parametrize(("monthly", "chance"), [(240, 100.0), (600, 100.0), (3000, 0.0)])
def test_a_budget_that_is_used_up_already_or_never_will_be_has_no_chance_in_it(
    platform: Any, monthly: float, chance: float
) -> None:
    figures = platform(last="2025-10-21T06:00").cost().known().limit(monthly=monthly).report(label="2025-10-20").figures
    assert figures.find("budget.exhaustion_probability", "T").value == chance


def test_a_closed_month_is_followed_by_a_forecast_of_the_next_one(platform: Any) -> None:
    figures = platform().cost().known().limit(monthly=700).report("monthly", "2025-10").figures
    following = figures.find("budget.forecast.next_month", "T")
    assert (following.value, following.quality) == (Decimal("720.00"), Quality.ESTIMATED)
    assert [f"{at:%Y-%m-%d}" for at in following.window] == ["2025-11-01", "2025-12-01"]
    assert figures.find("budget.forecast.past_error", "T").value == pytest.approx(0, abs=1e-9)
    chance = figures.find("budget.exhaustion_probability", "T")
    assert (chance.value, chance.quality) == (100.0, Quality.ACTUAL)


def test_without_a_budget_or_a_forecast_nobody_knows_when_it_is_used_up(platform: Any) -> None:
    made = platform(last="2025-10-21T06:00").cost().known()
    made.cost("U", since="2025-10-08").known("U").limit("U")
    figures = made.report(label="2025-10-20").figures
    for tenant, reason in (("T", "limit"), ("U", "13 days of history")):
        for name in ("date", "probability"):
            found = figures.find(f"budget.exhaustion_{name}", tenant)
            assert (found.value, found.quality) == (None, Quality.UNKNOWN)
            assert reason in found.reason or tenant == "T"


@pytest.mark.parametrize(
    ("order", "monthly", "chance"),
    [
        (("daily", "2025-10-20"), 5000, None),
        (("daily", "2025-10-20"), 1000, 100.0),
        (("monthly", "2025-10"), 5000, None),
    ],
)
def test_nobody_knows_that_a_budget_lasts_where_nobody_knows_what_is_spent(
    platform: Any, order: Any, monthly: float, chance: float | None
) -> None:
    made = platform(last="2025-11-01T06:00").cost().known().limit(monthly=1000)
    made.cost("U", per_day=100.0, until="2025-10-15T00:00").known("U").limit("U", monthly=monthly)
    figures = made.report(*order).figures
    assert figures.find("budget.exhaustion_probability", "U").value == chance
    assert figures.find("budget.exhaustion_date", "U").value == (None if chance is None else "2025-10-10")
    assert figures.find("budget.exhaustion_date", "T").value == "not this month"
    if chance is None:
        assert "no sample after its end yet" in figures.find("budget.exhaustion_date", "U").reason


def test_the_fan_ends_where_the_month_does_and_holds_its_own_line(platform: Any) -> None:
    made = platform(last="2025-10-21T06:00")
    for name in "AB":
        made.cost(name, per_day=lambda day, name=name: uneven(day + 1000 * ord(name))).known(name).limit(name)
    figures = made.report(label="2025-10-20").figures
    for suffix, end in (("", "month_end"), ("_95", "month_end_95")):
        fan = [f for f in figures.where(f"budget.forecast.cumulative{suffix}") if f.tenant is None]
        whole = figures.find(f"budget.forecast.{end}")
        assert [dict(f.labels)["day"] for f in fan] == [f"2025-10-{day}" for day in range(21, 32)]
        assert (fan[-1].value, fan[-1].bounds) == (whole.value, whole.bounds)
        assert all(f.bounds[0] <= f.value <= f.bounds[1] for f in fan)
        assert [f.value for f in fan] == sorted(f.value for f in fan)
    following = [figures.find("budget.forecast.next_month", tenant).value for tenant in (None, "A", "B")]
    assert following[0] == following[1] + following[2]


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
