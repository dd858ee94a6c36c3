"""Silence is told: metrics without samples, tenants that nobody hears of, reports that are late or unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcreports.alerting.absence import THROUGH, WATCHED, watched
from mcreports.metrics import CATALOGUE
from mcreports.settings import Settings

EXPECTED = ['a"} or up{b!="', "{{ 7 }}", "$1 $$ \\", "line\nbreak", "\u00e9\u202e\U0001f600", ".*", "null"]


def test_a_tenant_that_falls_silent_is_told_and_so_is_one_that_never_spoke(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(3)
    for name in ("here", "gone"):
        played.put(CATALOGUE["tenant.info"], (1.0, 3), tenant=name)
        played.put(CATALOGUE["budget.limit_daily"], (1.0, 3), tenant=name)
    played.put(CATALOGUE["budget.cost"], (1.0, 3), tenant="here", driver="compute")
    played.put(CATALOGUE["budget.cost"], (1.0, 3), (None, 1), tenant="gone", driver="compute")
    played.expect("MetricSamplesMissing", "warning", tenant="gone", metric="budget.cost")
    settings = Settings(tenants={"here": {"budget_monthly": 5}})  # type: ignore[arg-type,dict-item]
    for name in ("budget.cost_today", "autonomy.operations", "policy.decisions", "grounding.checks",
                 "platform.replication_lag", "platform.request_duration", "config.drift"):  # fmt: skip
        played.expect("MetricSamplesMissing", "warning", metric=name)
        if name != "config.drift":
            for tenant in ("here", "gone"):
                played.expect("MetricSamplesMissing", "warning", tenant=tenant, metric=name)
    played.expect("MetricSamplesMissing", "warning", tenant="gone", metric="budget.limit_monthly")
    ran = promtool(played, settings, {"MetricSamplesMissing"})
    assert ran.code == 0, ran.out


def test_the_expected_tenants_are_those_of_the_settings(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(2)
    played.put(CATALOGUE["budget.cost"], (1.0, 2), tenant=EXPECTED[0], driver="compute")
    for key in WATCHED:
        if key != "config.drift":
            for name in EXPECTED[key == "budget.cost" :]:
                played.expect("MetricSamplesMissing", "warning", tenant=name, metric=key)
        if key != "budget.cost":
            played.expect("MetricSamplesMissing", "warning", metric=key)
    ran = promtool(played, Settings(report={"tenants": EXPECTED}), {"MetricSamplesMissing"})  # type: ignore[arg-type]
    assert ran.code == 0, ran.out


def test_nobody_to_expect_is_told_unless_the_settings_name_the_tenants(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(2)
    for key in {*WATCHED, "tenant.info"} - {"budget.limit_daily", "budget.limit_monthly"}:
        played.expect("MetricSamplesMissing", "warning", metric=key)
    budgets: Any = {"a": {"budget_daily": 1, "budget_monthly": 1}}
    ran = promtool(played, Settings(tenants=budgets), {"MetricSamplesMissing"})
    assert ran.code == 0, ran.out
    assert "tenant.info" not in watched(Settings(report={"tenants": ["a"]}))  # type: ignore[arg-type]


def test_a_platform_where_nothing_was_violated_or_undone_misses_nothing() -> None:
    assert not {"autonomy.violations", "autonomy.compensations"} & {*watched(Settings())}


def test_a_report_that_is_late_is_told_and_so_is_one_that_nobody_knows_of(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(60)
    for report in ("daily", "weekly"):
        played.series.append(({"__name__": THROUGH, "report": report}, [11 * 3600.0] * (60 * 12 + 1)))
    played.expect("ReportStale", "warning", report="daily")
    played.expect("ReportMissing", "warning", report="monthly")
    settings = Settings(report={"reports": ["daily", "weekly", "monthly"]})  # type: ignore[arg-type]
    ran = promtool(played, settings, {"ReportStale", "ReportMissing"})
    assert ran.code == 0, ran.out
