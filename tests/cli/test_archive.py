"""Pull, archive, and reports out of an archive, over real servers that are full, empty or gone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

Command = Callable[..., Any]
DEMO = "demo://?seed=7&step=300"
SPAN = ("--since", "2025-08-28", "--until", "2025-11-05")
REPORT = ("report", "daily", "--period", "2025-10-31")
PARTS = ("figures", "verdicts", "reconciliation", "verdict", "tenants", "state", "data_through", "notes")
GONE = "http://127.0.0.1:9"


@pytest.fixture
def mcreports(mcreports: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """At the real time: a server's clock must agree with ours."""
    monkeypatch.delenv("MCREPORTS_NOW")
    monkeypatch.setenv("MCREPORTS__SOURCE__DEADLINE", "60")
    return mcreports


def call(*words: object, cwd: Path) -> str:
    line = [sys.executable, "-m", "mcreports.cli", *map(str, words)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=["prometheus", "victoriametrics"])
def pulled(
    request: pytest.FixtureRequest, start_server: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The address of a server that is full of the demo's autumn, and an archive that was pulled from it."""
    server, place = start_server(request.param), tmp_path_factory.mktemp("pulled")
    call("demo", "load", server.url, "--since", "2025-08-28", "--until", "2025-11-03", "--source", DEMO, cwd=place)
    if request.param == "victoriametrics":
        requests.get(f"{server.url}/internal/force_flush", timeout=30).raise_for_status()
    call("pull", *SPAN, "--source", server.url, "--archive", place / "archive", cwd=place)
    return server.url, place / "archive"


@pytest.fixture(scope="module")
def empty(start_server: Callable[[str], Any]) -> str:
    return str(start_server("prometheus").url)


@pytest.fixture
def archive(pulled: tuple[str, Path], tmp_path: Path) -> Path:
    """A copy of the archive, where the command looks for one."""
    return Path(shutil.copytree(pulled[1], tmp_path / "archive"))


def moved(archive: Path, url: str) -> str:
    """The archive as if its server had always been at another address."""
    file = archive / "archive.json"
    body = json.loads(file.read_text())
    body["source"]["url"] = url
    file.write_text(json.dumps(body))
    return url


def body_of(output: Path) -> dict[str, Any]:
    (file,) = output.rglob("r1/report.json")
    return dict(json.loads(file.read_text(encoding="utf-8")))


def every_file(archive: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in archive.rglob("*") if path.is_file()}


def test_the_archive_the_server_and_the_demo_give_the_very_same_report(
    mcreports: Command, pulled: tuple[str, Path], archive: Path, empty: str, tmp_path: Path
) -> None:
    assert mcreports(*REPORT, "--source", DEMO, "--output", "demo").code == 0
    assert mcreports(*REPORT, "--source", pulled[0], "--output", "server", "--no-archive").code == 0
    assert mcreports(*REPORT, "--source", "archive:archive", "--output", "archived").code == 0
    assert mcreports(*REPORT, "--source", pulled[0], "--output", "both").code == 0
    assert mcreports(*REPORT, "--source", moved(archive, GONE), "--output", "gone").code == 0
    assert mcreports(*REPORT, "--source", moved(archive, empty), "--output", "lost").code == 0
    demo = body_of(tmp_path / "demo")
    for name in ("server", "archived", "both", "gone", "lost"):
        body = body_of(tmp_path / name)
        assert {part: body[part] for part in PARTS} == {part: demo[part] for part in PARTS}, name
    assert body_of(tmp_path / "archived")["source"] == {"kind": "archive", "url": "archive:archive"}
    assert body_of(tmp_path / "gone")["source"]["url"] == GONE


def test_a_report_fills_the_archive_that_the_next_one_reads(
    mcreports: Command, pulled: tuple[str, Path], tmp_path: Path
) -> None:
    words = (*REPORT, "--source", pulled[0], "--tenant", "TENANT_003")
    assert mcreports(*words, "--output", "one").code == 0
    assert (tmp_path / "archive" / "mc_tenant_cost_total_usd" / "2025-10-31").is_dir()
    kept = mcreports("archive", "status", "--json").data
    assert {one["metric"]: one["closed"] > 0 for one in kept}["mc_tenant_cost_total_usd"]
    moved(tmp_path / "archive", GONE)
    assert mcreports(*words[:-4], "--source", GONE, "--tenant", "TENANT_001", "--output", "two").code in {0, 75}
    assert mcreports(*words[:-4], "--source", DEMO, "--tenant", "TENANT_003", "--output", "demo").code == 0
    assert body_of(tmp_path / "one")["figures"] == body_of(tmp_path / "demo")["figures"]


def test_a_second_pull_fetches_no_closed_day_again(mcreports: Command, pulled: tuple[str, Path], archive: Path) -> None:
    before = every_file(archive)
    again = mcreports("pull", *SPAN, "--source", pulled[0], "--json")
    assert again.code == 0
    assert {one["added"] for one in again.data} == {0}
    spans = next(one["fetched"] for one in again.data if one["metric"] == "mc_tenant_cost_total_usd")
    assert all(start >= "2025-11-02" or start.startswith("2025-10-1") for start, _ in spans)
    assert every_file(archive) == before


def test_what_the_archive_does_not_cover_is_said_in_the_report(
    mcreports: Command, archive: Path, tmp_path: Path
) -> None:
    for day in (archive / "mc_tenant_cost_total_usd").glob("2025-10-2[01]"):
        shutil.rmtree(day)
    assert mcreports(*REPORT, "--source", "archive:archive").code == 0
    notes = [str(one) for one in body_of(tmp_path / "output")["notes"] if "does not cover" in str(one)]
    assert any("2025-10-20T00:00:00Z..2025-10-22T00:00:00Z" in note for note in notes), notes
    assert all("mc_tenant_cost_total_usd" in note for note in notes)
    gaps = [one["gaps"] for one in mcreports("archive", "status", "--json").data if "cost_total" in one["metric"]]
    assert gaps == [[["2025-10-20T00:00:00Z", "2025-10-22T00:00:00Z"]]]
    assert "nothing was fetched of 2025-10-20T00:00:00Z" in mcreports("archive", "status").out


def test_a_whole_archive_is_whole_and_an_empty_one_is_nothing(mcreports: Command, archive: Path) -> None:
    whole = mcreports("archive", "verify", "--json")
    assert (whole.code, whole.data["whole"], whole.data["faults"]) == (0, True, [])
    assert whole.data["samples"] > 100_000
    assert mcreports("archive", "verify", "--archive", "nowhere").code == 4
    assert "nothing is archived yet" in mcreports("archive", "status", "--archive", "nowhere").err


@pytest.mark.parametrize(
    ("ending", "how"),  # a segment whose record is missing is no segment: its day is a gap, which has its own test
    [(ending, how) for ending in ("parquet", "json") for how in ("truncated", "flipped", "emptied")]
    + [("parquet", "missing")],
)
def test_damage_is_named_by_verify_and_by_the_report(mcreports: Command, archive: Path, ending: str, how: str) -> None:
    (file, *_) = sorted((archive / "mc_tenant_cost_total_usd" / "2025-10-31").glob(f"*.{ending}"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    new = {"truncated": data[: len(data) // 2], "flipped": data, "emptied": b"", "missing": None}[how]
    file.write_bytes(new) if new is not None else file.unlink()
    verified = mcreports("archive", "verify", "--json")
    assert verified.code == 3
    assert [file.name in fault and "restore it from a backup" in fault for fault in verified.data["faults"]] == [True]
    reported = mcreports(*REPORT, "--source", "archive:archive")
    assert reported.code == 1
    assert file.name in reported.err


def test_a_record_of_a_newer_mcreports_asks_for_an_update(mcreports: Command, archive: Path) -> None:
    (file,) = (archive / "mc_tenant_cost_total_usd" / "2025-10-31").glob("*.json")
    file.write_text(file.read_text().replace("mcreports.segment/1", "mcreports.segment/2"))
    assert "another mcreports wrote it: update this one" in mcreports(*REPORT, "--source", "archive:archive").err


def test_prune_tells_first_and_removes_only_what_is_old_and_not_needed(mcreports: Command, archive: Path) -> None:
    age = (datetime.now(UTC) - datetime(2025, 9, 10, tzinfo=UTC)) // timedelta(days=1)
    words = ("archive", "prune", "--older-than", f"{age}d", "--json")
    before = every_file(archive)
    told = mcreports(*words)
    assert (told.code, told.data["removed"]) == (0, False)
    assert every_file(archive) == before
    done = mcreports(*words, "--yes")
    assert done.data["days"] == told.data["days"] > 0
    days = sorted(path.name for path in (archive / "mc_tenant_budget_limit_usd").iterdir())
    assert days[0] == "2025-09-10"
    assert mcreports("archive", "verify").code == 0


def test_prune_keeps_what_the_reports_of_the_last_closed_periods_need(
    mcreports: Command, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCREPORTS_NOW", "2025-11-05T09:00:00Z")
    ran = mcreports("archive", "prune", "--older-than", "1d", "--yes")
    assert ran.code == 0
    assert "older days stay: the reports of the last closed periods need them" in ran.err
    assert mcreports(*REPORT, "--source", "archive:archive").code == 0


def test_a_server_that_is_away_is_75_and_what_was_kept_stays(mcreports: Command, archive: Path) -> None:
    before, url = every_file(archive), moved(archive, GONE)
    before[str(archive / "archive.json")] = (archive / "archive.json").stat().st_mtime_ns
    ran = mcreports("pull", "--since", "2025-07-01", "--source", url)
    assert ran.code == 75
    assert every_file(archive) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pull", "--source", "demo://?seed=7"), "only a server is archived"),
        (("pull", "--source", "http://another:9090", *SPAN), "choose another place"),
        (("pull", "--source", GONE, "--restate", "why"), "only the days that --since and --until name"),
        (("pull", "--source", GONE, "--since", "yesterday"), "write it like 2025-10-01"),
        (("pull", "--source", GONE, "--archive", "nonsense://x"), "nonsense"),
        (("report", "daily", "--source", "archive:nowhere"), "there is no archive"),
        (("archive", "prune", "--older-than", "soon"), "write it like 400d"),
    ],
)
def test_what_cannot_be_is_a_usage_error(mcreports: Command, archive: Path, words: tuple[str, ...], said: str) -> None:
    ran = mcreports(*words)
    assert ran.code == 2
    assert said in ran.err


def test_no_secret_of_the_archive_is_shown(mcreports: Command, tmp_path: Path) -> None:
    text = '[archive]\nurl = "s3://key:hush@bucket/x"\n[archive.options]\nsecret = "hush"\n'
    (tmp_path / "mcreports.toml").write_text(text)
    assert "hush" not in mcreports("config", "show").out


def test_the_demo_and_no_archive_leave_no_archive(mcreports: Command, empty: str, tmp_path: Path) -> None:
    assert mcreports(*REPORT, "--source", DEMO).code == 0
    assert mcreports(*REPORT, "--source", empty, "--no-archive", "--output", "other").code == 0
    assert not (tmp_path / "archive").exists()
