"""Connecting to a source, or to the data of a published run."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mcreports.errors import DataError, McreportsError, UnreachableError, UsageError
from mcreports.period import Period
from mcreports.reports.publish import RunRecord, Target, reserve
from mcreports.workbench.opening import connect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def published(run_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output directory with one run, in the directory that the test works in."""
    monkeypatch.chdir(tmp_path)
    said = RunRecord("sha256:one", "final", "fail", "said", datetime(2025, 11, 2, tzinfo=UTC), 1.0, ("TENANT_001",))
    with reserve(Target(tmp_path / "output", "daily", Period.parse("2025-10-31"))) as slot:
        shutil.copytree(run_path, slot.staging, dirs_exist_ok=True)
        told = {"status": "fail", "headline": "said"}
        body = {"schema": "mcreports.report/1", "report": "daily", "period": {"label": "2025-10-31", "zone": "UTC"}}
        body |= {"state": "final", "revision": 1, "definition": "sha256:one", "verdict": told}
        (slot.staging / "report.json").write_text(json.dumps({**body, "figures": [], "verdicts": []}))
        slot.publish(said)
    return tmp_path / "output/daily/2025-10-31"


@pytest.mark.parametrize("text", ["daily/2025-10-31", "output/daily/2025-10-31", "output/daily/2025-10-31/current"])
def test_a_run_is_opened_by_its_name_or_its_path(published: Path, text: str) -> None:
    bench = connect(text)
    assert bench.opened is not None
    assert bench.address == str((published / "r1").resolve()) or bench.address == text
    assert len(bench.cost("2025-10-31", "tenant")) == 6


def test_a_run_knows_no_more_than_it_saw(published: Path) -> None:
    bench = connect("daily/2025-10-31")
    assert bench.cost("2025-09-30", ())["usd"].notna().all()
    with pytest.raises(UsageError, match=r"budget\.cost from 2025-09-01T00:00:00Z to 2025-11-01T00:00:00Z; ask for"):
        bench.cost("2025-08-31")
    with pytest.raises(UsageError, match=r"budget\.limit_daily from 2025-10-31"):
        bench.raw("budget.limit_daily", "2025-10-30")


def test_a_run_that_was_changed_is_not_opened(published: Path) -> None:
    with (published / "r1/snapshot/metric.budget.cost.parquet").open("ab") as file:
        file.write(b"more")
    with pytest.raises(DataError, match="is not what was published"):
        connect("daily/2025-10-31")


def test_without_a_source_it_is_the_settings_or_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert connect().address == connect("").address == "demo://?seed=7"
    (tmp_path / "mcreports.toml").write_text('[source]\nurl = "demo://?seed=3"\n')
    assert connect().address == "demo://?seed=3"
    monkeypatch.setenv("MCREPORTS_CONFIG", str(tmp_path / "mcreports.toml"))
    assert str(connect().config) == str(tmp_path / "mcreports.toml")


@pytest.mark.parametrize(
    ("source", "fault", "said"),
    [
        ("daily/1999-01-01", UsageError, "is not a run"),
        ("archive:nowhere", UsageError, "there is no archive"),
        ("demo://?seed=x", UsageError, "seed"),
        ("http://", UsageError, "is not an http"),
    ],
)
def test_what_cannot_be_connected_to_is_told_at_once(
    source: str, fault: type[McreportsError], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(McreportsError, match=said) as told:
        connect(source)
    assert isinstance(told.value, fault)


def test_a_server_that_is_away_is_named_with_the_first_question(tmp_path: Path) -> None:
    file = tmp_path / "mcreports.toml"
    file.write_text('[source]\ndeadline = 0.5\n[report]\ntenants = ["A"]\n')
    bench = connect("http://127.0.0.1:9/prom", settings=file)
    assert "127.0.0.1:9" in bench._repr_html_()
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"):
        bench.cost("2025-10-31")
