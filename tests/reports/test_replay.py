"""Replaying: the snapshot gives the published figures again, or says which are not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from mcreports.errors import DataError
from mcreports.reports.replay import replay


@pytest.fixture
def run(demo_runs: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_runs / "daily" / "2025-10-31" / "r1", tmp_path / "r1"))


def edit(run: Path, change: Callable[[dict], None]) -> None:
    body = json.loads((run / "report.json").read_text(encoding="utf-8"))
    change(body)
    (run / "report.json").write_text(json.dumps(body), encoding="utf-8")


def test_an_untouched_run_is_identical(run: Path) -> None:
    assert replay(run) == []


def test_a_figure_that_was_edited_is_named_with_both_values(run: Path) -> None:
    edit(run, lambda body: body["figures"][3].update(value="0.01"))
    (found,) = replay(run)
    assert (found["part"], found["position"], found["published"]["value"]) == ("figures", 3, "0.01")
    assert found["rebuilt"]["value"] != "0.01"


def test_a_verdict_that_was_dropped_is_found(run: Path) -> None:
    edit(run, lambda body: body["verdicts"].pop())
    (found,) = replay(run)
    assert (found["part"], found["published"]) == ("verdicts", None)


def test_a_snapshot_that_was_edited_gives_other_figures(run: Path) -> None:
    file = run / "snapshot" / "metric.budget.limit_daily.parquet"
    table = pd.read_parquet(file)
    table["value"] *= 2
    table.to_parquet(file)
    assert {each["part"] for each in replay(run)} >= {"figures", "verdicts"}


@pytest.mark.parametrize("name", ["report.json", "snapshot.json", "snapshot/metric.budget.cost.parquet"])
@pytest.mark.parametrize("text", ["", "{", None])
def test_a_run_that_cannot_be_read_is_an_error_that_names_the_file(run: Path, name: str, text: str | None) -> None:
    if text is None:
        (run / name).unlink()
    else:
        (run / name).write_text(text)
    with pytest.raises(DataError, match=name.rpartition("/")[2]):
        replay(run)


def test_a_report_that_is_no_object_is_an_error(run: Path) -> None:
    (run / "report.json").write_text("[]")
    with pytest.raises(DataError, match=r"report\.json"):
        replay(run)
