from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mcreports import samples, snapshot
from mcreports.domains.compose import compose
from mcreports.errors import UsageError
from mcreports.period import Period
from mcreports.samples import Series
from mcreports.settings import ReportSettings, Settings
from mcreports.sources import SourceInfo
from mcreports.sources.demo import DemoSource
from mcreports.take import Order, take

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mcreports.metrics import Metric
    from mcreports.samples import Pulled
    from mcreports.snapshot import Snapshot

DEMO = DemoSource(7)
NOW = datetime(2025, 11, 5, tzinfo=UTC)
HOUR = 3_600_000


def taken(report: str = "daily", label: str = "2025-10-31", now: datetime = NOW, **more: Any) -> Snapshot:
    chosen = more.pop("settings", Settings())
    return take(Order(report, Period.parse(label, chosen.report.zone), **more), DEMO, chosen, now)


@dataclass
class Made:
    """A source of series that a test made up, and what was asked of it."""

    series: dict[str, list[Series]]
    info: SourceInfo = field(default_factory=lambda: SourceInfo("made", "made://"))
    asked: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        return tuple(sorted({one.labels.get("tenant", "") for one in self.series.get(metric.key, [])}))

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        self.asked.append((metric.key, start, end))
        first, after = (round(at.timestamp() * 1000) for at in (start, end))
        found = []
        for one in self.series.get(metric.key, []):
            inside = (one.ts >= first) & (one.ts < after)
            if tenants is None or one.labels["tenant"] in tenants:
                found.append(Series(one.labels, one.ts[inside], np.asarray(one.values)[inside]))
        return samples.gather(metric, found, tenants)


def hourly(labels: dict[str, str], since: str, until: str) -> Series:
    ends = [round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000) for text in (since, until)]
    ts = np.arange(ends[0], ends[1], HOUR)
    return Series(labels, ts, np.arange(len(ts), dtype=float))


def test_a_period_that_is_not_over_or_not_settled_is_refused_and_says_when_it_will_be() -> None:
    with pytest.raises(UsageError, match=r"2025-10-31 is not over: it settles at 2025-11-01 00:15 UTC"):
        taken(now=datetime(2025, 10, 31, 23, tzinfo=UTC))
    with pytest.raises(UsageError, match="is over but not settled"):
        taken(now=datetime(2025, 11, 1, 0, 14, tzinfo=UTC))
    assert taken(now=datetime(2025, 11, 1, 0, 15, tzinfo=UTC)).state == "final"


def test_a_negative_settling_time_closes_no_open_period() -> None:
    chosen = Settings(report=ReportSettings(settle=timedelta(days=-1)))
    with pytest.raises(UsageError, match="is not over"):
        taken(now=datetime(2025, 10, 31, 12, tzinfo=UTC), settings=chosen)


def test_a_provisional_period_is_preliminary_and_ends_now() -> None:
    noon = datetime(2025, 10, 31, 12, tzinfo=UTC)
    found = taken(now=noon, provisional=True)
    assert found.state == "preliminary"
    assert {window.end for window in found.windows.values()} == {noon}


def test_a_period_that_has_not_begun_is_refused() -> None:
    with pytest.raises(UsageError, match="has not begun"):
        taken(now=datetime(2025, 10, 30, tzinfo=UTC), provisional=True)


def test_without_a_sample_after_its_end_a_settled_period_is_preliminary() -> None:
    made = Made({"budget.cost": [hourly({"tenant": "T", "driver": "x"}, "2025-10-01", "2025-10-31T20:00")]})
    order = Order("daily", Period.parse("2025-10-31"))
    assert take(order, made, Settings(), NOW).state == "preliminary"


def test_an_unfinished_week_over_the_end_of_a_month_knows_its_tenants() -> None:
    found = taken("weekly", "2025-W40", now=datetime(2025, 9, 30, 12, tzinfo=UTC), provisional=True)
    assert found.tenants == tuple(f"TENANT_00{number}" for number in range(1, 6))


