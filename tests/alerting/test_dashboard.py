"""The dashboard: its every query answers on a real Prometheus full of the demo, with the figures of the reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import requests

from mcreports.alerting.alerts import alerts
from mcreports.alerting.dashboard import dashboard, dashboard_queries, queries, written
from mcreports.checks import Status
from mcreports.domains.budget import assess
from mcreports.domains.platform import judge_platform
from mcreports.figures import Figures
from mcreports.metrics import CATALOGUE, remap
from mcreports.period import Period
from mcreports.samples import Series
from mcreports.settings import Settings
from mcreports.sources.demo import DemoSource
from mcreports.take import Order, take

START, END = datetime(2025, 9, 20, tzinfo=UTC), datetime(2025, 11, 1, 0, 10, tzinfo=UTC)
DAY = Period.parse("2025-10-31")
TENANTS = [f"TENANT_00{number}" for number in range(1, 7)]
RENAMED = remap({"budget.cost_today": "acme_today"}, {"budget.cost_today": {"tenant": "customer"}})


@pytest.fixture(scope="module")
def ask(start_server: Callable[[str], Any]) -> Callable[..., dict[str, float]]:
    """Asks a Prometheus that holds the demo's October at an instant: one value for each tenant."""
    server, source, day = start_server("prometheus"), DemoSource(), START
    for until in (*(datetime(2025, 10, n, tzinfo=UTC) for n in range(1, 32, 5)), END):
        every = [one for metric in CATALOGUE.values() for one in source.series(metric, day, until)]
        every += [
            Series({"__name__": "acme_today", "customer": one.labels["tenant"], "replica": "a"}, one.ts, one.values)
            for one in source.series(CATALOGUE["budget.cost_today"], day, until)
        ]
        server.load(every)
        day = until

    def instant(query: str, at: datetime) -> dict[str, float]:
        asked = {"query": query, "time": at.timestamp()}
        answer = requests.get(f"{server.url}/api/v1/query", params=asked, timeout=60).json()
        assert answer["status"] == "success", answer
        return {one["metric"].get("tenant", ""): float(one["value"][1]) for one in answer["data"]["result"]}

    return instant


def last_minute(hour: int = 23) -> datetime:
    return datetime(2025, 10, 31, hour, 55, tzinfo=UTC)


@pytest.mark.parametrize("tenant", [None, "TENANT_003"])
def test_every_query_answers_for_every_tenant_that_is_asked_for(
    tenant: str | None, ask: Callable[..., dict[str, float]]
) -> None:
    asked = dashboard_queries(Settings(), CATALOGUE, tenant)
    assert len(asked) == 7
    for panel, query in asked:
        assert "$" not in query.replace('"$1"', ""), panel
        assert sorted(ask(query, last_minute())) == (TENANTS if tenant is None else [tenant]), panel


def test_its_quantiles_are_those_of_the_reports(ask: Callable[..., dict[str, float]]) -> None:
    taken = take(Order("daily", DAY), DemoSource(), Settings(), datetime(2025, 11, 3, 9, tzinfo=UTC))
    figures = Figures(judge_platform(taken, DAY.start, DAY.end).figures)
    found = dict(queries(dashboard(Settings(), CATALOGUE), window="1d"))
    for panel, figure in (
        ("Replication lag p95", "platform.replication_lag_p95"),
        ("GraphQL latency p95", "platform.graphql_p95"),
    ):
        for tenant, value in ask(found[panel], DAY.end).items():
            assert value == pytest.approx(float(str(figures.find(figure, tenant).value)), rel=0.005)


def test_its_cost_is_what_the_platform_spent_today(ask: Callable[..., dict[str, float]]) -> None:
    shown = dict(reversed(dashboard_queries(Settings(), CATALOGUE)))
    spent = ask(shown["Cost today against the daily budget"], last_minute())
    ((own, _, values),) = [
        (one.labels["tenant"], one.ts, one.values)
        for one in DemoSource().series(CATALOGUE["budget.cost_today"], last_minute(), DAY.end, ["TENANT_005"])
    ]
    assert spent[own] == values[0]


