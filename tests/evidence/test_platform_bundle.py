"""The platform's own bundle: what it lists proves nothing until the files themselves do."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BUNDLE = "dist/evidence-v0.3.3-comprehensive.json"
ATTEST = "rag/grounding-final-attest.json"
BUDGET = "budgets/budget-20251031.json"
COMPLIANCE, OVERALL = "bundle_metadata.compliance_status", "bundle_metadata.overall_compliance_percent"


def false(shelf: Any) -> dict[str, str]:
    """What the bundle's false claims really are, by field."""
    return {field: true for field, _, true in shelf.false("bundle")}


def artifacts(body: dict[str, Any], section: str) -> list[Any]:
    return body["evidence_sections"][section]["artifacts"]


def edited(shelf: Any, section: str, own: list[Any]) -> dict[str, str]:
    """What is false once a section lists these artefacts, the counts being right."""
    body = shelf.get(BUNDLE)
    body["evidence_sections"][section]["artifacts"] = own
    every = body["evidence_sections"].values()
    body["bundle_metadata"]["total_artifacts"] = sum(len(one["artifacts"]) for one in every)
    shelf.put(BUNDLE, body)
    return false(shelf)


def test_a_bundle_without_a_breach_is_proven_whole(full: Any) -> None:
    assert false(full) == {}
    (row,) = full.read()["bundles"].itertuples()
    assert (row.sections, row.artifacts, row.claimed_percent, row.proven_percent) == (5, 27, 80.0, 80.0)


@pytest.mark.parametrize(("name", "true"), [("evidence_sections_count", "5"), ("total_artifacts", "27")])
def test_counts_are_taken_again(full: Any, name: str, true: str) -> None:
    body = full.get(BUNDLE)
    body["bundle_metadata"][name] += 1
    full.put(BUNDLE, body)
    assert false(full) == {f"bundle_metadata.{name}": true}


def test_compliance_is_what_is_proven_and_not_what_is_flagged(full: Any) -> None:
    body = full.get(BUNDLE)
    body["bundle_metadata"]["compliance_status"]["autonomy_validation"] = True
    body["bundle_metadata"]["overall_compliance_percent"] = 100.0
    full.put(BUNDLE, body)
    found = false(full)
    assert found[OVERALL] == "80.0"
    assert "success 98.2 % is below its threshold of 99.9 %" in found[f"{COMPLIANCE}.autonomy_validation"]


def test_a_percentage_that_its_own_flags_contradict_does_not_hold(full: Any) -> None:
    body = full.get(BUNDLE)
    body["bundle_metadata"]["overall_compliance_percent"] = 100
    full.put(BUNDLE, body)
    assert false(full) == {OVERALL: "80.0"}


def test_compliance_with_nothing_is_none(full: Any) -> None:
    body = full.get(BUNDLE)
    body["bundle_metadata"] |= {"compliance_status": {}, "overall_compliance_percent": 100.0}
    full.put(BUNDLE, body)
    assert false(full) == {OVERALL: "nothing to comply with"}


@pytest.mark.parametrize(
    ("artifact", "why"),
    [
        ({"file": "budgets/gone.json"}, "is not there: no such file lies below the directory"),
        ("budgets/gone.json", "is not there"),
        ({"file": "../evidence/" + BUDGET}, "leads out of the directory"),
        ({"file": "/etc/passwd"}, "leads out of the directory"),
        ({"file": "..\\x"}, "leads out of the directory"),
        ({"file": "a\0b"}, "leads out of the directory"),
        ({"file": "x" * 5000}, "is not there"),
        ({"title": "Budgets"}, "names no file"),
        (42, "names no file"),
        ({"file": "budgets/notes.txt"}, "is no evidence that can be recomputed"),
        ({"file": BUDGET, "status": "simulated"}, "is not real: it says 'simulated'"),
        ({"file": BUDGET, "type": "budget_simulation"}, "is not real: it says 'budget_simulation'"),
        ({"file": BUDGET, "type": "mock"}, "is not real"),
        ({"file": "budgets/tenant-budget-simulation.json"}, "is not real"),
        ({"file": BUDGET, "sha256": "0" * 64}, "is not what the bundle says of it"),
        ({"file": BUDGET, "size": 1}, "is not what the bundle says of it"),
        ({"file": BUDGET, "avg_utilization": 10.0}, "is not what the bundle says of it"),
    ],
)
def test_an_artefact_that_proves_nothing_is_not_compliant(full: Any, artifact: Any, why: str) -> None:
    full.put("budgets/notes.txt", b"all is well")
    full.put("budgets/tenant-budget-simulation.json", full.get(BUDGET))
    found = edited(full, "budget_tracking", [{"file": BUDGET}, artifact])
    assert why in found[f"{COMPLIANCE}.budget_tracking"]
    assert found[OVERALL] == "60.0"


@pytest.mark.parametrize(
    "artifact",
    [
        BUDGET,
        {"path": f"evidence/v0.3.3/{BUDGET}"},
        {"name": "budget-20251031.json", "file": f"./{BUDGET}"},
        {"file": "budget-20251031.json"},
        {"file": f"evidence\\{BUDGET}".replace("/", "\\")},
    ],
)
def test_an_artefact_may_be_named_from_where_the_bundle_was_made(full: Any, artifact: Any) -> None:
    assert edited(full, "budget_tracking", [artifact]) == {}


