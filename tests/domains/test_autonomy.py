"""Autonomy is proven or unknown: four criteria for every expected tenant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.checks import Status
from mcreports.domains.autonomy import judge_autonomy, review_autonomy
from mcreports.evidence.tables import SCHEMAS, frame
from mcreports.figures import Figures

if TYPE_CHECKING:
    from mcreports.domains import Section

CRITERIA = (
    "autonomy.success_rate",
    "autonomy.compensation_rate",
    "autonomy.policy_violations",
    "autonomy.residency_violations",
)


def platform(scene: Any, tenant: str = "T", good: float = 1000, bad: float = 1, **changes: Any) -> dict[str, Any]:
    """A tenant's counters: 1000 of 1001 operations succeed each minute, nothing is compensated or violated."""
    rows = {
        "autonomy.operations": {
            (tenant, "success", ""): scene.steady(good),
            (tenant, "failure", ""): scene.steady(bad),
        },
        "autonomy.compensations": {(tenant, ""): scene.steady(0)},
        "autonomy.violations": {(tenant, kind): scene.steady(0) for kind in ("policy", "residency")},
    }
    return {key: {**own, **changes.get(key.split(".")[1], {})} for key, own in rows.items()}


def judged(scene: Any, tables: dict[str, Any], tenants: tuple[str, ...] = ("T",), **evidence: Any) -> Section:
    snapshot = scene.snapshot(tables, tenants)
    if evidence:
        object.__setattr__(snapshot, "evidence", {name: frame(name, evidence.get(name, [])) for name in SCHEMAS})
    return review_autonomy(snapshot, scene.start, scene.end)


def statuses(section: Section, tenant: str = "T") -> dict[str, str]:
    return {v.check: v.status.value for v in section.verdicts if v.tenant == tenant and not v.labels}


def evident(section: Section) -> dict[str, Any]:
    """The verdicts that rest on evidence alone."""
    return {v.check: v for v in section.verdicts if v.labels == (("source", "evidence"),)}


def said(section: Section, check: str) -> Any:
    return next(v for v in section.verdicts if v.check == check and not v.labels)


def test_a_good_hour_passes_all_four(scene: Any) -> None:
    assert statuses(judged(scene, platform(scene))) == dict.fromkeys(CRITERIA, "pass")


@pytest.mark.parametrize(("good", "bad", "status"), [(999, 1, "pass"), (998.9, 1.1, "unknown"), (9989, 11, "fail")])
def test_99_9_percent_is_enough_and_nothing_less(scene: Any, good: float, bad: float, status: str) -> None:
    section = judged(scene, platform(scene, good=good, bad=bad))
    found = statuses(section)["autonomy.success_rate"]
    assert found == status if status != "unknown" else found != "pass"


def test_a_status_that_nobody_knows_is_no_success(scene: Any) -> None:
    tables = platform(scene, operations={("T", "timeout", ""): scene.steady(500)})
    assert statuses(judged(scene, tables))["autonomy.success_rate"] == "fail"


def test_half_a_percent_of_compensations_is_the_most(scene: Any) -> None:
    def with_compensations(each: float) -> str:
        tables = platform(scene, good=1000, bad=0, compensations={("T", "timeout"): scene.steady(each)})
        return statuses(judged(scene, tables))["autonomy.compensation_rate"]

    assert (with_compensations(5), with_compensations(6)) == ("pass", "fail")


def test_a_violation_that_is_born_in_the_window_fails(scene: Any) -> None:
    rows = [(minute, 1.0) for minute in range(40, 71)]
    tables = platform(scene, violations={("T", "residency"): rows})
    assert statuses(judged(scene, tables))["autonomy.residency_violations"] == "fail"


def test_violations_before_the_data_begin_are_no_pass(scene: Any) -> None:
    late = [(minute + 0.5, 3.0) for minute in range(66)]
    tables = platform(scene)
    tables["autonomy.violations"] = {("T", "policy"): late, ("T", "residency"): late}
    assert statuses(judged(scene, tables))["autonomy.policy_violations"] == "unknown"


