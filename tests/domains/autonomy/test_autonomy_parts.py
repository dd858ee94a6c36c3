"""Autonomy by its parts: types and reasons add up to the whole, from counters and from evidence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcreports.domains import Section
from mcreports.domains.autonomy import FEW
from mcreports.domains.autonomy_parts import COMPENSATIONS, FAILURES, MOST, OPERATIONS, VIOLATIONS
from mcreports.figures import Figure, Quality

TYPES = st.sampled_from(["deploy", "scale", "", "a,b|c", "=cmd"])
KNOWN = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
COUNTS = st.dictionaries(
    st.tuples(st.sampled_from(["success", "failure", "odd"]), TYPES), st.integers(0, 50), min_size=1
)


def parts(section: Section, figure_id: str, tenant: str | None = "T", source: str = "") -> dict[str, Figure]:
    """The figures of an id by the one label that they have beside their source."""
    found = {}
    for figure in section.figures:
        labels = dict(figure.labels)
        if (figure.id, figure.tenant, labels.pop("source", "")) == (figure_id, tenant, source) and len(labels) <= 1:
            found[next(iter(labels.values()), "*")] = figure
    return found


def added(section: Section, figure_id: str, tenant: str | None = "T", source: str = "") -> tuple[Any, Any]:
    """The sum of the parts, and the whole."""
    found = parts(section, figure_id, tenant, source)
    whole = found.pop("*").value
    return sum(figure.value for figure in found.values()), whole  # type: ignore[misc]


@KNOWN
@given(st.dictionaries(st.sampled_from("TUV"), COUNTS, min_size=1))
def test_types_add_up_to_every_tenants_and_the_platforms_operations(
    scene: Any, judged: Any, made: dict[str, dict[tuple[str, str], int]]
) -> None:
    series = {(tenant, *labels): scene.steady(each) for tenant, own in made.items() for labels, each in own.items()}
    section = judged(scene, {"autonomy.operations": series}, sorted(made))
    tenant = None if len(made) > 1 else min(made)
    if any(kind for own in made.values() for _, kind in own):
        assert len({*added(section, OPERATIONS, tenant)}) == 1
        assert len({*added(section, FAILURES, tenant)}) == 1
    bad = sum(60 * n for own in made.values() for (status, _), n in own.items() if status != "success")
    assert parts(section, FAILURES, tenant)["*"].value == bad


@KNOWN
@given(st.dictionaries(st.sampled_from(["timeout", "rollback", ""]), st.integers(0, 9), min_size=1))
def test_reasons_add_up_to_the_compensations(scene: Any, judged: Any, made: dict[str, int]) -> None:
    series = {("T", reason): scene.steady(each) for reason, each in made.items()}
    section = judged(scene, {"autonomy.compensations": series})
    if set(made) - {""}:
        assert len({*added(section, COMPENSATIONS)}) == 1
    assert parts(section, COMPENSATIONS)["*"].value == 60 * sum(made.values())


ROWS = st.lists(
    st.fixed_dictionaries({
        "operation_type": TYPES, "success": st.booleans(), "compensated": st.booleans(),
        "policy": st.integers(0, 2), "residency": st.integers(0, 2),
    }),
    min_size=1, max_size=20,
)  # fmt: skip


@KNOWN
@given(ROWS, st.sets(st.integers(0, 25)), st.sets(st.integers(0, 25)))
def test_the_evidences_types_add_up_to_its_own_whole(
    scene: Any, judged: Any, operation: Any, made: list[dict[str, Any]], compensated: set[int], broken: set[int]
) -> None:
    at = int(scene.at(1).timestamp() * 1000)
    rows = [operation(scene, number, **one) for number, one in enumerate(made)]
    beside = {"file": "f", "tenant": "T", "ts": at}
    section = judged(
        scene, {}, operations=rows,
        compensations=[{**beside, "operation_id": f"op-{n}", "reason": "r", "impact_level": ""} for n in compensated],
        violations=[{**beside, "operation_id": f"op-{n}", "violation_type": "policy"} for n in broken],
    )  # fmt: skip
    whole = {f.id: f.value for f in section.figures if f.labels == (("source", "evidence"),)}
    told = {figure_id: parts(section, figure_id, "T", "evidence") for figure_id in (OPERATIONS, FAILURES, VIOLATIONS)}
    assert whole[OPERATIONS] == len(made) == sum(f.value for k, f in told[OPERATIONS].items() if k != "*")
    assert sum(f.value for f in told[FAILURES].values()) == sum(not one["success"] for one in made)
    violations = sum(max(one["policy"], int(n in broken)) + one["residency"] for n, one in enumerate(made))
    strange = len([n for n in broken if n >= len(made)])
    assert sum(f.value for f in told[VIOLATIONS].values()) == violations + strange


def test_types_that_no_series_tells_are_not_made_up(scene: Any, judged: Any) -> None:
    section = judged(scene, {"autonomy.operations": {("T", "success", ""): scene.steady(5)}})
    assert set(parts(section, OPERATIONS)) == {"*"}


def test_of_very_many_types_the_worst_are_told_and_the_others_stand_together(scene: Any, judged: Any) -> None:
    series = {("T", "failure", f"type-{number:02}"): scene.steady(number + 1) for number in range(MOST + 8)}
    section = judged(scene, {"autonomy.operations": series})
    found = parts(section, FAILURES)
    assert len(found) == MOST + 1
    assert list(found)[1] == f"type-{MOST + 7:02}"
    assert dict(found["others"].labels) == {"operation_types": "others"}
    assert len({*added(section, FAILURES)}) == 1


def test_of_many_tenants_only_a_few_are_taken_apart(scene: Any, judged: Any) -> None:
    tenants = [f"T{number:03}" for number in range(40)]
    series = {(tenant, status, "deploy"): scene.steady(1) for tenant in tenants for status in ("success", "failure")}
    section = judged(scene, {"autonomy.operations": series}, tenants)
    assert len({f.tenant for f in section.figures if "operation_type" in dict(f.labels)}) == FEW + 1
    assert len(section.figures) < 7 * len(tenants)


def test_a_part_is_as_doubtful_as_the_whole(scene: Any, judged: Any) -> None:
    rows = {("T", status, "deploy"): scene.steady(9, until=20) for status in ("success", "failure")}
    section = judged(scene, {"autonomy.operations": rows})
    assert {f.quality for f in parts(section, FAILURES).values()} == {Quality.ESTIMATED}


def test_without_data_no_part_is_0(scene: Any, judged: Any) -> None:
    assert parts(judged(scene, {}), FAILURES)["*"].value is None


@pytest.mark.parametrize("tenants", [("T",), ("T", "U")])
def test_two_figures_are_never_taken_for_each_other(
    scene: Any, tenants: tuple[str, ...], judged: Any, operation: Any
) -> None:
    rows = {(tenant, "success", kind): scene.steady(3) for tenant in tenants for kind in ("", "x")}
    section = judged(scene, {"autonomy.operations": rows}, tenants, operations=[operation(scene, 1)])
    keys = [figure.key for figure in section.figures]
    assert len(keys) == len(set(keys))
