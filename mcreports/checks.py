"""What a verdict is: proven or unknown, never assumed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Status(StrEnum):
    """The four things that can be said of a check."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


SEVERITY = (Status.PASS, Status.WARN, Status.UNKNOWN, Status.FAIL)


# what a reader calls each check, in the order in which they are told
NAMES = {
    "budget.utilization.daily": "Daily budget",
    "budget.utilization.monthly": "Monthly budget",
    "budget.forecast": "Forecast against budget",
    "budget.burn_rate": "Burn rate",
    "autonomy.success_rate": "Autonomy success rate",
    "autonomy.compensation_rate": "Autonomy compensation rate",
    "autonomy.policy_violations": "Policy violations",
    "autonomy.residency_violations": "Residency violations",
    "autonomy.evidence_agreement": "Autonomy evidence against metrics",
    "grounding.pass_rate": "RAG grounding",
    "grounding.attestation": "Grounding attestation",
    "grounding.trajectories": "ReAct golden set",
    "platform.replication_lag_p95": "Replication lag p95",
    "platform.graphql_p95": "GraphQL latency p95",
    "config.drift": "Configuration drift",
    "config.attestation": "Configuration attestation",
    "config.agreement": "Configuration files against gauge",
    "config.baseline": "Configuration baseline",
    "evidence.compliance": "Evidence compliance",
    "evidence.bundle": "Evidence bundle",
    "evidence.archive": "Archived bundle",
    "readiness": "Production readiness",
    "readiness.dashboards": "Dashboards",
    "readiness.budget_alerts": "Budget alerts",
    "readiness.config_attestation": "Configuration attestation",
    "readiness.change_gate": "Change gate",
    "readiness.gateway_configuration": "Gateway configuration",
    "readiness.gateway_validation": "Gateway validation",
    "readiness.grounding": "Grounding",
    "readiness.trajectories": "Trajectories",
    "readiness.autonomy_evidence": "Autonomy evidence",
    "readiness.autonomy_validation": "Autonomy validation",
    "readiness.evidence_bundle": "Evidence bundle",
    "readiness.scheduled_reports": "Scheduled reports",
    "egress.primary": "Primary egress gateway",
    "egress.secondary": "Secondary egress gateway",
    "egress.routing": "Egress routing",
    "egress.latency": "Egress latency",
    "egress.failover": "Egress failover",
    "egress.direct": "Direct access blocked",
    "egress.policies": "Network policies",
    "operations.drift": "Latest drift check",
    "operations.autonomy": "Latest autonomy validation",
    "operations.bundle": "Latest evidence bundle",
    "operations.grounding": "Latest grounding verification",
    "operations.egress": "Latest egress check",
    "operations.archive": "Evidence archive",
    "data.coverage": "Sample coverage",
    "tenants.expected": "Tenant nobody configured",
}


def worst(statuses: Iterable[Status]) -> Status:
    """The gravest of the statuses; of none at all, unknown: silence is not a pass.

    >>> worst([Status.PASS, Status.UNKNOWN]).value, worst([]).value
    ('unknown', 'unknown')
    """
    return max(statuses, key=SEVERITY.index, default=Status.UNKNOWN)


@dataclass(frozen=True)
class Verdict:
    """One check of one subject, with what it was held against and why it came out so.

    ``tenant`` is None for the whole platform. ``figures`` are ids of the figures it rests on;
    ``value`` and ``target`` are printed so that they stay on the verdict's side.
    """

    check: str
    tenant: str | None
    status: Status
    value: str | None
    target: str
    op: str
    unit: str
    reason: str
    figures: tuple[str, ...] = ()
    n: int | None = None
    gap: str | None = None
    labels: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """This verdict as ``report.json`` carries it."""
        return {
            "check": self.check,
            "tenant": self.tenant,
            **({"labels": dict(self.labels)} if self.labels else {}),
            "status": self.status.value,
            "value": self.value,
            "target": self.target,
            "op": self.op,
            "unit": self.unit,
            "reason": self.reason,
            "figures": list(self.figures),
            "n": self.n,
            "gap": self.gap,
        }


@dataclass(frozen=True)
class Reconciliation:
    """Two ways to the same sum, and by how much they differ."""

    name: str
    difference: str
    status: Status

    def as_dict(self) -> dict[str, object]:
        """This reconciliation as ``report.json`` carries it."""
        return {"name": self.name, "difference": self.difference, "status": self.status.value}