def test_a_violation_of_a_strange_type_is_no_pass(scene: Any) -> None:
    tables = platform(scene, violations={("T", "security"): scene.steady(1)})
    found = statuses(judged(scene, tables))
    assert (found["autonomy.policy_violations"], found["autonomy.residency_violations"]) == ("unknown", "unknown")


def test_without_operations_the_rates_are_unknown_and_not_100(scene: Any) -> None:
    found = judged(scene, platform(scene, good=0, bad=0))
    assert statuses(found)["autonomy.success_rate"] == "unknown"
    assert Figures(found.figures).find("autonomy.success_rate", "T").value is None
    assert "no operations" in next(v.reason for v in found.verdicts if v.check == "autonomy.success_rate")


def test_counters_that_only_others_have_are_unknown_and_not_0(scene: Any) -> None:
    one, other = platform(scene), platform(scene, "U")
    tables = {key: {**one[key], **(other[key] if key == "autonomy.operations" else {})} for key in one}
    section = judged(scene, tables, ("T", "U"))
    assert statuses(section, "U") == {
        "autonomy.success_rate": "pass",
        **dict.fromkeys(CRITERIA[1:], "unknown"),
    }


def test_a_tenant_without_data_has_figures_and_verdicts_all_the_same(scene: Any) -> None:
    section = judged(scene, platform(scene), ("T", "GONE"))
    assert statuses(section, "GONE") == dict.fromkeys(CRITERIA, "unknown")
    assert {f.value for f in section.figures if f.tenant == "GONE"} == {None}


def test_the_platform_is_the_sum_and_says_who_is_missing(scene: Any) -> None:
    section = judged(scene, platform(scene), ("T", "GONE"))
    whole = Figures(section.figures).find("autonomy.operations")
    assert (whole.value, whole.quality.value, whole.reason) == (60_060, "estimated", "GONE: no data")


def test_an_empty_platform_passes_nothing(scene: Any) -> None:
    section = judged(scene, {}, ("T",))
    assert {v.status for v in section.verdicts} == {Status.UNKNOWN}


def test_a_tenant_that_falls_silent_is_unknown_but_a_failure_stays_one(scene: Any) -> None:
    rows = {("T", "success", ""): scene.steady(1000, until=20), ("T", "failure", ""): scene.steady(0, until=20)}
    assert statuses(judged(scene, platform(scene, operations=rows)))["autonomy.success_rate"] == "unknown"
    rows[("T", "failure", "")] = scene.steady(100, until=20)
    assert statuses(judged(scene, platform(scene, operations=rows)))["autonomy.success_rate"] == "fail"


def operation(scene: Any, number: int, **changes: Any) -> dict[str, Any]:
    """A row of the table of operations."""
    return {
        "file": "autonomy/T/operations_1.json", "tenant": "T", "operation_id": f"op-{number}", "operation_type": "",
        "ts": int(scene.at(number % 60).timestamp() * 1000), "execution_time_ms": 1.0, "success": True,
        "compensated": False, "policy": 0, "residency": 0, "residency_claimed": 0, "data_region": "eu",
        "processing_region": "eu", "compensation_reason": "", "simulation_id": "", "tier": "", **changes,
    }  # fmt: skip


def test_details_that_agree_with_the_counters_pass(scene: Any) -> None:
    section = judged(scene, platform(scene), operations=[operation(scene, number) for number in range(100)])
    assert statuses(section)["autonomy.evidence_agreement"] == "pass"
    told = Figures(section.figures).find("autonomy.success_rate", "T", source="evidence")
    assert (told.value, told.query) == (100.0, "autonomy/T/operations_1.json")


