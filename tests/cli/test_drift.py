"""``drift check``, ``approve`` and ``restore`` from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcreports.evidence import read
from mcreports.evidence.configuration.state import attest
from mcreports.evidence.keys import new_key
from mcreports.samples import Series

Command = Callable[..., Any]
NOW = datetime(2025, 11, 3, 8, tzinfo=UTC)
DEMO = "demo://?seed=7&step=3600"
AGREED = {"policy/autonomy.yaml": "tier: 3\napi_token: old-hunter2\n", "b": "2\n"}
CHANGED = {"policy/autonomy.yaml": "tier: 4\napi_token: new-hunter2\n", "=cmd|'/c'!A0\n  spoofed\x1b[31m": "x"}
CURRENT = "config/config-current.json"
VARIABLES = ("CHANGE_APPROVED", "CHANGE_APPROVED_BY", "CHANGE_APPROVED_REASON", "GITHUB_ACTOR", "GITHUB_RUN_ID")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Evidence of a state that differs from its baseline in three paths."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    state(tmp_path / "evidence", CHANGED)
    return tmp_path / "evidence"


def state(root: Path, current: dict[str, Any], at: datetime = NOW) -> None:
    (root / "config").mkdir(parents=True, exist_ok=True)
    (root / "config/config-baseline.json").write_text(json.dumps(attest(AGREED, at)))
    (root / CURRENT).write_text(json.dumps(attest(current, at)))


def every_byte(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


# check


def test_an_unapproved_change_leaves_with_3_and_is_shown_without_its_secret(mcreports: Command, root: Path) -> None:
    before = every_byte(root)
    ran = mcreports("drift", "check", "--evidence", root)
    assert (ran.code, ran.out.startswith("FAIL"), every_byte(root)) == (3, True, before)
    assert "  +tier: 4\n" in ran.out
    assert "  +api_token: (masked)\n" in ran.out
    (page,) = (root.parent / "out/config.drift").glob("*.html")
    assert "@@ -1,2 +1,2 @@\n-tier: 3\n" in page.read_text().partition("<pre")[2]
    assert "hunter2" not in ran.out + page.read_text()
    assert "\x1b" not in ran.out + page.read_text()
    assert "\n  spoofed" not in ran.out


def test_what_agrees_leaves_with_0_and_its_outcome_is_kept(mcreports: Command, root: Path) -> None:
    state(root, AGREED)
    ran = mcreports("drift", "check", "--evidence", root, "--json")
    assert (ran.code, ran.data["facts"]["changes"]) == (0, [])
    status = {verdict["check"]: verdict["status"] for verdict in ran.data["verdicts"]}
    assert status == {"config.drift": "pass", "config.attestation": "pass", "config.baseline": "warn"}
    assert [file.suffix for file in sorted((root.parent / "out/config.drift").iterdir())] == [".html", ".json"]


def test_programs_get_what_changed_per_file_and_who_approved_it(mcreports: Command, root: Path) -> None:
    mcreports("drift", "approve", "--evidence", root, "--by", "Ann", "--reason", "CHG-1")
    ran = mcreports("drift", "check", "--evidence", root, "--json")
    assert (ran.code, ran.data["status"]) == (0, "warn")
    assert [each["change"] for each in ran.data["facts"]["changes"]] == ["changed", "added", "removed"]
    assert {each["approved_by"] for each in ran.data["facts"]["changes"]} == {"Ann"}
    assert "hunter2" not in ran.out


def test_a_content_that_changes_its_type_alone_is_shown(mcreports: Command, root: Path) -> None:
    (root / "config/config-baseline.json").write_text(json.dumps(attest({"limit": 5, "gone": None}, NOW)))
    (root / CURRENT).write_text(json.dumps(attest({"limit": "5"}, NOW)))
    ran = mcreports("drift", "check", "--evidence", root)
    assert (ran.code, "changed: limit\n  @@ -1,3 +1,3 @@\n  -# JSON\n  +# text\n   5\n" in ran.out) == (3, True)
    assert "removed: gone\n  @@ -1,2 +0,0 @@\n  -null\n" in ran.out


def test_a_missing_state_leaves_with_4_and_is_named(mcreports: Command, root: Path) -> None:
    (root / CURRENT).unlink()
    ran = mcreports("drift", "check", "--evidence", root)
    assert (ran.code, "there is no config-current.json" in ran.out) == (4, True)


@pytest.mark.parametrize("words", [(), ("--evidence", "nowhere")])
@pytest.mark.parametrize("command", ["check", "restore"])
def test_without_evidence_it_is_a_usage_error(mcreports: Command, command: str, words: tuple[str, ...]) -> None:
    ran = mcreports("drift", command, *words)
    assert (ran.code, ran.out, "directory of evidence" in ran.err) == (2, "", True)


def test_the_gauge_is_the_second_witness_and_both_are_shown(mcreports: Command, root: Path) -> None:
    ran = mcreports("drift", "check", "--evidence", root, "--source", "demo://?seed=7", "--json")
    assert [figure["value"] for figure in ran.data["figures"]] == [3, 0]
    status = {verdict["check"]: verdict["status"] for verdict in ran.data["verdicts"]}
    assert (ran.code, status["config.agreement"]) == (3, "fail")
    state(root, AGREED)
    assert mcreports("drift", "check", "--evidence", root, "--source", "demo://?seed=7").code == 0


def test_a_real_servers_gauge_that_is_up_fails_although_the_files_agree(
    mcreports: Command, root: Path, start_server: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MCREPORTS_NOW")
    now = datetime.now(UTC)
    state(root, AGREED, now)
    server, ts = start_server("prometheus"), round(now.timestamp() * 1000) - np.arange(1800, 0, -60) * 1000
    server.load([Series({"__name__": "mc_config_drift_detected"}, ts.astype(np.int64), np.ones(len(ts)))])
    ran = mcreports("drift", "check", "--evidence", root, "--source", server.url, "--json")
    assert ran.code == 3
    assert [figure["value"] for figure in ran.data["figures"]] == [0, 1]
    assert "the gauge is 1 at" in ran.data["verdicts"][0]["reason"]


def test_a_source_that_is_away_leaves_with_75(mcreports: Command, root: Path, tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text("[source]\ndeadline = 0.3\n")
    assert mcreports("drift", "check", "--evidence", root, "--source", "http://127.0.0.1:1").code == 75


# approve


def test_change_approved_records_who_why_and_what_and_only_once(
    mcreports: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in zip(VARIABLES, ("1", "", "", "octo", "77"), strict=True):
        monkeypatch.setenv(name, value)
    ran = mcreports("drift", "check", "--evidence", root, "--json")
    (approval,) = ran.data["facts"]["approvals"]
    assert (ran.code, ran.data["status"]) == (0, "warn")
    assert (approval["by"], approval["reason"]) == ("octo", "CHANGE_APPROVED=1, no reason was given (77)")
    assert {change["path"] for change in approval["changes"]} == {*CHANGED, "b"}
    again = mcreports("drift", "check", "--evidence", root)
    assert (again.code, "nothing was approved: every change is approved already" in again.err) == (0, True)
    assert len(list((root / "config/approvals").iterdir())) == 1


def test_change_approved_by_nobody_who_is_named_is_the_user(
    mcreports: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANGE_APPROVED", "1")
    monkeypatch.setenv("LOGNAME", "ann")
    said = mcreports("drift", "check", "--evidence", root, "--json").data["facts"]["approvals"][0]
    assert said["by"].startswith("ann on ")


@pytest.mark.parametrize(("value", "code"), [("0", 3), ("", 3), ("false", 3), ("maybe", 2)])
def test_another_value_of_change_approved_approves_nothing(
    mcreports: Command, root: Path, monkeypatch: pytest.MonkeyPatch, value: str, code: int
) -> None:
    monkeypatch.setenv("CHANGE_APPROVED", value)
    assert mcreports("drift", "check", "--evidence", root).code == code
    assert not (root / "config/approvals").exists()


def test_change_approved_does_not_hide_a_state_that_cannot_be_read(
    mcreports: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHANGE_APPROVED", "1")
    (root / CURRENT).write_text("{")
    ran = mcreports("drift", "check", "--evidence", root)
    assert (ran.code, "nothing was approved" in ran.err) == (4, True)


def test_a_later_change_is_not_covered_and_leaves_with_3(mcreports: Command, root: Path) -> None:
    words = ("drift", "approve", "--evidence", root, "--by", "Ann", "--reason", "CHG-1")
    assert mcreports(*words).code == 0
    state(root, {**CHANGED, "policy/autonomy.yaml": "tier: 5\n"})
    ran = mcreports("drift", "check", "--evidence", root)
    assert (ran.code, "approves other contents of it" in ran.out) == (3, True)


def test_where_there_is_nothing_to_approve_it_is_a_usage_error(mcreports: Command, root: Path) -> None:
    words = ("drift", "approve", "--evidence", root, "--by", "Ann", "--reason", "CHG-1")
    assert mcreports(*words).code == 0
    assert "every change is approved already" in mcreports(*words).err
    state(root, AGREED)
    ran = mcreports(*words)
    assert (ran.code, "nothing differs from the baseline" in ran.err) == (2, True)


@pytest.mark.parametrize(("by", "reason"), [("", "x"), ("Ann", " ")])
def test_nobody_approves_nothing(mcreports: Command, root: Path, by: str, reason: str) -> None:
    ran = mcreports("drift", "approve", "--evidence", root, "--by", by, "--reason", reason)
    assert (ran.code, "must be said" in ran.err) == (2, True)


def test_a_state_that_is_not_what_it_says_is_not_approved(mcreports: Command, root: Path) -> None:
    (root / CURRENT).write_text(json.dumps({**attest(CHANGED, NOW), "config_hash": "0"}))
    ran = mcreports("drift", "approve", "--evidence", root, "--by", "Ann", "--reason", "x")
    assert (ran.code, "config_hash claims 0" in ran.err) == (2, True)


def test_with_a_key_approvals_are_signed_and_one_that_is_not_does_not_count(
    mcreports: Command, root: Path, tmp_path: Path
) -> None:
    mcreports("drift", "approve", "--evidence", root, "--by", "Eve", "--reason", "none")
    new_key(tmp_path / "key.pem")
    (tmp_path / "mcreports.toml").write_text('[evidence]\nkey_file = "key.pem"\n')
    ran = mcreports("drift", "check", "--evidence", root)
    assert (ran.code, ran.out.count("is not signed") > 0) == (3, True)
    assert mcreports("drift", "approve", "--evidence", root, "--by", "Ann", "--reason", "CHG-1").code == 0
    ran = mcreports("drift", "check", "--evidence", root, "--json")
    assert (ran.code, {each["approved_by"] for each in ran.data["facts"]["changes"]}) == (0, {"Ann"})


def test_with_trusted_keys_and_none_to_sign_with_nothing_is_approved(
    mcreports: Command, root: Path, tmp_path: Path
) -> None:
    new_key(tmp_path / "key.pem")
    (tmp_path / "mcreports.toml").write_text('[evidence]\ntrusted_keys = ["key.pem.pub"]\n')
    ran = mcreports("drift", "approve", "--evidence", root, "--by", "Ann", "--reason", "CHG-1")
    assert (ran.code, "set evidence.key_file" in ran.err) == (2, True)


def test_a_baseline_that_was_changed_with_the_current_state_leaves_with_3_until_somebody_agrees_on_it(
    mcreports: Command, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_key(tmp_path / "key.pem")
    (tmp_path / "mcreports.toml").write_text('[evidence]\nkey_file = "key.pem"\n')
    state(root, AGREED)

    def check(hour: int) -> tuple[int, str]:
        monkeypatch.setenv("MCREPORTS_NOW", f"2025-11-03T{hour:02}:00:00Z")
        ran = mcreports("drift", "check", "--evidence", root, "--json")
        return ran.code, ran.data["status"]

    assert [check(9), check(10)] == [(0, "warn"), (0, "pass")]
    state(root, CHANGED)
    (root / "config/config-baseline.json").write_text(json.dumps(attest(CHANGED, NOW)))
    assert [check(11), check(12)] == [(3, "fail"), (3, "fail")]
    ran = mcreports("drift", "check", "--evidence", root)
    assert "config.baseline  ▲ FAIL" in ran.out
    assert "is held to since 2025-11-03T09:00:00Z, last seen 2025-11-03T10:00:00Z" in ran.out
    words = ("drift", "approve", "--baseline", "--evidence", root, "--by", "Ann", "--reason", "CHG-2")
    assert (mcreports(*words).code, check(13)) == (0, (0, "pass"))


def test_nobody_agrees_on_a_baseline_that_is_not_what_it_says(mcreports: Command, root: Path) -> None:
    file, words = root / "config/config-baseline.json", ("drift", "approve", "--baseline", "--by", "A", "--reason", "x")
    for body, said in (
        ({**attest(AGREED, NOW), "config_hash": "0"}, "config_hash claims 0"),
        (attest({}, NOW), "empty"),
    ):
        file.write_text(json.dumps(body))
        ran = mcreports(*words, "--evidence", root)
        assert (ran.code, said in ran.err) == (2, True)


# restore


def test_a_restore_without_yes_shows_the_difference_and_touches_nothing(mcreports: Command, root: Path) -> None:
    before = every_byte(root)
    ran = mcreports("drift", "restore", "--evidence", root)
    assert (ran.code, "give --yes" in ran.err, every_byte(root)) == (2, True, before)
    assert "  +tier: 4" in ran.out


def test_a_restore_keeps_what_was_there_and_the_check_passes_again(mcreports: Command, root: Path) -> None:
    before = (root / CURRENT).read_bytes()
    ran = mcreports("drift", "restore", "--evidence", root, "--yes")
    (backup,) = (root / "config/backup").iterdir()
    assert (ran.code, backup.read_bytes(), str(backup) in ran.out) == (0, before, True)
    assert mcreports("drift", "check", "--evidence", root).code == 0
    again = mcreports("drift", "restore", "--evidence", root, "--yes", "--json")
    assert (again.code, again.data["restored"], again.data["backup"]) == (0, None, None)


def test_a_false_baseline_is_not_put_back(mcreports: Command, root: Path) -> None:
    (root / "config/config-baseline.json").write_text(json.dumps({**attest(AGREED, NOW), "config_hash": "0"}))
    before = every_byte(root)
    ran = mcreports("drift", "restore", "--evidence", root, "--yes")
    assert (ran.code, "config-baseline.json: config_hash claims 0" in ran.err, every_byte(root)) == (1, True, before)


def test_reports_and_the_gate_see_the_same_changes(mcreports: Command, root: Path) -> None:
    mcreports("drift", "approve", "--evidence", root, "--by", "Ann", "--reason", "CHG-1")
    table = read(root, (datetime(2025, 11, 2, tzinfo=UTC), datetime(2025, 11, 3, tzinfo=UTC)))["config_changes"]
    told = mcreports("drift", "check", "--evidence", root, "--json").data["facts"]["changes"]
    assert list(table["path"]) == [each["path"] for each in told]
    assert list(table["approval"]) == [each["approval"] for each in told]
