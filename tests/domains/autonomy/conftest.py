"""Counters and evidence of one tenant's autonomy, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mcreports.domains import Section
from mcreports.domains.autonomy import review_autonomy
from mcreports.evidence.tables import SCHEMAS, frame


@pytest.fixture(scope="session")
def counters() -> Callable[..., dict[str, Any]]:
    """A tenant's counters: 1000 of 1001 operations succeed each minute, nothing is compensated or violated."""

    def make(scene: Any, tenant: str = "T", good: float = 1000, bad: float = 1, **changes: Any) -> dict[str, Any]:
        rows = {
            "autonomy.operations": {
                (tenant, "success", ""): scene.steady(good),
                (tenant, "failure", ""): scene.steady(bad),
            },
            "autonomy.compensations": {(tenant, ""): scene.steady(0)},
            "autonomy.violations": {(tenant, kind): scene.steady(0) for kind in ("policy", "residency")},
        }
        return {key: {**own, **changes.get(key.split(".")[1], {})} for key, own in rows.items()}

    return make


@pytest.fixture(scope="session")
def judged() -> Callable[..., Section]:
    """The review of a scene's tables, with these rows of evidence where there are any."""

    def make(scene: Any, tables: dict[str, Any], tenants: Sequence[str] = ("T",), **evidence: Any) -> Section:
        snapshot = scene.snapshot(tables, tuple(tenants))
        if evidence:
            object.__setattr__(snapshot, "evidence", {name: frame(name, evidence.get(name, [])) for name in SCHEMAS})
        return review_autonomy(snapshot, scene.start, scene.end)

    return make


@pytest.fixture(scope="session")
def operation() -> Callable[..., dict[str, Any]]:
    """A row of the table of operations."""

    def make(scene: Any, number: int, **changes: Any) -> dict[str, Any]:
        return {
            "file": "autonomy/T/operations_1.json", "tenant": "T", "operation_id": f"op-{number}", "operation_type": "",
            "ts": int(scene.at(number % 60).timestamp() * 1000), "execution_time_ms": 1.0, "success": True,
            "compensated": False, "policy": 0, "residency": 0, "residency_claimed": 0, "data_region": "eu",
            "processing_region": "eu", "compensation_reason": "", "simulation_id": "", "tier": "", **changes,
        }  # fmt: skip

    return make


@pytest.fixture(scope="session")
def statuses() -> Callable[..., dict[str, str]]:
    """How each criterion of a tenant came out, by the counters and by both together."""

    def make(section: Section, tenant: str = "T") -> dict[str, str]:
        return {v.check: v.status.value for v in section.verdicts if v.tenant == tenant and not v.labels}

    return make
