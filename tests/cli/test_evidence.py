"""Pack, verify, archive and keys: what is printed, what is kept, and the exit codes."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.evidence.bundles.pack import Order, keep, pack
from mcreports.evidence.kept import latest
from mcreports.evidence.keys import load_keyring, load_signer, new_key
from mcreports.operation_sections import EvidenceSettings
from mcreports.period import Period
from mcreports.sources.demo.evidence import documents

Command = Callable[..., Any]
PUBLIC = "keys/a.pem.pub"
SETTINGS = '[evidence]\nkey_file = "keys/a.pem"\n'
BUNDLE = "dist/evidence-v0.3.3-20251103T090000Z.zip"
NOW = "2025-11-03T09:00:00Z"
LATER = "2025-11-03T09:00:01Z"
SOME = (
    "rag/grounding-final-attest.json", "budgets/budget-20251031.json", "config/config-baseline.json",
    "config/config-current.json", "autonomy/TENANT_003/operations_20251031.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few files of the demo's evidence, a key, and the month's bundle."""
    place = tmp_path_factory.mktemp("made")
    for name, body in documents(7, Period.parse("2025-11-01").start).items():
        if name in SOME:
            file = place / "evidence" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(body), encoding="utf-8")
    new_key(place / "keys/a.pem")
    keys = load_signer(place / "keys/a.pem"), load_keyring(EvidenceSettings(key_file=place / "keys/a.pem"))
    order = Order("v0.3.3", Period.parse("2025-10"), datetime.fromisoformat(NOW))
    keep(pack(place / "evidence", order, keys), place / "dist")
    return place


@pytest.fixture
def evidence(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "evidence", tmp_path / "evidence"))


@pytest.fixture
def signed(made: Path, evidence: Path, tmp_path: Path) -> Path:
    """A key in the settings, and the month's bundle."""
    for name in ("keys", "dist"):
        shutil.copytree(made / name, tmp_path / name)
    (tmp_path / "mcreports.toml").write_text(SETTINGS)
    return tmp_path / BUNDLE


def kept(tmp_path: Path, check: str) -> Any:
    """The outcome that reports will find."""
    ring = load_keyring(EvidenceSettings(key_file=tmp_path / "keys/a.pem"))
    return latest(tmp_path / "out", check, ring, Period.parse("2025-11-04").start)


def test_packing_with_a_key_gives_the_bundle_that_lies_there_already(mcreports: Command, signed: Path) -> None:
    ran = mcreports("evidence", "pack", "--evidence", "evidence", "--period", "2025-10")
    assert (
        ran.code,
        f"{BUNDLE}: 100.0 % proven, {len(SOME)} files, {len(SOME)} of them evidence of this period, " in ran.out,
    ) == (0, True)
    assert "the same bundle lies there already" in ran.err


def test_a_packed_bundle_passes_and_its_outcome_is_kept(mcreports: Command, signed: Path, tmp_path: Path) -> None:
    ran = mcreports("evidence", "verify", BUNDLE, "--period", "2025-10")
    assert ran.code == 0
    assert ran.out.startswith("PASS  2025-10-01T00:00:00Z to 2025-11-01T00:00:00Z\n")
    found = kept(tmp_path, "evidence.bundle")
    assert found.outcome.status is Status.PASS
    assert [one.check for one in found.outcome.verdicts] == ["evidence.bundle", "evidence.compliance"]
    assert found.outcome.facts["period"] == "2025-10"
    assert found.outcome.facts["compliance"]["percent"] == "100.0"


