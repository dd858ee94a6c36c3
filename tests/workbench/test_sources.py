"""The demo, a Prometheus, an archive and a published run answer alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mcreports.errors import UsageError

if TYPE_CHECKING:
    from mcreports.workbench.bench import Workbench

SPLITS = [(), "tenant", ("tenant", "driver"), ("driver", "day"), ("tenant", "week"), "month"]
RANGE = "2025-10-21T08:00Z..2025-10-21T15:00Z"


@pytest.mark.parametrize("by", SPLITS, ids=str)
def test_spend_is_the_same_everywhere(demo: Workbench, other: Workbench, by: str | tuple[str, ...]) -> None:
    pd.testing.assert_frame_equal(other.cost("2025-10", by), demo.cost("2025-10", by))


def test_the_hours_of_a_brushed_range_are_the_same_everywhere(demo: Workbench, other: Workbench) -> None:
    wanted = demo.cost(RANGE, ("hour", "driver"), "TENANT_002")
    pd.testing.assert_frame_equal(other.cost(RANGE, ("hour", "driver"), "TENANT_002"), wanted)
    assert len(wanted) == 21


@pytest.mark.parametrize("by", [(), "tenant", ("tenant", "day")], ids=str)
def test_rates_are_the_same_everywhere(demo: Workbench, other: Workbench, by: str | tuple[str, ...]) -> None:
    pd.testing.assert_frame_equal(other.rates("2025-10-24..2025-10-31", by), demo.rates("2025-10-24..2025-10-31", by))


@pytest.mark.parametrize("key", ["budget.cost", "budget.limit_daily", "autonomy.operations", "config.drift"])
def test_raw_samples_are_the_same_everywhere(demo: Workbench, other: Workbench, key: str) -> None:
    wanted = demo.raw(key, "2025-10-31")
    pd.testing.assert_frame_equal(other.raw(key, "2025-10-31"), wanted)
    assert len(wanted) >= 48


def test_the_tenants_are_the_same_everywhere(demo: Workbench, other: Workbench) -> None:
    assert list(other.tenants) == list(demo.tenants) == [f"TENANT_00{n}" for n in range(1, 7)]


def test_an_unknown_tenant_is_told_with_those_that_are_like_it(other: Workbench) -> None:
    with pytest.raises(UsageError, match="'TENANT_04'; did you mean TENANT_004"):
        other.cost("2025-10", tenant="TENANT_04")
