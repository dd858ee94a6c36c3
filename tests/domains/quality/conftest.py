"""Platforms that spend money on operations, some of which fail, are compensated, or give answers that do not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

HOURLY = {"good": 1000.0, "bad": 1.0, "undone": 2.0, "held": 96.0, "loose": 4.0}


@pytest.fixture(scope="session")
def working(platform: Callable[..., Any]) -> Callable[..., Any]:
    """A platform whose tenants cost USD 24 a day and work evenly, so many events an hour; None: no such counter."""

    def make(first: str = "2025-08-01", last: str = "2025-11-01T06:00", **tenants: dict[str, float | None]) -> Any:
        made = platform(first=first, last=last)
        for tenant, changes in (tenants or {"T": {}}).items():
            hourly = {**HOURLY, **changes}
            made.cost(tenant).known(tenant).limit(tenant)
            hours = np.arange(len(made.times(None, None)))
            for key, own in {
                "autonomy.operations": [("status", "success", "good"), ("status", "failure", "bad")],
                "autonomy.compensations": [("reason", "rollback", "undone")],
                "grounding.checks": [("result", "pass", "held"), ("result", "fail", "loose")],
            }.items():
                for label, value, what in own:
                    if hourly[what] is not None:
                        made.add(key, {"tenant": tenant, label: value}, made.times(None, None), hours * hourly[what])
        return made

    return make
