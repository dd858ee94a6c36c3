"""The alerts as files: a plain rule file for Prometheus, a PrometheusRule for Kubernetes, both from one model."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import yaml

from mcreports.alerting.checks import OUTLOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.alerting.wording import Alert

NAME = "mc-tenant-budgets"  # the runbook asks kubectl for it
SLOW = {OUTLOOK: "5m"}  # groups that look back for weeks


def prometheus(alerts: Iterable[Alert]) -> str:
    """A rule file for ``rule_files``."""
    return _written(_groups(alerts))


def kubernetes(alerts: Iterable[Alert]) -> str:
    """A PrometheusRule for ``kubectl apply -f -``."""
    head = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": NAME, "labels": {"app.kubernetes.io/name": "mcreports", "role": "alert-rules"}},
    }
    return _written({**head, "spec": _groups(alerts)})


def _groups(alerts: Iterable[Alert]) -> dict[str, object]:
    groups: dict[str, list[dict[str, object]]] = {}
    for one in alerts:
        groups.setdefault(one.group, []).append(_rule(one))
    return {
        "groups": [
            {"name": name, **({"interval": SLOW[name]} if name in SLOW else {}), "rules": rules}
            for name, rules in groups.items()
        ]
    }


def _rule(alert: Alert) -> dict[str, object]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.hold,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
    }


def _written(document: dict[str, object]) -> str:
    return yaml.safe_dump(document, sort_keys=False, width=inf)
