"""Bundles, readiness reports and golden sets are found wherever they lie, and nothing is followed out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mcreports.evidence import Everyone, search

CASES = {"test_cases": []}
VALID = {"epic_validations": [], "summary": {}}


def kinds(shelf: Any) -> dict[str, str]:
    """Each file that was found, and what it is."""
    return {place.name: place.kind for place in search.search(shelf.root, ()).places}


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("evidence-v0.3.3-comprehensive.json", b"{", "bundle"),
        ("dist/evidence-v0.3.3-mc-comprehensive.json", {}, "bundle"),
        ("anything.json", {"bundle_metadata": {}}, "bundle"),
        ("a/b/c/cut.json", b'{"bundle_metadata": {', "bundle"),
        ("out/v033-readiness-20250926/production-readiness-report.json", {}, "readiness"),
        ("misc/checks.json", VALID, "readiness"),
        ("trajectory/test_react.yaml", {}, "golden-set"),
        ("tests/trajectory/TEST-REACT.yml", {}, "golden-set"),
        ("rag/cases.yml", CASES, "golden-set"),
        ("cases.yaml", b"test_cases: [", "golden-set"),
    ],
)
def test_a_file_is_of_a_kind_by_its_name_or_by_what_it_holds(shelf: Any, name: str, body: Any, kind: str) -> None:
    shelf.put(name, body)
    assert kinds(shelf) == {name: kind}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("notes.json", b"{broken"),
        ("notes.json", {"said": "bundle_metadata"}),
        ("notes.json", [{"bundle_metadata": {}}]),
        ("notes.yaml", b"kind: ConfigMap\n"),
        ("notes.yaml", b"a: &a [*a]"),
        ("notes.txt", b'{"bundle_metadata": {}}'),
        ("autonomy/TENANT_003/plan.json", {"bundle_metadata": {}}),
        ("autonomy/test_react.yaml", CASES),
    ],
)
def test_a_file_of_no_kind_claims_nothing_and_is_no_fault(shelf: Any, name: str, body: Any) -> None:
    shelf.put(name, body)
    assert kinds(shelf) == {}
    assert shelf.read()["faults"].empty


@pytest.mark.parametrize(
    "name", ["dist/evidence-v1-comprehensive.json", "production-readiness-report.json", "t/test_react.yaml"]
)
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b'{"a": [1, 2', "is "),
        (b'{"a": {"b": 1, "b": 2}}', "has the key 'b' twice"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b"[" * 100_000, "is nested "),
        (b"[1, 2]", "is list of 2, not an object"),
        (b"null", "is None, not an object"),
        (b"{}", "is missing"),
        (b" " * (65 * 1024 * 1024), "is larger than "),
    ],
)
def test_a_file_whose_name_says_what_it_is_and_which_is_broken_is_a_fault(
    full: Any, name: str, body: bytes, reason: str
) -> None:
    full.put(name, body)
    ((file, _, why),) = full.faults()
    assert (file, reason in why) == (name, True)
    assert len(full.read()["attestation_results"]) == 400


def test_links_are_not_followed_out_of_the_directory(shelf: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep/test_react.yaml").write_text("test_cases: []")
    (outside / "other.yaml").write_text("test_cases: []")
    (shelf.root / "folder").symlink_to(outside)
    (shelf.root / "loop").symlink_to(shelf.root)
    (shelf.root / "other.yaml").symlink_to(outside / "other.yaml")
    (shelf.root / "test_react.yaml").symlink_to(outside / "deep/test_react.yaml")
    os.mkfifo(shelf.root / "pipe.json")
    assert kinds(shelf) == {"test_react.yaml": "golden-set"}
    assert shelf.faults() == [("test_react.yaml", "", "is a link that leads out of the evidence directory")]


def test_what_is_too_deep_or_too_much_is_a_fault_and_loses_nothing_else(
    shelf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.put("test_react.yaml", {"test_cases": []})
    shelf.put("/".join("abcdefghij") + "/checks.json", VALID)
    assert shelf.faults() == [("a/b/c/d/e/f/g/h/i/", "", "is more than 8 folders deep; nothing in it was looked at")]
    monkeypatch.setattr(search, "MOST_ENTRIES", 5)
    assert ("./", "", "holds more than 5 files; those after them were not looked at") in shelf.faults()


def test_a_folder_that_cannot_be_listed_is_a_fault(shelf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("test_react.yaml", CASES)
    shelf.put("closed/checks.json", VALID)
    listed = Path.iterdir

    def iterdir(folder: Path) -> Any:
        if folder.name == "closed":
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    (fault,) = shelf.faults()
    assert (fault[0], "cannot be listed: Permission denied" in fault[2]) == ("closed/", True)


def test_what_is_of_the_whole_platform_is_not_read_for_a_few_tenants(full: Any) -> None:
    whole, few = full.read(Everyone(("TENANT_003",))), full.read(("TENANT_003",))
    both = {"bundle", "readiness", "golden-set"}
    assert both <= set(whole["files"]["kind"])
    assert not both & set(few["files"]["kind"])
    assert not any("TENANT_001" in table.to_csv() for table in few.values())
    assert few["trajectories"].empty
