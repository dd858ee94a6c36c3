"""The cost of quality in whole reports: by tenant, of the platform, over time, and against the demo's truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from mcreports.domains import quality_cost
from mcreports.domains.compose import compose
from mcreports.domains.quality_spend import COMPENSATED, FAILED, GOOD, LOST, UNGROUNDED, UNJUDGED
from mcreports.domains.stretches import stretches
from mcreports.domains.unit_cost import GOOD_COST, GROUNDED_COST, SUCCESS_COST
from mcreports.figures import Quality
from mcreports.period import Period
from mcreports.settings import Settings
from mcreports.sources.demo import DemoSource
from mcreports.take import Order, take

DEMO = DemoSource(7)
NOW = datetime(2025, 11, 4, tzinfo=UTC)
HOSTILE = '<script>|a="b",{0}\u202e'
LABELS = {"daily": ("week", 5), "weekly": ("day", 7), "monthly": ("week", 5), "trends": ("month", 3)}
PERIODS = {"daily": "2025-10-31", "weekly": "2025-W44", "monthly": "2025-10", "trends": "2025-08-01..2025-10-31"}


@pytest.fixture(scope="module")
def demo() -> Callable[[str], Any]:
    found: dict[str, Any] = {}

    def report(name: str) -> Any:
        if name not in found:
            found[name] = compose(take(Order(name, Period.parse(PERIODS[name])), DEMO, Settings(), NOW))
        return found[name]

    return report


@pytest.mark.parametrize("name", ["daily", "weekly", "monthly"])
def test_the_demo_s_costs_are_those_of_what_really_happened(demo: Callable[[str], Any], name: str) -> None:
    report, truth = demo(name), DEMO.truth
    span = report.snapshot.period.start, report.snapshot.period.end
    checked = 0
    for tenant in report.snapshot.tenants:
        good = truth.events("autonomy.operations", *span, (tenant, "success"))
        undone = truth.events("autonomy.compensations", *span, (tenant,))
        cost = report.figures.find(GOOD_COST, tenant)
        spend = report.figures.find("budget.spend.period", tenant).value
        if cost.quality is Quality.ACTUAL:
            checked += 1
            assert cost.value == pytest.approx(float(spend) / (good - undone), rel=1e-12)
            assert report.figures.find(SUCCESS_COST, tenant).value == pytest.approx(float(spend) / good, rel=1e-12)
            failed = truth.events("autonomy.operations", *span, (tenant, "failure"))
            part = spend * failed / (good + failed)
            assert abs(report.figures.find(FAILED, tenant).value - part) <= Decimal("0.005")
    assert checked >= 5


@pytest.mark.parametrize("name", PERIODS)
def test_costs_are_followed_over_time_and_add_up_in_every_stretch(demo: Callable[[str], Any], name: str) -> None:
    figures, (label, size) = demo(name).figures, LABELS[name]
    stages = [one.labels for one in figures.of(LOST, None) if list(dict(one.labels)) == [label]]
    assert len(stages) == size
    for labels in stages:
        named = dict(labels)
        spent = sum(figures.find(each, None, None, **named).value for each in (FAILED, COMPENSATED, GOOD, UNJUDGED))
        window = figures.find(LOST, None, None, **named).window
        whole = sum((f.value or 0 for f in figures.of("budget.spend.day", None)
                     if len(f.labels) == 1 and window[0] <= f.window[0] < window[1]), Decimal())  # fmt: skip
        if name != "trends":
            assert spent == whole or name == "daily"
        for tenant in demo(name).snapshot.tenants:
            assert figures.find(GOOD_COST, tenant, None, **named).window == window


@pytest.mark.parametrize("name", PERIODS)
def test_every_rate_of_the_demo_has_the_interval_of_its_events(demo: Callable[[str], Any], name: str) -> None:
    checks = ("autonomy.success_rate", "autonomy.compensation_rate", "grounding.pass_rate")
    rates = [one for one in demo(name).figures if one.id in checks and one.value is not None]
    assert len(rates) > 20
    assert all(one.bounds[0] <= one.value <= one.bounds[1] for one in rates)


def test_tenants_and_platform_add_up_to_the_spend_also_where_nothing_is_known_of_one(
    working: Callable[..., Any],
) -> None:
    made = working(T={}, DUMB={"good": None, "bad": None, "undone": None}, **{HOSTILE: {"held": None, "loose": None}})
    report = made.report("monthly", "2025-10")
    find = report.figures.find
    for tenant in (None, *report.snapshot.tenants):
        parts = [find(each, tenant).value for each in (FAILED, COMPENSATED, GOOD, UNJUDGED)]
        assert sum(part for part in parts if part is not None) == find("budget.spend.period", tenant).value
    assert find(UNJUDGED, "DUMB").value == find(UNJUDGED).value == find("budget.spend.period", "DUMB").value
    assert find(GOOD_COST, "DUMB").quality is Quality.UNKNOWN
    assert find(FAILED).value == find(FAILED, "T").value + find(FAILED, HOSTILE).value
    assert (find(FAILED).quality, find(FAILED).reason) == (Quality.ESTIMATED, "nothing is known of DUMB")
    assert (find(GROUNDED_COST, HOSTILE).value, find(GROUNDED_COST, HOSTILE).reason) == (None, "no data")
    assert (find(UNGROUNDED, HOSTILE).value, find(UNGROUNDED).bounds[1]) == (None, None)
    assert quality_cost.worst(report.figures)[-1] == "DUMB"


def test_a_tenant_that_nobody_configured_costs_money_of_which_nobody_knows_what_became(
    working: Callable[..., Any],
) -> None:
    settings = Settings.model_validate({"tenants": {"T": {}}})
    report = working(T={}).cost("STRANGER").report("daily", settings=settings)
    find = report.figures.find
    assert find(UNJUDGED, "STRANGER").value == Decimal("24.00")
    assert find(UNJUDGED).value == Decimal("24.00")
    assert find(GOOD_COST).quality is Quality.ESTIMATED
    assert "STRANGER" in find(GOOD_COST).reason


def test_of_many_tenants_the_others_lost_what_the_worst_leave_of_the_whole(working: Callable[..., Any]) -> None:
    made = working(**{f"T{number}": {"bad": float(number)} for number in range(9)})
    figures = made.report("daily").figures
    ranked = quality_cost.worst(figures)
    assert ranked == [f"T{number}" for number in reversed(range(9))]
    shown, others = ranked[: quality_cost.MOST], ranked[quality_cost.MOST :]
    rest = figures.find(LOST, None, None, tenants="others")
    assert rest.value == sum(figures.find(LOST, tenant).value for tenant in others)
    assert figures.find(quality_cost.OTHERS_SPENT, None, None, tenants="others").value == 24 * len(others)
    assert rest.value + sum(figures.find(LOST, tenant).value for tenant in shown) == figures.find(LOST).value


@pytest.mark.parametrize(("name", "label"), [("daily", "2025-10-01"), ("daily", "2025-10-05"), ("monthly", "2024-02")])
def test_the_weeks_of_a_month_so_far_follow_each_other_without_a_gap(name: str, label: str) -> None:
    period = Period.parse(label, "America/Santiago")
    parts = stretches(name, period)
    assert (parts[0].first, parts[-1].after) == (period.month().first, period.after)
    assert all(one.after == two.first for one, two in pairwise(parts))
    assert [Period.parse(part.label, part.zone) for part in parts] == list(parts)


def test_a_tenant_that_came_later_leaves_no_doubt_of_what_the_others_lost(demo: Callable[[str], Any]) -> None:
    figures = demo("trends").figures
    assert figures.find("budget.spend.month", "TENANT_006", None, month="2025-08").value is None
    failed = figures.find("quality.spend.failed", None, None, month="2025-09")
    assert failed.quality is Quality.ACTUAL
    low, high = figures.find("quality.spend.lost", None, None, month="2025-08").bounds
    assert low < figures.find("quality.spend.lost", None, None, month="2025-08").value < high
