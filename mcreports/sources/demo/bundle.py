"""What the invented platform says of its own evidence: a bundle and a readiness report, as it would write them.

All that they claim holds: they own up to the breach of the week, and the bundle does not call a hash of its
own body a signature. So nothing rests on it: a bundle that proves who made it is packed and signed elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcreports.figures import instant_text
from mcreports.sources.demo.attestation import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SECTIONS = {
    "configuration": "config/",
    "budget_tracking": "budgets/",
    "grounding_verification": "rag/",
    "autonomy_validation": "autonomy/",
    "react_trajectories": "trajectory/",
}
ELSEWHERE = "nothing in this directory proves it"  # the evidence of these is kept where they run
UNSIGNED = "nobody signed it"


def bundle(found: Mapping[str, object], at: datetime) -> dict[str, object]:
    """The comprehensive bundle over all of the other files."""
    sections = {
        name: {"status": "present", "artifacts": [{"file": file} for file in sorted(found) if file.startswith(folder)]}
        for name, folder in SECTIONS.items()
    }
    compliance = {**dict.fromkeys(SECTIONS, True), "autonomy_validation": _is_safe(found)}
    return {
        "bundle_metadata": {
            "bundle_id": f"evidence-{VERSION}-{at:%Y%m%d}",
            "generation_timestamp": instant_text(at),
            "evidence_sections_count": len(sections),
            "total_artifacts": sum(len(section["artifacts"]) for section in sections.values()),
            "compliance_status": compliance,
            "overall_compliance_percent": 100 * sum(compliance.values()) / len(compliance),
        },
        "evidence_sections": sections,
    }


def readiness(found: Mapping[str, object], at: datetime) -> dict[str, object]:
    """The readiness report: what the other files prove has passed, and no more."""
    safe = ("PASS", "its simulation met its thresholds")
    if not _is_safe(found):
        safe = ("FAIL", "its simulation did not meet its own thresholds")
    summary = _attested(found)
    validations = {
        "E1_Dashboards": ("UNKNOWN", ELSEWHERE),
        "E1_Budgets": ("PASS", "budgets are tracked each day"),
        "E2_ConfigAttestation": ("PASS", "the configuration is the baseline's"),
        "E2_CI_Gates": ("UNKNOWN", ELSEWHERE),
        "E3_Gateway_Config": ("UNKNOWN", ELSEWHERE),
        "E3_Validation_Script": ("UNKNOWN", ELSEWHERE),
        "E4_Grounding": ("PASS", f"Pass rate: {summary['pass_rate']}, threshold met"),
        "E4_Trajectory": ("PASS", "each case of the golden set keeps the rules"),
        "E5_Autonomy_Evidence": safe,
        "E5_Simulator": safe,
        "Evidence_Bundle": ("FAIL", UNSIGNED),
        "CI_Pipeline": ("UNKNOWN", ELSEWHERE),
    }
    passed = sum(status == "PASS" for status, _ in validations.values())
    return {
        "report_metadata": {"platform_version": VERSION, "timestamp": instant_text(at)},
        "summary": {
            "total_validations": len(validations),
            "passed_validations": passed,
            "failed_validations": len(validations) - passed,
            "pass_rate_percent": 100 * passed / len(validations),
            "production_ready": False,
        },
        "epic_validations": [
            {"name": name, "status": status, "details": details} for name, (status, details) in validations.items()
        ],
    }


def _is_safe(found: Mapping[str, object]) -> bool:
    """Whether the simulation passed."""
    report: Any = next(body for name, body in found.items() if "/simulation_report_" in name)
    return bool(report["safety_assessment"]["overall_safety_passed"])


def _attested(found: Mapping[str, object]) -> dict[str, Any]:
    body: Any = found["rag/grounding-final-attest.json"]
    return dict(body["verification_summary"])
