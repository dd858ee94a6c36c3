"""A bundle holds every file by its SHA-256, what they prove, and the same bytes for the same input."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mcreports.errors import EvidenceError, UsageError
from mcreports.evidence.bundles import container
from mcreports.evidence.bundles.pack import keep, newest, peek, predecessor
from mcreports.evidence.bundles.statement import FILE
from mcreports.period import Period

NOW = datetime(2025, 11, 3, 9, tzinfo=UTC)
ATTEST = "rag/grounding-final-attest.json"


def body(raw: bytes) -> dict[str, Any]:
    envelope = json.loads(container.member(raw, FILE))
    return json.loads(b64decode(envelope["payload"]))


def test_a_bundle_of_the_same_files_and_time_has_the_same_bytes(desk: Any) -> None:
    first = desk.pack().raw
    os.utime(desk.evidence / ATTEST, (0, 0))
    assert desk.pack().raw == first


def test_the_statement_names_every_file_by_its_sha256(desk: Any) -> None:
    packed = desk.pack()
    stated = {one["name"]: one["digest"]["sha256"] for one in body(packed.raw)["subject"]}
    there = {f"evidence/{path.relative_to(desk.evidence)}": path for path in desk.evidence.rglob("*.json")}
    assert stated == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()}
    assert sorted(name for name, _ in container.members(packed.raw)) == sorted([*stated, FILE])


def test_only_what_is_proven_counts(desk: Any) -> None:
    assert desk.pack().compliance.as_dict()["percent"] == "100.0"
    file = desk.evidence / ATTEST
    said = json.loads(file.read_bytes())
    said["verification_summary"]["pass_rate"] = 0.999
    file.write_text(json.dumps(said))
    found = body(desk.pack().raw)["predicate"]["compliance"]
    assert float(found["percent"]) < 100
    assert {row["field"] for row in found["contradicted"]} == {"integrity_hash", "verification_summary.pass_rate"}
    assert found["held"] == found["claims"] - 2


def test_a_file_that_cannot_travel_is_named_and_counts_as_unproven(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text("{}")
    (desk.evidence / "rag/link.json").symlink_to(tmp_path / "outside.json")
    (desk.evidence / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n")
    (desk.evidence / r"back\slash.json").write_text("{}")
    os.mkfifo(desk.evidence / "pipe.json")
    Path(os.fsdecode(os.fsencode(desk.evidence) + b"/\xff.json")).write_text("{}")
    packed = desk.pack()
    left = {one.file: one.text for one in packed.collected.left_out}
    assert left == {
        "rag/link.json": "is a link",
        "key.pem": "holds a private key, which must not travel",
        r"back\slash.json": "its name has a backslash or a NUL in it",
        "pipe.json": "is not a regular file",
        r"\udcff.json": "its name is not UTF-8",
    }
    assert packed.compliance.percent < 100
    assert len(body(packed.raw)["predicate"]["left_out"]) == 5


def test_hidden_files_stay_at_home(desk: Any) -> None:
    (desk.evidence / ".env").write_text("TOKEN=x")
    (desk.evidence / ".git").mkdir()
    (desk.evidence / ".git/config").write_text("x")
    packed = desk.pack()
    assert packed.collected.hidden == (".env", ".git")
    assert packed.compliance.percent == 100
    assert b"TOKEN" not in b"".join(content for _, content in container.members(packed.raw))


@pytest.mark.parametrize("tenant", ["<script>", "O'Brien", "..%2fx", ".x", "\u202eabc", "x\ny", "=cmd|'/c'!A0"])
def test_a_hostile_name_of_a_tenant_travels_as_it_is(desk: Any, tenant: str) -> None:
    file = desk.evidence / "autonomy" / tenant / "operations_1.json"
    file.parent.mkdir(parents=True)
    file.write_text("[]")
    assert f"evidence/autonomy/{tenant}/operations_1.json" in desk.pack().bundle.files


@pytest.mark.parametrize("make", [str, Path.mkdir, Path.touch])
def test_where_there_is_no_evidence_nothing_is_packed(desk: Any, tmp_path: Path, make: Any) -> None:
    make(tmp_path / "none")
    with pytest.raises(EvidenceError, match="none"):
        replace(desk, evidence=tmp_path / "none").pack()


def test_a_bundle_is_never_put_over_another(desk: Any, tmp_path: Path) -> None:
    packed = desk.pack()
    assert keep(packed, tmp_path / "dist")[1]
    assert not keep(packed, tmp_path / "dist")[1]
    (desk.evidence / "new.json").write_text("{}")
    with pytest.raises(UsageError, match="with other content, and is not overwritten"):
        keep(desk.pack(), tmp_path / "dist")
    assert (tmp_path / "dist" / packed.name).read_bytes() == packed.raw


def test_a_month_follows_the_month_before_and_a_week_the_week_before(desk: Any, tmp_path: Path) -> None:
    dist, month, week = tmp_path / "dist", Period.parse("2025-10"), Period.parse("2025-W44")
    assert predecessor(month, tmp_path / "archives", dist, desk.keyring) == (None, ())
    packed = [
        desk.pack(label, at=NOW + timedelta(seconds=n))
        for n, label in enumerate(["2025-08", "2025-09", "2025-W42", "2025-11", "2025-W43", "2025-10"])
    ]
    digests = {one.bundle.period.label: peek(one.raw, desk.keyring)[1] for one in packed}
    for one in packed:
        keep(one, dist)
    assert predecessor(month, tmp_path / "archives", dist, desk.keyring) == (digests["2025-09"], ())
    assert predecessor(week, tmp_path / "archives", dist, desk.keyring) == (digests["2025-W43"], ())
    assert newest(dist, desk.keyring, month).name == packed[-1].name


def test_what_nobody_signed_is_not_followed(desk: Any, tmp_path: Path) -> None:
    keep(desk.pack("2025-09", signer=None), tmp_path)
    found, doubts = predecessor(Period.parse("2025-10"), tmp_path / "archives", tmp_path, desk.keyring)
    assert found is None
    assert "is not signed" in doubts[0]
    assert newest(tmp_path, desk.keyring, Period.parse("2025-09")) is None
