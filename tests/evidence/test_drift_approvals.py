"""An approval covers exactly the contents that somebody approved, and counts only if it may."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import CryptoSigner

from mcreports.errors import EvidenceError, UsageError
from mcreports.evidence.configuration import Drift, gather
from mcreports.evidence.configuration.approvals import Approval, record
from mcreports.evidence.configuration.state import attest
from mcreports.evidence.keys import Keyring, Trusted

NOBODY = Keyring()
NOW = datetime(2025, 11, 1, 9, tzinfo=UTC)
AGREED = {"a": "1", "b": "2", "gone": "3"}
CHANGED = {"a": "9", "b": "2", "new": "4"}


@pytest.fixture(scope="module")
def signer() -> CryptoSigner:
    return CryptoSigner.generate_ed25519()


def ring(signer: CryptoSigner, until: datetime | None = None) -> Keyring:
    return Keyring((Trusted(signer.public_key.keyid, signer.public_key, until),))


def found(root: Path, keyring: Keyring = NOBODY, until: datetime = NOW) -> Drift:
    return gather(root, keyring, until)


def state(shelf: Any, side: str, contents: dict[str, str]) -> None:
    shelf.put(f"config/config-{side}.json", attest(contents, NOW))


def approve(root: Path, signer: CryptoSigner | None = None, **other: Any) -> Path:
    drift = found(root)
    changes = tuple(one.change for one in drift.changes)
    baseline, current = drift.states["baseline"].exact, drift.states["current"].exact
    approval = Approval("Ann", NOW, "CHG-1", baseline, changes, current=current)
    return record(root, replace(approval, **other), signer)


@pytest.fixture
def root(shelf: Any) -> Path:
    """A state of which one path was changed, one added and one removed."""
    state(shelf, "baseline", AGREED)
    state(shelf, "current", CHANGED)
    return shelf.root


def covered(drift: Drift) -> list[str]:
    return [one.change.path for one in drift.changes if one.approval]


def test_an_approval_covers_each_change_and_says_who_when_and_why(root: Path) -> None:
    approve(root)
    drift = found(root)
    assert covered(drift) == ["a", "new", "gone"]
    approval = drift.changes[0].approval
    assert approval is not None
    assert (approval.by, approval.at, approval.reason, approval.keyid) == ("Ann", NOW, "CHG-1", "")


def test_a_further_change_of_an_approved_path_is_not_covered_and_the_approval_is_named(root: Path, shelf: Any) -> None:
    file = approve(root)
    state(shelf, "current", {**CHANGED, "a": "10"})
    drift = found(root)
    assert covered(drift) == ["new", "gone"]
    assert drift.changes[0].note == f"config/approvals/{file.name} approves other contents of it"


def test_an_approval_against_another_baseline_does_not_count(root: Path, shelf: Any) -> None:
    approve(root)
    state(shelf, "baseline", {**AGREED, "b": "new"})
    drift = found(root)
    assert covered(drift) == []
    assert "against another baseline" in drift.changes[0].note


def test_a_baseline_that_is_attested_again_stays_the_same(root: Path, shelf: Any) -> None:
    approve(root)
    shelf.put("config/config-baseline.json", attest(AGREED, NOW - timedelta(days=9)))
    assert len(covered(found(root))) == 3


def test_where_keys_are_trusted_a_signed_approval_counts_and_an_unsigned_one_does_not(
    root: Path, signer: CryptoSigner
) -> None:
    approve(root)
    drift = found(root, ring(signer))
    assert (covered(drift), [row["text"] for _, row in drift.faults]) == ([], ["is not signed"])
    approve(root, signer, reason="CHG-2")
    drift = found(root, ring(signer))
    assert {one.approval.reason for one in drift.changes if one.approval} == {"CHG-2"}
    assert drift.approvals[0].keyid == signer.public_key.keyid


def test_an_approval_that_another_key_signed_is_named(root: Path, signer: CryptoSigner) -> None:
    approve(root, CryptoSigner.generate_ed25519())
    for keyring, text in ((ring(signer), "not among the trusted keys"), (Keyring(), "no key is trusted")):
        drift = found(root, keyring)
        assert covered(drift) == []
        assert text in str(drift.faults[0][1]["text"])


def test_an_approval_that_was_edited_is_named(root: Path, signer: CryptoSigner) -> None:
    file = approve(root, signer)
    envelope = json.loads(file.read_bytes())
    payload = base64.b64decode(envelope["payload"]).replace(b"Ann", b"Eve")
    file.write_text(json.dumps({**envelope, "payload": base64.b64encode(payload).decode()}))
    drift = found(root, ring(signer))
    assert covered(drift) == []
    assert "does not hold" in str(drift.faults[0][1]["text"])


def test_a_retired_key_approves_nothing(root: Path, signer: CryptoSigner) -> None:
    approve(root, signer)
    assert len(covered(found(root, ring(signer, NOW + timedelta(seconds=1))))) == 3
    assert covered(found(root, ring(signer, NOW))) == []


def test_an_approval_of_the_future_does_not_count(root: Path) -> None:
    approve(root, at=NOW + timedelta(days=1))
    drift = found(root)
    assert covered(drift) == []
    assert "predicate.at" in str(drift.faults[0][1]["field"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[" * 9999,
        {"payload": "", "payloadType": "application/vnd.in-toto+json", "signatures": []},
        {"payload": base64.b64encode(b"[1]").decode(), "payloadType": "x", "signatures": []},
    ],
)
def test_a_file_that_is_no_approval_is_a_fault_and_loses_no_other(root: Path, shelf: Any, body: Any) -> None:
    approve(root)
    shelf.put("config/approvals/00.json", body)
    drift = found(root)
    assert len(covered(drift)) == 3
    assert [row["file"] for _, row in drift.faults] == ["config/approvals/00.json"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("by", ""), ("by", 7), ("reason", " "), ("at", "soon"), ("changes", {}), ("changes", [{"path": "a"}]),
     ("changes", [{"path": "a", "before": 1, "after": None}])],
)  # fmt: skip
def test_a_field_of_an_approval_that_is_wrong_is_named(root: Path, field: str, value: Any) -> None:
    file = approve(root)
    envelope = json.loads(file.read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    statement["predicate"][field] = value
    envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    file.write_text(json.dumps(envelope))
    drift = found(root)
    assert covered(drift) == []
    assert str(drift.faults[0][1]["field"]).startswith(f"predicate.{field}")


def test_an_approval_is_written_once(root: Path) -> None:
    file = approve(root)
    before = file.read_bytes()
    with pytest.raises(EvidenceError, match="is there already"):
        approve(root)
    assert file.read_bytes() == before


@pytest.mark.parametrize("other", [{"by": " "}, {"reason": ""}, {"by": "x" * 201}, {"reason": "x" * 2001}])
def test_nobody_and_nothing_approve_nothing(root: Path, other: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="must be said"):
        approve(root, **other)
    assert not (root / "config/approvals").exists()


def test_approvals_are_not_kept_outside_of_the_evidence(root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (root / "config/approvals").symlink_to(tmp_path / "outside")
    with pytest.raises(EvidenceError, match="leads out"):
        approve(root)
    assert not list((tmp_path / "outside").iterdir())


def test_the_tables_of_reports_carry_who_approved_what(root: Path, shelf: Any, signer: CryptoSigner) -> None:
    from mcreports.evidence import read

    file = approve(root, signer)
    tables = read(root, (NOW - timedelta(days=1), NOW), (), ring(signer))
    changes = tables["config_changes"]
    assert list(changes["path"]) == ["a", "new", "gone"]
    assert set(changes["approval"]) == {f"config/approvals/{file.name}"}
    assert set(changes["approved_by"]) == {"Ann"}
    assert f"config/approvals/{file.name}" in set(tables["files"]["file"])
    assert tables["faults"].empty
