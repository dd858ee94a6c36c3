"""Figures and verdicts to show."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = (datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC))


@pytest.fixture
def spend() -> Callable[..., Figure]:
    def make(usd: str | None = "1234.56", tenant: str | None = "T1", **more: Any) -> Figure:
        value = None if usd is None else Decimal(usd)
        known = {
            "window": WINDOW,
            "query": 'cost{tenant="T1"}',
            "method": "counter.curve",
            "coverage": 0.9993,
            "samples": 44640,
        }
        return Figure("budget.spend.period", tenant, value, "USD", **{**known, **more})

    return make