def test_details_that_contradict_the_counters_fail_and_say_where(scene: Any) -> None:
    rows = [operation(scene, number, success=number > 0, policy=int(number == 1)) for number in range(100)]
    verdict = said(judged(scene, platform(scene), operations=rows), "autonomy.evidence_agreement")
    assert (verdict.status, verdict.value) == (Status.FAIL, "2")
    assert verdict.reason == (
        "autonomy.success_rate is pass by the counters and fail by the evidence: 99.9001 % against 99.0 %; "
        "autonomy.policy_violations is pass by the counters and fail by the evidence: 0 against 1"
    )


def test_details_without_counters_to_compare_are_unknown(scene: Any) -> None:
    section = judged(scene, {}, operations=[operation(scene, 1)])
    assert statuses(section)["autonomy.evidence_agreement"] == "unknown"


def test_details_of_another_hour_or_tenant_are_not_looked_at(scene: Any) -> None:
    rows = [operation(scene, 1, tenant="U"), operation(scene, 2, ts=int(scene.end.timestamp() * 1000))]
    assert "autonomy.evidence_agreement" not in statuses(judged(scene, platform(scene), operations=rows))


def test_an_event_told_twice_counts_once(scene: Any) -> None:
    rows = [operation(scene, 1, compensated=True, policy=1), operation(scene, 2)]
    at = int(scene.at(1).timestamp() * 1000)
    beside = {"file": "f", "tenant": "T", "operation_id": "op-1", "ts": at}
    section = judged(
        scene, platform(scene), operations=rows,
        compensations=[{**beside, "reason": "", "impact_level": ""}],
        violations=[{**beside, "violation_type": "policy"}],
    )  # fmt: skip
    figures = Figures(section.figures)
    assert figures.find("autonomy.compensation_rate", "T", source="evidence").value == 50.0
    assert figures.find("autonomy.policy_violations", "T", source="evidence").value == 1


def test_what_only_one_of_them_knows_is_not_compared(scene: Any) -> None:
    tables = {"autonomy.operations": platform(scene)["autonomy.operations"]}
    verdict = said(judged(scene, tables, operations=[operation(scene, 1)]), "autonomy.evidence_agreement")
    assert verdict.status is Status.UNKNOWN
    assert "nothing to compare for autonomy.compensation_rate, autonomy.policy_violations" in verdict.reason


def test_evidence_of_operations_that_no_counter_saw_is_not_compared(scene: Any) -> None:
    rows = [operation(scene, number) for number in range(80)]
    verdict = said(judged(scene, platform(scene, good=1, bad=0), operations=rows), "autonomy.evidence_agreement")
    assert (verdict.status, "80 operations, the counters 60" in verdict.reason) == (Status.UNKNOWN, True)


def test_more_violations_in_the_evidence_than_counted_are_a_contradiction(scene: Any) -> None:
    tables = platform(scene, violations={("T", "policy"): [(minute, float(minute > 30)) for minute in range(-10, 71)]})
    rows = [operation(scene, number, policy=1) for number in range(3)]
    verdict = said(judged(scene, tables, operations=rows), "autonomy.evidence_agreement")
    assert (verdict.status, verdict.value) == (Status.FAIL, "1")
    assert verdict.reason == "autonomy.policy_violations is 1 by the counters and 3 by the evidence"


def test_evidence_of_one_hour_is_held_against_the_counters_of_that_hour(scene: Any) -> None:
    day = replace(scene, end=scene.start + timedelta(hours=3))
    bad = [(minute, 100.0 * max(0, minute - 60)) for minute in range(-10, 190)]
    good = day.steady(1000, until=190)
    tables = platform(day, operations={("T", "success", ""): good, ("T", "failure", ""): bad})
    tables["autonomy.compensations"] = {("T", ""): day.steady(0, until=190)}
    tables["autonomy.violations"] = {("T", kind): day.steady(0, until=190) for kind in ("policy", "residency")}
    section = judged(day, tables, operations=[operation(day, number) for number in range(60)])
    found = statuses(section)
    assert (found["autonomy.success_rate"], found["autonomy.evidence_agreement"]) == ("fail", "pass")


