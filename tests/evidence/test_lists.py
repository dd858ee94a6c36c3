"""Operations and the lists beside them tell the same, in both directions."""

from __future__ import annotations

from typing import Any

import pytest

FOLDER = "autonomy/TENANT_003"
OPERATIONS = f"{FOLDER}/operations_20251029.json"


def spoil(full: Any, kind: str) -> str:
    """The name of an operation that says of itself what no list tells."""
    rows = full.get(OPERATIONS)
    row = next(row for row in rows if row["success"] and not row["compensation"]["required"])
    if kind == "compensation":
        row["compensation"] = {"required": True, "reason": None}
    else:
        row["violations"][kind] = True
    full.put(OPERATIONS, rows)
    return str(row["operation_id"])


@pytest.mark.parametrize(
    ("kind", "column", "lists"),
    [
        ("compensation", "compensated", "compensation"),
        ("policy", "policy", "violations"),
        ("residency", "residency", "violations"),
    ],
)
def test_an_operation_tells_what_its_own_list_lacks(full: Any, kind: str, column: str, lists: str) -> None:
    name, file = spoil(full, kind), f"{FOLDER}/{lists}_20251029.json"
    full.put(file, full.get(file) if lists == "compensation" else [])
    false = {field: true for field, _, true in full.false("operations")}
    assert false == {f"{name}.{column}": f"it is not in {file}"}


def test_a_list_may_be_absent_where_there_was_nothing(full: Any) -> None:
    spoil(full, "policy")
    assert full.false("operations") == []


def test_a_list_that_is_broken_denies_nothing(full: Any) -> None:
    spoil(full, "policy")
    full.put(f"{FOLDER}/violations_20251029.json", b"[")
    assert full.false("operations") == []


def test_a_list_by_the_name_of_the_day_is_of_an_operation_in_a_file_of_another_name(full: Any) -> None:
    name = spoil(full, "policy")
    full.put(f"{FOLDER}/operations_a.json", full.get(OPERATIONS))
    (full.root / OPERATIONS).unlink()
    full.put(f"{FOLDER}/violations_20251029.json", [])
    assert [field for field, _, _ in full.false("operations")] == [f"{name}.policy"]


@pytest.mark.parametrize("kind", ["compensation", "violations"])
def test_an_event_of_an_operation_that_does_not_exist_is_a_contradiction(full: Any, kind: str) -> None:
    event = {"operation_id": "ghost", "timestamp": "2025-10-29T12:00:00Z", "violation_type": "policy", "reason": "x"}
    full.put(f"{FOLDER}/{kind}_ghosts.json", [event])
    told = "no operation of that day has this name"
    assert full.false("compensations", "violations") == [("ghost.operation_id", "ghost", told)]


def test_of_a_day_whose_operations_are_not_there_nobody_says_that_one_does_not_exist(full: Any) -> None:
    (full.root / OPERATIONS).unlink()
    assert full.false("compensations", "violations") == []


@pytest.mark.parametrize("value", [3, 3.5, True, ["x"], {"a": 1}, None])
def test_what_nothing_is_judged_by_loses_no_operation(full: Any, value: Any) -> None:
    count = full.count()
    rows = full.get(OPERATIONS)
    for row in rows:
        row["operation_type"] = row["metadata"]["tier"] = value
    full.put(OPERATIONS, rows)
    events = f"{FOLDER}/compensation_20251029.json"
    full.put(events, [row | {"impact_level": value} for row in full.get(events)])
    tables = full.read()
    assert tables["faults"].empty
    assert len(tables["operations"]) == count
    shown = {3: "3", 3.5: "3.5", None: ""}
    if isinstance(value, int | float | None) and value is not True:
        assert set(tables["operations"].query("file == @OPERATIONS")["tier"]) == {shown[value]}
