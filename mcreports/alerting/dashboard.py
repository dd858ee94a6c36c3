"""The Grafana dashboard of the runbook: each tenant's autonomy, denies, cost, replication lag and latency."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcreports.alerting import measures
from mcreports.alerting.measures import Terms
from mcreports.alerting.promql import Scope, literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcreports.metrics import Metric
    from mcreports.rules import Rule
    from mcreports.settings import Settings

UID = "mc-tenant-drilldowns"
TITLE = "MC Platform - Tenant Drilldowns"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WINDOW = "$__rate_interval"
GREEN, YELLOW, RED = "green", "yellow", "red"


@dataclass(frozen=True)
class Panel:
    """One panel: its queries by legend, its unit as Grafana calls it, and the check whose thresholds it shows."""

    title: str
    unit: str
    queries: Mapping[str, str]
    check: str | None = None


def dashboard(settings: Settings, metrics: Mapping[str, Metric]) -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    info = metrics["tenant.info"]
    return {
        "uid": UID,
        "title": f"{TITLE} {settings.evidence.version}",
        "tags": ["mcreports"],
        "schemaVersion": 38,
        "editable": False,
        "timezone": "utc",
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
                {
                    "name": "tenant", "label": "Tenant", "type": "query", "datasource": SOURCE,
                    "query": {"query": f"label_values({info.name}, {info.server_label('tenant')})", "refId": "tenant"},
                    "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".*",
                    "current": {"text": ["All"], "value": ["$__all"]},
                },
            ]
        },
        "panels": [_panel(number, panel, settings) for number, panel in enumerate(_panels(settings, metrics))],
    }  # fmt: skip


def written(board: Mapping[str, Any]) -> str:
    """The dashboard's file."""
    return json.dumps(board, indent=2) + "\n"


def queries(board: Mapping[str, Any], tenant: str | None = None, window: str = "15m") -> list[tuple[str, str]]:
    """Each panel's title and PromQL with its variables filled in; without a tenant for all of them."""
    named = '=~".*"' if tenant is None else f"={literal(tenant)}"
    return [
        (panel["title"], target["expr"].replace('=~"$tenant"', named).replace(WINDOW, window))
        for panel in board["panels"]
        for target in panel["targets"]
    ]


def dashboard_queries(
    settings: Settings, metrics: Mapping[str, Metric], tenant: str | None = None
) -> list[tuple[str, str]]:
    """The queries of the dashboard that these settings give."""
    return queries(dashboard(settings, metrics), tenant)


def _panels(settings: Settings, metrics: Mapping[str, Metric]) -> tuple[Panel, ...]:
    terms = Terms.of(settings, metrics, Scope((("=~", '"$tenant"'),)))
    today = terms.gauge("budget.cost_today")
    # the settings' limits are of all tenants, whichever was chosen
    allowed = f"({terms.limit('daily')} and {today})"
    lag, latency = ("platform.replication_lag_p95", "platform.graphql_p95")
    success = f"Autonomy success rate, last {measures.OPERATIONS_WINDOW}"
    return (
        Panel(success, "percent", {"{{tenant}}": measures.success_rate(terms)}, "autonomy.success_rate"),
        Panel("Policy denies, last 1h", "percent", {"{{tenant}}": measures.deny_rate(terms, "1h")}),
        Panel("Cost today against the daily budget", "currencyUSD", {"{{tenant}}": today, "{{tenant}} limit": allowed}),
        Panel(
            "Daily budget used", "percent", {"{{tenant}}": measures.utilization_daily(terms)},
            "budget.utilization.daily",
        ),
        Panel("Replication lag p95", "s", {"{{tenant}}": measures.quantile(terms, lag, WINDOW)}, lag),
        Panel("GraphQL latency p95", "ms", {"{{tenant}}": measures.quantile(terms, latency, WINDOW)}, latency),
    )  # fmt: skip


def _panel(number: int, panel: Panel, settings: Settings) -> dict[str, Any]:
    steps = _steps(None if panel.check is None else settings.rule(panel.check))
    shown = {"mode": "dashed" if len(steps) > 1 else "off"}
    return {
        "id": number + 1,
        "title": panel.title,
        "type": "timeseries",
        "datasource": SOURCE,
        "gridPos": {"x": number % 2 * 12, "y": number // 2 * 8, "w": 12, "h": 8},
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "custom": {"thresholdsStyle": shown, "spanNulls": False},
                "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(65 + at), "datasource": SOURCE, "expr": expr, "legendFormat": legend, "interval": "1m"}
            for at, (legend, expr) in enumerate(panel.queries.items())
        ],
    }


def _steps(rule: Rule | None) -> list[dict[str, Any]]:
    """Thresholds from the lowest on: each colour begins at its value."""
    if rule is None:
        return [{"color": GREEN, "value": None}]
    marks = [(mark, colour) for mark, colour in ((rule.warn, YELLOW), (rule.fail, RED)) if mark is not None]
    if rule.op == ">=":  # the more the better: the worst colour comes first
        marks.sort()
        below = [colour for _, colour in marks]
        return [
            {"color": colour, "value": None if at is None else float(at)}
            for colour, at in zip([*below, GREEN], [None, *(mark for mark, _ in marks)], strict=True)
        ]
    return [{"color": GREEN, "value": None}, *({"color": colour, "value": float(mark)} for mark, colour in marks)]
