"""Outcomes: kept whole and signed, believed only with a trusted key, and never replaced by an older pass."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from mcreports.checks import Status, Verdict
from mcreports.evidence.kept import latest
from mcreports.evidence.keys import Keyring, load_keyring, load_signer
from mcreports.evidence.outcomes import Outcome, write
from mcreports.evidence.results import Shelf, read_results
from mcreports.operation_sections import EvidenceSettings

AT = datetime(2025, 11, 3, 9, tzinfo=UTC)


def verdict(status: Status = Status.PASS, check: str = "egress.primary") -> Verdict:
    return Verdict(check, None, status, "1", "1", ">=", "checks", "because", labels=(("host", "a"),))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key.pem"
    file.write_bytes(CryptoSigner.generate_ed25519().private_bytes)
    file.chmod(0o600)
    return file


@pytest.fixture
def ring(key: Path) -> Keyring:
    return load_keyring(EvidenceSettings(key_file=key))


def keep(directory: Path, key: Path | None, status: Status = Status.PASS, at: datetime = AT) -> Path:
    outcome = Outcome("egress", at, (verdict(status),), {"tries": 3}, {"policy.yaml": "0" * 64})
    return write(outcome, directory, None if key is None else load_signer(key))


def test_an_outcome_comes_back_as_it_was_kept(tmp_path: Path, key: Path, ring: Keyring) -> None:
    keep(tmp_path, key)
    found = latest(tmp_path, "egress", ring, AT)
    assert found.doubt == ""
    assert found.outcome == Outcome("egress", AT, (verdict(),), {"tries": 3})


def test_nothing_kept_is_a_doubt_that_names_the_place(tmp_path: Path, ring: Keyring) -> None:
    found = latest(tmp_path, "egress", ring, AT)
    assert (found.outcome, "run mcreports egress check" in found.doubt) == (None, True)


def test_an_unsigned_outcome_is_not_believed(tmp_path: Path, ring: Keyring) -> None:
    keep(tmp_path, None)
    assert latest(tmp_path, "egress", ring, AT).doubt.endswith("is not signed")


def test_an_outcome_of_a_key_that_nobody_trusts_is_not_believed(tmp_path: Path, key: Path) -> None:
    keep(tmp_path, key)
    other = tmp_path / "other.pem"
    other.write_bytes(CryptoSigner.generate_ed25519().private_bytes)
    other.chmod(0o600)
    assert (
        "not among the trusted keys"
        in latest(tmp_path, "egress", load_keyring(EvidenceSettings(key_file=other)), AT).doubt
    )


def test_a_newest_file_that_is_torn_is_not_replaced_by_an_older_pass(tmp_path: Path, key: Path, ring: Keyring) -> None:
    keep(tmp_path, key)
    (tmp_path / "egress" / "20251103T100000Z.json").write_bytes(keep(tmp_path, key).read_bytes()[:99])
    found = latest(tmp_path, "egress", ring, AT + timedelta(hours=2))
    assert (found.outcome, "20251103T100000Z.json" in found.doubt) == (None, True)


def test_an_old_pass_under_a_new_name_is_not_believed(tmp_path: Path, key: Path, ring: Keyring) -> None:
    file = keep(tmp_path, key)
    (file.parent / "20251104T090000Z.json").write_bytes(file.read_bytes())
    assert "under another name" in latest(tmp_path, "egress", ring, AT + timedelta(days=2)).doubt


def test_two_results_of_one_second_are_both_kept_and_the_later_one_counts(
    tmp_path: Path, key: Path, ring: Keyring
) -> None:
    keep(tmp_path, key)
    keep(tmp_path, key, Status.FAIL)
    assert sorted(os.listdir(tmp_path / "egress")) == ["20251103T090000Z-2.json", "20251103T090000Z.json"]
    found = latest(tmp_path, "egress", ring, AT)
    assert found.outcome is not None
    assert found.outcome.status is Status.FAIL


def test_the_result_of_one_tenant_says_nothing_of_another_nor_of_the_platform(
    tmp_path: Path, key: Path, ring: Keyring
) -> None:
    for subject, status, minute in (("A", Status.FAIL, 0), ("B", Status.PASS, 1)):
        at = AT + timedelta(minutes=minute)
        write(Outcome("egress", at, (verdict(status),), subject=subject), tmp_path, load_signer(key))
    later = AT + timedelta(hours=1)
    statuses = {subject: latest(tmp_path, "egress", ring, later, subject).outcome for subject in ("A", "B", "")}
    assert [one and one.status for one in statuses.values()] == [Status.FAIL, Status.PASS, None]


def test_a_later_look_at_an_earlier_time_does_not_stand_for_the_present(
    tmp_path: Path, key: Path, ring: Keyring
) -> None:
    keep(tmp_path, key)
    window = [f"2025-10-{day}T00:00:00Z" for day in ("01", "02")]
    later = AT + timedelta(hours=1)
    write(Outcome("egress", later, (verdict(Status.FAIL),), {"window": window}), tmp_path, load_signer(key))
    found = latest(tmp_path, "egress", ring, later)
    assert found.outcome is not None
    assert found.outcome.status is Status.PASS


def test_results_that_are_later_than_is_looked_are_told(tmp_path: Path, key: Path, ring: Keyring) -> None:
    keep(tmp_path, key)
    doubt = latest(tmp_path, "egress", ring, AT - timedelta(days=1)).doubt
    assert "20251103T090000Z.json" in doubt


def test_a_status_that_its_verdicts_do_not_give_is_not_believed(tmp_path: Path, key: Path, ring: Keyring) -> None:
    from mcreports.evidence.dsse import seal, unseal

    file = keep(tmp_path, key, Status.FAIL)
    body = unseal(file.read_bytes(), ring).statement
    body["predicate"]["status"] = "pass"
    file.write_bytes(seal(body, load_signer(key)))
    assert "claims 'pass', its verdicts give 'fail'" in latest(tmp_path, "egress", ring, AT).doubt


def test_what_was_found_later_than_a_report_speaks_of_is_not_in_it(tmp_path: Path, key: Path, ring: Keyring) -> None:
    keep(tmp_path, key)
    keep(tmp_path, key, Status.FAIL, AT + timedelta(days=1))
    found = latest(tmp_path, "egress", ring, AT + timedelta(hours=1))
    assert found.outcome is not None
    assert found.outcome.status is Status.PASS


def test_a_report_carries_a_row_for_each_check_also_for_those_without_a_result(tmp_path: Path, key: Path) -> None:
    keep(tmp_path, key)
    kept = Shelf(tmp_path, load_keyring(EvidenceSettings(key_file=key)))
    tables = read_results("weekly", kept, AT + timedelta(hours=1))
    rows = tables["outcomes"].set_index("check")
    assert list(rows.index) == ["evidence.bundle", "grounding.verification", "egress"]
    assert [bool(doubt) for doubt in rows["doubt"]] == [True, True, False]
    assert list(tables["outcome_verdicts"]["of"]) == ["egress.primary"]
    assert read_results("trends", kept, AT) == {}


def test_an_outcome_file_is_readable_by_tools_of_the_field(tmp_path: Path, key: Path) -> None:
    import base64

    envelope = json.loads(keep(tmp_path, key).read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert {"name": "policy.yaml", "digest": {"sha256": "0" * 64}} in statement["subject"]
    assert [name for name in os.listdir(tmp_path / "egress") if name.startswith(".")] == []
