"""Every check's alerts with a value at, just below and just above each threshold: by promtool, and fired for real."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from mcreports.alerting.absence import THROUGH, WATCHED
from mcreports.alerting.alerts import alert_names, alerts
from mcreports.alerting.checks import CHECK_ALERTS, OUTLOOK
from mcreports.alerting.wording import Links
from mcreports.checks import Status
from mcreports.metrics import CATALOGUE, remap
from mcreports.settings import Settings

HOURS = 31  # a day and the longest window but a week; promtool begins on 1 January 1970, a month of 31 days
WEEK = 7 * 24 + 3
STEP = {HOURS: 5, WEEK: 60}  # minutes between samples
SIDES = (-1, 0, 1)
EVENTS = 100_000
HOSTILE = 'x"} or up{a!="\\ {{ 7 }} $1 $$ é\u202e\n'
# how far beside a threshold a value is that must tell
STEPS = {"budget.burn_rate": "0.25", "budget.forecast": "1", "config.drift": "1"}


def spend(scene: Any, tenant: str, value: Decimal, metrics: Any) -> None:
    scene.put(metrics["budget.limit_daily"], (1000.0, HOURS), tenant=tenant)
    scene.put(metrics["budget.cost_today"], (float(10 * value), HOURS), tenant=tenant)


def burn(scene: Any, tenant: str, value: Decimal, metrics: Any) -> None:
    # an hour has 12 samples
    scene.put(metrics["budget.limit_monthly"], (12.0 * 24 * scene.days, HOURS), tenant=tenant)
    scene.grow(metrics["budget.cost"], float(value), tenant=tenant, driver="compute")


def outlook(scene: Any, tenant: str, value: Decimal, metrics: Any) -> None:
    # over by so many percent of a budget of 10,000 a day
    scene.put(metrics["budget.limit_monthly"], (10_000.0 * scene.days, scene.hours), tenant=tenant)
    week = float(70_000 * (1 + value / 100))
    scene.put(metrics["budget.cost"], (0.0, scene.hours), (week, 96), tenant=tenant, driver="compute")


def counted(key: str, part: dict[str, str], rest: dict[str, str], whole: str | None = None) -> Any:
    def put(scene: Any, tenant: str, value: Decimal, metrics: Any) -> None:
        some = float(EVENTS * value / 100)
        scene.put(metrics[key], (7.0, HOURS), (7 + some, 3), tenant=tenant, **part)
        other, left = whole or key, EVENTS - (0 if whole else some)
        scene.put(metrics[other], (0.0, HOURS), (float(left), 3), tenant=tenant, **rest)

    return put


def violated(kind: str) -> Any:
    def put(scene: Any, tenant: str, value: Decimal, metrics: Any) -> None:
        scene.put(metrics["autonomy.violations"], (3.0, HOURS), (float(3 + max(value, 0)), 3), tenant=tenant, type=kind)

    return put


def slow(key: str, scale: int) -> Any:
    def put(scene: Any, tenant: str, value: Decimal, metrics: Any) -> None:
        for le, each in ((f"{value / scale:f}", 95.0), ("1000", 100.0), ("+Inf", 100.0)):
            scene.grow(metrics[key], each, tenant=tenant, le=le)

    return put


PUT: dict[str, Any] = {
    "budget.utilization.daily": spend,
    "budget.burn_rate": burn,
    "budget.forecast": outlook,
    "autonomy.success_rate": counted("autonomy.operations", {"status": "success"}, {"status": "failure"}),
    "autonomy.compensation_rate": counted(
        "autonomy.compensations", {"reason": "timeout"}, {"status": "success"}, "autonomy.operations"
    ),
    "autonomy.policy_violations": violated("policy"),
    "autonomy.residency_violations": violated("residency"),
    "grounding.pass_rate": counted("grounding.checks", {"result": "pass"}, {"result": "fail"}),
    "platform.replication_lag_p95": slow("platform.replication_lag", 1),
    "platform.graphql_p95": slow("platform.request_duration", 1000),
}
OTHER: dict[str, dict[str, Any]] = {
    "budget.utilization.daily": {"warn": 70, "fail": "85.5"},
    "budget.burn_rate": {"warn": 2, "fail": 3},
    "budget.forecast": {"warn": 8, "fail": 20, "least_usd": 10},
    "autonomy.success_rate": {"warn": "99.99", "fail": "99.5"},
    "autonomy.compensation_rate": {"fail": 2},
    "autonomy.policy_violations": {"fail": 3},
    "autonomy.residency_violations": {"fail": 1},
    "grounding.pass_rate": {"warn": 99, "fail": 90},
    "platform.replication_lag_p95": {"warn": 10, "fail": 20},
    "platform.graphql_p95": {"warn": 100, "fail": "100.5"},
}


def cases(checks: Any, settings: Settings, prefix: str, sides: Any) -> Iterator[tuple[Any, str, Decimal]]:
    """A tenant with a value at, below and above each threshold of each check."""
    for spec in checks:
        for level in ("warn", "fail"):
            for side in sides:
                tenant = f"{prefix}{spec.check} {level} {side}"
                mark = getattr(settings.rule(spec.check, tenant), level)
                step = Decimal(STEPS.get(spec.check, "1" if "violations" in spec.check else "0.01"))
                if mark is not None and mark + side * step >= 0:
                    yield spec, tenant, mark + side * step


def fill(
    scene: Any, checks: Any, settings: Settings, prefix: str, metrics: Any = CATALOGUE, sides: Any = SIDES
) -> None:
    for spec, tenant, value in cases(checks, settings, prefix, sides):
        PUT[spec.check](scene, tenant, value, metrics)
        rule = settings.rule(spec.check, tenant)
        status = rule.status(value)
        if (rule.warn is not None or spec.counted is not None) and status in {Status.WARN, Status.FAIL}:
            scene.expect(spec.names[0], "warning", tenant=tenant)
        if status is Status.FAIL:
            scene.expect(spec.names[1], "critical", tenant=tenant)


RENAMED = remap(
    {"budget.cost": "acme_cost", "autonomy.operations": "acme_ops"},
    {
        "budget.cost": {"tenant": "customer", "driver": "kind"},
        "budget.limit_daily": {"tenant": "account"},
        "autonomy.operations": {"tenant": "customer", "status": "outcome"},
        "platform.replication_lag": {"tenant": "customer"},
    },
)


def checks_of(hours: int) -> list[Any]:
    """The checks of tenants whose windows fit into so many hours."""
    return [spec for spec in CHECK_ALERTS if spec.is_of_tenants and (spec.group == OUTLOOK) == (hours == WEEK)]


@pytest.mark.parametrize("hours", [HOURS, WEEK])
@pytest.mark.parametrize("which", ["the runbook's", "others and renamed metrics", "each tenant's own"])
def test_alerts_fire_on_the_same_side_of_each_threshold_as_reports_judge(
    which: str, hours: int, scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played, metrics, prefix = scene(hours, STEP[hours]), RENAMED if "renamed" in which else remap({}, {}), "T "
    checks = checks_of(hours)
    settings = Settings(thresholds=OTHER) if "others" in which else Settings()  # type: ignore[arg-type]
    if which == "each tenant's own":
        prefix = HOSTILE
        made = cases(checks, Settings(thresholds=OTHER), prefix, SIDES)  # type: ignore[arg-type]
        own = {tenant: {"thresholds": {spec.check: OTHER[spec.check]}} for spec, tenant, _ in made}
        settings = Settings(tenants=own)  # type: ignore[arg-type]
    fill(played, checks, settings, prefix, metrics)
    assert len(played.firing) > 5
    ran = promtool(played, settings, {name for spec in checks for name in spec.names}, metrics)
    assert (ran.code, ran.out) == (0, ran.out), ran.out


def test_a_real_prometheus_fires_them_into_a_real_alertmanager(
    scene: Callable[..., Any], fire: Callable[..., Any], alertmanager: str, wait: Callable[..., bool]
) -> None:
    now, settings = datetime.now(UTC), Settings(report={"reports": ["daily", "weekly"]})  # type: ignore[arg-type]
    days = monthrange(now.year, now.month)[1]
    played, long, months = scene(HOURS, days=days), scene(WEEK, STEP[WEEK], days=days), scene(4 * 168 + 8, 60)
    for one, hours in ((played, HOURS), (long, WEEK)):
        # at the threshold itself the windows of a running clock are not exact enough
        fill(one, checks_of(hours), settings, HOSTILE, sides=(-1, 1))
    cost = CATALOGUE["budget.cost"]
    for name, usd in (("spiked", 90.0), ("usual", 35.0)):
        months.put(cost, (None, 680), (0.0, 177), (25.0, 170), (25 + usd, 3), tenant=name, driver="network")
    months.expect("TenantCostAnomaly", "warning", tenant="spiked", driver="network")
    played.put(CATALOGUE["config.drift"], (1.0, HOURS))
    played.expect("ConfigurationDriftDetected", "critical")
    played.put(CATALOGUE["policy.decisions"], (1.0, HOURS), tenant="usual", decision="allow")
    # the answers of all others are about as often grounded as they must be
    played.put(CATALOGUE["grounding.checks"], (0.0, HOURS), (60.0, 3), tenant="few", result="fail")
    played.expect("TenantGroundingPassRate", "warning", tenant="few")
    for severity in ("warning", "critical"):
        played.expect("PlatformGroundingPassRate", severity)
    played.put(CATALOGUE["tenant.info"], (1.0, HOURS), tenant="silent")
    for key in set(WATCHED) - {"config.drift"}:
        played.expect("MetricSamplesMissing", "warning", tenant="silent", metric=key)
    old = (now - timedelta(days=2, minutes=1)).timestamp()
    played.series.append(({"__name__": THROUGH, "report": "daily"}, [old] * (HOURS * 12 + 1)))
    played.expect("ReportStale", "warning", report="daily")
    played.expect("ReportMissing", "warning", report="weekly")
    wanted = [*played.firing, *long.firing, *months.firing]

    rules = alerts(settings, CATALOGUE, Links("https://reports.example", "https://grafana.example"))
    fire(rules, alertmanager, [*played.pushed(now), *long.pushed(now), *months.pushed(now)])

    def arrived() -> list[dict[str, Any]]:
        return list(requests.get(f"{alertmanager}/api/v2/alerts", timeout=10).json())

    def named(labels: Any) -> tuple[str, ...]:
        shown = ("alertname", "severity", "tenant", "driver", "metric", "report")
        return tuple(labels.get(name, "") for name in shown)

    expected = {named(one) for one in wanted}
    assert wait(lambda: len(arrived()) >= len(expected), 30)
    assert not wait(lambda: len(arrived()) > len(expected), 2)
    assert {named(one["labels"]) for one in arrived()} == expected
    assert {one["alertname"] for one in wanted} == set(alert_names(settings, CATALOGUE))
    assert not [one for one in arrived() if "error" in str(one["annotations"]) or "{{ $" in str(one["annotations"])]

    paged = [one for one in arrived() if one["labels"].get("pager")]
    tenant = f"{HOSTILE}budget.utilization.daily fail 1"
    (critical,) = paged
    assert critical["labels"] == {
        "alertname": "TenantBudgetCritical90Percent", "severity": "critical", "area": "budget", "level": "2",
        "check": "budget.utilization.daily", "pager": "pagerduty", "team": "Finance team", "tenant": tenant,
    }  # fmt: skip
    said = critical["annotations"]
    assert said["summary"] == f"{tenant}: 90.01 % of the daily limit is spent since 00:00 UTC"
    assert said["description"].endswith("The threshold of budget.utilization.daily is at or above 90 %.")
    assert parse_qs(urlsplit(said["dashboard"]).query)["var-tenant"] == [tenant]
    assert said["report"] == "https://reports.example/index.html"
    text = {one["labels"]["alertname"]: one["annotations"]["description"] for one in arrived()}
    assert re.search(r"the last 6h cost USD \d\d\.\d\d more than usual", text["TenantCostAnomaly"])
    assert "ended 2d 0h 1m" in text["ReportStale"]
    told = {one["labels"]["tenant"]: one["annotations"]["description"] for one in arrived()
            if one["labels"]["alertname"] == "TenantGroundingPassRate"}  # fmt: skip
    assert re.match(r"0 % of the answers .* were grounded \(of 6\d\); of fewer than 100 it only warns", told["few"])
    assert re.search(r"\(of 1\d{5}\)", told[f"{HOSTILE}grounding.pass_rate fail -1"])
    assert re.search(r"\(of 2\d{5}\)", text["PlatformGroundingPassRate"])
    assert "ms. The threshold of platform.graphql_p95 is at or above" in text["TenantGraphqlLatencyHigh"]
