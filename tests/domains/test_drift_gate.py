"""The gate over drift: what it says of the state of now, and that it is tried itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mcreports.domains import drift_proof
from mcreports.domains.drift_gate import judge_gate
from mcreports.domains.drift_proof import prove_gate
from mcreports.domains.drift_witnesses import Finding, latest_gauge
from mcreports.evidence.configuration import gather
from mcreports.evidence.configuration.state import attest
from mcreports.evidence.keys import Keyring
from mcreports.rules import RULES

NOW = datetime(2025, 11, 1, 9, tzinfo=UTC)
AGREED = {"a": "1", "b": "2"}


def put(root: Path, side: str, contents: dict[str, str], at: datetime = NOW, **other: Any) -> None:
    (root / "config").mkdir(exist_ok=True)
    (root / f"config/config-{side}.json").write_text(json.dumps({**attest(contents, at), **other}))


def gate(root: Path, gauge: Finding | None = None) -> dict[str, Any]:
    verdicts = judge_gate(gather(root, Keyring(), NOW), gauge, RULES["config.drift"], NOW).verdicts
    return {verdict.check.removeprefix("config."): verdict for verdict in verdicts}


def said(root: Path, gauge: Finding | None = None) -> dict[str, str]:
    return {check: verdict.status.value for check, verdict in gate(root, gauge).items()}


def test_nothing_differs_and_every_claim_holds(tmp_path: Path) -> None:
    put(tmp_path, "baseline", AGREED, NOW - timedelta(days=90))
    put(tmp_path, "current", AGREED)
    assert said(tmp_path) == {"drift": "pass", "attestation": "pass"}


@pytest.mark.parametrize(
    ("contents", "gauge", "wanted"),
    [
        (AGREED, Finding(0), {"drift": "pass", "attestation": "pass", "agreement": "pass"}),
        (AGREED, Finding(1), {"drift": "fail", "attestation": "pass", "agreement": "fail"}),
        (AGREED, Finding(None, "no sample"), {"drift": "pass", "attestation": "pass"}),
        ({}, Finding(0), {"drift": "fail", "attestation": "pass", "agreement": "fail"}),
        ({}, Finding(1), {"drift": "fail", "attestation": "pass", "agreement": "pass"}),
    ],
)
def test_witnesses_that_disagree_are_a_failure_of_their_own(
    tmp_path: Path, contents: dict[str, str], gauge: Finding, wanted: dict[str, str]
) -> None:
    put(tmp_path, "baseline", AGREED)
    put(tmp_path, "current", contents)
    assert said(tmp_path, gauge) == wanted


def test_two_states_that_hold_no_file_prove_nothing(tmp_path: Path) -> None:
    put(tmp_path, "baseline", {})
    put(tmp_path, "current", {})
    assert said(tmp_path) == {"drift": "unknown", "attestation": "unknown"}
    assert "holds a file: nothing is compared" in gate(tmp_path)["drift"].reason
    # the gauge proves what it sees, and yet nothing was attested
    assert said(tmp_path, Finding(0)) == {"drift": "pass", "attestation": "unknown"}
    assert said(tmp_path, Finding(1)) == {"drift": "fail", "attestation": "unknown"}


def test_a_false_claim_fails_with_both_values_although_nothing_differs(tmp_path: Path) -> None:
    put(tmp_path, "baseline", AGREED)
    put(tmp_path, "current", AGREED, config_hash="0" * 64)
    assert said(tmp_path) == {"drift": "unknown", "attestation": "fail"}
    reason = gate(tmp_path)["attestation"].reason
    assert reason.startswith("config/config-current.json: config_hash claims 000")
    assert attest(AGREED, NOW)["config_hash"] in reason


@pytest.mark.parametrize("at", [NOW - timedelta(days=7), NOW + timedelta(minutes=6)], ids=["stale", "of the future"])
def test_a_current_state_that_is_not_of_now_proves_nothing(tmp_path: Path, at: datetime) -> None:
    put(tmp_path, "baseline", AGREED)
    put(tmp_path, "current", AGREED, at)
    assert said(tmp_path)["drift"] == "unknown"
    assert "not of this window" in gate(tmp_path)["drift"].reason


def test_without_files_nothing_is_known_and_both_are_named(tmp_path: Path) -> None:
    verdict = gate(tmp_path)["drift"]
    assert verdict.status.value == "unknown"
    assert "config-baseline.json and config/config-current.json" in verdict.reason
    put(tmp_path, "current", AGREED)
    assert gate(tmp_path)["drift"].reason == "there is no config-baseline.json"


def test_a_broken_file_is_unknown_with_file_and_field(tmp_path: Path) -> None:
    put(tmp_path, "baseline", AGREED)
    put(tmp_path, "current", AGREED, timestamp=7)
    assert gate(tmp_path)["drift"].reason == "config/config-current.json: timestamp is 7, not text"
    (tmp_path / "config/config-baseline.json").write_text("{")
    reason = gate(tmp_path)["drift"].reason
    assert "config-baseline.json: is cut off" in reason
    assert "config-current.json: timestamp" in reason


@pytest.mark.parametrize(
    ("gauge", "changes"),
    [
        ([(float(minute), float(minute < 30)) for minute in range(61)], 0),
        ([(float(minute), float(minute > 30)) for minute in range(61)], 1),
        ([(float(minute), 0.0) for minute in range(30)], None),
        ([(float(minute), 2.0) for minute in range(61)], None),
        ([], None),
    ],
    ids=["was up", "is up", "fell silent", "neither", "none"],
)
def test_the_gauge_of_now_is_its_last_sample(scene: Any, gauge: Any, changes: int | None) -> None:
    found = latest_gauge(scene.snapshot({"config.drift": {(): gauge}}), scene.start, scene.end)
    assert found.changes == changes
    assert found.said


# the gate itself


def test_the_gate_is_proven_on_a_copy_and_the_state_stays_as_it_is(tmp_path: Path) -> None:
    root, scratch = tmp_path / "evidence", tmp_path / "scratch"
    root.mkdir()
    put(root, "baseline", AGREED)
    put(root, "current", {**AGREED, "a": "9"})
    before = {path: path.read_bytes() for path in root.rglob("*.json")}
    holds, text = prove_gate(root, scratch, NOW)
    assert (holds, {path: path.read_bytes() for path in root.rglob("*.json")}) == (True, before)
    assert "a change of a: fail" in text
    assert "with a signed approval: warn" in text


def test_the_gate_is_proven_on_any_state(tmp_path: Path) -> None:
    put(tmp_path, "baseline", {"\ud800\n": "x"})
    assert prove_gate(tmp_path, tmp_path / "scratch", NOW)[0]


def test_a_baseline_that_holds_no_file_proves_no_gate(tmp_path: Path) -> None:
    put(tmp_path, "baseline", {})
    holds, text = prove_gate(tmp_path, tmp_path / "scratch", NOW)
    assert (holds, text) == (False, "config/config-baseline.json holds no file: there is nothing to try the gate on")


def test_a_gate_that_lets_everything_through_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "baseline", AGREED)
    empty = gather(tmp_path / "nothing", Keyring(), NOW)
    monkeypatch.setattr(drift_proof, "judge_gate", lambda *_: judge_gate(empty, Finding(0), RULES["config.drift"], NOW))
    holds, text = prove_gate(tmp_path, tmp_path / "scratch", NOW)
    assert not holds
    assert "a change of a: pass instead of fail" in text


def test_without_a_sound_baseline_the_gate_is_not_proven(tmp_path: Path) -> None:
    assert prove_gate(tmp_path, tmp_path / "scratch", NOW)[0] is False
    put(tmp_path, "baseline", AGREED, config_hash="0")
    holds, text = prove_gate(tmp_path, tmp_path / "other", NOW)
    assert (holds, "config_hash claims 0" in text) == (False, True)
