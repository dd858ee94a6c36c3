"""The catalogue of metrics: what the platform calls them and how they behave."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from mcreports.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True)
class Metric:
    """One metric: our key and labels, and the names that the server knows them by."""

    key: str
    name: str
    kind: Kind
    labels: tuple[str, ...]
    unit: str
    server_labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    def server_label(self, label: str) -> str:
        """The server's own name for one of our labels."""
        return self.server_labels.get(label, label)

    def selector(self, **labels: str) -> str:
        r"""The PromQL selector of this metric, exact for any label value.

        >>> CATALOGUE["budget.cost"].selector(tenant='a"b')
        'mc_tenant_cost_total_usd{tenant="a\\"b"}'
        """
        pairs = (f"{self.server_label(label)}={_literal(value)}" for label, value in labels.items())
        inside = ",".join(pairs)
        return f"{self.name}{{{inside}}}" if inside else self.name


def _literal(text: str) -> str:
    # Prometheus takes a bare U+FFFD for broken UTF-8 and refuses the query.
    return json.dumps(text, ensure_ascii=False).replace("\ufffd", "\\ufffd")


CATALOGUE: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric("budget.cost", "mc_tenant_cost_total_usd", "counter", ("tenant", "driver"), "USD"),
        Metric("budget.cost_today", "mc_tenant_cost_daily_usd", "gauge", ("tenant",), "USD"),
        Metric("budget.limit_daily", "mc_tenant_budget_limit_usd", "gauge", ("tenant",), "USD"),
        Metric("budget.limit_monthly", "mc_tenant_budget_monthly_usd", "gauge", ("tenant",), "USD"),
        Metric(
            "autonomy.operations",
            "mc_autonomy_operations_total",
            "counter",
            ("tenant", "status", "operation_type"),
            "operations",
        ),
        Metric("autonomy.compensations", "mc_autonomy_compensations_total", "counter", ("tenant", "reason"), "events"),
        Metric("autonomy.violations", "mc_autonomy_violations_total", "counter", ("tenant", "type"), "events"),
        Metric("policy.decisions", "mc_policy_decisions_total", "counter", ("tenant", "decision"), "decisions"),
        Metric("grounding.checks", "mc_rag_grounding_checks_total", "counter", ("tenant", "result"), "checks"),
        Metric(
            "platform.replication_lag", "mc_replication_lag_seconds_bucket", "histogram", ("tenant", "le"), "seconds"
        ),
        Metric(
            "platform.request_duration", "mc_request_duration_seconds_bucket", "histogram", ("tenant", "le"), "seconds"
        ),
        Metric("config.drift", "mc_config_drift_detected", "gauge", (), ""),
        Metric("tenant.info", "mc_tenant_info", "gauge", ("tenant", "owner", "tier"), ""),
    )
}


def remap(names: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]) -> dict[str, Metric]:
    """The catalogue under another platform's metric names and label names.

    >>> remap({"budget.cost": "acme_cost"}, {})["budget.cost"].name
    'acme_cost'
    """
    unknown = sorted({*names, *labels} - CATALOGUE.keys())
    if unknown:
        msg = f"no metric is called {', '.join(unknown)}; the keys are {', '.join(CATALOGUE)}"
        raise SettingsError(msg)
    changed = dict(CATALOGUE)
    for key, metric in CATALOGUE.items():
        own = dict(labels.get(key, {}))
        strange = sorted(own.keys() - set(metric.labels))
        if strange:
            msg = f"metric {key} has no label {', '.join(strange)}; its labels are {', '.join(metric.labels)}"
            raise SettingsError(msg)
        changed[key] = replace(metric, name=names.get(key, metric.name), server_labels=own)
    return changed
