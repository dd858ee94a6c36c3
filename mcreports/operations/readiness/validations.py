"""The twelve validations in the runbook's order: each is tried by itself, and one that cannot be loses no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.errors import McreportsError
from mcreports.operations.readiness.alert_rules import budget_alerts
from mcreports.operations.readiness.answers import grounding, trajectories
from mcreports.operations.readiness.autonomy import autonomy_evidence
from mcreports.operations.readiness.bundle import evidence_bundle
from mcreports.operations.readiness.configuration import change_gate, config_attestation
from mcreports.operations.readiness.dashboards import dashboards
from mcreports.operations.readiness.finding import Finding
from mcreports.operations.readiness.gateways import gateway_configuration
from mcreports.operations.readiness.reports import scheduled_reports
from mcreports.operations.readiness.results import autonomy_validation, gateway_validation

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcreports.operations.readiness.grounds import Grounds

# by what the runbook's report calls them; the check's id is made of the function's name
VALIDATIONS: dict[str, Callable[[Grounds], Finding]] = {
    "E1_Dashboards": dashboards,
    "E1_Budgets": budget_alerts,
    "E2_ConfigAttestation": config_attestation,
    "E2_CI_Gates": change_gate,
    "E3_Gateway_Config": gateway_configuration,
    "E3_Validation_Script": gateway_validation,
    "E4_Grounding": grounding,
    "E4_Trajectory": trajectories,
    "E5_Autonomy_Evidence": autonomy_evidence,
    "E5_Simulator": autonomy_validation,
    "Evidence_Bundle": evidence_bundle,
    "CI_Pipeline": scheduled_reports,
}


@dataclass(frozen=True)
class Validation:
    """One of the twelve: its name in the runbook's report, its check, and what it came to."""

    name: str
    check: str
    finding: Finding


def validate(grounds: Grounds, tell: Callable[[str], None]) -> tuple[Validation, ...]:
    """Try all twelve, and say which one it is."""
    found = []
    for name, look in VALIDATIONS.items():
        tell(look.__name__.replace("_", " "))
        found.append(Validation(name, f"readiness.{look.__name__}", attempt(look, grounds)))
    return tuple(found)


def attempt(look: Callable[[Grounds], Finding], grounds: Grounds) -> Finding:
    """What one validation comes to; unknown where an error ends it."""
    try:
        return look(grounds)
    except (McreportsError, OSError) as error:
        return Finding("", doubts=(str(error),))
