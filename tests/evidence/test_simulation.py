"""A simulation's report proves nothing without its operations, and sets no criterion of its own."""

from __future__ import annotations

from typing import Any

import pytest

SIMULATION = "autonomy/TENANT_003/simulation_report_20251101.json"
SAFETY = "safety_assessment"


def without_operations(full: Any) -> None:
    for file in (full.root / "autonomy/TENANT_003").glob("[cov]*.json"):
        file.unlink()


def test_a_simulation_without_its_operations_is_a_fault_and_none_of_its_claims_holds(full: Any) -> None:
    without_operations(full)
    claims = full.read()["claims"]
    assert claims[claims["file"] == SIMULATION].empty
    ((file, field, text),) = full.faults()
    assert (file, field) == (SIMULATION, "results")
    assert text.startswith("has no operations to rest on, and is not proven; by its own counts it did not pass")


def test_what_its_own_counts_contradict_is_named_all_the_same(full: Any) -> None:
    without_operations(full)
    body = full.get(SIMULATION)
    body["results"]["success_rate_percent"] = 99.99
    body[SAFETY]["overall_safety_passed"] = True
    full.put(SIMULATION, body)
    assert [field for field, _, _ in full.false()] == [
        "results.success_rate_percent",
        f"{SAFETY}.overall_safety_passed",
    ]


@pytest.mark.parametrize("name", [7, "7"])
def test_the_name_of_a_simulation_may_be_a_number(full: Any, name: Any) -> None:
    for file in (full.root / "autonomy/TENANT_003").glob("operations_*.json"):
        rows = full.get(f"autonomy/TENANT_003/{file.name}")
        for row in rows:
            row["metadata"]["simulation_id"] = 7
        full.put(f"autonomy/TENANT_003/{file.name}", rows)
    body = full.get(SIMULATION)
    body["simulation_metadata"]["simulation_id"] = name
    full.put(SIMULATION, body)
    assert (full.faults(), full.false()) == ([], [])


def test_a_simulation_without_a_name_is_not_the_one_of_nameless_operations(full: Any) -> None:
    body = full.get(SIMULATION)
    del body["simulation_metadata"]["simulation_id"]
    full.put(SIMULATION, body)
    assert full.faults() == [(SIMULATION, "simulation_metadata.simulation_id", "is missing")]


@pytest.mark.parametrize(
    ("success", "compensation", "false"),
    [
        (40, 0.5, {"success": "the rule is >= 99.9 %"}),
        (99.9, 5, {"compensation": "the rule is <= 0.5 %"}),
        (0.4, 0.05, {"success": "the rule is >= 99.9 %", "compensation": "the rule is <= 0.5 %"}),
        (0.999, 0.005, {}),
        (99.95, 0.1, {}),
    ],
)
def test_a_threshold_laxer_than_the_rule_is_a_contradiction(
    full: Any, success: float, compensation: float, false: dict[str, str]
) -> None:
    body = full.get(SIMULATION)
    body["configuration"] |= {"success_threshold": success, "compensation_threshold": compensation}
    full.put(SIMULATION, body)
    found = {field: true for field, _, true in full.false() if field.startswith("configuration")}
    assert found == {f"configuration.{key}_threshold": true for key, true in false.items()}


def test_a_lax_threshold_makes_nothing_pass(full: Any) -> None:
    body = full.get(SIMULATION)
    body["configuration"]["success_threshold"] = 40
    body[SAFETY]["success_rate_passed"] = True
    full.put(SIMULATION, body)
    said = {field: true for field, _, true in full.false()}
    assert "below its threshold of 99.9 %" in said[f"{SAFETY}.success_rate_passed"]


@pytest.mark.parametrize(
    ("flag", "value", "holds"),
    [
        ("success_rate_acceptable", True, False),
        ("residency_compliance", True, False),
        ("residency_violated", False, False),
        ("no_residency_violations", True, False),
        ("success_and_policy_ok", True, False),
        ("success_rate_acceptable", False, True),
        ("residency_violations_found", True, True),
        ("policy_compliance", True, True),
        ("policy_violations_found", False, True),
        ("policy_not_violated", True, True),
        # to call itself unsafe is never too much
        ("policy_compliance", False, True),
        ("operator_was_present", True, True),
    ],
)
def test_each_flag_of_its_safety_is_held_against_its_criterion(
    full: Any, flag: str, value: Any, *, holds: bool
) -> None:
    body = full.get(SIMULATION)  # success and residency are not met, policy is
    body[SAFETY] = {flag: value, "overall_safety_passed": False}
    full.put(SIMULATION, body)
    assert [field for field, _, _ in full.false()] == ([] if holds else [f"{SAFETY}.{flag}"])
