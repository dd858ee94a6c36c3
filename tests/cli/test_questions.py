"""The commands that publish nothing: budget, autonomy validate, grounding verify, schedule, doctor."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcreports.period import Period
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.evidence import write_evidence

Command = Callable[..., Any]
DEMO = "demo://?seed=7&step=3600"


# budget


def test_budgets_are_the_demos_own_truth(mcreports: Command) -> None:
    shown = mcreports("budget", "--period", "2025-10-31", "--source", "demo://?seed=7", "--json").data
    spent = {
        f["tenant"]: f["value"] for f in shown["figures"] if f["id"] == "budget.spend.period" and "labels" not in f
    }
    day, truth = Period.parse("2025-10-31"), DemoSource(7).truth
    real = {tenant: truth.spend(tenant, None, day.start, day.end) for tenant in spent if tenant}
    assert {tenant: f"{amount:.2f}" for tenant, amount in real.items()} == {t: spent[t] for t in real}


@pytest.mark.parametrize("form", ["table", "daily"])
def test_budgets_for_people_name_every_tenant_and_its_verdict(mcreports: Command, form: str) -> None:
    ran = mcreports("budget", "--period", "2025-10-31", "--source", DEMO, "--format", form)
    assert ran.code == 0
    assert all(f"TENANT_00{number}" in ran.out for number in range(1, 7))
    assert "▲ OVER" in ran.out


def test_budgets_for_programs_are_json_or_csv_alone(mcreports: Command) -> None:
    words = ("budget", "--period", "2025-10-31", "--source", DEMO, "--tenant", "TENANT_005", "--format")
    data = mcreports(*words, "json").data
    rows = list(csv.DictReader(io.StringIO(mcreports(*words, "csv").out)))
    assert data["period"]["label"] == "2025-10-31"
    assert [row["value"] for row in rows] == ["" if f["value"] is None else str(f["value"]) for f in data["figures"]]
    assert {figure["tenant"] for figure in data["figures"]} <= {None, "TENANT_005"}


# gates


def test_a_tenant_within_its_criteria_passes(mcreports: Command) -> None:
    ran = mcreports("autonomy", "validate", "--tenant", "TENANT_001", "--source", DEMO, "--json")
    assert (ran.code, ran.data["status"], len(ran.data["verdicts"])) == (0, "pass", 4)
    assert ran.data["window"] == ["2025-11-03T03:00:00Z", "2025-11-03T09:00:00Z"]


def test_a_breach_of_autonomy_leaves_with_3(mcreports: Command) -> None:
    ran = mcreports("autonomy", "validate", "--tenant", "TENANT_003", "--window", "30d", "--source", DEMO)
    assert (ran.code, ran.out.startswith("FAIL")) == (3, True)


def test_a_tenant_without_operations_is_unknown_and_leaves_with_4(mcreports: Command, tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text('[report]\ntenants = ["SOMEBODY"]\n')
    ran = mcreports("autonomy", "validate", "--tenant", "SOMEBODY", "--source", DEMO, "--json")
    assert (ran.code, ran.data["status"]) == (4, "unknown")


@pytest.mark.parametrize("window", ["6", "-1h", "0h", "6 h", "99999d", "1w", "٣h", ""])
def test_a_window_that_is_none_is_a_usage_error(mcreports: Command, window: str) -> None:
    ran = mcreports("autonomy", "validate", "--tenant", "TENANT_001", f"--window={window}", "--source", DEMO)
    assert (ran.code, ran.out, "write it like 30m, 6h or 7d" in ran.err) == (2, "", True)


@pytest.mark.parametrize("at", ["yesterday", "0001-01-01", "9999-12-31", "2025-11-03T10:00:00Z", "2025-13-01"])
def test_an_instant_that_is_none_or_not_yet_is_a_usage_error(mcreports: Command, at: str) -> None:
    ran = mcreports("autonomy", "validate", "--tenant", "TENANT_001", "--at", at, "--source", DEMO)
    assert (ran.code, ran.out, at in ran.err) == (2, "", True)


def test_grounding_of_a_week_names_the_tenant_that_fails(mcreports: Command) -> None:
    ran = mcreports("grounding", "verify", "--period", "2025-W44", "--source", DEMO, "--json")
    failing = [verdict["tenant"] for verdict in ran.data["verdicts"] if verdict["status"] == "fail"]
    assert (ran.code, failing) == (3, ["TENANT_002"])


def test_grounding_reads_the_evidence_too(mcreports: Command, tmp_path: Path) -> None:
    write_evidence(tmp_path / "evidence", 7)
    words = ("grounding", "verify", "--period", "2025-W44", "--tenant", "TENANT_001", "--source", DEMO, "--json")
    assert len(mcreports(*words, "--evidence", tmp_path / "evidence").data["verdicts"]) > len(
        mcreports(*words).data["verdicts"]
    )


def test_a_week_that_is_not_over_is_not_verified(mcreports: Command) -> None:
    ran = mcreports("grounding", "verify", "--period", "2025-W45", "--source", DEMO)
    assert (ran.code, "is not over" in ran.err) == (2, True)


# schedule


def test_what_is_due_is_told_oldest_first(mcreports: Command) -> None:
    due = mcreports("schedule", "show", "--json").data
    assert [(each["report"], each["period"]) for each in due] == [
        ("monthly", "2025-10"),
        ("trends", "2024-11-01..2025-10-31"),
        ("daily", "2025-11-02"),
        ("weekly", "2025-W44"),
    ]
    assert mcreports("schedule", "show").out.splitlines()[0] == "monthly 2025-10"


# doctor


def test_the_demo_lacks_nothing(mcreports: Command) -> None:
    found = mcreports("doctor", "--source", DEMO, "--json").data
    assert {each["state"] for each in found} == {"ok"}
    assert {each["finding"] for each in found} >= {"source", "budget.cost", "grounding.checks"}


@pytest.fixture
def refused(tmp_path: Path) -> str:
    """The address of a server that is not there, and settings that do not wait for it."""
    (tmp_path / "mcreports.toml").write_text("[source]\ndeadline = 0.3\n")
    return "http://127.0.0.1:1"


@pytest.mark.parametrize(
    "words",
    [
        ("doctor",),
        ("budget",),
        ("autonomy", "validate", "--tenant", "T"),
        ("grounding", "verify"),
        ("report", "daily"),
        ("report", "--due"),
        ("schedule", "run"),
        ("demo", "load"),
    ],
    ids=" ".join,
)
def test_a_source_that_is_away_leaves_with_75_and_is_named(
    mcreports: Command, refused: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    where = (refused, "--since", "2025-11-01") if words == ("demo", "load") else ("--source", refused)
    ran = mcreports(*words, *where)
    assert ran.code == 75
    assert "127.0.0.1:1" in ran.err
    assert "Traceback" not in ran.err
    assert not list(tmp_path.rglob("report.json"))


@pytest.mark.parametrize(
    "url", ["ftp://x", "file:///etc/passwd", "http://", "demo://?seed=x", "demo://?sede=1", "nonsense"]
)
def test_a_source_that_cannot_be_is_a_usage_error(mcreports: Command, url: str) -> None:
    ran = mcreports("budget", "--source", url)
    assert (ran.code, ran.out, "Traceback" in ran.err) == (2, "", False)


def test_a_servers_secret_is_in_no_message(mcreports: Command, tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text("[source]\ndeadline = 0.3\n")
    ran = mcreports("doctor", "--source", "http://someone:hunter2@127.0.0.1:1", "--json")
    assert ran.code in {2, 75}
    assert "hunter2" not in ran.out + ran.err


def test_json_is_alone_on_stdout_even_where_the_source_is_not_set(mcreports: Command) -> None:
    ran = mcreports("budget", "--json")
    assert json.loads(ran.out)["state"] == "final"
    assert "embedded demo" in ran.err
