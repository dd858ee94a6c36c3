"""``mcreports report``: what it publishes, what it says, and when it leaves with what."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mcreports import schedule
from mcreports.reports.runs import published
from mcreports.settings import ReportSettings

Command = Callable[..., Any]
DEMO = "demo://?seed=7&step=3600"
DAILY = ("report", "daily", "--period", "2025-10-31", "--source", DEMO)
TWO_DAYS = '[report]\nreports = ["daily"]\nsince = "2025-10-30"\n'


def body_of(run: Path) -> dict[str, Any]:
    return json.loads((run / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output directory with one daily run of one tenant, with its CSV; to be copied, not to be changed."""
    directory = tmp_path_factory.mktemp("first")
    words = [*DAILY, "--tenant", "TENANT_005", "--format", "csv", "--json", "--fail-on", "fail"]
    ran = subprocess.run(
        [sys.executable, "-m", "mcreports.cli", *words],
        env=os.environ | {"MCREPORTS_NOW": "2025-11-03T09:00:00Z"},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    (directory / "said.json").write_text(ran.stdout)
    (directory / "code").write_text(str(ran.returncode))
    return directory


@pytest.fixture
def standing(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first / "output", tmp_path / "output", symlinks=True))


def test_what_was_published_is_told_as_json_and_a_failing_verdict_is_an_exit_code_on_request(first: Path) -> None:
    (told,) = json.loads((first / "said.json").read_text())
    assert told["verdict"]["status"] == "fail"
    assert (told["report"], told["period"], told["revision"], told["unchanged"]) == ("daily", "2025-10-31", 1, False)
    assert (first / "code").read_text() == "3"
    assert (first / told["path"] / "report.html").exists()


def test_the_forms_that_were_asked_for_lie_beside_the_page_and_the_portal_lists_the_run(first: Path) -> None:
    (run,) = published(first / "output").runs
    assert {"report.html", "report.json", "report.ipynb", "figures.csv", "verdicts.csv"} <= set(run.files)
    assert f'href="{run.path}/report.html"' in (first / "output" / "index.html").read_text(encoding="utf-8")


def test_the_same_again_is_told_as_unchanged_and_leaves_with_0(mcreports: Command, standing: Path) -> None:
    ran = mcreports(*DAILY, "--tenant", "TENANT_005", "--format", "csv")
    assert (ran.code, "stands unchanged: FAIL" in ran.err) == (0, True)
    assert [run.revision for run in published(standing, every_revision=True).runs] == [1]


def test_a_run_is_verified_and_replayed_by_its_name(mcreports: Command, standing: Path) -> None:
    name = published(standing).runs[0].path.removesuffix("/r1")
    assert mcreports("verify", name, "--json").data["whole"]
    assert mcreports("replay", name, "--json").data == {
        "run": str(standing / name / "r1"), "identical": True, "differences": [],
    }  # fmt: skip


def test_an_edited_run_leaves_verify_and_replay_with_3(mcreports: Command, standing: Path) -> None:
    run = standing / published(standing).runs[0].path
    body = body_of(run)
    body["figures"][0]["value"] = "0.01"
    (run / "report.json").write_text(json.dumps(body))
    verified, replayed = mcreports("verify", run), mcreports("replay", run)
    assert (verified.code, "NOT WHOLE" in verified.out, "report.json" in verified.out) == (3, True, True)
    assert (replayed.code, "NOT IDENTICAL, 1 differences" in replayed.out) == (3, True)


@pytest.mark.parametrize("command", ["verify", "replay"])
def test_a_run_that_there_is_not_is_a_usage_error(mcreports: Command, command: str) -> None:
    ran = mcreports(command, "daily/2025-10-31")
    assert (ran.code, ran.out, "is not a run" in ran.err) == (2, "", True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report",), "say which report"),
        (("report", "daily", "--due"), "not both"),
        (("report", "--due", "--tenant", "T"), "--due finds its own periods"),
        (("report", "--due", "--provisional"), "--due finds its own periods"),
        (("report", "daily", "--period", "2025-02-30"), "is not a period"),
        (("report", "daily", "--period", "2025-10-31..2025-10-30"), "is not a period"),
        (("report", "daily", "--period", "2025-11-03"), "is not over"),
        (("report", "daily", "--period", "2026-01-01", "--provisional"), "has not begun"),
        (("report", "daily", "--tenant", "NOBODY"), "no tenant is called 'NOBODY'"),
        (("report", "daily", "--format", "html,docx"), "no format is called 'docx'"),
        (("report", "daily", "--format", ""), "no format is called ''"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else "",
)
def test_what_cannot_be_reported_is_a_usage_error_and_publishes_nothing(
    mcreports: Command, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    ran = mcreports(*words, "--source", DEMO)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not list(tmp_path.rglob("report.json"))


def test_formats_of_the_settings_are_held_to_the_same(mcreports: Command, tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text('[report]\nformats = ["docx"]\n')
    ran = mcreports(*DAILY)
    assert (ran.code, "docx" in ran.err) == (2, True)


# what is due


def test_everything_due_is_published_oldest_first_and_once(mcreports: Command, tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text(TWO_DAYS.replace("10-30", "11-01"))
    due = mcreports("report", "--due", "--source", DEMO, "--json").data
    assert [each["period"] for each in due] == ["2025-11-01", "2025-11-02"]
    again = mcreports("report", "--due", "--source", DEMO, "--json")
    assert (again.code, again.data) == (0, [])
    assert mcreports("schedule", "run", "--source", DEMO).err.strip() == "nothing is due"


def test_two_processes_at_once_publish_every_period_once(tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text(TWO_DAYS)
    words = [sys.executable, "-m", "mcreports.cli", "report", "--due", "--source", DEMO]
    environment = os.environ | {"MCREPORTS_NOW": "2025-11-01T09:00:00Z"}
    both = [subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) for _ in "ab"]
    said = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    runs = published(tmp_path / "output", every_revision=True).runs
    assert [(run.period.label, run.revision) for run in runs] == [("2025-10-30", 1), ("2025-10-31", 1)]
    assert sum(line.count("r1 published") for line in said) == 2


def test_after_45_days_of_downtime_every_period_is_due_oldest_first(standing: Path) -> None:
    plan = schedule.plan(ReportSettings(reports=("daily", "weekly", "monthly"), since="2025-09-19"))
    now = datetime(2025, 11, 3, 9, tzinfo=UTC)
    runs = published(standing).runs
    due = schedule.due(now, runs, plan)
    days = [each.period.first for each in due if each.report == "daily"]
    assert days == [date(2025, 9, 19) + timedelta(days=day) for day in range(45)]
    assert [each.period.label for each in due if each.report == "weekly"] == [f"2025-W{week}" for week in range(38, 45)]
    assert [each.period.label for each in due if each.report == "monthly"] == ["2025-09", "2025-10"]
    assert [each.period.end for each in due] == sorted(each.period.end for each in due)
