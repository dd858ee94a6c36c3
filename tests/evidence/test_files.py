"""A file that cannot be used is named, with its reason, and loses none of the others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.errors import EvidenceError
from mcreports.evidence import files

if TYPE_CHECKING:
    from pathlib import Path

BUDGET = "budgets/budget-20251031.json"
OPERATIONS = "autonomy/TENANT_003/operations_20251031.json"


def rows(shelf: Any) -> dict[str, int]:
    return {name: len(table) for name, table in shelf.read().items()}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b'{"timestamp": "2025-10-31T0', "is cut off"),
        (b'{"a": [1, 2', "is cut off"),
        (b"<html>Please log in</html>", "is not JSON"),
        (b"{} {}", "is not JSON"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b'{"a": NaN}', "has NaN"),
        (b'{"a": -Infinity}', "has -Infinity"),
        (b'{"a": {"b": 1, "b": 2}}', "has the key 'b' twice"),
        (b"[" * 100_000 + b"]" * 100_000, "is nested 100000 deep"),
        (b'{"a":' * 100_000, "is nested 100000 deep"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "is not JSON that can be read"),
        (b"[1, 2]", "is list of 2, not an object"),
        (b"null", "is None, not an object"),
        (b'"text"', "is 'text', not an object"),
    ],
)
def test_a_file_that_is_no_evidence_is_named_and_loses_no_other(full: Any, body: bytes, reason: str) -> None:
    whole = rows(full)
    full.put("config/config-current.json", body)
    faults = [fault for fault in full.faults() if fault[0] == "config/config-current.json"]
    assert len(faults) == 1
    assert reason in faults[0][2]
    left = rows(full)
    assert all(left[name] == whole[name] for name in ("operations", "attestation_results", "budgets", "simulations"))


def test_brackets_inside_of_text_are_no_depth(full: Any) -> None:
    body = full.get("config/config-current.json")
    body["git_commit"] = '[{"\\' * 5000
    full.put("config/config-current.json", body)
    assert full.faults() == []


def test_a_file_that_is_too_large_is_not_read(full: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with (full.root / BUDGET).open("r+b") as file:
        file.truncate(200 * 1024 * 1024)
    assert full.faults() == [(BUDGET, "", "is larger than 64 MB")]
    assert files.MOST_BYTES == 64 * 1024 * 1024


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_link_that_leads_out_is_refused(full: Any, tmp_path: Path, *, is_folder: bool) -> None:
    outside = tmp_path / "outside"
    (full.root / "budgets").rename(outside)
    if is_folder:
        (full.root / "budgets").symlink_to(outside)
    else:
        (full.root / "budgets").mkdir()
        (full.root / BUDGET).symlink_to(outside / "budget-20251031.json")
    assert full.read()["budgets"].empty
    assert {text for _, _, text in full.faults()} == {"is a link that leads out of the evidence directory"}


def test_a_link_within_the_directory_is_followed(full: Any) -> None:
    (full.root / "real.json").write_bytes((full.root / BUDGET).read_bytes())
    (full.root / BUDGET).unlink()
    (full.root / BUDGET).symlink_to("../real.json")
    assert full.faults() == []


def test_links_in_a_circle_pipes_and_folders_are_no_files(full: Any) -> None:
    (full.root / "budgets/a.json").symlink_to("b.json")
    (full.root / "budgets/b.json").symlink_to("a.json")
    (full.root / "budgets/c.json").mkdir()
    os.mkfifo(full.root / "budgets/d.json")
    assert [file for file, _, _ in full.faults()] == [f"budgets/{name}.json" for name in "abcd"]


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="no such directory"):
        files.find(tmp_path / "nothing", ())


def test_an_empty_directory_holds_nothing(shelf: Any) -> None:
    assert {name for name, count in rows(shelf).items() if count} == {"absent"}


def test_other_tenants_files_are_not_even_opened(full: Any) -> None:
    full.put("autonomy/OTHER/operations_1.json", b"broken")
    assert full.read(("TENANT_003",))["faults"].empty
    assert not full.read()["faults"].empty


def test_a_name_that_is_no_utf8_and_text_with_half_a_surrogate_are_kept_readable(full: Any, tmp_path: Path) -> None:
    name = os.fsdecode(b"budgets/bad-\xff.json")
    full.put(name, b'{"timestamp": "\\ud800"}')
    table = full.read()["faults"]
    table.to_parquet(tmp_path / "faults.parquet")
    assert "\\udcff" in table["file"][0]
    assert "not an instant" in table["text"][0]
