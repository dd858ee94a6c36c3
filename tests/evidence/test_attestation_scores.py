"""An attestation sets neither what counts as grounded nor how far a score reaches."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

ATTEST = "rag/grounding-final-attest.json"


def attest(shelf: Any, threshold: float, *scores: float) -> None:
    results = [
        {"response_id": f"r{n}", "tenant": "TENANT_001", "grounding_score": score, "passed": score >= threshold}
        for n, score in enumerate(scores)
    ]
    body: dict[str, Any] = {
        "platform_version": "v1", "attestation_type": "rag", "timestamp": "2025-10-31T09:00:00Z",
        "verification_summary": {
            "total_cases": len(scores), "pass_rate": sum(score >= threshold for score in scores) / len(scores),
            "average_score": sum(scores) / len(scores), "threshold_met": all(score >= threshold for score in scores),
        },
        "verification_details": {"method": "m", "threshold": threshold, "individual_results": results},
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    shelf.put(ATTEST, body | {"integrity_hash": digest})


@pytest.mark.parametrize("threshold", [0, 0.05, 0.49, 1.01, 80])
def test_a_threshold_that_no_answer_or_every_answer_meets_is_a_contradiction(full: Any, threshold: float) -> None:
    attest(full, threshold, 0.9, 0.95)
    false = {field: (claimed, true) for field, claimed, true in full.false("attestation")}
    path = "verification_details.threshold"
    assert false[path] == (repr(float(threshold)), "a threshold is from 0.5 to 1")


@pytest.mark.parametrize("threshold", [0.5, 0.7, 1])
def test_a_threshold_of_a_score_holds(full: Any, threshold: float) -> None:
    attest(full, threshold, 1.0, 1.0)
    assert full.false("attestation") == []


def test_answers_do_not_pass_by_a_threshold_that_is_too_lax(full: Any) -> None:
    attest(full, 0.05, 0.1, 0.2, 0.9)
    table = full.read()["attestation_results"].set_index("response_id")
    assert list(table["passed"]) == [False, False, True]
    assert "verification_summary.pass_rate" in {field for field, _, _ in full.false("attestation")}


@pytest.mark.parametrize("score", [1.0001, 97, 1e9])
def test_a_score_above_1_is_a_fault_that_names_its_field(full: Any, score: float) -> None:
    attest(full, 0.7, 0.9, score)
    field = "verification_details.individual_results[1].grounding_score"
    assert full.faults() == [(ATTEST, field, f"is {float(score)!r}, not from 0 to 1")]