# what so many operations prove


def test_a_pass_on_a_hundred_operations_says_what_it_does_not_prove(scene: Any) -> None:
    section = judged(scene, platform(scene), operations=[operation(scene, number) for number in range(100)])
    verdict = evident(section)["autonomy.success_rate"]
    assert verdict.status is Status.PASS
    assert verdict.reason == (
        "not proven: 100 of 100 succeeded; at 95 % that proves only >= 96.3 %; "
        "3,838 without a failure would prove 99.9 %"
    )


def test_a_pass_on_enough_operations_has_nothing_to_add(scene: Any) -> None:
    section = judged(scene, platform(scene, good=1000, bad=0))
    assert {v.reason for v in section.verdicts} == {""}


def test_the_needed_number_is_a_figure_with_its_passport(scene: Any) -> None:
    section = judged(scene, platform(scene, bad=0), operations=[operation(scene, n, success=n > 0) for n in range(99)])
    figures = Figures(section.figures)
    counted = figures.find("autonomy.operations_needed", "T")
    detailed = figures.find("autonomy.operations_needed", "T", source="evidence")
    assert (counted.value, detailed.value) == (3838, 5661)
    assert (counted.method, detailed.reason) == ("proof size; bounds: wilson 95 %", "to prove >= 99.9 % with 1 failure")


def test_without_operations_no_number_is_needed_and_none_is_made_up(scene: Any) -> None:
    figure = Figures(judged(scene, platform(scene, good=0, bad=0)).figures).find("autonomy.operations_needed", "T")
    assert (figure.value, figure.quality.value, figure.reason) == (None, "unknown", "no operations")


# residency


def test_violations_by_region_count_beside_those_that_are_claimed(scene: Any) -> None:
    rows = [
        operation(scene, 1, residency=1, processing_region="us"),
        operation(scene, 2, residency=1, residency_claimed=1),
    ]
    section = judged(scene, platform(scene), operations=rows)
    figures = Figures(section.figures)
    recomputed = figures.find("autonomy.residency_violations", "T", source="evidence").value
    claimed = figures.find("autonomy.residency_claimed", "T", source="evidence").value
    assert (recomputed, claimed) == (2, 1)
    assert evident(section)["autonomy.residency_violations"].status is Status.FAIL


def test_operations_that_name_no_regions_are_no_pass(scene: Any) -> None:
    rows = [operation(scene, number, processing_region="" if number < 2 else "eu") for number in range(5)]
    section = judged(scene, platform(scene), operations=rows)
    verdict = evident(section)["autonomy.residency_violations"]
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, "2 of 5 operations name no regions")
    assert evident(section)["autonomy.policy_violations"].status is Status.PASS
    assert Figures(section.figures).find("autonomy.operations_without_regions", "T", source="evidence").value == 2


def test_rows_that_could_not_be_read_are_a_doubt_of_all_four(scene: Any) -> None:
    file = {"file": "autonomy/T/operations_2.json", "kind": "operations"}
    section = judged(
        scene, platform(scene), operations=[operation(scene, 1)],
        files=[{**file, "tenant": "T", "since": None, "ts": None, "sha256": "", "size": 0}],
        faults=[{**file, "field": "[3].success", "text": "is 1, not true or false"}],
    )  # fmt: skip
    assert {v.status for v in evident(section).values()} == {Status.UNKNOWN}
    assert "operations_2.json: [3].success is 1" in evident(section)["autonomy.success_rate"].reason


def test_a_judgement_alone_is_what_the_counters_say(scene: Any) -> None:
    section = judge_autonomy(scene.snapshot(platform(scene)), scene.start, scene.end)
    assert {figure.id for figure in section.figures} == {"autonomy.operations", *CRITERIA}
