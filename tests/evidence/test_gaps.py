"""A directory that holds almost nothing proves almost nothing, and says what is not there."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.evidence.compliance import Compliance, judge_compliance, tally
from mcreports.evidence.search import Everyone
from mcreports.rules import RULES

NOW = datetime(2025, 11, 3, 9, tzinfo=UTC)
ATTEST = "rag/grounding-final-attest.json"
FOLDERS = {
    "rag": "a grounding attestation", "config": "the configuration's baseline, the current configuration",
    "budgets": "a budget summary", "autonomy": "autonomy's operations",
}  # fmt: skip


def compliance(shelf: Any, tenants: tuple[str, ...] = ()) -> tuple[Compliance, Status, str]:
    found = tally(shelf.read(tenants, now=NOW))
    verdict = judge_compliance(RULES["evidence.compliance"], found)
    return found, verdict.status, verdict.reason


def test_the_demos_week_is_compliant(full: Any) -> None:
    shutil.rmtree(full.root / "dist")
    shutil.rmtree(full.root / "out")
    assert compliance(full)[1:] == (Status.PASS, "")


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_kind_of_which_there_is_no_file_is_unknown_and_named(full: Any, folder: str) -> None:
    for name in ("dist", "out", folder):
        shutil.rmtree(full.root / name)
    found, status, reason = compliance(full)
    assert (found.percent, status, reason) == (100, Status.UNKNOWN, f"there is none of {FOLDERS[folder]}")


def test_a_baseline_alone_is_not_compliance(shelf: Any, week: dict[str, bytes]) -> None:
    shelf.put("config/config-baseline.json", week["config/config-baseline.json"])
    found, status, reason = compliance(shelf)
    assert (found.percent, status) == (100, Status.UNKNOWN)
    assert "the current configuration" in reason
    assert "the configuration's baseline" not in reason


def test_a_file_that_tells_of_nothing_is_not_there(shelf: Any) -> None:
    shelf.put("autonomy/TENANT_003/operations_1.json", [])
    aggregate = {"avg_utilization": 0, "critical_count": 0}
    shelf.put("budgets/b.json", {"timestamp": "2025-10-31T00:00:00Z", "tenants": {}, "aggregate": aggregate})
    found = compliance(shelf)[0]
    assert (found.broken, found.absent[-2:]) == (0, ("budgets", "operations"))


def test_a_broken_file_is_a_fault_and_not_absent(shelf: Any) -> None:
    shelf.put(ATTEST, b"{")
    shelf.put("budgets/b.json", {})
    found, status, _ = compliance(shelf)
    assert (status, found.absent) == (Status.FAIL, ("config-baseline", "config-current", "operations"))


@pytest.mark.parametrize(("tenants", "absent"), [(("A",), ()), (Everyone(("A",)), ("budgets", "operations"))])
def test_of_single_tenants_only_what_is_of_the_platform_must_be_there(
    full: Any, tenants: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    shutil.rmtree(full.root / "autonomy")
    shutil.rmtree(full.root / "budgets")
    assert compliance(full, tenants)[0].absent == absent


def test_a_file_that_speaks_of_a_time_to_come_is_a_fault_though_a_good_one_is_beside_it(full: Any) -> None:
    body = full.get(ATTEST)
    body["timestamp"] = "2026-02-01T00:00:00Z"
    full.put("rag/second-attest.json", body)
    faults = full.read(now=NOW)["faults"]
    assert [(one.file, one.kind, one.field, one.text) for one in faults.itertuples()] == [
        ("rag/second-attest.json", "attestation", "timestamp", "is of 2026-02-01T00:00:00Z, which is yet to come")
    ]
    assert compliance(full)[1] is Status.FAIL


def test_a_file_that_is_younger_than_a_past_window_is_none(full: Any) -> None:
    day = datetime(2025, 10, 26, tzinfo=UTC)
    assert set(full.read((), day, day + timedelta(days=1), NOW)["faults"]["kind"]) <= {"stale"}


@pytest.mark.parametrize("above", ["v0.3.3", "evidence/v0.3.3"])
def test_the_directory_above_names_the_one_that_was_meant(full: Any, tmp_path: Any, above: str) -> None:
    shutil.copytree(full.root, tmp_path / "above" / above)
    higher = type(full)(tmp_path / "above")
    (text,) = [text for file, _, text in higher.faults() if file == "./"]
    assert text == f"holds no evidence itself, {above}/ does: give that directory"
    assert compliance(higher)[1] is Status.FAIL
