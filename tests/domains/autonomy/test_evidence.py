"""The four criteria by evidence: what so many operations prove, residency by region, rows that cannot be read."""

from __future__ import annotations

from typing import Any

from mcreports.checks import Status
from mcreports.domains import Section
from mcreports.figures import Figures


def evident(section: Section) -> dict[str, Any]:
    """The verdicts that rest on evidence alone."""
    return {v.check: v for v in section.verdicts if v.labels == (("source", "evidence"),)}


# what so many operations prove


def test_a_pass_on_a_hundred_operations_says_what_it_does_not_prove(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    section = judged(scene, counters(scene), operations=[operation(scene, number) for number in range(100)])
    verdict = evident(section)["autonomy.success_rate"]
    assert verdict.status is Status.PASS
    assert verdict.reason == (
        "not proven: 100 of 100 succeeded; at 95 % that proves only >= 96.30 %; "
        "3,838 without a failure would prove 99.9 %"
    )


def test_a_pass_on_enough_operations_has_nothing_to_add(scene: Any, judged: Any, counters: Any) -> None:
    section = judged(scene, counters(scene, good=1000, bad=0))
    assert {v.reason for v in section.verdicts} == {""}


def test_the_needed_number_is_a_figure_with_its_passport(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    section = judged(scene, counters(scene, bad=0), operations=[operation(scene, n, success=n > 0) for n in range(99)])
    figures = Figures(section.figures)
    counted = figures.find("autonomy.operations_needed", "T")
    detailed = figures.find("autonomy.operations_needed", "T", source="evidence")
    assert (counted.value, detailed.value) == (3838, 5661)
    assert (counted.method, detailed.reason) == ("proof size; bounds: wilson 95 %", "to prove >= 99.9 % with 1 failure")


def test_without_operations_no_number_is_needed_and_none_is_made_up(scene: Any, judged: Any, counters: Any) -> None:
    figure = Figures(judged(scene, counters(scene, good=0, bad=0)).figures).find("autonomy.operations_needed", "T")
    assert (figure.value, figure.quality.value, figure.reason) == (None, "unknown", "no operations")


# residency


def test_violations_by_region_count_beside_those_that_are_claimed(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    rows = [
        operation(scene, 1, residency=1, processing_region="us"),
        operation(scene, 2, residency=1, residency_claimed=1),
    ]
    section = judged(scene, counters(scene), operations=rows)
    figures = Figures(section.figures)
    recomputed = figures.find("autonomy.residency_violations", "T", source="evidence").value
    claimed = figures.find("autonomy.residency_claimed", "T", source="evidence").value
    assert (recomputed, claimed) == (2, 1)
    assert evident(section)["autonomy.residency_violations"].status is Status.FAIL


def test_operations_that_name_no_regions_are_no_pass(scene: Any, judged: Any, counters: Any, operation: Any) -> None:
    rows = [operation(scene, number, processing_region="" if number < 2 else "eu") for number in range(5)]
    section = judged(scene, counters(scene), operations=rows)
    verdict = evident(section)["autonomy.residency_violations"]
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, "2 of 5 operations name no regions")
    assert evident(section)["autonomy.policy_violations"].status is Status.PASS
    assert Figures(section.figures).find("autonomy.operations_without_regions", "T", source="evidence").value == 2


def test_rows_that_could_not_be_read_are_a_doubt_of_all_four(
    scene: Any, judged: Any, counters: Any, operation: Any
) -> None:
    file = {"file": "autonomy/T/operations_2.json", "kind": "operations"}
    section = judged(
        scene, counters(scene), operations=[operation(scene, 1)],
        files=[{**file, "tenant": "T", "since": None, "ts": None, "sha256": "", "size": 0}],
        faults=[{**file, "field": "[3].success", "text": "is 1, not true or false"}],
    )  # fmt: skip
    assert {v.status for v in evident(section).values()} == {Status.UNKNOWN}
    assert "operations_2.json: [3].success is 1" in evident(section)["autonomy.success_rate"].reason
