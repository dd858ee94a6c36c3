from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from mcreports import haul, rowgroups
from mcreports.domains.compose import compose
from mcreports.haul import Errand, pull, window_of
from mcreports.metrics import CATALOGUE
from mcreports.period import Period
from mcreports.settings import ReportSettings, Settings
from mcreports.snapshot import read, shelf_of, write
from mcreports.sources.demo import DemoSource
from mcreports.take import Bench, Order, take

if TYPE_CHECKING:
    from pathlib import Path

    from mcreports.samples import Series

SPAN = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
NOW = datetime(2025, 11, 5, tzinfo=UTC)
DEMO = DemoSource(7, step=3600)


def errand(source: Any, key: str) -> Errand:
    return Errand(source, CATALOGUE[key], SPAN, NOW, CATALOGUE)


@pytest.mark.parametrize("key", ["budget.cost", "budget.limit_daily", "platform.replication_lag", "config.drift"])
@pytest.mark.parametrize("enough", [1, 2_000, 10**9])
def test_batches_of_tenants_are_the_table_that_one_pull_gives(
    key: str, enough: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, told = zip(*pull(errand(DEMO, key), None), strict=True)
    monkeypatch.setattr(haul, "FEW", 1)
    monkeypatch.setattr(haul, "ENOUGH", enough)
    parts, heard = zip(*pull(errand(DEMO, key), None), strict=True)
    assert_frame_equal(rowgroups.join(parts), whole[0], check_categorical=False)
    assert window_of(errand(DEMO, key), None, heard) == window_of(errand(DEMO, key), None, told)
    assert {name for one in heard for name in one.tenants} == told[0].tenants


def test_a_series_that_names_no_tenant_is_not_lost_among_many(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(haul, "FEW", 1)
    made = platform("2025-10-01").cost("T").cost("U")
    bare: Series = made.rows[0][1]
    made.add("budget.cost", {"driver": "compute"}, bare.ts, np.asarray(bare.values))
    names = {name for table, _ in pull(errand(made, "budget.cost"), None) for name in table["tenant"].unique()}
    assert names == {"", "T", "U"}


@pytest.mark.parametrize("report", ["daily", "weekly", "monthly"])
def test_a_report_in_batches_and_row_groups_is_the_report_in_memory(
    report: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = {"daily": "2025-10-31", "weekly": "2025-W44", "monthly": "2025-10"}[report]
    order, chosen = Order(report, Period.parse(period)), Settings(report=ReportSettings())
    one = compose(take(order, DEMO, chosen, NOW))
    monkeypatch.setattr(haul, "FEW", 1)
    monkeypatch.setattr(rowgroups, "ENOUGH", 100)
    write(take(order, DEMO, chosen, NOW, Bench(shelf_of(tmp_path))), tmp_path)
    two = compose(read(tmp_path))
    assert one.figures.every == two.figures.every
    assert (one.verdicts, one.reconciliation, one.headline) == (two.verdicts, two.reconciliation, two.headline)
