"""Error budgets: what may go wrong in a month, what did, and when nothing is left, against plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.domains.error_budgets import (
    ALLOWED,
    BURN,
    BURN_PERIOD,
    EVENTS,
    NO_ROOM,
    NOT_THIS_MONTH,
    REMAINING,
    SPENT,
    USED_UP,
    WHOLE,
    burners,
    standing,
)
from mcreports.figures import Quality
from mcreports.settings import ReportSettings, Settings

SUCCESS, UNDONE, GROUNDED = "autonomy.success_rate", "autonomy.compensation_rate", "grounding.pass_rate"


def found(report: Any, check: str = SUCCESS, tenant: str | None = "T") -> dict[str, Any]:
    ids = (EVENTS, ALLOWED, WHOLE, SPENT, REMAINING, BURN, USED_UP)
    return {each: report.figures.find(each, tenant, None, check=check) for each in ids}


def word(report: Any, check: str = SUCCESS) -> Status | None:
    own = found(report, check)
    return standing(own[REMAINING], own[BURN])


@pytest.mark.parametrize(
    ("check", "share", "wrong", "every"),
    [(SUCCESS, 0.001, 1, 1001), (UNDONE, 0.005, 2, 1001), (GROUNDED, 0.05, 4, 100)],
)
def test_a_running_months_budget_is_that_of_its_events_at_their_pace(
    working: Callable[..., Any], check: str, share: float, wrong: int, every: int
) -> None:
    report = working().report("daily", "2025-10-10")
    for tenant in ("T", None):
        own = found(report, check, tenant)
        assert own[EVENTS].value == 240 * every
        assert own[SPENT].value == 240 * wrong
        assert own[ALLOWED].value == pytest.approx(240 * every * share)
        assert own[WHOLE].value == pytest.approx(744 * every * share)
        assert own[REMAINING].value == pytest.approx(744 * every * share - 240 * wrong)
        assert own[BURN].value == pytest.approx(wrong / every / share)
        low, high = own[BURN].bounds
        assert low < own[BURN].value < high
        assert own[WHOLE].quality is Quality.ESTIMATED
        assert {own[each].quality for each in (EVENTS, ALLOWED, SPENT, BURN)} == {Quality.ACTUAL}
        assert report.figures.find(BURN_PERIOD, tenant, None, check=check).value == pytest.approx(own[BURN].value)


@pytest.mark.parametrize(("bad", "day"), [(1.0, None), (2.0, "2025-10-16"), (4.0, ""), (31.0, "")])
def test_the_day_on_which_nothing_is_left_follows_from_the_pace(
    working: Callable[..., Any], bad: float, day: str | None
) -> None:
    report = working(T={"good": 1000 - bad, "bad": bad}).report("daily", "2025-10-10")
    own = found(report)
    spent = 240 * bad > 744
    # a budget that is gone was used up some day before: the even pace is no measurement of it
    assert own[USED_UP].value == (None if spent else day or NOT_THIS_MONTH)
    assert (own[REMAINING].value < 0) is spent
    assert word(report) is (Status.FAIL if spent else Status.WARN if bad > 1 else Status.PASS)


def test_a_closed_month_is_measured_and_has_one_burn(working: Callable[..., Any]) -> None:
    report = working().report("monthly", "2025-10")
    own = found(report)
    assert {one.quality for one in own.values()} == {Quality.ACTUAL}
    assert own[ALLOWED].value == own[WHOLE].value
    assert report.figures.where(BURN_PERIOD) == ()


def test_trends_have_the_budgets_of_their_newest_whole_month(working: Callable[..., Any]) -> None:
    trends = working().report("trends", "2025-08-05..2025-10-31")
    month = working().report("monthly", "2025-10")
    assert found(trends) == found(month)
    assert working().report("trends", "2025-10-05..2025-10-20").figures.where(BURN) == ()


def test_few_events_get_no_word_unless_they_prove_the_worst(working: Callable[..., Any]) -> None:
    quiet = {"good": 10.0, "bad": 0.0, "held": 0.0, "loose": 0.0}
    report = working(T=quiet).report("daily", "2025-10-01")
    burn = found(report)[BURN]
    assert (burn.value, burn.quality, word(report)) == (0.0, Quality.ESTIMATED, None)
    assert burn.reason == "240 operations are too few: 3,838 are the fewest that can prove >= 99.9 %"
    report = working(T={**quiet, "bad": 5.0}).report("daily", "2025-10-01")
    assert (found(report)[BURN].quality, word(report)) == (Quality.ESTIMATED, Status.FAIL)


def test_no_event_at_all_leaves_everything_unknown(working: Callable[..., Any]) -> None:
    report = working(T={"good": 0.0, "bad": 0.0, "held": None, "loose": None}).report("daily")
    own = found(report)
    assert (own[EVENTS].value, own[BURN].reason, word(report)) == (0, "no operations", Status.UNKNOWN)
    assert {own[each].value for each in (ALLOWED, WHOLE, SPENT, REMAINING, BURN, USED_UP)} == {None}
    assert (word(report, GROUNDED), found(report, GROUNDED)[BURN].reason) == (Status.UNKNOWN, "no data")


@pytest.mark.parametrize(("bad", "status"), [(1.0, Status.FAIL), (0.0, Status.UNKNOWN)])
def test_a_target_of_everything_leaves_no_budget(working: Callable[..., Any], bad: float, status: Status) -> None:
    settings = Settings.model_validate({"thresholds": {SUCCESS: {"fail": 100}}})
    report = working(T={"bad": bad}).report("daily", settings=settings)
    own = found(report)
    assert (own[ALLOWED].value, own[BURN].value, own[BURN].reason) == (0.0, None, NO_ROOM)
    assert (own[REMAINING].value, word(report)) == (-744 * bad, status)


def test_a_reset_makes_what_is_spent_an_estimate(working: Callable[..., Any]) -> None:
    made = working()
    for key, one in made.rows:
        if key == "autonomy.operations":
            one.values[-300:] -= one.values[-301]
    own = found(made.report("monthly", "2025-10"))
    assert {own[each].quality for each in (SPENT, ALLOWED, BURN)} == {Quality.ESTIMATED}
    assert "resets: at least this many events" in own[BURN].reason


@pytest.mark.parametrize(
    ("zone", "label", "hours"),
    [("Europe/Berlin", "2025-10", 745), ("Europe/Berlin", "2025-03", 743), ("UTC", "2025-10", 744)],
)
def test_a_month_has_the_hours_of_its_zone(working: Callable[..., Any], zone: str, label: str, hours: int) -> None:
    settings = Settings(report=ReportSettings(zone=zone))
    made = working(first="2025-02-01", last="2025-11-02T06:00")
    assert found(made.report("monthly", label, settings=settings))[EVENTS].value == 1001 * hours
    half = made.report("daily", f"{label}-15", settings=settings)
    assert found(half)[WHOLE].value == pytest.approx(0.001 * 1001 * hours)


def test_a_week_over_a_months_end_has_the_budget_of_the_new_month_and_a_burn_of_its_own(
    working: Callable[..., Any],
) -> None:
    report = working().report("weekly", "2025-W40")
    assert found(report)[EVENTS].value == 5 * 24 * 1001
    recent = report.figures.find(BURN_PERIOD, "T", None, check=SUCCESS)
    assert recent.window[1] - recent.window[0] == timedelta(days=7)


def test_a_day_of_the_budget_is_one_of_the_zones_calendar(working: Callable[..., Any]) -> None:
    settings = Settings(report=ReportSettings(zone="Pacific/Kiritimati"))
    report = working(T={"good": 998.0, "bad": 2.0}).report("daily", "2025-10-10", settings=settings)
    assert date.fromisoformat(found(report)[USED_UP].value) == date(2025, 10, 16)


def test_the_fastest_burner_comes_first_and_what_proves_nothing_after_it(working: Callable[..., Any]) -> None:
    tenants = {"SLOW": {}, "FAST": {"bad": 3.0}, "FEW": {"good": 1.0, "bad": 0.01}, "NONE": {"good": None, "bad": None}}
    report = working(**tenants).report("daily", "2025-10-02")
    order = [tenant for tenant, check in burners(report.figures) if check == SUCCESS]
    assert order == ["FAST", "SLOW", "FEW", "NONE"]
    assert len(burners(report.figures)) == 12


def test_a_tenants_own_target_is_its_own_budget(working: Callable[..., Any]) -> None:
    settings = Settings.model_validate({"tenants": {"T": {"thresholds": {SUCCESS: {"fail": 99}}}}})
    report = working().report("daily", "2025-10-10", settings=settings)
    assert found(report)[ALLOWED].value == pytest.approx(240 * 1001 * 0.01)
    assert found(report, tenant=None)[ALLOWED].value == pytest.approx(240 * 1001 * 0.001)