def test_what_a_bundle_says_of_a_file_is_held_against_the_file(full: Any) -> None:
    raw = (full.root / ATTEST).read_bytes()
    good = {"file": ATTEST, "sha256": f"sha256:{hashlib.sha256(raw).hexdigest()}", "size": len(raw)}
    assert edited(full, "grounding_verification", [{**good, "pass_rate": 0.97, "threshold_met": True}]) == {}
    found = edited(full, "grounding_verification", [{**good, "pass_rate": 0.99, "integrity_hash": "unknown"}])
    path = "evidence_sections.grounding_verification.artifacts[0]"
    assert found[f"{path}.pass_rate"] == "0.97"
    assert f"{path}.integrity_hash" in found


def test_a_file_whose_own_claims_are_false_proves_nothing_for_the_bundle(full: Any) -> None:
    body = full.get(ATTEST)
    body["verification_summary"]["pass_rate"] = 0.99
    full.put(ATTEST, body)
    assert "integrity_hash claims" in false(full)[f"{COMPLIANCE}.grounding_verification"]


@pytest.mark.parametrize("status", ["simulated", "missing", "FAILED"])
def test_a_section_is_believed_when_it_admits_something(full: Any, status: str) -> None:
    body = full.get(BUNDLE)
    body["evidence_sections"]["configuration"]["status"] = status
    full.put(BUNDLE, body)
    assert f"its status is '{status}'" in false(full)[f"{COMPLIANCE}.configuration"]


@pytest.mark.parametrize("status", ["complete", "present", "PASS", ""])
def test_and_not_when_it_praises_itself(full: Any, status: str) -> None:
    body = full.get(BUNDLE)
    body["evidence_sections"]["configuration"] = {"status": status, "artifacts": []}
    full.put(BUNDLE, body)
    assert "it lists no artefact" in false(full)[f"{COMPLIANCE}.configuration"]


def test_flags_are_matched_to_sections_by_what_they_speak_of(full: Any) -> None:
    body = full.get(BUNDLE)
    flags = {"configuration_attestation": True, "rag_verification": True, "egress_configured": True}
    body["bundle_metadata"] |= {"compliance_status": flags, "overall_compliance_percent": 100.0}
    full.put(BUNDLE, body)
    found = false(full)
    assert found[f"{COMPLIANCE}.egress_configured"] == "not proven: no section is about it"
    assert len(found) == 2


@pytest.mark.parametrize(("indent", "is_sorted"), [(None, True), (2, True), (2, False), (None, False)])
def test_a_hash_that_fits_is_whole_and_still_unsigned(full: Any, indent: int | None, *, is_sorted: bool) -> None:
    body = full.get(BUNDLE)
    digest = hashlib.sha256(json.dumps(body, sort_keys=is_sorted, indent=indent).encode()).hexdigest()
    full.put(BUNDLE, {**body, "bundle_signature": {"algorithm": "sha256", "signature": digest}})
    assert full.false("bundle") == [
        ("bundle_signature", "signed with 'sha256'", "unsigned: anyone can make a hash of what it says")
    ]


def test_a_hash_that_does_not_fit_is_named_with_the_one_that_would(full: Any) -> None:
    body = full.get(BUNDLE)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    full.put(BUNDLE, {**body, "bundle_signature": {"algorithm": "sha256", "signature": "ab" * 32}})
    assert false(full)["bundle_signature.signature"] == digest


@pytest.mark.parametrize(
    ("path", "value", "field", "text"),
    [
        ("bundle_metadata", None, "bundle_metadata.generation_timestamp", "is missing"),
        ("bundle_metadata.generation_timestamp", "soon", "bundle_metadata.generation_timestamp", "not an instant"),
        ("bundle_metadata.total_artifacts", "many", "bundle_metadata.total_artifacts", "is 'many', not a number"),
        ("bundle_metadata.compliance_status.a.b", "yes", f"{COMPLIANCE}.a.b", "is 'yes', not true or false"),
        ("evidence_sections", [], "evidence_sections", "is list of 0, not an object"),
        ("evidence_sections.x", 7, "evidence_sections.x.artifacts", "is missing"),
        ("evidence_sections.x", {"artifacts": {}}, "evidence_sections.x.artifacts", "is dict of 0, not a list"),
        ("bundle_signature", {}, "bundle_signature.signature", "is missing"),
    ],
)
def test_a_broken_field_is_named_and_loses_no_other_file(
    full: Any, path: str, value: Any, field: str, text: str
) -> None:
    body = full.get(BUNDLE)
    inner, (folder, *rest) = body, path.split(".", 1)
    if rest:
        inner, folder = body[folder], rest[0]
    if folder.startswith("compliance_status."):
        inner, folder = inner["compliance_status"], "a.b"
    inner[folder] = value
    full.put(BUNDLE, body)
    ((file, said, why),) = full.faults()
    assert (file, said, text in why) == (BUNDLE, field, True)
    assert len(full.read()["attestation_results"]) == 400


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
ANY = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
STEPS = st.lists(st.integers(0, 30), min_size=1, max_size=5)


def spoil(body: Any, steps: list[int], value: object) -> None:
    """Put a value somewhere into a document."""
    for step in steps:
        keys = list(body) if isinstance(body, dict) else list(range(len(body)))
        if not keys:
            return
        key = keys[step % len(keys)]
        if step is steps[-1] or not isinstance(body[key], dict | list):
            body[key] = value
            return
        body = body[key]


@pytest.mark.parametrize(
    "name", [BUNDLE, "out/v033-readiness-20251031/production-readiness-report.json", "trajectory/test_react.yaml"]
)
def test_whatever_a_file_holds_the_others_are_read(full: Any, name: str) -> None:
    whole, count = full.get(name), len(full.read()["files"])

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(STEPS, ANY)
    def spoilt(steps: list[int], value: object) -> None:
        body = json.loads(json.dumps(whole))
        spoil(body, steps, value)
        full.put(name, body)
        assert len(full.read()["files"]) == count

    spoilt()