def test_how_many_files_are_packed_and_how_many_are_of_the_period_is_told(
    mcreports: Command, signed: Path, evidence: Path
) -> None:
    shutil.copy(evidence / SOME[1], evidence / "budgets/budget-20250901.json")
    body = json.loads((evidence / SOME[1]).read_bytes()) | {"timestamp": "2025-09-01T00:00:00Z"}
    (evidence / "budgets/budget-20250901.json").write_text(json.dumps(body))
    (evidence / "README.txt").write_text("evidence")
    words = ("evidence", "pack", "--evidence", "evidence", "--period", "2025-10", "--output", "else")
    assert f", {len(SOME) + 2} files, {len(SOME)} of them evidence of this period, " in mcreports(*words).out
    with zipfile.ZipFile(signed.parent.parent / "else" / signed.name) as held:
        assert len(held.namelist()) == len(SOME) + 3
    assert mcreports(*words, "--json").data["files"] == len(SOME) + 2


def test_bundles_in_the_evidence_are_left_out_and_named(mcreports: Command, signed: Path, evidence: Path) -> None:
    shutil.copytree(signed.parent, evidence / "dist")
    (evidence / "dist/evidence-notes.zip").write_bytes(b"no zip")
    ran = mcreports("evidence", "pack", "--evidence", "evidence", "--period", "2025-10", "--output", "else")
    assert (ran.code, f"left out, a bundle itself: dist/{signed.name}" in ran.err) == (0, True)
    assert f"100.0 % proven, {len(SOME) + 1} files" in ran.out
    with zipfile.ZipFile(signed.parent.parent / "else" / signed.name) as held:
        assert [name for name in held.namelist() if "dist/" in name] == ["evidence/dist/evidence-notes.zip"]


def test_packing_something_else_within_the_same_second_is_a_usage_error(
    mcreports: Command, signed: Path, evidence: Path
) -> None:
    before = signed.read_bytes()
    ran = mcreports("evidence", "pack", "--evidence", "evidence", "--period", "2025-W44")
    assert (ran.code, signed.read_bytes()) == (2, before)
    assert "was packed in this very second with other content, and is not overwritten; pack again" in ran.err


def test_a_bundle_of_another_version_than_the_settings_fails_though_its_period_is_named(
    mcreports: Command, signed: Path, tmp_path: Path
) -> None:
    (tmp_path / "mcreports.toml").write_text(SETTINGS + 'version = "v9.9"\n')
    ran = mcreports("evidence", "verify", BUNDLE, "--period", "2025-10")
    assert (ran.code, "replayed: is of version v0.3.3, the settings say v9.9" in ran.out) == (3, True)


def test_without_a_name_the_last_bundle_is_verified(mcreports: Command, signed: Path) -> None:
    shown = mcreports("evidence", "verify", "--json").data
    assert (shown["check"], shown["status"]) == ("evidence.bundle", "pass")
    assert shown["verdicts"][0]["labels"] == {"file": signed.name}


def test_a_verifier_needs_the_public_key_alone(mcreports: Command, signed: Path, tmp_path: Path) -> None:
    (tmp_path / "keys/a.pem").unlink()
    (tmp_path / "mcreports.toml").write_text(f'[evidence]\ntrusted_keys = ["{PUBLIC}"]\n')
    assert mcreports("evidence", "verify", BUNDLE).code == 0
    (tmp_path / "mcreports.toml").write_text(
        f'[evidence]\ntrusted_keys = [{{ file = "{PUBLIC}", until = 2025-11-01T00:00:00Z }}]\n'
    )
    ran = mcreports("evidence", "verify", BUNDLE)
    assert (ran.code, "retired key: statement.dsse.json was signed on" in ran.out) == (3, True)


def test_packing_without_a_key_says_unsigned_and_leaves_with_4(mcreports: Command, evidence: Path) -> None:
    ran = mcreports("evidence", "pack", "--evidence", evidence, "--json")
    assert (ran.code, ran.data["signed"]) == (4, False)
    assert "UNSIGNED" in ran.err
    assert ran.data["period"]["label"] == "2025-W44"
    ran = mcreports("evidence", "verify")
    assert (ran.code, "is not signed" in ran.out) == (4, True)


