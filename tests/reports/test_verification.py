from __future__ import annotations

import json
import os
import runpy
import subprocess
from pathlib import Path

import pytest

from mcreports.reports import manifest
from mcreports.reports.manifest import snapshot_digest
from mcreports.reports.verification import verify

PUBLISHER = runpy.run_path(str(Path(__file__).with_name("publisher.py")))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    PUBLISHER["publish"](PUBLISHER["target"](tmp_path), "1.00", tenants=["A"])
    return tmp_path / "daily/2025-10-31/r1"


def told(run: Path) -> dict[str, str]:
    return {fault.file: fault.said for fault in verify(run).faults}


def test_a_published_run_is_whole(run: Path) -> None:
    verification = verify(run)
    assert verification.is_whole
    assert verification.files == 9
    assert verify(run.parent / "current").is_whole


def test_each_edited_dropped_and_added_file_is_named(run: Path) -> None:
    (run / "report.html").write_text("<p>9.00</p>")
    (run / "snapshot.json").write_text("{}")
    (run / "report.json").unlink()
    (run / "extra.html").touch()
    (run / "empty").mkdir()
    assert told(run) == {
        "report.html": "was edited: its SHA-256 is another",
        "snapshot.json": "was edited: it has 2 bytes, not 18",
        "report.json": "was dropped: the manifest lists it",
        "extra.html": "was added: the manifest does not list it",
        "empty": "was added: the manifest lists nothing in this directory",
    }


@pytest.mark.parametrize("byte", [0, 1, -1])
def test_one_flipped_bit_anywhere_is_seen(byte: int, run: Path) -> None:
    for file in run.rglob("*"):
        if file.is_file():
            was = file.read_bytes()
            at = byte % len(was)
            file.write_bytes(was[:at] + bytes([was[at] ^ 1]) + was[at + 1 :])
            assert not verify(run).is_whole, file
            file.write_bytes(was)
    assert verify(run).is_whole


@pytest.mark.parametrize("key", ["headline", "status"])
def test_a_verdict_edited_in_the_manifest_is_seen(key: str, run: Path) -> None:
    body = json.loads((run / "MANIFEST.json").read_text())
    body["verdict"][key] = "pass"
    (run / "MANIFEST.json").write_text(json.dumps(body))
    assert told(run) == {"MANIFEST.json": "is damaged: it was edited: its digest is another"}


def test_a_file_replaced_by_a_link_to_the_same_bytes_is_seen(run: Path, tmp_path: Path) -> None:
    (run / "report.html").rename(tmp_path / "moved")
    (run / "report.html").symlink_to(tmp_path / "moved")
    assert told(run) == {"report.html": "is a link or a device, and a run has only files"}


def test_a_directory_replaced_by_a_link_is_not_followed(run: Path, tmp_path: Path) -> None:
    (run / "snapshot").rename(tmp_path / "moved")
    (run / "snapshot").symlink_to(tmp_path / "moved")
    assert set(told(run)) == {"snapshot", "snapshot/metric.budget.cost.parquet"}


def test_a_pipe_does_not_make_it_wait(run: Path) -> None:
    for name in ("report.html", "MANIFEST.json"):
        (run / name).unlink()
        os.mkfifo(run / name)
        assert not verify(run).is_whole


def test_a_manifest_that_is_a_link_is_refused(run: Path, tmp_path: Path) -> None:
    (run / "MANIFEST.json").rename(tmp_path / "moved")
    (run / "MANIFEST.json").symlink_to(tmp_path / "moved")
    assert "is a link" in told(run)["MANIFEST.json"]


def test_a_missing_manifest_is_said(run: Path) -> None:
    (run / "MANIFEST.json").unlink()
    assert told(run) == {"MANIFEST.json": "is missing"}


def test_names_that_lead_out_of_the_run_are_never_opened(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.loads((run / "MANIFEST.json").read_text())
    del body["digest"]
    listed = {"sha256": "0" * 64, "size": 1}
    evil = ["../../../x", "/etc/passwd", "a/../../x", "MANIFEST.json", "./report.html", "a//b", "", ".", "a\0b"]
    body["files"] |= dict.fromkeys(evil, listed)
    (run / "MANIFEST.json").write_text(json.dumps(body | {"digest": manifest._digest(body)}))  # noqa: SLF001 - as a forger would
    opened: list[str] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *rest: opened.append(str(path)) or real(path, *rest))
    assert set(evil) <= set(told(run))
    assert not [path for path in opened if ".." in path or "passwd" in path]


def test_the_snapshots_digest_is_what_sha256sum_gives(run: Path) -> None:
    command = "sha256sum snapshot.json snapshot/* | sha256sum"
    said = subprocess.run(["sh", "-c", command], cwd=run, capture_output=True, text=True, check=True).stdout
    assert snapshot_digest(run) == f"sha256:{said.split()[0]}"


def test_a_file_that_the_disk_does_not_give_is_unread_and_not_called_edited(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def fail(path: object, *rest: int) -> int:
        if str(path).endswith("report.html"):
            raise OSError(5, "Input/output error", str(path))
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", fail)
    verification = verify(run)
    assert verification.is_unread
    assert {fault.said for fault in verification.faults} == {"cannot be read: Input/output error"}
