"""``mcreports report --cluster``: the run that is published is the one that this machine alone would have made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SOURCE = "demo://?seed=7&step=3600"


def mcreports(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "mcreports.cli", *words]
    environment = {**os.environ, "MCREPORTS_NOW": "2025-11-03T09:00:00Z"}
    return subprocess.run(call, capture_output=True, text=True, check=False, cwd=directory, env=environment)


def published(directory: Path, *words: str) -> Path:
    directory.mkdir()
    done = mcreports(directory, "report", "daily", "--period", "2025-10-31", "--source", SOURCE, "--json", *words)
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(done.stdout)
    return directory / run["path"]


def test_a_published_run_does_not_show_how_many_machines_made_it(cluster: Any, tmp_path: Path) -> None:
    here = published(tmp_path / "here")
    there = published(tmp_path / "there", "--cluster", cluster.address)
    names = {str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()}
    assert {str(path.relative_to(there)) for path in there.rglob("*") if path.is_file()} == names
    assert [name for name in sorted(names) if (here / name).read_bytes() != (there / name).read_bytes()] in (
        [], ["MANIFEST.json"],  # which says how many seconds it took
    )  # fmt: skip
    run = "daily/2025-10-31"
    assert mcreports(tmp_path / "there", "verify", run).returncode == 0
    assert "identical" in mcreports(tmp_path / "there", "replay", run).stdout


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [("scheduler:8786", 2, "write the scheduler's address like tcp://host:8786"), ("tcp://127.0.0.1:1", 75, "")],
)
def test_a_cluster_that_cannot_be_is_an_exit_code_and_a_sentence(
    address: str, code: int, said: str, tmp_path: Path
) -> None:
    done = mcreports(tmp_path, "report", "daily", "--source", SOURCE, "--cluster", address)
    assert done.returncode == code
    assert f"{address}: {said}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("report.json"))
