"""The demo's evidence: every claim in it follows from its own details."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mcreports.sources.demo.evidence import documents, write_evidence

if TYPE_CHECKING:
    from pathlib import Path

READY = "out/v033-readiness-20251031/production-readiness-report.json"
BUNDLE = "dist/evidence-v0.3.3-comprehensive.json"
UNTIL = datetime(2025, 11, 1, tzinfo=UTC)
FOLDER = "autonomy/TENANT_003"


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("evidence")
    write_evidence(directory, 7, UNTIL)
    return directory


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def every(evidence: Path, pattern: str) -> list[dict[str, Any]]:
    return [one for file in sorted(evidence.glob(f"{FOLDER}/{pattern}")) for one in read(file)]


def test_the_same_seed_writes_the_same_bytes(evidence: Path, tmp_path: Path) -> None:
    write_evidence(tmp_path, 7, UNTIL)
    for file in (path for path in evidence.rglob("*") if path.is_file()):
        assert file.read_bytes() == (tmp_path / file.relative_to(evidence)).read_bytes()
    assert documents(8, UNTIL)[f"{FOLDER}/operations_20251031.json"] != read(
        evidence / FOLDER / "operations_20251031.json"
    )


def test_the_simulation_reports_what_its_operations_give(evidence: Path) -> None:
    (file,) = (evidence / FOLDER).glob("simulation_report_*.json")
    said, done = read(file), every(evidence, "operations_*.json")
    results = said["results"]
    assert results["total_operations"] == len(done) == len({one["operation_id"] for one in done})
    assert results["successful_operations"] == sum(one["success"] for one in done)
    assert results["success_rate_percent"] == 100 * results["successful_operations"] / len(done) < 99.9
    assert results["compensation_events"] == len(every(evidence, "compensation_*.json"))
    assert results["residency_violations"] == len(every(evidence, "violations_*.json")) == 1
    assert said["safety_assessment"]["overall_safety_passed"] is False


def test_events_name_operations_that_bear_them_out(evidence: Path) -> None:
    done = {one["operation_id"]: one for one in every(evidence, "operations_*.json")}
    events = every(evidence, "compensation_*.json")
    assert {one["operation_id"] for one in events} == {
        key for key, one in done.items() if one["compensation"]["required"]
    }
    assert all(one["reason"] == done[one["operation_id"]]["compensation"]["reason"] for one in events)
    (broken,) = every(evidence, "violations_*.json")
    context = done[broken["operation_id"]]["context"]
    assert context["data_region"] != context["processing_region"]


def test_only_the_day_of_the_breach_fails(evidence: Path) -> None:
    failed = Counter(one["timestamp"][:10] for one in every(evidence, "operations_*.json") if not one["success"])
    assert failed == {"2025-10-30": 5}


def test_operations_come_in_order_on_the_day_of_their_file(evidence: Path) -> None:
    for file in (evidence / FOLDER).glob("operations_*.json"):
        stamps = [one["timestamp"] for one in read(file)]
        assert stamps == sorted(stamps)
        assert {stamp[:10].replace("-", "") for stamp in stamps} == {file.stem.removeprefix("operations_")}


def test_the_attestation_s_hash_and_summary_follow_from_its_results(evidence: Path) -> None:
    said = read(evidence / "rag/grounding-final-attest.json")
    claimed = said.pop("integrity_hash")
    assert claimed == hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    results = said["verification_details"]["individual_results"]
    assert len(results) == said["verification_summary"]["total_cases"] >= 200
    assert said["verification_summary"]["pass_rate"] == sum(one["passed"] for one in results) / len(results) >= 0.95
    mean = sum(one["grounding_score"] for one in results) / len(results)
    assert said["verification_summary"]["average_score"] == pytest.approx(mean, abs=1e-12)
    threshold = said["verification_details"]["threshold"]
    assert all(one["passed"] == (one["grounding_score"] >= threshold) for one in results)
    assert said["timestamp"] < "2025-11-01T00:00:00Z"


def test_only_tenant_002_s_answers_are_badly_grounded(evidence: Path) -> None:
    results = read(evidence / "rag/grounding-final-attest.json")["verification_details"]["individual_results"]
    of, passed = Counter(), Counter()  # type: Counter[str], Counter[str]
    for one in results:
        of[one["tenant"]] += 1
        passed[one["tenant"]] += one["passed"]
    assert [tenant for tenant in of if passed[tenant] / of[tenant] < 0.95] == ["TENANT_002"]


def test_the_configuration_has_not_drifted(evidence: Path) -> None:
    baseline, current = (read(evidence / f"config/config-{name}.json") for name in ("baseline", "current"))
    text = "".join(f"{path}:{current['configs'][path]}" for path in sorted(current["configs"]))
    assert current["config_hash"] == baseline["config_hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert current["files"] == sorted(current["configs"])
    assert baseline["timestamp"] < current["timestamp"]


def test_budget_files_sum_up_their_tenants(evidence: Path) -> None:
    files = sorted((evidence / "budgets").glob("*.json"))
    assert len(files) == 7
    for said in map(read, files):
        used = [one["utilization"] for one in said["tenants"].values()]
        assert said["aggregate"]["avg_utilization"] == sum(used) / len(used)
        critical = [name for name, one in said["tenants"].items() if one["utilization"] >= 90]
        assert critical == [name for name, one in said["tenants"].items() if one["status"] == "critical"]
        assert said["aggregate"]["critical_count"] == len(critical)
    assert critical == ["TENANT_005"]


def test_the_golden_set_is_plain_yaml_of_six_tenants(evidence: Path) -> None:
    cases = yaml.safe_load((evidence / "trajectory/test_react.yaml").read_text(encoding="utf-8"))["test_cases"]
    assert [one["tenant"] for one in cases] == [f"TENANT_00{n}" for n in range(1, 7)]
    assert all([step["type"] for step in one["expected_trajectory"]][-1] == "respond" for one in cases)


def test_the_bundle_lists_every_other_file_and_claims_no_signature(evidence: Path) -> None:
    said = read(evidence / BUNDLE)
    listed = [one["file"] for section in said["evidence_sections"].values() for one in section["artifacts"]]
    there = {path.relative_to(evidence).as_posix() for path in evidence.rglob("*") if path.is_file()}
    assert there - set(listed) == {BUNDLE, READY}
    assert len(listed) == len(set(listed)) == said["bundle_metadata"]["total_artifacts"]
    assert "bundle_signature" not in said


def test_bundle_and_readiness_report_own_up_to_the_breach(evidence: Path, tmp_path: Path) -> None:
    write_evidence(tmp_path, 7, datetime(2026, 3, 9, tzinfo=UTC))
    later = next(tmp_path.glob("out/*/*.json"))
    for folder, file, status in ((evidence, evidence / READY, "FAIL"), (tmp_path, later, "PASS")):
        validations = {one["name"]: one["status"] for one in read(file)["epic_validations"]}
        assert validations["E5_Simulator"] == status
        flags = read(folder / BUNDLE)["bundle_metadata"]["compliance_status"]
        assert flags["autonomy_validation"] == (status == "PASS")
    assert not read(evidence / READY)["summary"]["production_ready"]


def test_the_evidence_may_end_on_another_day(tmp_path: Path) -> None:
    write_evidence(tmp_path, 7, datetime(2026, 3, 9, 17, 30, tzinfo=UTC))
    assert len(list(tmp_path.glob(f"{FOLDER}/operations_2026030[2-8].json"))) == 7
    assert not list(tmp_path.glob(f"{FOLDER}/violations_*.json"))