def test_the_budget_alerts_fire_for_those_whom_the_report_warns_or_fails(ask: Callable[..., dict[str, float]]) -> None:
    taken = take(Order("daily", DAY), DemoSource(), Settings(), datetime(2025, 11, 3, 9, tzinfo=UTC))
    judged = [one for one in assess(taken).verdicts if one.check == "budget.utilization.daily"]
    rules = {one.name: one.expr for one in alerts(Settings(), CATALOGUE)}
    warned = {one.tenant for one in judged if one.status in {Status.WARN, Status.FAIL}}
    assert set(ask(rules["TenantBudgetWarning80Percent"], last_minute())) == warned
    failed = {one.tenant for one in judged if one.status is Status.FAIL}
    assert set(ask(rules["TenantBudgetCritical90Percent"], last_minute())) == failed == {"TENANT_005"}


def test_a_renamed_metric_is_joined_with_the_others_and_a_budget_of_the_settings_shown_for_the_chosen_alone(
    ask: Callable[..., dict[str, float]],
) -> None:
    settings = Settings(tenants={name: {"budget_daily": 1000} for name in ("TENANT_001", "TENANT_002", "nobody")})  # type: ignore[misc,arg-type]
    cost, limit, used = (
        query for panel, query in dashboard_queries(settings, RENAMED, "TENANT_001") if "budget" in panel
    )
    at = last_minute()
    assert (ask(limit, at), set(ask(cost, at))) == ({"TENANT_001": 1000}, {"TENANT_001"})
    assert ask(used, at)["TENANT_001"] == pytest.approx(ask(cost, at)["TENANT_001"] / 10)


def test_the_demos_spike_is_an_anomaly_and_nothing_else_of_its_week_is(
    ask: Callable[..., dict[str, float]],
) -> None:
    (expr,) = [one.expr for one in alerts(Settings(), CATALOGUE) if one.name == "TenantCostAnomaly"]
    moments = [(day, hour) for day in (20, 21, 22) for hour in (3, 9, 15, 21)]
    found = {moment: set(ask(expr, datetime(2025, 10, *moment, tzinfo=UTC))) for moment in moments}
    assert {moment: whom for moment, whom in found.items() if whom} == {(21, 15): {"TENANT_002"}}


def test_the_file_is_json_with_the_runbooks_names_and_the_settings_thresholds() -> None:
    settings = Settings(thresholds={"platform.graphql_p95": {"warn": 200, "fail": 300}})  # type: ignore[dict-item]
    board = json.loads(written(dashboard(settings, CATALOGUE)))
    assert (board["uid"], board["title"]) == ("mc-tenant-drilldowns", "MC Platform - Tenant Drilldowns v0.3.3")
    units = {panel["title"].split(",")[0]: panel["fieldConfig"]["defaults"]["unit"] for panel in board["panels"]}
    assert units == {
        "Autonomy success rate": "percent",
        "Policy denies": "percent",
        "Cost today against the daily budget": "currencyUSD",
        "Daily budget used": "percent",
        "Replication lag p95": "s",
        "GraphQL latency p95": "ms",
    }
    steps = {panel["title"]: panel["fieldConfig"]["defaults"]["thresholds"]["steps"] for panel in board["panels"]}
    assert [step["value"] for step in steps["GraphQL latency p95"]] == [None, 200, 300]
    assert steps["Autonomy success rate, last 6h"] == [
        {"color": "red", "value": None}, {"color": "green", "value": 99.9}
    ]  # fmt: skip
    assert [one["name"] for one in board["templating"]["list"]] == ["datasource", "tenant"]
    assert written(dashboard(settings, CATALOGUE)) == written(dashboard(settings, CATALOGUE))


def test_a_hostile_tenant_is_asked_for_exactly(new_prometheus: Callable[..., Any]) -> None:
    server, at = new_prometheus(), np.array([1_700_000_000_000])
    names = ['a"} or up{b!="', "{{ 7 }}", "$tenant", "$__rate_interval", "\\", ".*"]
    key = CATALOGUE["budget.cost_today"].name
    server.load([Series({"__name__": key, "tenant": name}, at, np.array([1.0])) for name in names])
    for name in names:
        query = dict(reversed(dashboard_queries(Settings(), CATALOGUE, name)))["Cost today against the daily budget"]
        asked = {"query": query, "time": 1_700_000_000}
        found = requests.get(f"{server.url}/api/v1/query", params=asked, timeout=30).json()["data"]["result"]
        assert [one["metric"]["tenant"] for one in found] == [name]
