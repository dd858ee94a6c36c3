"""A readiness report: twelve of twelve is a claim, and what lies in the directory decides."""

from __future__ import annotations

from typing import Any

import pytest

from mcreports.evidence.proofs import subject

REPORT = "out/v033-readiness-20251031/production-readiness-report.json"
ATTEST = "rag/grounding-final-attest.json"
CONFIG = "config/config-current.json"
NAMES = (
    "E1_Dashboards", "E1_Budgets", "E2_ConfigAttestation", "E2_CI_Gates", "E3_Gateway_Config", "E3_Validation_Script",
    "E4_Grounding", "E4_Trajectory", "E5_Autonomy_Evidence", "E5_Simulator", "Evidence_Bundle", "CI_Pipeline",
)  # fmt: skip
PROVEN = {"E1_Budgets", "E2_ConfigAttestation", "E4_Grounding", "E4_Trajectory"}


def claimed(shelf: Any, *names: str, details: str = "", **summary: Any) -> dict[str, str]:
    """What is false in a report in which all of these passed."""
    count = len(names)
    body = {
        "summary": {
            "total_validations": count, "passed_validations": count, "failed_validations": 0,
            "pass_rate_percent": 100.0, "production_ready": True, **summary,
        },
        "epic_validations": [{"name": name, "status": "PASS", "details": details} for name in names],
    }  # fmt: skip
    shelf.put(REPORT, body)
    return {field: true for field, _, true in shelf.false("readiness")}


def status(names: tuple[str, ...], name: str) -> str:
    return f"epic_validations[{names.index(name)}].status"


def test_twelve_of_twelve_over_a_simulation_that_failed_its_threshold_names_both(full: Any) -> None:
    found = claimed(full, *NAMES)
    for name in ("E5_Simulator", "E5_Autonomy_Evidence"):
        told = found[status(NAMES, name)]
        assert "autonomy/TENANT_003/simulation_report_20251101.json: it did not pass" in told
        assert "success 98.2 % is below its threshold of 99.9 %" in told
    assert "unsigned" in found[status(NAMES, "Evidence_Bundle")]
    assert found["summary.production_ready"].startswith("False: 4 of 12 are proven, not E1_Dashboards, E2_CI_Gates")
    assert len(found) == 4


def test_each_validation_is_proven_contradicted_or_neither(full: Any) -> None:
    claimed(full, *NAMES)
    rows = full.read()["validations"].set_index("name")["proof"]
    assert {name for name, proof in rows.items() if proof == "proven"} == PROVEN
    assert {name for name, proof in rows.items() if proof == "unproven"} == {
        "E1_Dashboards", "E2_CI_Gates", "E3_Gateway_Config", "E3_Validation_Script", "CI_Pipeline",
    }  # fmt: skip


def test_a_report_of_what_is_proven_holds(full: Any) -> None:
    assert claimed(full, *sorted(PROVEN)) == {}


@pytest.mark.parametrize(
    ("summary", "true"),
    [
        ({"total_validations": 12}, "4"),
        ({"passed_validations": 3}, "4"),
        ({"failed_validations": 1}, "0"),
        ({"pass_rate_percent": 99.0}, "100.0"),
    ],
)
def test_counts_are_taken_from_the_list(full: Any, summary: dict[str, float], true: str) -> None:
    (name,) = summary
    assert claimed(full, *sorted(PROVEN), **summary) == {f"summary.{name}": true}


def test_a_report_of_nothing_is_not_ready(full: Any) -> None:
    found = claimed(full)
    assert found == {
        "summary.pass_rate_percent": "of nothing",
        "summary.production_ready": "False: 0 of 0 are proven",
    }


def test_to_call_itself_not_ready_is_never_too_much(full: Any) -> None:
    assert claimed(full, *sorted(PROVEN), production_ready=False) == {}


@pytest.mark.parametrize(
    ("details", "is_true"),
    [
        ("Pass rate: 0.96, threshold met", False),
        ("Pass rate: 0.97, threshold met", True),
        ("pass_rate=97%", True),
        ("pass rate 97.0 %", True),
        ("success rate: 99.9%", False),
        ("all is well", True),
        ("", True),
    ],
)
def test_a_rate_in_its_words_is_held_against_the_attestation(full: Any, details: str, *, is_true: bool) -> None:
    found = claimed(full, "E4_Grounding", details=details)
    assert found == ({} if is_true else {"epic_validations[0].details": f"97 % by {ATTEST}"})


def test_an_attestation_below_the_threshold_contradicts_a_pass(full: Any) -> None:
    body = full.get(ATTEST)
    results = body["verification_details"]["individual_results"]
    for one in results[:40]:
        one["grounding_score"], one["passed"] = 0.1, False
    full.put(ATTEST, body)
    assert ATTEST in claimed(full, "E4_Grounding")["epic_validations[0].status"]


