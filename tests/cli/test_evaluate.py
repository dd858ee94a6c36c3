"""``mcreports evaluate anomalies``: a table for people, JSON for programs, 2 for a folder that cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcreports.analysis.evaluation.folder import write
from mcreports.analysis.evaluation.labelled import corpus

Command = Callable[..., Any]
NAMES = ["mcreports", "rule of thumb", "rolling z", "seasonal MAD", "records"]


@pytest.fixture
def invented(tmp_path: Path) -> Path:
    write(corpus(5, 8), tmp_path / "invented")
    return tmp_path / "invented"


def add(file: Path, line: str) -> int:
    """The number of a line that is put behind a file's own."""
    file.write_text(f"{file.read_text()}{line}\n")
    return len(file.read_text().splitlines())


def test_the_table_has_every_detector_and_the_shipped_one_first(mcreports: Command, invented: Path) -> None:
    ran = mcreports("evaluate", "anomalies", invented)
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines[0].startswith("8 series, ")
    assert re.split(r"  +", lines[1].strip()) == NAMES
    assert [line for line in lines if line.startswith("NAB standard, as it alerts")]
    assert [line for line in lines if line.startswith("false alerts per series and week")]
    assert sum("the future changes nothing: 48 prefixes" in line for line in lines) == len(NAMES)


def test_of_series_too_short_to_cut_it_is_not_said_that_the_future_changes_nothing(
    mcreports: Command, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("timestamp,value\n2025-10-01 00:00:00,1\n")
    (tmp_path / "combined_windows.json").write_text('{"a.csv": []}')
    ran = mcreports("evaluate", "anomalies", tmp_path)
    assert (ran.code, ran.out.count("not known: no series has rows enough")) == (0, len(NAMES))
    assert "changes nothing" not in ran.out


def test_json_is_the_same_for_programs(mcreports: Command, invented: Path) -> None:
    data = mcreports("evaluate", "anomalies", invented, "--json").data
    assert [each["detector"] for each in data["detectors"]] == NAMES
    assert data["series"] == 8
    for each in data["detectors"]:
        assert set(each["nab"]["fixed"]) == {"standard", "reward_low_FP_rate", "reward_low_FN_rate"}
        assert each["future"]["differences"] == []


def test_one_detector_may_be_asked_for_and_one_that_is_not_known_is_a_usage_error(
    mcreports: Command, invented: Path
) -> None:
    data = mcreports("evaluate", "anomalies", invented, "--json", "--detector", "records").data
    assert [each["detector"] for each in data["detectors"]] == ["records"]
    ran = mcreports("evaluate", "anomalies", invented, "--detector", "oracle")
    assert (ran.code, ran.out) == (2, "")
    assert "'oracle' is not known; there are mcreports, rule of thumb" in ran.err


def test_invented_series_are_written_only_where_nothing_is(mcreports: Command, tmp_path: Path, invented: Path) -> None:
    ran = mcreports("evaluate", "anomalies", tmp_path / "new", "--generate", 3, "--detector", "records")
    assert (ran.code, ran.out.startswith("105 series, ")) == (0, True)
    assert (tmp_path / "new" / "labels" / "combined_windows.json").is_file()
    ran = mcreports("evaluate", "anomalies", invented, "--generate", 3)
    assert ran.code == 2
    assert "a new or an empty directory" in ran.err
    ran = mcreports("evaluate", "anomalies", invented / "data" / "steady" / "000.csv" / "x", "--generate", 3)
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_a_folder_that_cannot_be_used_is_a_usage_error_with_file_and_line(mcreports: Command, invented: Path) -> None:
    file = invented / "data" / "steady" / "000.csv"
    last = add(file, "\x1b[31mred,1")
    ran = mcreports("evaluate", "anomalies", invented)
    assert (ran.code, ran.out) == (2, "")
    assert f"steady/000.csv: line {last} has" in ran.err
    assert "\x1b" not in ran.err


def test_what_is_odd_is_told_on_stderr(mcreports: Command, invented: Path) -> None:
    file = invented / "data" / "steady" / "000.csv"
    last = add(file, "2020-01-01,1")
    ran = mcreports("evaluate", "anomalies", invented, "--detector", "records")
    assert ran.code == 0
    assert f"not later than all before them are not shown to detectors: 1, the first in line {last}" in ran.err
