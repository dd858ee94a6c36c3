"""Tenants whose spend and events a test makes up hour by hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

HOUR = 3_600_000


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def usual(hours: int, usd: float = 10.0) -> np.ndarray:
    """So many USD in each hour, give or take a few per cent that repeat."""
    wobble = np.array([0.98, 1.01, 1.03, 0.97, 1.0, 1.02, 0.99])
    return usd * wobble[np.arange(hours) * 5 % len(wobble)]


@pytest.fixture(scope="session")
def spend(platform: Callable[..., Any]) -> Callable[..., Any]:
    """Adds a driver whose hours cost the usual, and in some windows so many times as much."""

    def make(
        made: Any = None, tenant: str = "T", driver: str = "compute", usd: float = 10.0,
        since: str = "2025-08-01", **windows: tuple[str, str, float],
    ) -> Any:  # fmt: skip
        made = made or platform(first="2025-08-01", last="2025-11-10T06:00").known(tenant)
        ts = made.times(since, None)
        cost = usual(len(ts), usd)
        for start, end, times in windows.values():
            first, last = (int(at(text).timestamp()) * 1000 for text in (start, end))
            cost[(ts > first) & (ts <= last)] *= times
        return made.add("budget.cost", {"tenant": tenant, "driver": driver}, ts, np.cumsum(cost))

    return make


@pytest.fixture(scope="session")
def operations() -> Callable[..., Any]:
    """Adds a tenant's operations, of which some fail in each hour, and more in a window."""

    def make(made: Any, done: int, failed: int, window: tuple[str, str, int] | None = None, tenant: str = "T") -> Any:
        ts = made.times("2025-09-01", None)
        bad = np.full(len(ts), failed)
        if window is not None:
            first, last = (int(at(text).timestamp()) * 1000 for text in window[:2])
            bad[(ts > first) & (ts <= last)] = window[2]
        for status, counts in (("success", done - bad), ("failure", bad)):
            labels = {"tenant": tenant, "status": status, "operation_type": "scale"}
            made.add("autonomy.operations", labels, ts, np.cumsum(counts))
        ts = made.times("2025-09-01", None)
        return made.add("autonomy.compensations", {"tenant": tenant, "reason": "x"}, ts, np.arange(len(ts)) // 8)

    return make