def test_the_expected_tenants_are_the_settings_then_tenant_infos_then_all_seen() -> None:
    cost = [hourly({"tenant": name, "driver": "x"}, "2025-10-01", "2025-11-02") for name in "CBA"]
    info = [hourly({"tenant": name}, "2025-10-01", "2025-11-02") for name in "BA"]
    order = Order("daily", Period.parse("2025-10-31"))
    configured = Settings(report=ReportSettings(tenants=("Z", "A", "Z")))
    assert take(order, Made({"budget.cost": cost}), Settings(), NOW).tenants == ("A", "B", "C")
    assert take(order, Made({"budget.cost": cost, "tenant.info": info}), Settings(), NOW).tenants == ("A", "B")
    assert take(order, Made({"budget.cost": cost}), configured, NOW).tenants == ("Z", "A")


def test_a_tenant_that_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="no tenant is called 'NOBODY'"):
        taken(tenants=("TENANT_001", "NOBODY"))


def test_the_tenant_whose_autonomy_is_validated_is_known_also_when_it_has_vanished() -> None:
    made = Made({"budget.cost": [hourly({"tenant": "T", "driver": "x"}, "2025-10-01", "2025-11-02")]})
    order = Order("daily", Period.parse("2025-10-31"), ("TENANT_003",))
    assert take(order, made, Settings(), NOW).tenants == ("TENANT_003",)
    other = Settings(schedule={"autonomy_tenant": "TENANT_009"})
    with pytest.raises(UsageError, match="no tenant is called 'TENANT_003'"):
        take(order, made, other, NOW)


def test_a_tenant_that_is_asked_for_twice_is_one() -> None:
    found = taken(tenants=("TENANT_001", "TENANT_001"))
    assert found.tenants == ("TENANT_001",)
    assert compose(found).figures.find("budget.spend.period").value


def test_a_tenants_own_snapshot_holds_nothing_of_another(tmp_path: Path) -> None:
    chosen = Settings(
        tenants={
            "TENANT_001": {"owner": "own-team", "budget_daily": "111"},
            "TENANT_002": {
                "owner": "other-team", "budget_daily": "7771234", "thresholds": {"budget.forecast": {"fail": 3}},
            },
        }
    )  # fmt: skip
    found = taken(tenants=("TENANT_001",), settings=chosen)
    snapshot.write(found, tmp_path)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) > 5
    for file in files:
        assert not any(word in file.read_bytes() for word in (b"TENANT_002", b"other-team", b"7771234"))
    for table in found.tables.values():
        assert "tenant" not in table or set(table["tenant"]) <= {"TENANT_001"}


def test_alone_and_among_all_a_tenant_has_the_same_figures() -> None:
    for name in ("TENANT_001", "TENANT_006"):
        alone, among = compose(taken(tenants=(name,))), compose(taken())
        own = {f.key: f for f in among.figures if f.tenant == name}
        # alone it may be told in more parts: by type and reason, which a crowd has for the gravest few
        found = {f.key: f for f in alone.figures if f.tenant == name}
        assert own.items() <= found.items()
        assert {found[key].id.partition(".")[0] for key in found.keys() - own.keys()} <= {"autonomy"}


def test_a_tenant_that_came_to_a_source_that_began_late_was_born_also_when_it_is_asked_for_alone() -> None:
    cost = [
        hourly({"tenant": "OLD", "driver": "x"}, "2025-10-10", "2025-11-02"),
        hourly({"tenant": "YOUNG", "driver": "x"}, "2025-10-20", "2025-11-02"),
    ]
    for wanted in (None, ("YOUNG",)):
        order = Order("monthly", Period.parse("2025-10"), wanted)
        report = compose(take(order, Made({"budget.cost": cost}), Settings(), NOW))
        assert report.figures.find("budget.spend.period", "YOUNG").quality == "actual"


