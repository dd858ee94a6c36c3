"""The demo's ledger of truth: what counters show is what it says, to the millionth of a dollar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.errors import UsageError
from mcreports.metrics import CATALOGUE
from mcreports.samples import unwrap
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.noise import mix

DEMO = DemoSource(7)
TRUTH = DEMO.truth
COST = CATALOGUE["budget.cost"]
ORIGIN = datetime(2024, 9, 1, tzinfo=UTC)
NIGHT = datetime(2025, 10, 9, 20, tzinfo=UTC), datetime(2025, 10, 10, 5, tzinfo=UTC)
BIRTH = datetime(2025, 10, 16, 10, tzinfo=UTC)
EVENTS = sorted(
    key for key, metric in CATALOGUE.items() if metric.kind in {"counter", "histogram"} and metric.unit != "USD"
)


def heard(at: datetime) -> bool:
    return not NIGHT[0] <= at < NIGHT[1]


moments = st.integers(0, 288 * 500).map(lambda slots: ORIGIN + timedelta(minutes=5 * slots)).filter(heard)


def window(start: datetime, slots: int) -> tuple[datetime, datetime]:
    return start, start + timedelta(minutes=5 * slots)


windows = st.builds(window, moments, st.integers(1, 288 * 8)).filter(lambda one: heard(one[1]))


def risen(key: str, start: datetime, end: datetime) -> dict[tuple[str, ...], float]:
    """By how much each series rose between its samples at both ends, resets undone."""
    metric = CATALOGUE[key]
    table = DEMO.fetch(metric, start, end + timedelta(seconds=1)).table
    found = {}
    for own, one in table.groupby(list(metric.labels), observed=True):
        assert isinstance(own, tuple)
        found[own] = float(np.ptp(unwrap(one["value"].to_numpy())))
    return found


@settings(max_examples=25, deadline=None)
@given(asked=windows)
def test_what_a_counter_rose_by_is_what_was_spent(asked: tuple[datetime, datetime]) -> None:
    for (tenant, driver), rise in risen("budget.cost", *asked).items():
        assert rise == pytest.approx(float(TRUTH.spend(tenant, driver, *asked)), abs=1e-7)


@pytest.mark.parametrize("key", EVENTS)
@settings(max_examples=5, deadline=None)
@given(asked=windows)
def test_what_an_event_counter_rose_by_is_how_many_there_were(key: str, asked: tuple[datetime, datetime]) -> None:
    for labels, rise in risen(key, *asked).items():
        assert rise == TRUTH.events(key, *asked, labels)


@settings(max_examples=25, deadline=None)
@given(asked=windows, cut=st.fractions(0, 1))
def test_the_truth_of_two_adjacent_windows_is_that_of_both(asked: tuple[datetime, datetime], cut: float) -> None:
    start, end = asked
    middle = start + (end - start) * float(cut)
    both = TRUTH.spend(None, None, start, middle) + TRUTH.spend(None, None, middle, end)
    assert both == TRUTH.spend(None, None, start, end)


def test_drivers_add_up_to_tenants_and_tenants_to_the_platform() -> None:
    month = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
    tenants = [f"TENANT_{number:03d}" for number in range(1, 7)]
    parts = [TRUTH.spend(t, d, *month) for t in tenants for d in ("compute", "storage", "network")]
    assert sum(parts) == sum(TRUTH.spend(t, None, *month) for t in tenants) == TRUTH.spend(None, None, *month)


@given(day=st.integers(0, 900))
def test_a_whole_day_s_spend_is_whole_cents(day: int) -> None:
    start = ORIGIN + timedelta(days=day)
    spent = TRUTH.spend("TENANT_002", "network", start, start + timedelta(days=1))
    assert spent == round(spent, 2) > 0


def test_the_ledger_counts_through_the_gap_and_the_reset() -> None:
    assert TRUTH.spend("TENANT_003", "storage", *NIGHT) > 0
    assert TRUTH.events("autonomy.operations", *NIGHT, ("TENANT_001",)) > 0


def test_nothing_was_spent_before_the_platform_or_a_tenant_began() -> None:
    assert TRUTH.spend(None, None, ORIGIN - timedelta(days=400), ORIGIN) == 0
    assert TRUTH.spend("TENANT_006", None, ORIGIN, BIRTH) == 0
    assert TRUTH.spend("TENANT_006", None, BIRTH, BIRTH + timedelta(minutes=5)) > 0


def test_what_was_there_before_the_first_sample_is_told_apart() -> None:
    first = DEMO.fetch(COST, ORIGIN, ORIGIN + timedelta(minutes=1)).table
    for _, row in first.iterrows():
        assert Decimal(str(row["value"])) == TRUTH.opening(row["tenant"], row["driver"]) > 0
    assert TRUTH.opening("TENANT_006", "compute") == 5


def test_a_metric_that_counts_no_events_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'tenant\.info'"):
        TRUTH.events("tenant.info", *NIGHT)


def test_an_unknown_tenant_has_no_limit() -> None:
    with pytest.raises(UsageError, match="TENANT_999"):
        TRUTH.monthly_limit("TENANT_999", ORIGIN)


def test_the_hash_is_splitmix64() -> None:
    states = (np.arange(1, 4, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) + np.uint64(1234567)
    assert mix(states).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]
