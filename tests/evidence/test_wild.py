"""A directory as the platform really left it, with everything that was wrong with it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

AT = "2025-09-26T05:05:00.000000Z"
START, END = datetime(2025, 9, 20, tzinfo=UTC), datetime(2025, 9, 27, tzinfo=UTC)
BUNDLE = "dist/evidence-v0.3.3-mc-comprehensive.json"
READY = "out/v033-readiness-20250926/production-readiness-report.json"
SIMULATION = "autonomy/TENANT_003/simulation_report_1.json"
ATTEST, BUDGET, CONFIG = (
    "rag/grounding-final-attest.json",
    "budgets/tenant-budget-simulation.json",
    "config/config-current.json",
)


def attestation() -> dict[str, Any]:
    ids = ("response_1", "response_2", "unknown", "unknown", "response_5")
    scores = (0.97, 0.92, 0.95, 0.99, 0.41)
    results = [
        {"response_id": name, "tenant": f"TENANT_00{n}", "grounding_score": score, "passed": score >= 0.8}
        for n, (name, score) in enumerate(zip(ids, scores, strict=True), start=1)
    ]
    return {
        "platform_version": "v0.3.3-mc", "attestation_type": "rag_grounding", "timestamp": AT,
        "verification_summary": {"total_cases": 5, "pass_rate": 0.96, "average_score": 0.848, "threshold_met": True},
        "verification_details": {"method": "semantic", "threshold": 0.8, "individual_results": results},
        "integrity_hash": "d" * 64,
    }  # fmt: skip


def budgets() -> dict[str, Any]:
    used = {"TENANT_001": (65.2, "healthy"), "TENANT_002": (78.9, "warning"), "TENANT_003": (82.1, "warning"),
            "TENANT_004": (45.3, "healthy"), "TENANT_005": (91.4, "critical")}  # fmt: skip
    tenants = {name: {"utilization": percent, "status": status} for name, (percent, status) in used.items()}
    return {"timestamp": AT, "tenants": tenants, "aggregate": {"avg_utilization": 72.6, "critical_count": 1}}


def simulation() -> dict[str, Any]:
    return {
        "simulation_metadata": {"simulation_id": "s1", "tenant": "TENANT_003", "start_time": AT, "end_time": AT},
        "configuration": {"success_threshold": 0.999, "compensation_threshold": 0.005},
        "results": {
            "total_operations": 100, "successful_operations": 99, "success_rate_percent": 99.0,
            "compensation_events": 0, "compensation_rate_percent": 0.0,
            "policy_violations": 1, "residency_violations": 0,
        },
        "safety_assessment": {"residency_passed": True, "overall_safety_passed": True},
    }  # fmt: skip


def config() -> dict[str, Any]:
    return {"timestamp": AT, "platform_version": "v0.3.3-mc", "config_hash": "e" * 64, "files": ["a.yaml", "b.yaml"],
            "configs": {"a.yaml": "x: 1\n", "c.yaml": "y: 2\n"}, "git_commit": "abc"}  # fmt: skip


def bundle() -> dict[str, Any]:
    sections = {
        "configuration_integrity": {"status": "present", "artifacts": [
            {"file": CONFIG, "hash": "e" * 64, "timestamp": AT}]},
        "tenant_budget_tracking": {"status": "simulated", "artifacts": [{"file": BUDGET, "type": "budget_simulation"}]},
        "rag_grounding_verification": {"status": "present", "artifacts": [{"file": ATTEST, "pass_rate": 0.96}]},
        "autonomy_tier3_expansion": {"status": "present", "artifacts": [
            {"file": SIMULATION, "type": "simulation_report", "success_rate": 99.0, "safety_passed": True}]},
        "egress_gateway_configuration": {"status": "configured", "artifacts": [
            {"file": "charts/agent-workbench/values-egress-gateway.yaml", "type": "helm_values"}]},
    }  # fmt: skip
    flags = ("configuration_attestation", "budget_tracking", "rag_verification", "autonomy_tested", "egress_configured")
    body: dict[str, Any] = {
        "bundle_metadata": {
            "bundle_id": "0123456789abcdef", "platform_version": "v0.3.3-mc", "generation_timestamp": AT,
            "evidence_sections_count": 5, "total_artifacts": 5, "compliance_status": dict.fromkeys(flags, True),
            "overall_compliance_percent": 100.0,
        },
        "evidence_sections": sections,
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return {**body, "bundle_signature": {"algorithm": "sha256", "signature": digest, "timestamp": AT}}


def readiness() -> dict[str, Any]:
    told = {
        "E1_Budgets": "ok", "E2_ConfigAttestation": "attested", "E4_Grounding": "Pass rate: 0.96, threshold met",
        "E4_Trajectory": "all good", "E5_Autonomy_Evidence": "found", "E5_Simulator": "ran",
        "Evidence_Bundle": "100 % compliant",
    }  # fmt: skip
    counts = {"total_validations": 7, "passed_validations": 7, "failed_validations": 0}
    return {
        "report_metadata": {"timestamp": AT, "platform_version": "v0.3.3-mc"},
        "summary": {**counts, "pass_rate_percent": 100.0, "production_ready": True},
        "epic_validations": [{"name": name, "status": "PASS", "details": text} for name, text in told.items()],
    }  # fmt: skip


@pytest.fixture
def wild(shelf: Any) -> Any:
    bodies = {ATTEST: attestation(), BUDGET: budgets(), SIMULATION: simulation(), CONFIG: config(), BUNDLE: bundle(),
              READY: readiness()}  # fmt: skip
    for name, body in bodies.items():
        shelf.put(name, body)
    shelf.put("config/config-baseline.json", config() | {"configs": {"a.yaml": "x: 0\n"}})
    shelf.put("tests/trajectory/test_react.yaml", GOLDEN)
    return shelf


GOLDEN = b"""
test_cases:
  - name: privacy_question
    tenant: TENANT_001
    query: Who may see personal data?
    expected_trajectory:
      - {type: reason, content: Look it up.}
      - {type: act, action: query_graph, parameters: {q: people}}
      - {type: observe, content: 12 people}
      - {type: respond, content: Twelve.}
