"""Whatever a file's own details allow to recompute is recomputed, and a false claim is shown with both values."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.evidence.claims import SHARE, agrees

ATTEST = "rag/grounding-final-attest.json"
SIMULATION = "autonomy/TENANT_003/simulation_report_20251101.json"
BUDGET = "budgets/budget-20251031.json"
CONFIG = "config/config-current.json"


def seal(body: dict[str, Any]) -> dict[str, Any]:
    """The attestation with a hash that fits again: anyone can make one."""
    body.pop("integrity_hash", None)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8")).hexdigest()
    return {**body, "integrity_hash": digest}


@given(st.integers(0, 500), st.integers(1, 500), st.integers(2, 6))
def test_a_rounded_rate_agrees_and_a_rate_that_is_off_does_not(part: int, more: int, places: int) -> None:
    exact = Fraction(part, part + more)
    half = Fraction(1, 2 * 10**places)
    assert agrees(float(exact), exact)
    rounded = round(float(exact), places)
    assert agrees(rounded, exact) == (half <= SHARE or abs(Fraction(str(rounded)) - exact) <= SHARE)
    assert not agrees(float(exact + SHARE * 2), exact)


def test_rounding_over_the_threshold_is_a_contradiction() -> None:
    assert not agrees(0.95, Fraction(94986, 100000), SHARE, lambda rate: rate >= Fraction(95, 100))
    assert agrees(0.95, Fraction(94986, 100000))


@pytest.mark.parametrize(
    ("path", "value", "fields"),
    [
        ("verification_summary.pass_rate", 0.99, ["verification_summary.pass_rate"]),
        ("verification_summary.total_cases", 500, ["verification_summary.total_cases"]),
        ("verification_summary.average_score", 0.99, ["verification_summary.average_score"]),
        ("verification_summary.threshold_met", False, ["verification_summary.threshold_met"]),
        ("verification_details.threshold", 0.99, ["passed", "pass_rate", "threshold_met"]),
    ],
)
def test_a_sealed_attestation_is_held_against_its_details(full: Any, path: str, value: Any, fields: list[str]) -> None:
    body = full.get(ATTEST)
    inner = body
    *folders, last = path.split(".")
    for folder in folders:
        inner = inner[folder]
    inner[last] = value
    full.put(ATTEST, seal(body))
    false = [field for field, _, _ in full.false()]
    assert all(any(field in said for said in false) for field in fields)
    assert "integrity_hash" not in false


def test_an_attestation_edited_after_its_hash_was_made_does_not_hold(full: Any) -> None:
    body = full.get(ATTEST)
    body["platform_version"] = "v0.3.4"
    full.put(ATTEST, body)
    assert [field for field, _, _ in full.false()] == ["integrity_hash"]
    assert not full.read()["attestations"]["hash_holds"].any()


def test_an_attestation_without_a_hash_is_a_fault(full: Any) -> None:
    body = full.get(ATTEST)
    del body["integrity_hash"]
    full.put(ATTEST, body)
    assert full.faults() == [(ATTEST, "integrity_hash", "is missing")]


def test_a_failing_answer_that_claims_to_have_passed_is_counted_as_it_scored(full: Any) -> None:
    body = full.get(ATTEST)
    results = body["verification_details"]["individual_results"]
    failing = next(n for n, one in enumerate(results) if not one["passed"])
    results[failing]["passed"] = True
    body["verification_summary"]["pass_rate"] = 389 / 400
    full.put(ATTEST, seal(body))
    false = [field for field, _, _ in full.false()]
    assert false == [f"verification_details.individual_results[{failing}].passed", "verification_summary.pass_rate"]
    assert full.read()["attestation_results"]["passed"].sum() == 388


def test_an_answer_that_is_listed_twice_counts_once_and_is_a_fault(full: Any) -> None:
    body = full.get(ATTEST)
    results = body["verification_details"]["individual_results"]
    good = next(one for one in results if one["passed"])
    results += [good] * 100
    body["verification_summary"]["total_cases"] = 500
    full.put(ATTEST, seal(body))
    assert len(full.read()["attestation_results"]) == 400
    assert "for the second time" in full.faults()[0][2]
    assert ("verification_summary.total_cases", "500", "400") in full.false()


def test_an_attestation_of_nothing_is_no_pass(full: Any) -> None:
    body = full.get(ATTEST)
    body["verification_details"]["individual_results"] = []
    body["verification_summary"] = {"total_cases": 0, "pass_rate": 1.0, "average_score": 1.0, "threshold_met": True}
    full.put(ATTEST, seal(body))
    assert {field.split(".")[1] for field, _, _ in full.false()} == {"pass_rate", "threshold_met"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("results.total_operations", 299),
        ("results.successful_operations", 300),
        ("results.success_rate_percent", 99.9),
        ("results.success_rate_percent", 100),
        ("results.compensation_events", 0),
        ("results.compensation_rate_percent", 0.1),
        ("results.policy_violations", 1),
        ("results.residency_violations", 0),
        ("safety_assessment.overall_safety_passed", True),
    ],
)
def test_a_simulation_is_held_against_its_operations(full: Any, path: str, value: float) -> None:
    body = full.get(SIMULATION)
    folder, name = path.split(".")
    body[folder][name] = value
    full.put(SIMULATION, body)
    assert path in [field for field, _, _ in full.false()]


def test_a_simulation_whose_single_flag_is_down_is_not_safe(full: Any) -> None:
    body = full.get(SIMULATION)
    body["results"]["successful_operations"] = body["results"]["total_operations"]
    body["results"] |= {"success_rate_percent": 100.0, "residency_violations": 0}
    body["safety_assessment"]["overall_safety_passed"] = True
    for file in (full.root / "autonomy/TENANT_003").glob("[cov]*.json"):
        file.unlink()
    full.put(SIMULATION, body)
    assert [field for field, _, _ in full.false()] == ["safety_assessment.overall_safety_passed"]


def test_a_simulation_of_another_tenant_is_a_fault(full: Any) -> None:
    body = full.get(SIMULATION)
    body["simulation_metadata"]["tenant"] = "TENANT_001"
    full.put(SIMULATION, body)
    assert full.faults()[0][:2] == (SIMULATION, "simulation_metadata.tenant")


@pytest.mark.parametrize(("name", "value"), [("avg_utilization", 50.0), ("critical_count", 7)])
def test_a_budget_aggregate_is_taken_again(full: Any, name: str, value: float) -> None:
    body = full.get(BUDGET)
    body["aggregate"][name] = value
    full.put(BUDGET, body)
    assert [field for field, _, _ in full.false()] == [f"aggregate.{name}"]


def test_a_budget_status_that_its_utilisation_contradicts_is_named(full: Any) -> None:
    body = full.get(BUDGET)
    name = next(name for name, own in body["tenants"].items() if own["status"] == "ok")
    body["tenants"][name]["utilization"] += 300
    full.put(BUDGET, body)
    assert f"tenants.{name}.status" in [field for field, _, _ in full.false()]


def test_a_report_of_one_tenant_does_not_name_another(full: Any) -> None:
    body = full.get(BUDGET)
    body["tenants"]["TENANT_001"]["utilization"] += 300
    full.put(BUDGET, body)
    tables = full.read(("TENANT_003",))
    assert (~tables["claims"]["holds"]).any()
    assert not any("TENANT_001" in table.to_csv() for table in tables.values())


def test_utilisation_may_be_written_as_a_share(full: Any) -> None:
    tenants = {"A": {"utilization": 0.5, "status": "ok"}, "B": {"utilization": 0.95, "status": "critical"}}
    aggregate = {"avg_utilization": 0.725, "critical_count": 1}
    full.put(BUDGET, {"timestamp": "2025-10-31T00:00:00Z", "tenants": tenants, "aggregate": aggregate})
    assert full.false() == []


def test_a_configuration_edited_after_its_hash_was_made_does_not_hold(full: Any) -> None:
    body = full.get(CONFIG)
    body["configs"]["policy/autonomy.yaml"] += "tier: 4\n"
    full.put(CONFIG, body)
    assert [field for field, _, _ in full.false()] == ["config_hash"]


def test_a_configuration_that_hides_a_file_from_its_list_does_not_hold(full: Any) -> None:
    body = full.get(CONFIG)
    body["files"] = body["files"][1:]
    full.put(CONFIG, body)
    assert [field for field, _, _ in full.false()] == ["files"]


def test_the_content_of_a_configuration_is_not_kept(full: Any) -> None:
    assert "escalation" not in str(full.read()["config"].to_dict())