def test_counters_bring_the_samples_on_both_sides_of_their_window_and_gauges_do_not() -> None:
    found = taken()
    window, cost = found.windows["budget.cost"], found.table("budget.cost")
    for _, one in cost.groupby(["tenant", "driver"], observed=True):
        assert (one["ts"] < window.start).sum() <= 1
        assert (one["ts"] >= window.end).sum() == 1
    limits = found.table("budget.limit_daily")["ts"]
    assert limits.min() >= found.period.start
    assert limits.max() < found.period.end


def test_the_newest_owner_is_the_owner_and_the_settings_go_over_it() -> None:
    info = [
        hourly({"tenant": "T", "owner": "zebra"}, "2025-10-31", "2025-10-31T10:00"),
        hourly({"tenant": "T", "owner": "ant"}, "2025-10-31T10:00", "2025-11-02"),
    ]
    order = Order("daily", Period.parse("2025-10-31"))
    assert take(order, Made({"tenant.info": info}), Settings(), NOW).owners == {"T": "ant"}
    named = Settings(tenants={"T": {"owner": "bee"}})
    assert take(order, Made({"tenant.info": info}), named, NOW).owners == {"T": "bee"}


def test_rules_and_budgets_travel_with_the_snapshot() -> None:
    chosen = Settings(
        thresholds={"budget.forecast": {"warn": "7"}},
        tenants={"TENANT_001": {"budget_monthly": "5", "thresholds": {"budget.forecast": {"fail": "9"}}}},
    )
    found = taken(settings=chosen)
    assert (found.rule("budget.forecast", "TENANT_001").warn, found.rule("budget.forecast").fail) == (7, 10)
    assert found.rule("budget.forecast", "TENANT_001").fail == Decimal(9)
    assert found.budgets == {"TENANT_001": {"monthly": Decimal(5)}}


def test_a_remapped_metric_is_asked_for_by_its_own_name() -> None:
    chosen = Settings(metrics={"budget.cost": {"name": "acme_cost", "labels": {"tenant": "customer"}}})
    found = taken(settings=chosen)
    assert found.metrics["budget.cost"].selector(tenant="A") == 'acme_cost{customer="A"}'


def test_each_metric_is_told_as_it_is_pulled_and_only_what_the_plan_names() -> None:
    found = taken()
    assert set(found.tables) == set(found.windows)
    assert json.dumps(sorted(found.tables)).count("budget.cost_today") == 0


def test_a_series_that_was_silent_for_long_keeps_one_sample_on_either_side_and_costs_no_other_a_query() -> None:
    steady, torn = {"tenant": "T", "driver": "x"}, {"tenant": "U", "driver": "x"}
    early = hourly(torn, "2025-06-01", "2025-06-20")
    cost = [hourly(steady, "2025-05-01", "2025-12-30"), early, hourly(torn, "2025-10-31T02:00", "2025-10-31T05:00")]
    cost.append(hourly(torn, "2025-12-01", "2025-12-20"))
    made = Made({"budget.cost": cost})
    october = Period.parse("2025-10-31")
    order = Order("daily", october, windows={"budget.cost": (october.start, october.end)})
    table = take_of(made, order)
    own = table[table["tenant"] == "U"]["ts"].map(lambda at: at.isoformat()[:10]).tolist()
    assert own == ["2025-06-19", *["2025-10-31"] * 3, "2025-12-01"]
    assert len(table[table["tenant"] == "T"]) == 26
    widest = max(end - start for _, start, end in made.asked)
    assert widest <= timedelta(days=32)
    made = Made({"budget.cost": cost[:1]})
    take_of(made, order)
    assert len([key for key, _, _ in made.asked if key == "budget.cost"]) == 1


def take_of(made: Made, order: Order) -> Any:
    windows = {**(order.windows or {}), "tenant.info": (order.period.start, order.period.end)}
    return take(replace(order, windows=windows), made, Settings(), datetime(2026, 1, 1, tzinfo=UTC)).table(
        "budget.cost"
    )


def test_the_demos_youngest_tenant_stays_born() -> None:
    cost = taken("monthly", "2025-10").table("budget.cost")
    assert cost[cost["tenant"] == "TENANT_006"]["ts"].min() >= datetime(2025, 10, 16, tzinfo=UTC)
