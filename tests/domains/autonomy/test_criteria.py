"""Autonomy is proven or unknown: four criteria for every expected tenant."""

from __future__ import annotations

from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.domains.autonomy import judge_autonomy
from mcreports.figures import Figures

CRITERIA = (
    "autonomy.success_rate",
    "autonomy.compensation_rate",
    "autonomy.policy_violations",
    "autonomy.residency_violations",
)


def test_a_good_hour_passes_all_four(scene: Any, judged: Any, counters: Any, statuses: Any) -> None:
    assert statuses(judged(scene, counters(scene))) == dict.fromkeys(CRITERIA, "pass")


@pytest.mark.parametrize(("good", "bad", "status"), [(999, 1, "pass"), (998.9, 1.1, "unknown"), (9989, 11, "fail")])
def test_99_9_percent_is_enough_and_nothing_less(
    scene: Any, good: float, bad: float, status: str, judged: Any, counters: Any, statuses: Any
) -> None:
    section = judged(scene, counters(scene, good=good, bad=bad))
    found = statuses(section)["autonomy.success_rate"]
    assert found == status if status != "unknown" else found != "pass"


def test_a_status_that_nobody_knows_is_no_success(scene: Any, judged: Any, counters: Any, statuses: Any) -> None:
    tables = counters(scene, operations={("T", "timeout", ""): scene.steady(500)})
    assert statuses(judged(scene, tables))["autonomy.success_rate"] == "fail"


def test_half_a_percent_of_compensations_is_the_most(scene: Any, judged: Any, counters: Any, statuses: Any) -> None:
    def with_compensations(each: float) -> str:
        tables = counters(scene, good=1000, bad=0, compensations={("T", "timeout"): scene.steady(each)})
        return statuses(judged(scene, tables))["autonomy.compensation_rate"]

    assert (with_compensations(5), with_compensations(6)) == ("pass", "fail")


def test_a_violation_that_is_born_in_the_window_fails(scene: Any, judged: Any, counters: Any, statuses: Any) -> None:
    rows = [(minute, 1.0) for minute in range(40, 71)]
    tables = counters(scene, violations={("T", "residency"): rows})
    assert statuses(judged(scene, tables))["autonomy.residency_violations"] == "fail"


def test_violations_before_the_data_begin_are_no_pass(scene: Any, judged: Any, counters: Any, statuses: Any) -> None:
    late = [(minute + 0.5, 3.0) for minute in range(66)]
    tables = counters(scene)
    tables["autonomy.violations"] = {("T", "policy"): late, ("T", "residency"): late}
    assert statuses(judged(scene, tables))["autonomy.policy_violations"] == "unknown"


def test_a_violation_of_a_strange_type_is_no_pass(scene: Any, judged: Any, counters: Any, statuses: Any) -> None:
    tables = counters(scene, violations={("T", "security"): scene.steady(1)})
    found = statuses(judged(scene, tables))
    assert (found["autonomy.policy_violations"], found["autonomy.residency_violations"]) == ("unknown", "unknown")


def test_without_operations_the_rates_are_unknown_and_not_100(
    scene: Any, judged: Any, counters: Any, statuses: Any
) -> None:
    found = judged(scene, counters(scene, good=0, bad=0))
    assert statuses(found)["autonomy.success_rate"] == "unknown"
    assert Figures(found.figures).find("autonomy.success_rate", "T").value is None
    assert "no operations" in next(v.reason for v in found.verdicts if v.check == "autonomy.success_rate")


def test_counters_that_only_others_have_are_unknown_and_not_0(
    scene: Any, judged: Any, counters: Any, statuses: Any
) -> None:
    one, other = counters(scene), counters(scene, "U")
    tables = {key: {**one[key], **(other[key] if key == "autonomy.operations" else {})} for key in one}
    section = judged(scene, tables, ("T", "U"))
    assert statuses(section, "U") == {
        "autonomy.success_rate": "pass",
        **dict.fromkeys(CRITERIA[1:], "unknown"),
    }


def test_a_tenant_without_data_has_figures_and_verdicts_all_the_same(
    scene: Any, judged: Any, counters: Any, statuses: Any
) -> None:
    section = judged(scene, counters(scene), ("T", "GONE"))
    assert statuses(section, "GONE") == dict.fromkeys(CRITERIA, "unknown")
    assert {f.value for f in section.figures if f.tenant == "GONE"} == {None}


def test_the_platform_is_the_sum_and_says_who_is_missing(scene: Any, judged: Any, counters: Any) -> None:
    section = judged(scene, counters(scene), ("T", "GONE"))
    whole = Figures(section.figures).find("autonomy.operations")
    assert (whole.value, whole.quality.value, whole.reason) == (60_060, "estimated", "GONE: no data")


def test_an_empty_platform_passes_nothing(scene: Any, judged: Any) -> None:
    section = judged(scene, {}, ("T",))
    assert {v.status for v in section.verdicts} == {Status.UNKNOWN}


def test_a_tenant_that_falls_silent_is_unknown_but_a_failure_stays_one(
    scene: Any, judged: Any, counters: Any, statuses: Any
) -> None:
    rows = {("T", "success", ""): scene.steady(1000, until=20), ("T", "failure", ""): scene.steady(0, until=20)}
    assert statuses(judged(scene, counters(scene, operations=rows)))["autonomy.success_rate"] == "unknown"
    rows[("T", "failure", "")] = scene.steady(100, until=20)
    assert statuses(judged(scene, counters(scene, operations=rows)))["autonomy.success_rate"] == "fail"


def test_a_judgement_alone_is_what_the_counters_say(scene: Any, counters: Any) -> None:
    section = judge_autonomy(scene.snapshot(counters(scene)), scene.start, scene.end)
    assert {figure.id for figure in section.figures} == {"autonomy.operations", *CRITERIA}
