from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.errors import SettingsError
from mcreports.metrics import CATALOGUE, remap

COST = CATALOGUE["budget.cost"]


@pytest.mark.parametrize(
    ("key", "name", "kind"),
    [
        ("budget.cost", "mc_tenant_cost_total_usd", "counter"),
        ("budget.cost_today", "mc_tenant_cost_daily_usd", "gauge"),
        ("budget.limit_daily", "mc_tenant_budget_limit_usd", "gauge"),
        ("budget.limit_monthly", "mc_tenant_budget_monthly_usd", "gauge"),
        ("autonomy.operations", "mc_autonomy_operations_total", "counter"),
        ("autonomy.compensations", "mc_autonomy_compensations_total", "counter"),
        ("autonomy.violations", "mc_autonomy_violations_total", "counter"),
        ("policy.decisions", "mc_policy_decisions_total", "counter"),
        ("grounding.checks", "mc_rag_grounding_checks_total", "counter"),
        ("platform.replication_lag", "mc_replication_lag_seconds_bucket", "histogram"),
        ("platform.request_duration", "mc_request_duration_seconds_bucket", "histogram"),
        ("config.drift", "mc_config_drift_detected", "gauge"),
        ("tenant.info", "mc_tenant_info", "gauge"),
    ],
)
def test_the_catalogue_has_the_platforms_own_names(key: str, name: str, kind: str) -> None:
    assert (CATALOGUE[key].name, CATALOGUE[key].kind) == (name, kind)
    assert len(CATALOGUE) == 13


@given(st.text())
def test_a_selector_is_an_exact_literal_of_any_name(name: str) -> None:
    told = COST.selector(tenant=name).removeprefix("mc_tenant_cost_total_usd{tenant=").removesuffix("}")
    assert json.loads(told) == name


def test_a_selector_without_labels_is_the_bare_name() -> None:
    assert COST.selector() == "mc_tenant_cost_total_usd"


def test_names_and_labels_can_be_another_platforms() -> None:
    changed = remap({"budget.cost": "acme_cost"}, {"budget.cost": {"driver": "sku"}})
    assert changed["budget.cost"].selector(tenant="a", driver="b") == 'acme_cost{tenant="a",sku="b"}'
    assert changed["budget.limit_daily"] == CATALOGUE["budget.limit_daily"]


def test_a_metric_or_label_that_there_is_not_is_named() -> None:
    with pytest.raises(SettingsError, match=r"no metric is called budget\.csot"):
        remap({"budget.csot": "x"}, {})
    with pytest.raises(SettingsError, match=r"metric budget\.cost has no label sku"):
        remap({}, {"budget.cost": {"sku": "driver"}})
