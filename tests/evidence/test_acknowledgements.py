"""Acknowledgements on disk: whole or not at all, read with suspicion."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mcreports.errors import EvidenceError, UsageError
from mcreports.evidence.acknowledgements import TABLE, Acknowledgement, read_acknowledgements, record, rows_of

NOW = datetime(2025, 11, 1, 6, tzinfo=UTC)
KNOWN = Acknowledgement(
    "a6f56edf", "TENANT_002", "budget.cost", "network", "over", datetime(2025, 10, 21, 9, tzinfo=UTC),
    datetime(2025, 10, 21, 15, tzinfo=UTC), "load test", "Ann", NOW,
)  # fmt: skip


def kept(folder: Path, **changes: Any) -> dict[str, Any]:
    """A file's body, changed."""
    file = record(folder, KNOWN)
    body = {**json.loads(file.read_text(encoding="utf-8")), **changes}
    file.write_text(json.dumps(body), encoding="utf-8")
    return body


@pytest.mark.parametrize("note", ["load test", "<b>{0}\n\u202e", '"; DROP', "\U0001f525"])
def test_what_was_recorded_is_read_again(tmp_path: Path, note: str) -> None:
    known = replace(KNOWN, note=note, tenant=f"../{note}")
    file = record(tmp_path / "known", known)
    tables, notes = read_acknowledgements(tmp_path / "known", NOW)
    assert rows_of(tables[TABLE]) == (replace(known, file=f"known/{file.name}"),)
    assert (notes, file.parent) == ((), tmp_path / "known")


def test_it_is_never_written_again(tmp_path: Path) -> None:
    record(tmp_path, KNOWN)
    with pytest.raises(EvidenceError, match="is there already"):
        record(tmp_path, KNOWN)


def test_what_would_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"until: is '9999-12-31T.*; it would acknowledge nothing"):
        record(tmp_path, replace(KNOWN, until=datetime(9999, 12, 31, tzinfo=UTC)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [{"note": " "}, {"by": ""}, {"note": "x" * 2001}, {"by": "x" * 201}])
def test_who_and_what_must_be_said(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="must be said"):
        record(tmp_path, replace(KNOWN, **change))  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "x"}, "schema: is 'x'"),
        ({"tenant": 7}, "tenant: is 7, not text"),
        ({"start": "yesterday"}, "start: is 'yesterday', not an instant"),
        ({"note": ""}, "note: is empty"),
        ({"note": "x" * 2001}, "note: has 2,001 characters; 2,000 are the most"),
        ({"at": "2026-01-01T00:00:00Z"}, "which is yet to come"),
    ],
)
def test_a_file_that_is_none_is_named_and_acknowledges_nothing(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    kept(tmp_path, **change)
    tables, (note,) = read_acknowledgements(tmp_path, NOW)
    assert tables == {}
    assert said in note.text
    assert note.text.endswith("it acknowledges nothing")


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b'{"schema": 1, "schema": 2}', b"[" * 200])
def test_garbage_is_named(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "x.json").write_bytes(raw)
    assert [note.text.startswith(f"{tmp_path.name}/x.json: ") for note in read_acknowledgements(tmp_path, NOW)[1]] == [
        True
    ]


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    file = record(tmp_path / "elsewhere", KNOWN)
    (tmp_path / "known").mkdir()
    (tmp_path / "known" / "x.json").symlink_to(file)
    tables, (note,) = read_acknowledgements(tmp_path / "known", NOW)
    assert (tables, "leads out" in note.text) == ({}, True)


def test_without_a_directory_nobody_knows_of_anything(tmp_path: Path) -> None:
    assert read_acknowledgements(tmp_path / "nowhere", NOW) == ({}, ())
    assert rows_of(None) == ()


def test_of_a_few_tenants_only_theirs_are_read_and_no_broken_file_is_named(tmp_path: Path) -> None:
    record(tmp_path, KNOWN)
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    assert read_acknowledgements(tmp_path, NOW, ("TENANT_001",)) == ({}, ())
    assert len(read_acknowledgements(tmp_path, NOW, ("TENANT_002",))[0][TABLE]) == 1
