"""``grounding verify``: a period's answers against the one before, with all that the evidence says of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcreports.sources.demo.evidence import write_evidence

Command = Callable[..., Any]
DEMO = "demo://?seed=7&step=3600"
WORDS = ("grounding", "verify", "--period", "2025-W44", "--source", DEMO)
OWN = (*WORDS, "--tenant", "TENANT_001")
GOLDEN = "trajectory/test_react.yaml"
ATTEST = "rag/grounding-final-attest.json"


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    write_evidence(tmp_path / "evidence", 7)
    return tmp_path / "evidence"


def verdicts(ran: Any) -> dict[tuple[str, str | None, bool], str]:
    return {(one["check"], one["tenant"], "labels" in one): one["status"] for one in ran.data["verdicts"]}


def test_everything_is_told_as_text(mcreports: Command, evidence: Path) -> None:
    ran = mcreports(*WORDS, "--evidence", evidence)
    assert (ran.code, ran.out.startswith("FAIL")) == (3, True)
    for text in (
        "TENANT_002: pass rate −3.5 pp against 2025-W43",
        "TENANT_002 evidence: scores mean 88.5 %, lowest 57.2 %, the nearest to its threshold at +3.3 pp, n = 60",
        "the platform  grounding.trajectories  ● PASS: 100.0 %",
        "golden set: 6 of 6 cases keep the rules",
    ):
        assert text in ran.out
    assert "does not hold" not in ran.out


def test_a_change_is_told_in_as_many_places_as_its_rates(mcreports: Command) -> None:
    told = re.findall("pass rate (.*) against", mcreports(*WORDS).out)
    assert len(told) > 1
    assert all(re.fullmatch(r"0\.0 pp|[+−][0-9]+\.[0-9] pp", one) for one in told)


def test_and_as_json_and_in_what_is_kept(mcreports: Command, evidence: Path, tmp_path: Path) -> None:
    data = mcreports(*WORDS, "--evidence", evidence, "--json").data
    assert {one["tenant"]: one["mean_percent"] for one in data["facts"]["scores"]}["TENANT_002"] == pytest.approx(
        88.5, abs=0.1
    )
    counters = [one for one in data["facts"]["changes"] if one["source"] == "counters"]
    assert {one["tenant"]: round(one["change_pp"], 1) for one in counters}["TENANT_002"] == -3.5
    assert len(data["facts"]["golden_set"]) == 6
    before = [one for one in data["figures"] if one.get("labels", {}).get("week") == "2025-W43"]
    assert {one["id"] for one in before} == {"grounding.checks", "grounding.pass_rate"}
    (kept,) = (tmp_path / "out/grounding.verification").glob("*.json")
    assert json.loads(kept.read_bytes())["payloadType"] == "application/vnd.in-toto+json"


def test_the_changes_are_those_of_two_runs(mcreports: Command) -> None:
    def rates(*words: str) -> dict[str | None, float]:
        figures = mcreports("grounding", "verify", *words, "--source", DEMO, "--json").data["figures"]
        return {
            one["tenant"]: one["value"] for one in figures if one["id"] == "grounding.pass_rate" and "labels" not in one
        }

    now, before = rates("--period", "2025-W44"), rates("--period", "2025-W43")
    figures = mcreports(*WORDS, "--json").data["figures"]
    told = {one["tenant"]: one["value"] for one in figures if one["id"] == "grounding.pass_rate.change"}
    assert told == {tenant: pytest.approx(now[tenant] - before[tenant]) for tenant in now}


def test_a_golden_set_that_breaks_a_rule_fails_and_names_the_case(mcreports: Command, evidence: Path) -> None:
    text = (evidence / GOLDEN).read_text(encoding="utf-8")
    (evidence / GOLDEN).write_text(text.replace("check_privacy_policy", "list_users"), encoding="utf-8")
    ran = mcreports(*WORDS, "--evidence", evidence, "--json")
    assert verdicts(ran)["grounding.trajectories", None, False] == "fail"
    text = mcreports(*WORDS, "--evidence", evidence).out
    assert "personal_data_export: asks for private data without a policy check" in text
    assert "golden set: 4 of 6 cases keep the rules" in text
    assert "meta.expected_pass_rate claims 1.0" in text


def test_a_golden_set_of_the_settings_is_taken_instead(mcreports: Command, evidence: Path, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("test_cases: []\n")
    (tmp_path / "mcreports.toml").write_text('[evidence]\ngolden_set = "own.yaml"\n')
    ran = mcreports(*WORDS, "--evidence", evidence, "--json")
    assert verdicts(ran)["grounding.trajectories", None, False] == "unknown"
    (tmp_path / "own.yaml").unlink()
    (gone,) = [one for one in mcreports(*WORDS, "--json").data["verdicts"] if one["check"] == "grounding.trajectories"]
    assert (gone["status"], "own.yaml" in gone["reason"]) == ("unknown", True)


def test_without_a_golden_set_that_is_said_and_fails_nothing(mcreports: Command, evidence: Path) -> None:
    (evidence / GOLDEN).unlink()
    ran = mcreports(*WORDS, "--evidence", evidence)
    assert "no golden set was given: name it in evidence.golden_set" in ran.out
    assert "grounding.trajectories" not in ran.out


def test_a_claim_that_does_not_hold_is_told_with_both_values(mcreports: Command, evidence: Path) -> None:
    body = json.loads((evidence / ATTEST).read_text(encoding="utf-8"))
    body["verification_summary"]["pass_rate"] = 0.99
    (evidence / ATTEST).write_text(json.dumps(body), encoding="utf-8")
    ran = mcreports(*OWN, "--evidence", evidence)
    assert ran.code == 3
    assert f"{ATTEST}: verification_summary.pass_rate claims 0.99, its details give 0.97" in ran.out


@pytest.mark.parametrize("raw", [None, b"{", b"{}", b"[" * 100_000])
def test_evidence_without_a_usable_attestation_is_unknown(
    mcreports: Command, evidence: Path, raw: bytes | None
) -> None:
    (evidence / ATTEST).unlink()
    if raw is not None:
        (evidence / ATTEST).write_bytes(raw)
    ran = mcreports(*OWN, "--evidence", evidence, "--json")
    assert (ran.code, verdicts(ran)["grounding.attestation", None, False]) == (4, "unknown")


def test_one_tenant_hears_nothing_of_another(mcreports: Command, evidence: Path, tmp_path: Path) -> None:
    shown = mcreports(*OWN, "--evidence", evidence)
    assert shown.code == 0
    assert "the golden set is of the whole platform" in shown.out
    data = mcreports(*OWN, "--evidence", evidence, "--json").out
    kept = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    for number in range(2, 7):
        assert f"TENANT_00{number}" not in shown.out + data
        assert f"TENANT_00{number}".encode() not in kept
