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
    rows = [operation(scene, number, success=number > 2, policy=int(number == 3)) for number in range(100)]
    verdict = said(judged(scene, counters(scene), operations=rows), "autonomy.evidence_agreement")
    assert (verdict.status, verdict.value) == (Status.FAIL, "2")
    assert verdict.reason == (
        "autonomy.success_rate is pass by the counters and fail by the evidence: 99.9001 % of 60,060 "
        "against 97.00 % of 100; autonomy.policy_violations is pass by the counters and fail by the evidence: 0 "
        "against 1; the evidence has 100 of 60,060 operations counted, 2025-10-31 00:00 to 2025-10-31 01:00 UTC"
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
    assert verdict.reason.startswith("autonomy.policy_violations is 1 by the counters and 3 by the evidence; ")


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


def evident(section: Section, check: str) -> Any:
    return next(v for v in section.verdicts if v.check == check and v.labels)


def sampled(scene: Any, operation: Any, number: int, compensated: int, **more: Any) -> list[dict[str, Any]]:
    return [operation(scene, each, compensated=each < compensated, **more) for each in range(number)]


RATE = "autonomy.compensation_rate"


def test_one_compensation_of_a_few_operations_is_watched_where_the_counters_pass(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    tables = counters(scene, compensations={("T", "timeout"): scene.steady(2)})
    section = judged(scene, tables, operations=sampled(scene, operation, 160, 1))
    verdict, own = said(section, "autonomy.evidence_agreement"), evident(section, RATE)
    assert (verdict.status, own.status, own.value) == (Status.PASS, Status.WARN, "0.62")
    assert "0.20 % of 60,060 against 0.62 % of 160, which chance explains" in verdict.reason
    assert own.reason == (
        "not proven: 1 compensation in 160 operations, which chance explains beside the 120 in 60,060 that the "
        "counters have of the same hours (0.20 %)"
    )


def test_more_compensations_than_chance_explains_fail_twice(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    tables = counters(scene, compensations={("T", "timeout"): scene.steady(2)})
    section = judged(scene, tables, operations=sampled(scene, operation, 160, 6))
    assert {said(section, "autonomy.evidence_agreement").status, evident(section, RATE).status} == {Status.FAIL}


def test_a_failure_stays_one_where_the_counters_do_not_pass_or_have_less_that_went_wrong(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    rows = sampled(scene, operation, 160, 1)
    failing = counters(scene, compensations={("T", "timeout"): scene.steady(6)})
    section = judged(scene, failing, operations=rows)
    assert (said(section, RATE).status, evident(section, RATE).status) == (Status.FAIL, Status.FAIL)
    section = judged(scene, counters(scene), operations=rows)
    verdict = said(section, "autonomy.evidence_agreement")
    assert (verdict.status, evident(section, RATE).status) == (Status.UNKNOWN, Status.FAIL)
    assert "the evidence has 1 compensation, the counters 0" in verdict.reason


def test_a_sample_with_rows_that_cannot_be_read_is_unknown_and_not_watched(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    file = {"file": "autonomy/T/operations_2.json", "kind": "operations"}
    section = judged(
        scene, counters(scene, compensations={("T", "timeout"): scene.steady(2)}),
        operations=sampled(scene, operation, 160, 1),
        files=[{**file, "tenant": "T", "since": None, "ts": None, "sha256": "", "size": 0}],
        faults=[{**file, "field": "[3].success", "text": "is 1, not true or false"}],
    )  # fmt: skip
    assert evident(section, RATE).status is Status.UNKNOWN


def test_one_violation_in_a_sample_fails_however_few_it_has(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    rows = [operation(scene, number, policy=int(number == 0)) for number in range(160)]
    section = judged(scene, counters(scene), operations=rows)
    assert evident(section, "autonomy.policy_violations").status is Status.FAIL
    assert said(section, "autonomy.evidence_agreement").status is Status.FAIL


def test_figures_of_evidence_carry_the_hours_and_the_part_that_they_rest_on(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    day = replace(scene, end=scene.start + timedelta(hours=3))
    tables = {
        key: {labels: day.steady(rows[-1][1] / 80, until=190) for labels, rows in series.items()}
        for key, series in counters(day).items()
    }
    section = judged(day, tables, operations=[operation(day, number) for number in range(60)])
    figures = Figures(section.figures, (day.start, day.end))
    for check in ("autonomy.operations", "autonomy.success_rate", "autonomy.policy_violations"):
        told = figures.find(check, "T", source="evidence")
        assert told.window == (day.start, day.start + timedelta(hours=1))
        assert told.coverage == 60 / 60_060
    share = figures.find("autonomy.evidence_share", "T", source="evidence")
    assert (share.value, share.window) == (100 * 60 / 180_180, (day.start, day.end))
    assert share.reason == "60 of 180,180 operations, 2025-10-31 00:00 to 2025-10-31 01:00 UTC"
    agreed = said(section, "autonomy.evidence_agreement")
    assert agreed.reason == "the evidence has 60 of 60,060 operations counted, 2025-10-31 00:00 to 2025-10-31 01:00 UTC"


def test_without_counted_operations_no_part_is_made_up(scene: Any, judged: Any, operation: Any) -> None:
    figures = Figures(judged(scene, {}, operations=[operation(scene, 1)]).figures)
    assert figures.find("autonomy.operations", "T", source="evidence").coverage is None
    share = figures.find("autonomy.evidence_share", "T", source="evidence")
    assert (share.value, share.quality.value) == (None, "unknown")
