from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from mcreports.metrics import CATALOGUE
from mcreports.period import Period
from mcreports.plan import further_back, further_on, plan

PERIODS = [
    ("daily", "2025-10-31"), ("daily", "2025-01-01"), ("daily", "2024-02-29"), ("weekly", "2025-W40"),
    ("weekly", "2026-W01"), ("monthly", "2025-10"), ("monthly", "2025-01"), ("monthly", "2025-Q1"),
    ("trends", "2024-11-01..2025-10-31"), ("trends", "2025"), ("incident-budget", "2025-10-31"),
    ("incident-autonomy", "2025-01-01"), ("incident-drift", "2024-02-29"),
]  # fmt: skip


@pytest.mark.parametrize(("report", "label"), PERIODS)
def test_every_window_is_of_a_metric_that_there_is_and_ends_with_the_period(report: str, label: str) -> None:
    period = Period.parse(label)
    for key, (start, end) in plan(report, period).items():
        assert key in CATALOGUE
        assert start < end == period.end


@pytest.mark.parametrize(("report", "label"), PERIODS)
def test_money_is_read_from_a_months_start_and_over_all_that_is_compared(report: str, label: str) -> None:
    period = Period.parse(label)
    start, _ = plan(report, period)["budget.cost"]
    assert (start.day, start.hour) == (1, 0)
    assert start <= period.start
    if report != "trends":
        assert start <= min(period.previous().start, period.month().previous().start)
    if report == "daily":
        assert start <= period.end - timedelta(weeks=8, days=1)
    if report == "monthly":
        assert start <= datetime(period.month().first.year, 1, 1, tzinfo=UTC)


def test_a_week_over_the_end_of_a_month_asks_who_was_there_from_its_first_day() -> None:
    week = Period.parse("2025-W40")
    assert plan("weekly", week)["tenant.info"] == (week.start, week.end)


def test_trends_ask_who_was_there_in_the_newest_month() -> None:
    start, _ = plan("trends", Period.parse("2024-11-01..2025-10-31"))["tenant.info"]
    assert start == datetime(2025, 10, 1, tzinfo=UTC)
    assert "budget.limit_daily" not in plan("trends", Period.parse("2025"))


def test_a_months_start_is_that_of_the_zone() -> None:
    start, end = plan("monthly", Period.parse("2025-10", "Asia/Kathmandu"))["budget.cost"]
    assert start == datetime(2024, 12, 31, 18, 15, tzinfo=UTC)
    assert end == datetime(2025, 10, 31, 18, 15, tzinfo=UTC)


def test_slices_further_away_touch_are_at_most_32_days_wide_and_end() -> None:
    at = datetime(2025, 10, 1, tzinfo=UTC)
    back, on = list(further_back(at)), list(further_on(at, at + timedelta(days=50)))
    assert (back[0], back[-1][0]) == ((at - timedelta(days=8), at), at - timedelta(days=400))
    assert (on[0], on[-1][1]) == ((at, at + timedelta(days=8)), at + timedelta(days=50))
    assert all(newer[0] == older[1] for newer, older in pairwise(back))
    assert all(older[1] == newer[0] for older, newer in pairwise(on))
    assert max(after - before for before, after in [*back, *on]) == timedelta(days=32)
    assert list(further_on(at, at)) == []
    assert list(further_on(at, at + timedelta(days=4000)))[-1][1] == at + timedelta(days=400)
