"""A budget summary's statuses are those of its own numbers, whichever reading would suit it better."""

from __future__ import annotations

from typing import Any

import pytest

BUDGET = "budgets/budget-20251031.json"


def summary(used: dict[str, tuple[float, str]], average: float, critical: int) -> dict[str, Any]:
    return {
        "timestamp": "2025-10-31T09:00:00Z",
        "tenants": {name: {"utilization": share, "status": word} for name, (share, word) in used.items()},
        "aggregate": {"avg_utilization": average, "critical_count": critical},
    }


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (summary({"A": (50.0, "critical"), "B": (12.0, "critical")}, 31.0, 2), {"critical_count", "A", "B"}),
        (summary({"A": (50, "critical"), "B": (60, "critical"), "C": (95, "critical")}, 68.33, 3), {"A", "B", "count"}),
        (summary({"A": (0.95, "ok"), "B": (0.4, "ok")}, 0.675, 0), {"critical_count", "A"}),
        (summary({"A": (0.5, "ok"), "B": (0.95, "critical")}, 0.75, 1), {"avg_utilization"}),
        (summary({"A": (0.5, "ok"), "B": (0.95, "Critical ")}, 0.725, 1), set()),
        (summary({"A": (0.5, "ok"), "B": (0.95, "critical")}, 0.73, 1), set()),
        (summary({"A": (2.5, "ok"), "B": (0.5, "ok")}, 1.5, 0), set()),
        (summary({}, 0, 0), set()),
    ],
)
def test_the_scale_is_that_of_the_numbers(full: Any, body: Any, fields: set[str]) -> None:
    full.put(BUDGET, body)
    false = [field for field, _, _ in full.false()]
    assert len(false) == len(fields)
    assert all(any(field in said for said in false) for field in fields)


def test_a_status_that_nobody_knows_is_a_fault_and_hides_no_count(full: Any) -> None:
    full.put(BUDGET, summary({"A": (140.0, "on_track"), "B": (97, "critical")}, 118.5, 1))
    assert full.false() == [("aggregate.critical_count", "1", "2")]
    ((file, field, text),) = full.faults()
    assert (file, field) == (BUDGET, "tenants.A.status")
    assert text.startswith("is 'on_track', none of critical, ")


def test_a_report_of_one_tenant_does_not_name_another_ones_status(full: Any) -> None:
    full.put(BUDGET, summary({"TENANT_001": (140.0, "on_track")}, 140.0, 1))
    (fault,) = full.read(("TENANT_003",))["faults"].itertuples()
    assert fault.field == "tenants.*.status"
