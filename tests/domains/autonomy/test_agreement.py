"""Counters and evidence of the same hours: where they agree, contradict each other, or cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from mcreports.checks import Status
from mcreports.domains import Section
from mcreports.figures import Figures


def said(section: Section, check: str) -> Any:
    return next(v for v in section.verdicts if v.check == check and not v.labels)


def test_details_that_agree_with_the_counters_pass(
    scene: Any, judged: Any, counters: Any, operation: Any, statuses: Any
) -> None:
    section = judged(scene, counters(scene), operations=[operation(scene, number) for number in range(100)])
    assert statuses(section)["autonomy.evidence_agreement"] == "pass"
    told = Figures(section.figures).find("autonomy.success_rate", "T", source="evidence")
    assert (told.value, told.query) == (100.0, "autonomy/T/operations_1.json")


def test_details_that_contradict_the_counters_fail_and_say_where(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    rows = [operation(scene, number, success=number > 0, policy=int(number == 1)) for number in range(100)]
    verdict = said(judged(scene, counters(scene), operations=rows), "autonomy.evidence_agreement")
    assert (verdict.status, verdict.value) == (Status.FAIL, "2")
    assert verdict.reason == (
        "autonomy.success_rate is pass by the counters and fail by the evidence: 99.9001 % against 99.00 %; "
        "autonomy.policy_violations is pass by the counters and fail by the evidence: 0 against 1"
    )


def test_details_without_counters_to_compare_are_unknown(
    scene: Any, judged: Any, operation: Any, statuses: Any
) -> None:
    section = judged(scene, {}, operations=[operation(scene, 1)])
    assert statuses(section)["autonomy.evidence_agreement"] == "unknown"


def test_details_of_another_hour_or_tenant_are_not_looked_at(
    scene: Any, judged: Any, counters: Any, operation: Any, statuses: Any
) -> None:
    rows = [operation(scene, 1, tenant="U"), operation(scene, 2, ts=int(scene.end.timestamp() * 1000))]
    assert "autonomy.evidence_agreement" not in statuses(judged(scene, counters(scene), operations=rows))


def test_an_event_told_twice_counts_once(scene: Any, judged: Any, counters: Any, operation: Any) -> None:
    rows = [operation(scene, 1, compensated=True, policy=1), operation(scene, 2)]
    at = int(scene.at(1).timestamp() * 1000)
    beside = {"file": "f", "tenant": "T", "operation_id": "op-1", "ts": at}
    section = judged(
        scene, counters(scene), operations=rows,
        compensations=[{**beside, "reason": "", "impact_level": ""}],
        violations=[{**beside, "violation_type": "policy"}],
    )  # fmt: skip
    figures = Figures(section.figures)
    assert figures.find("autonomy.compensation_rate", "T", source="evidence").value == 50.0
    assert figures.find("autonomy.policy_violations", "T", source="evidence").value == 1


def test_what_only_one_of_them_knows_is_not_compared(scene: Any, judged: Any, counters: Any, operation: Any) -> None:
    tables = {"autonomy.operations": counters(scene)["autonomy.operations"]}
    verdict = said(judged(scene, tables, operations=[operation(scene, 1)]), "autonomy.evidence_agreement")
    assert verdict.status is Status.UNKNOWN
    assert "nothing to compare for autonomy.compensation_rate, autonomy.policy_violations" in verdict.reason


def test_evidence_of_operations_that_no_counter_saw_is_not_compared(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    rows = [operation(scene, number) for number in range(80)]
    verdict = said(judged(scene, counters(scene, good=1, bad=0), operations=rows), "autonomy.evidence_agreement")
    assert (verdict.status, "80 operations, the counters 60" in verdict.reason) == (Status.UNKNOWN, True)


def test_more_violations_in_the_evidence_than_counted_are_a_contradiction(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    tables = counters(scene, violations={("T", "policy"): [(minute, float(minute > 30)) for minute in range(-10, 71)]})
    rows = [operation(scene, number, policy=1) for number in range(3)]
    verdict = said(judged(scene, tables, operations=rows), "autonomy.evidence_agreement")
    assert (verdict.status, verdict.value) == (Status.FAIL, "1")
    assert verdict.reason == "autonomy.policy_violations is 1 by the counters and 3 by the evidence"


def test_evidence_of_one_hour_is_held_against_the_counters_of_that_hour(
    scene: Any, judged: Any, counters: Any, operation: Any, statuses: Any
) -> None:
    day = replace(scene, end=scene.start + timedelta(hours=3))
    bad = [(minute, 100.0 * max(0, minute - 60)) for minute in range(-10, 190)]
    good = day.steady(1000, until=190)
    tables = counters(day, operations={("T", "success", ""): good, ("T", "failure", ""): bad})
    tables["autonomy.compensations"] = {("T", ""): day.steady(0, until=190)}
    tables["autonomy.violations"] = {("T", kind): day.steady(0, until=190) for kind in ("policy", "residency")}
    section = judged(day, tables, operations=[operation(day, number) for number in range(60)])
    found = statuses(section)
    assert (found["autonomy.success_rate"], found["autonomy.evidence_agreement"]) == ("fail", "pass")
