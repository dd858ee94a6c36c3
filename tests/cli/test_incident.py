from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcreports import schedule
from mcreports.reports.runs import published
from mcreports.settings import ReportSettings
from mcreports.sources.demo.evidence import write_evidence

Command = Callable[..., Any]
BUDGET = ("incident", "budget", "--tenant", "TENANT_005", "--at", "2025-10-31T12:00:00Z", "--source", "demo://?seed=7")


def test_an_incident_is_published_whole_and_told_on_the_terminal(mcreports: Command, tmp_path: Path) -> None:
    ran = mcreports(*BUDGET)
    assert ran.code == 0
    assert ran.out.startswith(
        "FAIL: TENANT_005: monthly budget 106.3 %, 6.3 % over its budget, since 2025-10-27T05:37:17Z\n"
    )
    assert "[ ] by 2025-10-31T12:15:00Z  Identify the cost drivers: compute grew most, by USD 267.48" in ran.out
    assert re.search("budget 2  Finance team .* until 2025-10-27T05:52:17Z, overdue", ran.out)
    (run,) = published(tmp_path / "output").runs
    assert (run.report, run.period.label, run.tenants, run.state) == (
        "incident-budget", "2025-10-31", ("TENANT_005",), "preliminary",
    )  # fmt: skip
    assert {"report.html", "report.json", "report.ipynb", "snapshot.json"} <= set(run.files)
    body = json.loads((tmp_path / "output" / run.path / "report.json").read_text())
    assert {figure["tenant"] for figure in body["figures"]} <= {"TENANT_005", None}
    assert mcreports("verify", run.path.removesuffix("/r1"), "--json").data["whole"]
    assert mcreports("replay", run.path.removesuffix("/r1"), "--json").data["identical"]
    _is_listed_and_never_due(tmp_path / "output", run)


def _is_listed_and_never_due(output: Path, run: Any) -> None:
    index = (output / "index.html").read_text()
    assert "Now: no regular report is published, only 1 incident" in index
    assert "Budget incident, TENANT_005, Friday 31 October 2025" in index
    assert f'href="{run.path}/report.html"' in index
    plan = schedule.plan(ReportSettings())
    assert not {each.report for each in schedule.due(run.generated_at, [run], plan)} & {"incident-budget"}


def test_the_same_as_data(mcreports: Command) -> None:
    data = mcreports("incident", "drift", "--tenant", "TENANT_001", "--at", "2025-10-20T12:00:00Z", "--json").data
    assert (data["incident"], data["at"], data["verdict"]["status"]) == ("drift", "2025-10-20T12:00:00Z", "fail")
    assert [(each["area"], each["level"]) for each in data["contacts"] if each["since"]] == [
        ("technical", 1), ("security", 1),
    ]  # fmt: skip
    assert data["checklist"][0] == {"minutes": 5, "step": "Review the detected changes", "known": "the gauge is up"}
    assert Path(data["path"], "report.html").exists()


@pytest.mark.parametrize("subject", ["budget", "autonomy", "drift"])
def test_a_tenant_that_nobody_knows_is_refused_by_name_and_leaves_nothing(
    mcreports: Command, tmp_path: Path, subject: str
) -> None:
    ran = mcreports(
        "incident", subject, "--tenant", "TENANT_999", "--at", "2025-10-20T12:00:00Z", "--source", "demo://"
    )
    assert (ran.code, ran.out) == (2, "")
    assert "no tenant is called 'TENANT_999'" in ran.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("subject", ["budget", "autonomy", "drift"])
def test_without_the_source_contacts_and_steps_are_told_and_it_leaves_with_75(
    mcreports: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subject: str
) -> None:
    monkeypatch.setenv("MCREPORTS__SOURCE__DEADLINE", "0.3")
    words = ("incident", subject, "--tenant", "TENANT_003", "--source", "http://127.0.0.1:9")
    told, data = mcreports(*words), mcreports(*words, "--json")
    assert (told.code, data.code) == (75, 75)
    assert "[ ] by 2025-11-03T09:05:00Z" in told.out
    assert re.search("(ops|platform|security)@company.com", told.out)
    assert data.data["contacts"]
    assert data.data["checklist"]
    assert "127.0.0.1:9" in data.data["error"]
    # nobody can say that all is well
    called = [(each["level"], each["since"]) for each in data.data["contacts"] if each["since"]]
    assert called == [(1, "2025-11-03T09:00:00Z")]
    assert data.data["verdict"]["status"] == "unknown"
    assert not list(tmp_path.rglob("report.json"))


def test_without_the_source_the_evidence_is_told_all_the_same(
    mcreports: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCREPORTS__SOURCE__DEADLINE", "0.3")
    write_evidence(tmp_path / "evidence", 7)
    words = (
        "incident", "autonomy", "--tenant", "TENANT_003", "--source", "http://127.0.0.1:9",
        "--evidence", "evidence", "--at", "2025-10-30T06:00:00Z",
    )  # fmt: skip
    told, ran = mcreports(*words), mcreports(*words, "--json")
    assert (told.code, ran.code, ran.data["verdict"]["status"]) == (75, 75, "fail")
    assert "127.0.0.1:9" in told.out
    assert re.search("autonomy.success_rate .* FAIL: 99.38 %.*by the evidence", told.out)
    assert "2025-10-30T02:24:43Z  violation op-20251030-0064: residency" in told.out
    assert "2025-10-30T02:24:43Z  compensation op-20251030-0064: timeout" in told.out
    assert [(each["kind"], each["operation_id"]) for each in ran.data["events"]] == [
        ("violations", "op-20251030-0064"), ("compensations", "op-20251030-0064"),
    ]  # fmt: skip
    called = {(each["area"], each["level"]) for each in ran.data["contacts"] if each["since"]}
    assert called == {("technical", 1), ("security", 1), ("security", 2)}


def test_evidence_that_cannot_be_read_keeps_no_contact_from_being_told(
    mcreports: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCREPORTS__SOURCE__DEADLINE", "0.3")
    words = ("incident", "drift", "--tenant", "T", "--source", "http://127.0.0.1:9", "--evidence", "nowhere", "--json")
    ran = mcreports(*words)
    assert ran.code == 75
    assert ran.data["contacts"][0]["since"] == "2025-11-03T09:00:00Z"
    assert re.search("127.0.0.1:9.*nowhere", ran.data["error"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "2026-01-01T00:00:00Z"), "is not between"),
        (("--at", "yesterday"), "is not an instant"),
        (("--tenant", "NOBODY"), "no tenant is called 'NOBODY'"),
    ],
)
def test_what_cannot_be_is_a_usage_error(mcreports: Command, words: tuple[str, ...], said: str) -> None:
    ran = mcreports("incident", "budget", "--tenant", "TENANT_001", "--source", "demo://", *words)
    assert (ran.code, said in ran.err) == (2, True)
