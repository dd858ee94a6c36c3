"""Each validation is proven by what it looks at, and falls alone when that no longer holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.domains import drift_proof
from mcreports.evidence.configuration import gather
from mcreports.evidence.configuration.approvals import Approval, record
from mcreports.evidence.keys import load_keyring, load_signer
from mcreports.settings import Settings

OPEN = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: wide-open, namespace: prod}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{}]}
"""
CURRENT, GOLDEN = "evidence/config/config-current.json", "evidence/trajectory/test_react.yaml"
ATTESTATION = "evidence/rag/grounding-final-attest.json"
DAY = timedelta(days=1)


def unproven(validations: Any) -> dict[str, tuple[str, str]]:
    return {
        one.name: (one.finding.status.value, one.finding.why)
        for one in validations
        if one.finding.status is not Status.PASS
    }


def board(*queries: str) -> dict[str, Any]:
    return {"panels": [{"title": f"panel {n}", "targets": [{"expr": query}]} for n, query in enumerate(queries)]}


def with_board(platform: Any, *queries: str) -> Settings:
    file = platform.root / "board.json"
    file.write_text(json.dumps(board(*queries)))
    return platform.settings(readiness={"dashboard": file})


def change(body: dict[str, Any]) -> None:
    """Another content, with a hash that is its own."""
    body["configs"]["budgets/limits.yaml"] = "warning: 99\n"
    text = "".join(f"{path}:{content}" for path, content in sorted(body["configs"].items()))
    body["config_hash"] = sha256(text.encode()).hexdigest()


def overstate(body: dict[str, Any]) -> None:
    for one in body["verification_details"]["individual_results"][::5]:
        one.update(passed=False, grounding_score=0.1)
    body["verification_summary"]["pass_rate"] = 0.96


def claim_to_pass(file: Path) -> None:
    file.write_text(json.dumps({"check": "egress", "status": "PASS", "validated": True, "simulated": True}))


def spoil_byte(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 3] ^= 1
    file.write_bytes(bytes(raw))


def newest(platform: Any, pattern: str) -> Path:
    return max(platform.root.glob(pattern))


# each spoils one thing, and may give settings of its own
SPOILT: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "E1_Dashboards": (lambda p: with_board(p, "up", "nobody_has_this"), "fail", "panel 1: has no data"),
    "E1_Budgets": (
        lambda p: p.settings(thresholds={"budget.burn_rate": {"warn": 1.1}}),
        "fail", "TenantBudgetBurnRateHigh runs another expression",
    ),
    "E2_ConfigAttestation": (lambda p: p.edit(CURRENT, change), "fail", "changed: budgets/limits.yaml"),
    "E3_Gateway_Config": (lambda p: (p.root / "policies/open.yaml").write_text(OPEN), "fail", "wide-open"),
    "E3_Validation_Script": (lambda p: claim_to_pass(newest(p, "kept/egress/*.json")), "unknown", "no DSSE envelope"),
    "E4_Grounding": (lambda p: p.edit(ATTESTATION, overstate), "fail", "pass_rate claims 0.96"),
    "E4_Trajectory": (
        lambda p: (p.root / GOLDEN).write_text((p.root / GOLDEN).read_text().replace("observe", "respond", 1)),
        "fail", "followed by respond, not observe",
    ),
    "E5_Autonomy_Evidence": (
        lambda p: p.edit(newest(p, "evidence/autonomy/*/operations_*").relative_to(p.root), lambda body: body.pop()),
        "fail", "results.total_operations claims",
    ),
    "E5_Simulator": (
        lambda p: (shutil.rmtree(p.root / "kept/autonomy.validation"), p.outcome("autonomy.validation", age=DAY)),
        "unknown", "1 d 0 h old where 6 h 0 min is the most: run mcreports autonomy validate",
    ),
    "Evidence_Bundle": (lambda p: spoil_byte(newest(p, "bundles/*.zip")), "fail", "edited"),
    "CI_Pipeline": (
        lambda p: newest(p, "output/daily/*/r1/report.html").write_text("<p>fine</p>"),
        "fail", "report.html: was edited",
    ),
}  # fmt: skip


def test_a_platform_that_proves_everything_is_ready(ready: Any) -> None:
    found = ready.validate()
    assert unproven(found) == {}
    assert len(found) == 12
    assert all(one.finding.pieces for one in found)
    assert [one.name for one in found if one.finding.at is None] == []