def test_a_bundle_that_was_tampered_with_leaves_with_3(mcreports: Command, signed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(signed, "a") as held:
        held.writestr("evidence/\x1b[2Jevil", "x")
    ran = mcreports("evidence", "verify", BUNDLE)
    assert ran.code == 3
    assert "added: evidence/␛[2Jevil is in the bundle, but not stated" in ran.out
    assert "\x1b" not in ran.out + ran.err
    assert kept(tmp_path, "evidence.bundle").outcome.status is Status.FAIL


def test_evidence_that_contradicts_itself_is_packed_as_such(mcreports: Command, signed: Path, evidence: Path) -> None:
    file = evidence / SOME[0]
    body = json.loads(file.read_bytes())
    body["verification_summary"]["pass_rate"] = 0.99
    file.write_text(json.dumps(body))
    ran = mcreports("evidence", "pack", "--evidence", evidence, "--period", "2025-10", "--output", "else")
    assert ran.code == 0
    assert f"{SOME[0]}: verification_summary.pass_rate claims 0.99, its details give 0.97" in ran.out
    ran = mcreports("evidence", "verify", f"else/{signed.name}")
    assert ran.code == 3
    assert "evidence.compliance" in ran.out


def test_the_platforms_own_bundle_is_never_a_pass(mcreports: Command, signed: Path, tmp_path: Path) -> None:
    body = {
        "bundle_metadata": {
            "bundle_id": "b", "generation_timestamp": "2025-10-31T00:00:00Z", "evidence_sections_count": 0,
            "total_artifacts": 0, "compliance_status": {"budgets": True}, "overall_compliance_percent": 100.0,
        },
        "evidence_sections": {},
        "bundle_signature": {"algorithm": "SHA-256", "signature": "0" * 64},
    }  # fmt: skip
    (tmp_path / "evidence-v0.3.3-comprehensive.json").write_text(json.dumps(body))
    ran = mcreports("evidence", "verify", "evidence-v0.3.3-comprehensive.json")
    assert ran.code == 3
    assert "evidence.compliance  ▲ FAIL" in ran.out
    assert "evidence.bundle evidence-v0.3.3-comprehensive.json  ○ NO DATA" in ran.out
    assert "its signature is only the SHA-256 of its own body, which anybody can make" in ran.out


@pytest.mark.parametrize(
    "raw", [b"", b"PK", b"{", b"{}", b"[]", b"\x00" * 100, b"<html>", b'{"a":' * 100_000], ids=range(8)
)
def test_what_is_no_bundle_at_all_is_told_and_never_a_pass(
    mcreports: Command, signed: Path, tmp_path: Path, raw: bytes
) -> None:
    (tmp_path / "x").write_bytes(raw)
    ran = mcreports("evidence", "verify", "x")
    assert (ran.code, "malformed: " in ran.out) == (3, True)
    assert "PASS" not in ran.out


def test_a_month_is_archived_once_and_checked_again(
    mcreports: Command, signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = mcreports("evidence", "archive", "--period", "2025-10")
    assert (ran.code, "archived: archives/evidence-v0.3.3-2025-10.zip" in ran.err) == (0, True)
    assert (tmp_path / "archives/evidence-v0.3.3-2025-10.zip").read_bytes() == signed.read_bytes()
    monkeypatch.setenv("MCREPORTS_NOW", LATER)
    ran = mcreports("evidence", "archive")
    assert (ran.code, "archived already, with the same bytes" in ran.err) == (0, True)
    assert kept(tmp_path, "evidence.archive").outcome.facts["entries"][0]["period"] == "2025-10"
    (tmp_path / "archives/evidence-v0.3.3-2025-10.zip").write_bytes(b"x")
    ran = mcreports("evidence", "archive", "--check", "--json")
    assert (ran.code, ran.data["status"]) == (3, "fail")


def test_the_next_month_follows_the_archived_one(
    mcreports: Command, signed: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mcreports("evidence", "archive")
    monkeypatch.setenv("MCREPORTS_NOW", "2025-12-01T09:00:00Z")
    words = ("--evidence", evidence, "--period", "2025-11", "--json")
    first = mcreports("evidence", "archive", "--check", "--json").data["facts"]["entries"][0]
    assert mcreports("evidence", "pack", *words).data["previous"] == {"sha256": first["payload"]}
    new = "dist/evidence-v0.3.3-20251201T090000Z.zip"
    ran = mcreports("evidence", "verify", new, "--previous", BUNDLE, "--json")
    assert ran.data["verdicts"][0]["status"] == "pass"
    assert mcreports("evidence", "archive").code == 0
    ran = mcreports("evidence", "verify", BUNDLE)
    assert (ran.code, "replayed: is of 2025-10, and 2025-11 is archived already" in ran.out) == (3, True)


def test_an_index_that_cannot_be_believed_is_a_doubt_about_every_bundle(
    mcreports: Command, signed: Path, tmp_path: Path
) -> None:
    mcreports("evidence", "archive")
    (tmp_path / "archives/index.json").write_text("{}")
    ran = mcreports("evidence", "verify", BUNDLE)
    assert (ran.code, "what came before is not proven" in ran.out) == (4, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pack",), "no evidence is named"),
        (("pack", "--evidence", "evidence", "--period", "2025-11"), "2025-11 is not over"),
        (("archive", "--period", "2025-W44"), "is not a month that is over"),
        (("archive", "--period", "2025-11"), "is not a month that is over"),
        (("archive", BUNDLE, "--period", "2025-09"), "is of 2025-10, not of 2025-09"),
        (("verify", BUNDLE, "--period", "soon"), "is not a period"),
        (("key", "new", "keys/a.pem"), "never overwritten"),
        (("key", "show", "keys/none"), "keys/none"),
    ],
)
def test_what_cannot_be_is_a_usage_error(mcreports: Command, signed: Path, words: tuple[str, ...], said: str) -> None:
    ran = mcreports("evidence", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_without_bundles_and_without_a_key_it_is_said_what_to_do(mcreports: Command) -> None:
    ran = mcreports("evidence", "verify")
    assert (ran.code, "run `mcreports evidence pack`" in ran.err) == (2, True)
    ran = mcreports("evidence", "archive")
    assert (ran.code, "`mcreports evidence key new` makes a key" in ran.err) == (2, True)


def test_a_key_that_others_may_read_stops_every_command(mcreports: Command, signed: Path, tmp_path: Path) -> None:
    (tmp_path / "keys/a.pem").chmod(0o644)
    for words in (("pack", "--evidence", "evidence"), ("verify", BUNDLE), ("archive",), ("key", "show", "keys/a.pem")):
        ran = mcreports("evidence", *words)
        assert (ran.code, "run chmod 600" in ran.err) == (2, True)


def test_a_new_key_tells_its_id_and_never_itself(mcreports: Command, tmp_path: Path) -> None:
    ran = mcreports("evidence", "key", "new", "a.pem", "--json")
    assert stat.S_IMODE((tmp_path / "a.pem").stat().st_mode) == 0o600
    shown = mcreports("evidence", "key", "show", "a.pem", "--json")
    assert shown.data["keyid"] == ran.data["keyid"]
    assert shown.data["public"] == (tmp_path / "a.pem.pub").read_text()
    secret = (tmp_path / "a.pem").read_text().splitlines()[1]
    assert secret not in ran.out + ran.err + shown.out + shown.err
    plain = mcreports("evidence", "key", "show", "a.pem.pub").out
    assert plain.splitlines()[0] == ran.data["keyid"]


def test_how_to_verify_without_this_package_is_told(mcreports: Command) -> None:
    assert "openssl pkeyutl -verify" in mcreports("evidence", "verify", "--how").out