"""


def false(wild: Any, file: str) -> dict[str, tuple[str, str]]:
    claims = wild.read((), START, END)["claims"]
    own = claims[(claims["file"] == file) & ~claims["holds"]]
    return {one.field: (one.claimed, one.recomputed) for one in own.itertuples()}


def test_nothing_of_it_is_lost(wild: Any) -> None:
    tables = wild.read((), START, END)
    assert len(tables["files"]) == 8
    assert [(one.file, one.text.partition(";")[0]) for one in tables["faults"].itertuples()] == [
        (ATTEST, "is 'unknown' for the second time, which names no answer"),
        (SIMULATION, "has no operations to rest on, and is not proven"),
    ]
    assert list(tables["absent"]["kind"]) == ["operations"]


def test_the_attestation_claims_96_percent_where_4_of_5_passed(wild: Any) -> None:
    found = false(wild, ATTEST)
    assert found["verification_summary.pass_rate"] == ("0.96", "0.8")
    assert found["verification_summary.threshold_met"] == ("True", "False")
    assert found["integrity_hash"][0] == "d" * 64
    assert len(found) == 3
    assert len(wild.read((), START, END)["attestation_results"]) == 5


def test_a_tenant_is_called_warning_at_78_9_percent(wild: Any) -> None:
    assert false(wild, BUDGET) == {"tenants.TENANT_002.status": ("warning", "78.9 is pass")}


def test_an_overall_pass_although_a_violation_is_counted(wild: Any) -> None:
    assert false(wild, SIMULATION) == {"safety_assessment.overall_safety_passed": ("True", "False")}


def test_a_configuration_whose_contents_are_not_its_files_and_whose_hash_is_made_up(wild: Any) -> None:
    assert set(false(wild, CONFIG)) == {"config_hash", "files"}


def test_the_bundle_complies_with_nothing(wild: Any) -> None:
    found = false(wild, BUNDLE)
    assert found["bundle_metadata.overall_compliance_percent"] == ("100.0", "0.0")
    compliance = {field.rpartition(".")[2]: true for field, (_, true) in found.items() if "compliance_status" in field}
    assert (
        "config_hash claims" in compliance["configuration_attestation"]
        or "not what the bundle says" in compliance["configuration_attestation"]
    )
    assert "its status is 'simulated'" in compliance["budget_tracking"]
    assert "not what the bundle says of it" in compliance["rag_verification"]
    assert "autonomy_tested" in compliance
    assert "no such file lies below the directory" in compliance["egress_configured"]
    assert found["bundle_signature"][1].startswith("unsigned")
    assert found["evidence_sections.rag_grounding_verification.artifacts[0].pass_rate"] == ("0.96", "0.8")


def test_the_readiness_report_is_contradicted_on_every_line(wild: Any) -> None:
    found = false(wild, READY)
    contradicted = {field for field in found if field.endswith(".status")}
    assert len(contradicted) == 7
    assert found["epic_validations[2].details"][1] == f"80 % by {ATTEST}"
    told = "it did not pass: success 99.0 % is below its threshold of 99.9 %, 1 policy violation"
    assert found["epic_validations[5].status"][1].endswith(told)
    assert found["summary.production_ready"][1].startswith("False: 0 of 7 are proven")


def test_the_golden_set_acts_on_private_data_without_asking(wild: Any) -> None:
    (case,) = wild.read((), START, END)["trajectories"].itertuples()
    assert (case.holds, case.fault) == (False, "asks for private data without a policy check")


def test_two_files_that_tell_one_fact_differently_contradict_each_other(wild: Any) -> None:
    other = attestation()
    other["verification_details"]["individual_results"][0]["grounding_score"] = 0.5
    wild.put("rag/second-attest.json", other)
    wild.put("budgets/zz.json", budgets() | {"tenants": {"TENANT_001": {"utilization": 12.0, "status": "healthy"}}})
    assert false(wild, "rag/second-attest.json")["response_1.grounding_score"] == ("0.5", f"0.97 by {ATTEST}")
    assert false(wild, "budgets/zz.json")["TENANT_001.utilization"] == ("12.0", f"65.2 by {BUDGET}")