@pytest.mark.parametrize("name", SPOILT)
def test_what_no_longer_holds_turns_exactly_that_validation(platform: Any, name: str) -> None:
    spoil, status, words = SPOILT[name]
    settings = spoil(platform)
    found = unproven(platform.validate(settings if isinstance(settings, Settings) else None))
    assert {one: said for one, (said, _) in found.items()} == {name: status}
    assert words in found[name][1]


def test_a_gate_that_lets_everything_through_turns_exactly_that_validation(
    ready: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = drift_proof.judge_gate
    sound = real(gather(ready.root / "evidence", load_keyring(ready.settings().evidence), ready.now), None,
                 ready.settings().rule("config.drift"), ready.now)  # fmt: skip
    monkeypatch.setattr(drift_proof, "judge_gate", lambda *_: sound)
    found = unproven(ready.validate())
    assert {one: said for one, (said, _) in found.items()} == {"E2_CI_Gates": "fail"}
    assert "pass instead of fail" in found["E2_CI_Gates"][1]


def test_a_result_that_nobody_signed_is_no_proof(platform: Any) -> None:
    file = newest(platform, "kept/autonomy.validation/*.json")
    file.write_text(json.dumps({**json.loads(file.read_bytes()), "signatures": []}))
    found = platform.find("E5_Simulator")
    assert (found.status, "is not signed" in found.why) == (Status.UNKNOWN, True)


def test_a_result_of_another_tenant_is_no_proof(platform: Any) -> None:
    found = platform.find("E5_Simulator", platform.settings(schedule={"autonomy_tenant": "TENANT_009"}))
    assert (found.status, "no result of TENANT_009" in found.why) == (Status.UNKNOWN, True)


def test_a_failure_stays_one_however_old_it_is(platform: Any) -> None:
    shutil.rmtree(platform.root / "kept/egress")
    platform.outcome("egress", Status.FAIL, age=30 * DAY)
    assert platform.find("E3_Validation_Script").status is Status.FAIL


def test_a_result_over_the_demo_is_no_proof(platform: Any) -> None:
    platform.outcome("grounding.verification", age=timedelta(), source={"kind": "demo", "url": "demo://?seed=7"})
    found = platform.find("E4_Grounding")
    assert (found.status, "invented samples" in found.why) == (Status.UNKNOWN, True)


@pytest.mark.parametrize(
    ("ago", "status", "words"),
    [(timedelta(hours=1), Status.PASS, "none against it"), (30 * DAY, Status.UNKNOWN, "speaks of what ended at")],
)
def test_a_new_result_of_an_old_window_is_no_proof(platform: Any, ago: timedelta, status: Status, words: str) -> None:
    window = [(platform.now - ago - DAY).isoformat(), (platform.now - ago).isoformat()]
    shutil.rmtree(platform.root / "kept/autonomy.validation")
    platform.outcome("autonomy.validation", age=timedelta(), window=window)
    found = platform.find("E5_Simulator")
    assert (found.status, words in found.why) == (status, True)


def test_a_new_bundle_of_an_old_day_is_no_proof(platform: Any) -> None:
    shutil.rmtree(platform.root / "bundles")
    platform.pack(day=platform.now - 30 * DAY)
    found = platform.find("Evidence_Bundle")
    assert found.status is not Status.PASS
    assert "was long over when it was packed" in " ".join(found.doubts)


def test_a_warning_lets_through_and_is_told(platform: Any) -> None:
    platform.outcome("egress", Status.WARN, age=timedelta())
    found = platform.find("E3_Validation_Script")
    assert (found.status, "to watch: egress.tried: as it was found" in found.why) == (Status.PASS, True)


def test_a_change_that_was_approved_is_proven_and_named(platform: Any) -> None:
    platform.edit(CURRENT, change)
    root, own = platform.root / "evidence", platform.settings().evidence
    drift = gather(root, load_keyring(own), platform.now)
    changes = tuple(one.change for one in drift.changes)
    given = Approval("Ada", platform.now, "a new limit", drift.states["baseline"].exact, changes)
    record(root, given, load_signer(own.key_file))
    found = platform.find("E2_ConfigAttestation")
    assert (found.status, "approved by Ada" in found.why) == (Status.PASS, True)


@pytest.mark.parametrize("age", [30 * DAY, -DAY / 2])
def test_an_attestation_of_another_month_or_of_tomorrow_says_nothing_of_now(platform: Any, age: timedelta) -> None:
    platform.edit(ATTESTATION, lambda body: body.update(timestamp=(platform.now - age).isoformat()))
    platform.attest()
    found = platform.find("E4_Grounding")
    assert (found.status, "no attestation in" in found.why) == (Status.UNKNOWN, True)


def test_a_tenant_whose_answers_are_not_grounded_is_named(platform: Any) -> None:
    def worsen(body: Any) -> None:
        own = [one for one in body["verification_details"]["individual_results"] if one["tenant"] == "TENANT_002"]
        for one in own[:4]:
            one.update(passed=False, grounding_score=0.1)

    platform.edit(ATTESTATION, worsen)
    platform.attest()
    found = platform.find("E4_Grounding")
    assert (found.status, "RAG grounding of TENANT_002: 93.3 % is not >= 95 %" in found.why) == (Status.FAIL, True)


@pytest.mark.parametrize(("text", "words"), [("test_cases: []\n", "has no case"), ("test_cases: [", "is not YAML")])
def test_a_golden_set_without_a_case_is_unknown(platform: Any, text: str, words: str) -> None:
    (platform.root / GOLDEN).write_text(text)
    found = platform.find("E4_Trajectory")
    assert (found.status, words in found.why) == (Status.UNKNOWN, True)


def test_no_golden_set_is_unknown_and_says_where_it_is_looked_for(platform: Any) -> None:
    (platform.root / GOLDEN).unlink()
    found = platform.find("E4_Trajectory")
    assert (found.status, "evidence.golden_set" in found.why) == (Status.UNKNOWN, True)


def test_the_golden_set_of_the_settings_goes_over_that_of_the_evidence(platform: Any) -> None:
    file = platform.root / "other.yaml"
    file.write_text("test_cases:\n- {name: a, tenant: T, query: q, expected_trajectory: [{type: respond}]}\n")
    found = platform.find("E4_Trajectory", platform.settings(evidence={"golden_set": file}))
    assert (found.status, "starts with respond, not reason" in found.why) == (Status.FAIL, True)


def test_a_simulation_that_missed_its_threshold_is_no_evidence_of_autonomy(platform: Any) -> None:
    def fail(body: Any) -> None:
        body["results"].update(successful_operations=990, success_rate_percent=99.0, total_operations=1000)
        body["safety_assessment"].update(success_rate_passed=False, overall_safety_passed=False)
        body["simulation_metadata"]["simulation_id"] = "without details"

    file = newest(platform, "evidence/autonomy/*/simulation_report_*")
    platform.edit(file.relative_to(platform.root), fail)
    found = platform.find("E5_Autonomy_Evidence")
    assert (found.status, "success rate of 99.00 % is not >= 99.9 %" in found.why) == (Status.FAIL, True)


def test_the_platforms_own_bundle_is_no_bundle(platform: Any) -> None:
    shutil.rmtree(platform.root / "bundles")
    (platform.root / "bundles").mkdir()
    (platform.root / "bundles" / "evidence-v0.3.3-mc-comprehensive.json").write_text("{}")
    found = platform.find("Evidence_Bundle")
    assert found.status is Status.UNKNOWN
    assert "evidence-v0.3.3-mc-comprehensive.json is no signed bundle" in found.why


def test_a_report_that_is_due_for_longer_than_a_day_is_named(platform: Any) -> None:
    shutil.rmtree(platform.root / "output")
    found = platform.find("CI_Pipeline")
    assert (found.status, found.why) == (Status.UNKNOWN, "no daily report is published yet")
    since = platform.settings(report={"since": str((platform.now - 4 * DAY).date())})
    assert "is due since" in platform.find("CI_Pipeline", since).why


def test_nothing_but_files_that_say_pass_proves_nothing(platform: Any, tmp_path: Path) -> None:
    evidence = tmp_path / "claims"
    for name in ("config/config-attestation", "rag/grounding-attest", "autonomy/TENANT_003/operations_1", "egress"):
        file = evidence / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('{"status": "PASS", "production_ready": true, "simulated": true}')
    nowhere = {"out": evidence, "bundles": evidence, "archives": evidence}
    settings = Settings(report={"evidence": evidence, "output": evidence}, evidence=nowhere)
    found = platform.validate(settings)
    assert len(unproven(found)) == 12


def test_one_validation_that_ends_in_an_error_loses_no_other(platform: Any) -> None:
    settings = platform.settings(report={"evidence": platform.root / "nowhere"})
    found = unproven(platform.validate(settings))
    assert {said for said, _ in found.values()} == {"unknown"}
    assert set(found) == {
        "E2_ConfigAttestation", "E2_CI_Gates", "E4_Grounding", "E4_Trajectory", "E5_Autonomy_Evidence",
    }  # fmt: skip
