"""``autonomy validate`` with evidence: both sources, what they prove, and where they disagree."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcreports.sources.demo.evidence import UNTIL, documents

Command = Callable[..., Any]
FILE = "autonomy/TENANT_003/operations_20251031.json"
WORDS = (
    "autonomy", "validate", "--tenant", "TENANT_003", "--source", "demo://?seed=7&step=3600", "--at",
    "2025-11-01T00:00:00Z", "--window", "1d",
)  # fmt: skip


@pytest.fixture(scope="session")
def last_day() -> dict[str, Any]:
    """The demo's autonomy evidence of 31 October."""
    return {name: body for name, body in documents(7, UNTIL).items() if name.endswith("_20251031.json")}


@pytest.fixture
def evidence(tmp_path: Path, last_day: dict[str, Any]) -> Callable[..., Path]:
    """Writes that evidence, with other operations where some are given."""

    def write(operations: Any = None) -> Path:
        for name, body in {**last_day, **({} if operations is None else {FILE: operations})}.items():
            file = tmp_path / "evidence" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(body), encoding="utf-8")
        return tmp_path / "evidence"

    return write


def found(data: Any, check: str, source: str = "") -> Any:
    return next(v for v in data["verdicts"] if v["check"] == check and v.get("labels", {}).get("source", "") == source)


def test_both_sources_are_judged_and_agree(mcreports: Command, evidence: Callable[..., Path]) -> None:
    ran = mcreports(*WORDS, "--evidence", evidence(), "--json")
    assert (ran.code, ran.data["status"], len(ran.data["verdicts"])) == (0, "pass", 9)
    assert found(ran.data, "autonomy.evidence_agreement")["status"] == "pass"
    assert ran.data["facts"]["evidence"]["autonomy.operations"]["value"] == 640
    assert ran.data["facts"]["metrics"]["autonomy.operations"]["value"] > 50_000


def test_a_pass_on_few_operations_says_how_many_would_prove_it(
    mcreports: Command, evidence: Callable[..., Path]
) -> None:
    directory = evidence()
    assert "3,838 without a failure would prove 99.9 %" in mcreports(*WORDS, "--evidence", directory).out
    data = mcreports(*WORDS, "--evidence", directory, "--json").data
    assert found(data, "autonomy.success_rate", "evidence")["reason"].startswith("not proven: 640 of 640 succeeded")
    assert data["facts"]["evidence"]["autonomy.operations_needed"]["value"] == 3838


def test_types_reasons_and_events_are_told_of_both(mcreports: Command, evidence: Callable[..., Path]) -> None:
    out = mcreports(*WORDS, "--evidence", evidence()).out
    for source in ("metrics", "evidence"):
        assert f"failed by operation type, by the {source}: " in out
        assert f"compensated by reason, by the {source}: " in out
    assert "2025-10-31T22:13:06Z  op-20251031-0592  remediate: rollback, impact low" in out


def test_an_operation_abroad_fails_whatever_its_flag_says(
    mcreports: Command, evidence: Callable[..., Path], last_day: dict[str, Any]
) -> None:
    rows = [{**one, "context": {**one["context"]}} for one in last_day[FILE]]
    rows[5]["context"]["processing_region"] = "us-east-1"
    ran = mcreports(*WORDS, "--evidence", evidence(rows), "--json")
    assert (ran.code, found(ran.data, "autonomy.residency_violations", "evidence")["value"]) == (3, "1")
    assert found(ran.data, "autonomy.evidence_agreement")["reason"] == (
        "autonomy.residency_violations is pass by the counters and fail by the evidence: 0 against 1; "
        "the evidence has 640 of 53,103 operations counted, 31 October 2025"
    )
    assert ran.data["facts"]["evidence"]["autonomy.residency_claimed"]["value"] == 0
    assert "its operations claim 0 of residency" in mcreports(*WORDS, "--evidence", evidence(rows)).out


def test_operations_without_regions_are_unknown_and_leave_with_4(
    mcreports: Command, evidence: Callable[..., Path], last_day: dict[str, Any]
) -> None:
    ran = mcreports(*WORDS, "--evidence", evidence([{**one, "context": {}} for one in last_day[FILE]]))
    assert (ran.code, "640 of 640 operations name no regions" in ran.out) == (4, True)


def test_evidence_of_another_day_is_unknown_and_leaves_with_4(
    mcreports: Command, evidence: Callable[..., Path]
) -> None:
    ran = mcreports(*WORDS[:-4], "--at", "2025-11-02T12:00:00Z", "--evidence", evidence(), "--json")
    assert (ran.code, found(ran.data, "autonomy.evidence_agreement")["reason"]) == (
        4,
        "the evidence has no operation from 2025-11-02T06:00:00Z to 2025-11-02T12:00:00Z",
    )


def test_without_evidence_it_says_so(mcreports: Command) -> None:
    ran = mcreports(*WORDS)
    assert (ran.code, "no evidence directory was given: only the metrics were judged" in ran.out) == (0, True)


def test_names_from_files_do_not_steer_the_terminal(
    mcreports: Command, evidence: Callable[..., Path], last_day: dict[str, Any]
) -> None:
    rows = [{**one, "operation_type": "\x1b[2J\n\tfake  PASS"} for one in last_day[FILE]]
    out = mcreports(*WORDS, "--evidence", evidence(rows)).out
    assert "\x1b" not in out
    assert not any(line.strip().startswith("fake") for line in out.splitlines())


def test_a_look_at_an_earlier_time_is_no_result_of_now(
    mcreports: Command, evidence: Callable[..., Path], tmp_path: Path
) -> None:
    assert mcreports(*WORDS, "--evidence", evidence()).code == 0
    assert not (tmp_path / "out").exists()


def test_the_kept_result_names_what_was_looked_at(
    mcreports: Command, evidence: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = evidence()
    monkeypatch.setenv("MCREPORTS_NOW", "2025-11-01T00:00:00Z")
    words = [word for word in WORDS if word not in {"--at", "2025-11-01T00:00:00Z"}]
    assert mcreports(*words, "--evidence", directory).code == 0
    (kept,) = (tmp_path / "out" / "autonomy.validation").glob("*.json")
    body = json.loads(base64.b64decode(json.loads(kept.read_bytes())["payload"]))
    subjects = {one["name"]: one["digest"]["sha256"] for one in body["subject"]}
    assert subjects[FILE] == hashlib.sha256((directory / FILE).read_bytes()).hexdigest()
    assert body["predicate"]["facts"]["evidence"]["autonomy.operations"]["value"] == 640


def test_six_honest_hours_with_one_compensation_in_the_sample_let_through(
    mcreports: Command, evidence: Callable[..., Path]
) -> None:
    ran = mcreports(*WORDS[:-1], "6h", "--evidence", evidence())
    assert (ran.code, "WARN" in ran.out.splitlines()[0]) == (0, True)
    assert "by the evidence: 160 of " in ran.out
    assert "operations, 2025-10-31 18:00 to 2025-11-01 00:00 UTC; 100.00 % succeeded" in ran.out
    assert "(95 % interval 97.65 % to 100.00 %)" in ran.out
