"""The latest results of the runbook's checks: a pass only if it is signed, young and whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mcreports.checks import Status, Verdict
from mcreports.domains.operations import judge_operations
from mcreports.evidence.kept import Found
from mcreports.evidence.keys import Keyring
from mcreports.evidence.outcomes import Outcome
from mcreports.evidence.results import Shelf, read_results
from mcreports.figures import instant_text
from mcreports.sources import SourceInfo

NOWHERE = Shelf(Path("nowhere"), Keyring())


def outcome(check: str, at: datetime, *statuses: Status) -> Outcome:
    verdicts = tuple(
        Verdict(f"{check}.{n}", None, status, "1", "1", ">=", "checks", f"why {n}") for n, status in enumerate(statuses)
    )
    return Outcome(check, at, verdicts)


def judged(scene: Any, report: str, *found: Found) -> dict[str, Verdict]:
    known = {one.check: one for one in found}
    tables = read_results(report, NOWHERE, scene.end, known)
    snapshot = replace(scene.snapshot({}), report=report, evidence=tables)
    section = judge_operations(snapshot, scene.start, scene.end)
    return {verdict.check: verdict for verdict in section.verdicts}


def found(one: Outcome, doubt: str = "") -> Found:
    return Found(one.check, one if not doubt else None, f"{one.check}/x.json", doubt, "k")


def test_a_young_signed_pass_passes_and_what_is_missing_is_unknown(scene: Any) -> None:
    verdicts = judged(scene, "daily", found(outcome("config.drift", scene.end, Status.PASS)))
    assert verdicts["operations.drift"].status is Status.PASS
    assert verdicts["operations.autonomy"].status is Status.UNKNOWN
    assert "run mcreports autonomy validate" in verdicts["operations.autonomy"].reason


@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN, Status.UNKNOWN])
def test_a_result_is_as_good_as_its_gravest_verdict_and_says_why(scene: Any, status: Status) -> None:
    verdict = judged(scene, "daily", found(outcome("config.drift", scene.end, Status.PASS, status)))["operations.drift"]
    assert (verdict.status, verdict.value, verdict.target) == (status, "1", "2")
    assert "config.drift.1" in verdict.reason
    assert "why 1" in verdict.reason


def test_an_old_pass_is_unknown_and_an_old_failure_is_still_told(scene: Any) -> None:
    old = scene.end - timedelta(days=3)
    verdict = judged(scene, "daily", found(outcome("config.drift", old, Status.PASS)))["operations.drift"]
    assert (verdict.status, "too old" in verdict.reason) == (Status.UNKNOWN, True)
    verdict = judged(scene, "daily", found(outcome("config.drift", old, Status.FAIL)))["operations.drift"]
    assert verdict.status is Status.FAIL


def test_a_result_of_today_about_a_window_of_long_ago_is_unknown(scene: Any) -> None:
    window = [instant_text(scene.end - timedelta(days=30)), instant_text(scene.end - timedelta(days=29))]
    one = replace(outcome("config.drift", scene.end, Status.PASS), facts={"window": window})
    assert judged(scene, "daily", found(one))["operations.drift"].status is Status.UNKNOWN


@pytest.mark.parametrize("status", [Status.PASS, Status.FAIL])
def test_a_result_over_invented_samples_says_nothing_of_a_real_platform(scene: Any, status: Status) -> None:
    one = replace(outcome("config.drift", scene.end, status), facts={"source": {"kind": "demo"}})
    tables = read_results("daily", NOWHERE, scene.end, {one.check: found(one)})
    snapshot = replace(scene.snapshot({}), evidence=tables)
    for source, said in ((snapshot.source, status), (SourceInfo("prometheus", "http://p"), Status.UNKNOWN)):
        section = judge_operations(replace(snapshot, source=source), scene.start, scene.end)
        assert {v.check: v.status for v in section.verdicts}["operations.drift"] is said


def test_a_result_without_a_verdict_is_unknown(scene: Any) -> None:
    verdicts = judged(scene, "daily", found(outcome("config.drift", scene.end)))
    assert verdicts["operations.drift"].status is Status.UNKNOWN


@pytest.mark.parametrize(("passed", "status"), [(12, Status.PASS), (11, Status.FAIL), (0, Status.FAIL)])
def test_readiness_passes_with_twelve_of_twelve_alone(scene: Any, passed: int, status: Status) -> None:
    statuses = [Status.PASS] * passed + [Status.UNKNOWN] * (12 - passed)
    verdict = judged(scene, "monthly", found(outcome("readiness", scene.end, *statuses)))["readiness"]
    assert (verdict.status, verdict.value, verdict.target) == (status, str(passed), "12")


def test_readiness_without_a_result_is_unknown_and_so_is_its_figure(scene: Any) -> None:
    tables = read_results("monthly", NOWHERE, scene.end)
    section = judge_operations(replace(scene.snapshot({}), evidence=tables), scene.start, scene.end)
    (passed,) = [figure for figure in section.figures if figure.id == "readiness.passed"]
    assert (passed.value, passed.quality.value) == (None, "unknown")
    assert {v.check: v.status for v in section.verdicts}["readiness"] is Status.UNKNOWN


def test_the_age_is_counted_to_the_instant_as_of_which_results_were_looked_for(scene: Any) -> None:
    one = found(outcome("config.drift", scene.end - timedelta(hours=2), Status.PASS))
    known = {one.check: one}
    later = scene.end + timedelta(hours=9)
    tables = read_results("daily", NOWHERE, later, known)
    section = judge_operations(replace(scene.snapshot({}), evidence=tables), scene.start, scene.end)
    ages = {dict(figure.labels)["check"]: figure.value for figure in section.figures}
    assert ages == {"config.drift": 11.0, "autonomy.validation": None}
