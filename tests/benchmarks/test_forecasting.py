"""The comparison of forecasts at a tiny size: that it measures what it says; nothing here says which is best."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.forecasting.methods import POINTS
from benchmarks.forecasting.origins import Case, cases
from benchmarks.forecasting.scores import score
from benchmarks.forecasting.series import KINDS, Daily, FolderError, folder, generated

ROOT = Path(__file__).parents[2]


def test_the_same_seed_generates_the_same_series_of_every_kind():
    first, second = generated([3]), generated([3])
    assert [one.kind for one in first] == list(KINDS)
    assert all(np.array_equal(one.usd, two.usd, equal_nan=True) for one, two in zip(first, second, strict=True))


def test_a_case_knows_nothing_of_the_days_that_it_asks_for():
    usd = np.arange(400.0)
    for case in cases([Daily("x", "x", date(2024, 1, 1), usd)]):
        assert case.history[-1] + 1 == case.truth[0]
        assert case.first + timedelta(days=len(case.truth)) == (case.first + timedelta(days=31)).replace(day=1)
        assert case.history[-len(case.spent) :].tolist() == case.spent.tolist()
        assert 57 <= len(case.history) <= 88


def test_a_score_is_what_it_is_by_hand():
    paths = np.array([[9.0, 11.0], [10.0, 10.0], [11.0, 29.0]])
    case = Case("x", np.array([10.0] * 20), date(2025, 10, 30), np.array([100.0]), np.array([10.0, 40.0]), 130.0)
    found = score(case, (np.array([10.0, 10.0]), paths))
    assert found.error == pytest.approx(100 * 30 / 150)
    assert not found.covered_80
    low, high = np.quantile([120.0, 120.0, 140.0], [0.1, 0.9])
    assert found.width == pytest.approx(100 * (high - low) / 150)
    assert found.interval_score == pytest.approx(100 * (high - low + 10 * (150 - high)) / 150)
    assert found.brier == pytest.approx((1 / 3 - 1) ** 2)
    assert found.days_off == 1


@pytest.mark.parametrize("name", POINTS)
def test_each_simple_method_foresees_a_steady_cost(name):
    assert POINTS[name](np.full(60, 5.0), 7, 24) == pytest.approx(np.full(24, 5.0))


def test_a_folder_is_read_and_days_that_are_left_out_are_not_known(tmp_path):
    (tmp_path / "a.csv").write_text("date,value\n2025-01-03,3\n2025-01-01,1.5\n")
    (found,) = folder(tmp_path)
    assert (found.name, found.first, found.usd.tolist()[::2]) == ("a", date(2025, 1, 1), [1.5, 3.0])
    assert np.isnan(found.usd[1])
    (tmp_path / "b.csv").write_text("date,value\n2025-01-03,much\n")
    with pytest.raises(FolderError, match=r"b\.csv, line 2: wanted date,value"):
        folder(tmp_path)


def test_the_command_compares_all_on_a_folder_and_says_what_was_not_measured(tmp_path):
    days = [date(2025, 1, 1) + timedelta(days=day) for day in range(181)]
    rows = "".join(f"{day},{10 + day.weekday()}\n" for day in days)
    (tmp_path / "steady.csv").write_text(f"date,value\n{rows}")
    words = [sys.executable, "-m", "benchmarks.forecasting", str(tmp_path), "--markdown"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "12 month totals of 1 series, as of days 7, 14, 21." in done.stdout
    for name in POINTS:
        assert f"| {name} |" in done.stdout
    assert "| AutoETS | not measured: name the python" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("| shipped |")]
    assert line.split("|")[2].strip() == "0.00"


def test_a_folder_that_holds_nothing_is_refused(tmp_path):
    words = [sys.executable, "-m", "benchmarks.forecasting", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no .csv file in it" in done.stderr
