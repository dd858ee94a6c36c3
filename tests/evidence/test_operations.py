"""Operations are held against every file that tells of them, and against the lists beside them."""

from __future__ import annotations

from typing import Any

import pytest

OPERATIONS = "autonomy/TENANT_003/operations_20251030.json"


def test_an_operation_that_two_files_tell_differently_is_a_contradiction_and_taken_at_its_worst(full: Any) -> None:
    rows = full.get(OPERATIONS)
    failed = next(row for row in rows if not row["success"])
    full.put("autonomy/TENANT_003/operations_zz.json", [{**failed, "success": True}])
    assert (f"{failed['operation_id']}.success", "True", "False") in full.false()
    table = full.read()["operations"]
    assert not table.set_index("operation_id")["success"][failed["operation_id"]]


def test_an_operation_that_two_files_tell_alike_counts_once(full: Any) -> None:
    count = full.count()
    full.put("autonomy/TENANT_003/operations_zz.json", full.get(OPERATIONS))
    assert full.false() == []
    assert len(full.read()["operations"]) == count


@pytest.mark.parametrize("what", ["compensation", "violations"])
def test_an_operation_that_hides_what_a_list_beside_tells_is_a_contradiction(full: Any, what: str) -> None:
    rows = full.get(OPERATIONS)
    for row in rows:
        row["compensation"]["required"] &= what != "compensation"
        row["violations"]["residency"] &= what != "violations"
    full.put(OPERATIONS, rows)
    false = full.false()
    assert any(told == "it is in the list beside" for _, _, told in false)
    if what == "compensation":
        assert full.read()["operations"]["compensated"].sum() == 11


def test_an_operation_processed_abroad_without_a_violation_is_a_contradiction(full: Any) -> None:
    rows = full.get(OPERATIONS)
    rows[1]["context"]["processing_region"] = "us-east-1"
    full.put(OPERATIONS, rows)
    abroad = "its data are of 'eu-central-1', it was processed in 'us-east-1'"
    assert full.false() == [
        (f"{rows[1]['operation_id']}.residency", "0", abroad),
        ("results.residency_violations", "1", "2"),
    ]
