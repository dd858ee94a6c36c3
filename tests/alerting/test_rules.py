"""Rules beyond thresholds: replicas, budgets of the settings, anomalies; names, words and files."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from mcreports.alerting.alerts import alert_names, alerts, expressions
from mcreports.alerting.checks import CHECK_ALERTS
from mcreports.alerting.comparison import normal
from mcreports.alerting.rule_file import kubernetes, prometheus
from mcreports.errors import SettingsError
from mcreports.metrics import CATALOGUE, remap
from mcreports.rules import RULES
from mcreports.settings import Settings

CONTRACT = (
    "TenantBudgetWarning80Percent",
    "TenantBudgetCritical90Percent",
    "TenantBudgetBurnRateHigh",
    "TenantAutonomyFailureRate",
    "ConfigurationDriftDetected",
)
HOSTILE = ['a"} or up{b!="', "{{ 7 }}", "$1 $$ \\", "line\nbreak", "é\u202e\U0001f600", ".*", "null", " "]


def tenants(**each: Any) -> Settings:
    return Settings(tenants=each)


def test_names_stay_whatever_the_thresholds_are() -> None:
    usual = alert_names(Settings(), CATALOGUE)
    other = {"budget.utilization.daily": {"warn": 10, "fail": 20}, "budget.burn_rate": {"warn": 7, "fail": 8}}
    assert alert_names(Settings(thresholds=other), CATALOGUE) == usual  # type: ignore[arg-type]
    assert set(CONTRACT) < set(usual)
    assert {spec.check for spec in CHECK_ALERTS} < set(RULES)


def test_a_changed_threshold_changes_expression_and_words() -> None:
    changed = Settings(thresholds={"budget.utilization.daily": {"warn": "72.5"}})  # type: ignore[dict-item]
    rule = next(one for one in alerts(changed, CATALOGUE) if one.name == "TenantBudgetWarning80Percent")
    assert rule.expr.endswith(" >= 72.5")
    assert "at or above 72.5 %" in rule.annotations["description"]


def test_only_the_critical_budget_alert_is_paged() -> None:
    paged = [one.name for one in alerts(Settings(), CATALOGUE) if one.labels.get("pager") == "pagerduty"]
    assert paged == ["TenantBudgetCritical90Percent"]


def test_teams_follow_the_escalation_by_level() -> None:
    found = {(one.name, one.labels["severity"]): one.labels for one in alerts(Settings(), CATALOGUE)}
    assert found["TenantBudgetWarning80Percent", "warning"]["team"] == "Operations team"
    assert found["TenantBudgetCritical90Percent", "critical"]["team"] == "Finance team"
    assert found["TenantPolicyViolation", "critical"]["team"] == "Security team"
    assert found["TenantResidencyViolation", "critical"]["team"] == "CISO"
    assert found["TenantAutonomyFailureRate", "critical"]["team"] == "Engineering team"
    assert found["ConfigurationDriftDetected", "critical"]["team"] == "Engineering team"


def test_an_alert_of_two_areas_tells_both() -> None:
    drift = next(one for one in alerts(Settings(), CATALOGUE) if one.name == "ConfigurationDriftDetected")
    assert (drift.labels["area"], drift.labels["level"]) == ("technical", "1")
    security = "Security team, security@company.com, #security-incidents, within 5 minutes"
    assert drift.annotations["tell"] == f"Engineering team, within 5 minutes; {security}"


def test_an_area_without_contacts_tells_nobody_and_one_level_is_told_all() -> None:
    settings = Settings(escalation={"budget": [], "security": [{"name": "Us"}]})  # type: ignore[arg-type]
    found = {one.name: one for one in alerts(settings, CATALOGUE)}
    assert not {"team", "level"} & found["TenantBudgetCritical90Percent"].labels.keys()
    assert found["TenantResidencyViolation"].labels["team"] == "Us"


def hostile() -> Settings:
    rules = {"budget.utilization.daily": {"fail": 95}, "autonomy.success_rate": {"warn": "99.95"}}
    own = {name: {"budget_daily": 7, "budget_monthly": "1e3", "thresholds": rules} for name in HOSTILE}
    contact = {"name": '{{ "x" }} {{ $value }} %s', "address": "{{"}
    return Settings(tenants=own, report={"tenants": HOSTILE}, escalation={"budget": [contact]})  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", [Settings(), hostile()], ids=["usual", "hostile"])
def test_promtool_finds_nothing_to_say_and_both_files_hold_the_same_rules(settings: Settings, tmp_path: Path) -> None:
    rules = alerts(settings, CATALOGUE)
    plain, resource = prometheus(rules), yaml.safe_load(kubernetes(rules))
    assert (resource["kind"], resource["metadata"]["name"]) == ("PrometheusRule", "mc-tenant-budgets")
    assert resource["spec"] == yaml.safe_load(plain)
    assert plain == prometheus(alerts(settings, CATALOGUE))
    assert plain.isascii()
    (tmp_path / "rules.yml").write_text(plain)
    words = ["promtool", "check", "rules", "--lint=all", "--lint-fatal", str(tmp_path / "rules.yml")]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert f"SUCCESS: {len(rules)} rules found" in ran.stdout


def test_the_runbooks_command_finds_the_critical_alerts(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(kubernetes(alerts(Settings(), CATALOGUE)))
    words = ["grep", "-A10", "severity: critical", str(tmp_path / "rules.yml")]
    assert "pager: pagerduty" in subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_a_name_that_no_server_can_store_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="half a character"):
        alerts(Settings(report={"tenants": ["\ud800"]}), CATALOGUE)  # type: ignore[arg-type]


def test_labels_that_swap_their_names_are_a_wrong_setting() -> None:
    swapped = remap({}, {"budget.cost": {"tenant": "driver", "driver": "tenant"}})
    with pytest.raises(SettingsError, match=r"metrics\.budget\.cost: .*driver, tenant"):
        expressions(Settings(), swapped)


def test_budgets_of_the_settings_go_over_the_gauge_and_a_limit_of_zero_is_no_limit(
    scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played, names = scene(1), [*HOSTILE, "more allowed", "no limit", "zero by hand", "zero"]
    for name in names:
        played.put(CATALOGUE["budget.cost_today"], (850.0, 1), tenant=name)
        if name != "no limit":
            played.put(CATALOGUE["budget.limit_daily"], (0.0 if name == "zero" else 1000.0, 1), tenant=name)
    budgets = {**dict.fromkeys(HOSTILE, 900), "more allowed": 5000, "zero by hand": 0}
    settings = Settings(tenants={name: {"budget_daily": usd} for name, usd in budgets.items()})  # type: ignore[misc,arg-type]
    for name in HOSTILE:
        played.expect("TenantBudgetWarning80Percent", "warning", tenant=name)
        played.expect("TenantBudgetCritical90Percent", "critical", tenant=name)
    ran = promtool(played, settings, set(CONTRACT[:2]))
    assert ran.code == 0, ran.out


def test_replicas_are_not_added_up_and_drivers_are(scene: Callable[..., Any], promtool: Callable[..., Any]) -> None:
    played = scene(2)
    for name, each in (("pair", 0.5), ("alone", 1.0)):
        played.put(CATALOGUE["budget.limit_monthly"], (744.0 * 12, 2), tenant=name)
        for driver in ("compute", "storage"):
            played.grow(CATALOGUE["budget.cost"], each, tenant=name, driver=driver)
    pair = [(own, values) for own, values in played.series if own["tenant"] == "pair" and "driver" in own]
    played.series += [({**own, "replica": "b"}, values) for own, values in pair]
    played.expect("TenantBudgetBurnRateHigh", "warning", tenant="alone")
    played.expect("TenantBudgetBurnRateHigh", "critical", tenant="alone")
    ran = promtool(played, Settings(), {"TenantBudgetBurnRateHigh"})
    assert ran.code == 0, ran.out


def test_an_overrun_of_little_money_is_none(scene: Callable[..., Any], promtool: Callable[..., Any]) -> None:
    hours = 7 * 24 + 2
    played = scene(hours, 30)
    for name, usd in (("little", 1499.99), ("enough", 1500.01)):
        played.put(CATALOGUE["budget.limit_monthly"], (1000.0, hours), tenant=name)
        played.put(CATALOGUE["budget.cost"], (0.0, hours), (usd * 7 / 31, 90), tenant=name, driver="compute")
    for severity in ("warning", "critical"):
        played.expect("TenantBudgetForecastExhaustion", severity, tenant="enough")
    ran = promtool(played, Settings(), {"TenantBudgetForecastExhaustion"}, hold="0s")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize(("usual", "now"), [(30, 60), (100, 200), (10, 35)])
def test_a_driver_that_costs_twice_the_usual_is_an_anomaly(
    usual: int, now: int, scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played, hours = scene(4 * 7 * 24 + 8, 60), 4 * 7 * 24 + 8
    for name, usd in (("below", now - 1), ("at", now), ("above", now + 1)):
        # one of four weeks was strange, which the median does not mind; another was before the tenant's birth
        weeks = [(None, float(hours)), (0.0, 3 * 168 + 8.0), (usual, 3 * 168 + 2), (usual * 50, 2 * 168 + 2)]
        spent = [*weeks, (usual * 51, 168 + 2), (usual * 51 + usd, 2)]
        played.put(
            CATALOGUE["budget.cost"],
            *((value and float(value), at) for value, at in spent),
            tenant=name,
            driver="network",
        )
    for name in ("at", "above"):
        played.expect("TenantCostAnomaly", "warning", tenant=name, driver="network")
    ran = promtool(played, Settings(), {"TenantCostAnomaly"}, hold="0s")
    assert ran.code == 0, ran.out


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_drift_fires_while_the_gauge_is_up(
    value: float, scene: Callable[..., Any], promtool: Callable[..., Any]
) -> None:
    played = scene(2)
    played.put(CATALOGUE["config.drift"], (value, 2))
    if value:
        played.expect("ConfigurationDriftDetected", "critical")
    ran = promtool(played, Settings(), {"ConfigurationDriftDetected"})
    assert ran.code == 0, ran.out


def test_the_rules_that_a_server_runs_are_the_exported_ones(fire: Callable[..., Any]) -> None:
    rules = {"budget.utilization.daily": {"warn": 5}, "autonomy.success_rate": {"fail": 99}}
    own = {"thresholds": rules, "budget_daily": "7.50", "budget_monthly": "2e6"}
    settings = Settings(tenants=dict.fromkeys(HOSTILE, own))  # type: ignore[arg-type]
    renamed = remap({}, {"budget.cost": {"tenant": "customer"}})
    server = fire(alerts(settings, renamed), "http://127.0.0.1:9")
    groups = requests.get(f"{server.url}/api/v1/rules", timeout=30).json()["data"]["groups"]
    running = [(rule["name"], normal(rule["query"])) for group in groups for rule in group["rules"]]
    assert sorted(running) == sorted((name, normal(text)) for name, text in expressions(settings, renamed))


def test_a_quote_within_a_string_does_not_pass_for_its_end() -> None:
    assert normal(r'up{a="x\",b=\"y"}') != normal('up{a="x",b="y"}')
    assert normal("up > 1.0") == normal("up>1") != normal("up > 11")