def test_drift_contradicts_a_configuration_attested(full: Any) -> None:
    body = full.get(CONFIG)
    body["configs"]["policy/autonomy.yaml"] += "tier: 4\n"
    full.put(CONFIG, body)
    assert CONFIG in claimed(full, "E2_ConfigAttestation")["epic_validations[0].status"]


def test_a_trajectory_that_breaks_a_rule_contradicts_a_pass(full: Any) -> None:
    body = {"test_cases": [{"name": "one", "expected_trajectory": [{"type": "act"}]}]}
    full.put("trajectory/test_react.yaml", body)
    told = claimed(full, "E4_Trajectory")["epic_validations[0].status"]
    assert "trajectory/test_react.yaml: 'one': starts with act" in told


def test_only_the_newest_attestation_decides(full: Any) -> None:
    body = full.get(ATTEST)
    body["timestamp"] = "2025-10-26T00:00:00Z"
    full.put("rag/old-attest.json", body)  # its hash is no longer its content's
    assert claimed(full, "E4_Grounding") == {}
    body["timestamp"] = "2025-10-31T23:30:00Z"
    full.put("rag/old-attest.json", body)
    assert "rag/old-attest.json" in claimed(full, "E4_Grounding")["epic_validations[0].status"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("E4_Grounding", "attestation"), ("rag verification", "attestation"), ("RAGGrounding", "attestation"),
        ("ReAct golden set", "golden-set"), ("trajectory-validation", "golden-set"), ("configDrift", "config-current"),
        ("TENANT_003 simulator", "simulation"), ("Autonomy Tier-3", "operations"), ("Budget Alerts", "budgets"),
        ("evidence bundle", "bundle"), ("storage", None), ("Egress gateway config", None), ("CI gates", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_name_says_what_it_is_about_however_it_is_spelt(name: str, kind: str | None) -> None:
    about = subject(name)
    assert (kind in about[1] if kind else not (about and about[1])) if about else kind is None


@pytest.mark.parametrize(
    ("entry", "field", "text"),
    [
        (7, "epic_validations[1].name", "is missing"),
        ({"name": "a", "status": True}, "epic_validations[1].status", "is True, not text"),
        ({"name": "E4_Grounding", "status": "PASS"}, "epic_validations[1].name", "for the second time"),
        ({"name": "a", "status": "PASS", "details": 3}, "epic_validations[1].details", "is 3, not text"),
    ],
)
def test_an_entry_that_is_none_is_a_fault(full: Any, entry: Any, field: str, text: str) -> None:
    body = full.get(REPORT)
    body["epic_validations"] = [{"name": "E4_Grounding", "status": "PASS", "details": ""}, entry]
    full.put(REPORT, body)
    ((file, said, why),) = full.faults()
    assert (file, said, text in why) == (REPORT, field, True)


@pytest.mark.parametrize(
    ("metadata", "since"),
    [
        ({"timestamp": "2025-10-31T12:00:00Z"}, "2025-10-31"),
        ({"generated_at": "2025-10-30"}, "2025-10-30"),
        ({}, None),
        ({"timestamp": "last Friday"}, None),
    ],
)
def test_a_report_speaks_of_when_it_was_made_and_of_any_time_if_it_does_not_say(
    full: Any, metadata: dict[str, str], since: str | None
) -> None:
    body = full.get(REPORT)
    full.put(REPORT, body | {"report_metadata": metadata})
    tables = full.read()
    (row,) = tables["files"][tables["files"]["kind"] == "readiness"].itertuples()
    assert str(row.ts)[:10] == (since or "NaT")
    assert len(tables["validations"]) == 12
    assert len(tables["faults"]) == ("last Friday" in metadata.values())


def test_an_old_report_is_stale_and_its_claims_are_not_told(full: Any) -> None:
    claimed(full, *NAMES)
    body = full.get(REPORT)
    full.put(REPORT, body | {"report_metadata": {"timestamp": "2025-09-26T05:05:00Z"}})
    tables = full.read()
    assert list(tables["faults"]["kind"]) == ["stale"]
    assert tables["validations"].empty
    assert full.false("readiness") == []


def test_a_list_without_end_is_not_read(full: Any) -> None:
    body = full.get(REPORT)
    body["epic_validations"] = [{"name": str(n), "status": "PASS"} for n in range(2000)]
    full.put(REPORT, body)
    assert full.faults() == [(REPORT, "epic_validations", "lists 2,000; 1,000 are the most that are read")]


def test_hostile_names_are_kept_as_text(full: Any) -> None:
    found = claimed(full, "<script>", "\u202e\ud800", "x" * 100_000)
    told = found["summary.production_ready"]
    assert "<script>" in told
    assert len(told) < 300
