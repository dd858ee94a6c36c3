"""What the demo announces really happens, on the day and to the tenant that it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from mcreports.metrics import CATALOGUE
from mcreports.sources.demo import DemoSource

DEMO = DemoSource(7)
TRUTH = DEMO.truth
TENANTS = [f"TENANT_{number:03d}" for number in range(1, 7)]
OCTOBER = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
WEEK_44 = datetime(2025, 10, 27, tzinfo=UTC), datetime(2025, 11, 3, tzinfo=UTC)
EVERY = pytest.mark.parametrize("key", CATALOGUE)
SEEDS = pytest.mark.parametrize("seed", [0, 7, 2025])


def day(month: int, number: int) -> tuple[datetime, datetime]:
    start = datetime(2025, month, number, tzinfo=UTC)
    return start, start + timedelta(days=1)


def values(key: str, start: datetime, end: datetime, **labels: str) -> pd.Series[float]:
    table = DEMO.fetch(CATALOGUE[key], start, end).table
    for label, value in labels.items():
        table = table[table[label] == value]
    return table.set_index("ts")["value"]


def rate(seed: int, key: str, good: tuple[str, ...], asked: tuple[datetime, datetime]) -> float:
    truth = DemoSource(seed).truth
    return truth.events(key, *asked, good) / truth.events(key, *asked, good[:1])


@SEEDS
def test_only_tenant_005_is_over_its_month_and_near_its_last_day_s_limit(seed: int) -> None:
    truth = DemoSource(seed).truth
    month = {t: truth.spend(t, None, *OCTOBER) / truth.monthly_limit(t, OCTOBER[0]) for t in TENANTS}
    last = {t: truth.spend(t, None, *day(10, 31)) / truth.daily_limit(t, OCTOBER[0]) for t in TENANTS}
    assert 1.07 < month.pop("TENANT_005") < 1.1
    assert 0.9 < last.pop("TENANT_005") < 0.98
    assert 0.8 < month.pop("TENANT_004") < 0.9
    assert max(month.values()) < 0.78
    assert max(last.values()) < 0.78


def test_every_tenant_spends_between_100_and_700_dollars_a_day() -> None:
    for number in range(1, 32):
        for tenant in TENANTS[:5] if number <= 16 else TENANTS:
            assert 100 < TRUTH.spend(tenant, None, *day(10, number)) < 700


def test_limits_change_at_midnight_of_the_first_and_agree_with_the_ledger() -> None:
    limits = values("budget.limit_monthly", day(10, 31)[0], day(11, 1)[1], tenant="TENANT_004")
    assert limits.iloc[287] == TRUTH.monthly_limit("TENANT_004", OCTOBER[0])
    assert limits.iloc[288] == TRUTH.monthly_limit("TENANT_004", OCTOBER[1]) > 1.1 * limits.iloc[287]
    daily = values("budget.limit_daily", *OCTOBER, tenant="TENANT_004")
    assert set(daily) == {float(TRUTH.daily_limit("TENANT_004", OCTOBER[0]))}


def test_tenant_004_s_compute_shifts_up_and_stays() -> None:
    for number in range(14, 31):
        start, end = day(10, number)
        weeks = timedelta(days=14 if number < 28 else 21)
        before = TRUTH.spend("TENANT_004", "compute", start - weeks, end - weeks)
        assert 1.3 < TRUTH.spend("TENANT_004", "compute", start, end) / before < 1.6


def test_tenant_002_s_network_spikes_for_six_hours() -> None:
    start = datetime(2025, 10, 21, 9, tzinfo=UTC)
    spike = TRUTH.spend("TENANT_002", "network", start, start + timedelta(hours=6))
    usual = TRUTH.spend("TENANT_002", "network", start - timedelta(days=7), start - timedelta(days=7, hours=-6))
    assert 3.5 < spike / usual < 4.5


@pytest.mark.parametrize("month", pd.period_range("2024-09", "2026-03", freq="M").astype(str))
def test_every_month_has_one_spike(month: str) -> None:
    start = datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
    days = [start + timedelta(days=number) for number in range(28)]
    spent = np.array([float(TRUTH.spend("TENANT_002", "network", at, at + timedelta(days=1))) for at in days])
    usual = np.array([float(TRUTH.spend("TENANT_001", "network", at, at + timedelta(days=1))) for at in days])
    ratio = spent / usual
    assert (ratio > 1.2 * np.median(ratio)).sum() == 1


@EVERY
def test_nothing_at_all_is_scraped_in_the_gap(key: str) -> None:
    night = values(key, datetime(2025, 10, 9, tzinfo=UTC), datetime(2025, 10, 11, tzinfo=UTC))
    seen = night.index.unique().sort_values()
    (hole,) = [(a, b) for a, b in pairwise(seen) if b - a > timedelta(minutes=5)]
    assert [at.isoformat() for at in hole] == ["2025-10-09T19:55:00+00:00", "2025-10-10T05:00:00+00:00"]


def test_tenant_003_s_storage_counter_is_reset_once_and_loses_nothing() -> None:
    every = values("budget.cost", *OCTOBER, tenant="TENANT_003", driver="storage")
    (fall,) = np.flatnonzero(np.diff(every) < 0)
    at = every.index[fall].to_pydatetime()
    assert at == datetime(2025, 10, 12, 12, tzinfo=UTC)
    since = TRUTH.spend("TENANT_003", "storage", at, at + timedelta(minutes=5))
    assert every.iloc[fall + 1] == pytest.approx(float(since))


def test_no_other_counter_ever_falls() -> None:
    counters = [m for m in CATALOGUE.values() if m.kind in {"counter", "histogram"}]
    for metric in counters:
        for one in DEMO.series(metric, *OCTOBER):
            falls = (np.diff(one.values) < 0).any()
            assert falls == (one.labels["tenant"] == "TENANT_003" and one.labels.get("driver") == "storage")


@EVERY
def test_tenant_006_is_born_in_the_middle_of_the_month(key: str) -> None:
    if "tenant" in CATALOGUE[key].labels:
        own = values(key, *OCTOBER, tenant="TENANT_006")
        assert own.index.min() == pd.Timestamp("2025-10-16T10:00Z")


def test_tenant_006_is_born_with_five_dollars_of_compute() -> None:
    at = datetime(2025, 10, 16, 10, tzinfo=UTC)
    table = DEMO.fetch(CATALOGUE["budget.cost"], at, at + timedelta(minutes=5), ["TENANT_006"]).table
    assert table.set_index("driver")["value"].to_dict() == {"compute": 5.0, "network": 0.0, "storage": 0.0}


@SEEDS
def test_autonomy_is_breached_by_tenant_003_on_one_day_and_so_in_that_week(seed: int) -> None:
    good = ("TENANT_003", "success")
    assert rate(seed, "autonomy.operations", good, day(10, 30)) == pytest.approx(0.992, abs=5e-4)
    assert rate(seed, "autonomy.operations", good, WEEK_44) < 0.999
    assert rate(seed, "autonomy.operations", good, day(10, 31)) >= 0.999
    assert rate(seed, "autonomy.operations", good, OCTOBER) >= 0.999


@SEEDS
@pytest.mark.parametrize("tenant", TENANTS)
def test_ordinary_days_are_autonomous(seed: int, tenant: str) -> None:
    for number in (18, 19, 25, 26, 27, 31):
        found = rate(seed, "autonomy.operations", (tenant, "success"), day(10, number))
        assert 0.999 < found < 0.9999


def test_the_breach_brings_compensations_and_one_residency_violation() -> None:
    operations = TRUTH.events("autonomy.operations", *day(10, 30), ("TENANT_003",))
    assert 0.007 < TRUTH.events("autonomy.compensations", *day(10, 30), ("TENANT_003",)) / operations < 0.008
    assert TRUTH.events("autonomy.compensations", *WEEK_44, ("TENANT_003",)) / operations / 7 < 0.005
    assert TRUTH.events("autonomy.violations", *day(10, 30), ("TENANT_003", "residency")) == 1
    year = datetime(2024, 9, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
    assert TRUTH.events("autonomy.violations", *year) == 1


def test_a_violation_that_did_not_happen_is_a_counter_at_zero() -> None:
    first = values("autonomy.violations", datetime(2024, 9, 1, tzinfo=UTC), datetime(2024, 9, 2, tzinfo=UTC))
    assert len(first) == 5 * 2 * 288
    assert set(first) == {0.0}


@SEEDS
def test_grounding_is_breached_by_tenant_002_for_ten_days(seed: int) -> None:
    asked = [(10, 26), (10, 27), (10, 31), (11, 5), (11, 6)]
    found = [rate(seed, "grounding.checks", ("TENANT_002", "pass"), day(*at)) for at in asked]
    assert [one < 0.95 for one in found] == [False, True, True, True, False]
    assert found[1] == pytest.approx(0.935, abs=0.01)
    for tenant in set(TENANTS) - {"TENANT_002"}:
        assert 0.96 < rate(seed, "grounding.checks", (tenant, "pass"), WEEK_44) < 0.98


def quantile(key: str, tenant: str, asked: tuple[datetime, datetime]) -> float:
    bounds = sorted({one.labels["le"] for one in DEMO.series(CATALOGUE[key], *asked)}, key=float)
    counts = [TRUTH.events(key, *asked, (tenant, le)) for le in bounds]
    assert counts == sorted(counts)
    return float(np.interp(0.95 * counts[-1], counts[:-1], [float(le) for le in bounds[:-1]]))


@pytest.mark.parametrize("tenant", TENANTS)
def test_requests_are_fast_but_for_tenant_004_since_its_shift(tenant: str) -> None:
    slow = tenant == "TENANT_004"
    assert 0.18 < quantile("platform.request_duration", tenant, day(10, 13)) < 0.235 or tenant == "TENANT_006"
    assert (0.255 < quantile("platform.request_duration", tenant, day(10, 31)) < 0.29) is slow


def test_replication_lags_only_while_the_configuration_drifts() -> None:
    drift = values("config.drift", *OCTOBER)
    assert set(drift.index[drift == 1].strftime("%m-%d")) == {"10-20"}
    assert (drift == 1).sum() == 288
    lags = {n: quantile("platform.replication_lag", "TENANT_001", day(10, n)) for n in (13, 19, 20, 21, 31)}
    assert [n for n, lag in lags.items() if lag >= 60] == [20]


def test_buckets_are_cumulative_at_every_instant() -> None:
    for key in ("platform.replication_lag", "platform.request_duration"):
        table = DEMO.fetch(CATALOGUE[key], *OCTOBER, ["TENANT_006"]).table
        wide = table.pivot_table(index="ts", columns="le", values="value", observed=True)
        ordered = wide[sorted(wide.columns, key=float)]
        assert (ordered.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_cost_today_follows_the_ledger_and_falls_back_at_midnight() -> None:
    start, end = day(10, 22)
    today = values("budget.cost_today", start, end + timedelta(minutes=1), tenant="TENANT_005")
    assert today.iloc[0] == today.iloc[-1] == 0
    at = today.index[200].to_pydatetime()
    assert today.iloc[200] == pytest.approx(float(TRUTH.spend("TENANT_005", None, start, at)), abs=1e-9)


def test_weekends_are_quieter_and_nights_too() -> None:
    for tenant in TENANTS[:5]:
        assert TRUTH.spend(tenant, None, *day(9, 13)) / TRUTH.spend(tenant, None, *day(9, 10)) < 0.9
        start, _ = day(9, 10)
        hours = [start + timedelta(hours=hour) for hour in (2, 12)]
        night, noon = (TRUTH.spend(tenant, "compute", at, at + timedelta(hours=1)) for at in hours)
        assert night / noon < 0.6


def test_who_owns_a_tenant_is_told() -> None:
    table = DEMO.fetch(CATALOGUE["tenant.info"], *day(10, 31)).table
    known = table.drop_duplicates("tenant")[["tenant", "owner", "tier"]].to_numpy().tolist()
    assert known[0] == ["TENANT_001", "team-a", "tier-1"]
    assert known[2] == ["TENANT_003", "team-c", "tier-3"]
    assert len(known) == 6
