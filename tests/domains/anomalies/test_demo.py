"""The demo's own truth: what was made to happen in October is found, and nothing that was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mcreports.domains.anomalies.find import find
from mcreports.domains.anomalies.look import order_of
from mcreports.period import Period
from mcreports.settings import Settings
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.platform import BREACH, SHIFT, SPIKE, SPIKE_SLOTS, UNGROUNDED
from mcreports.take import take

NOW = datetime(2025, 11, 20, tzinfo=UTC)
SOURCE = DemoSource(7, step=900)


def midnight(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.fixture(scope="module")
def october() -> Any:
    return find(take(order_of(Period.parse("2025-10")), SOURCE, Settings(), NOW)).anomalies


def test_the_spike_is_found_from_its_first_hour_to_its_last(october: Any) -> None:
    tenant, driver, day, times = SPIKE
    begins, ends = (midnight(day) + timedelta(minutes=5 * slot) for slot in SPIKE_SLOTS)
    (one,) = [one for one in october if one.tenant == tenant and one.is_cost and one.main == driver]
    assert (one.window, one.side) == ((begins, ends), "over")
    assert one.severity != "low"
    real = float(SOURCE.truth.spend(tenant, driver, begins, ends))
    assert float(one.value) == pytest.approx(real, abs=0.02)
    assert float(one.excess) == pytest.approx(real * (1 - 1 / times), rel=0.1)


def test_the_shift_is_found_on_its_first_day_with_its_driver(october: Any) -> None:
    tenant, driver, day, _ = SHIFT
    first, *_ = sorted((one for one in october if one.tenant == tenant and one.is_cost), key=lambda one: one.start)
    assert (first.main, first.side) == (driver, "over")
    assert midnight(day) <= first.start < midnight(day) + timedelta(days=1)


def test_the_breach_is_found_in_both_rates_on_its_day(october: Any) -> None:
    tenant, day = BREACH
    found = {one.what: one for one in october if one.tenant == tenant and not one.is_cost}
    assert found.keys() == {"autonomy.success_rate", "autonomy.compensation_rate"}
    for one in found.values():
        assert (one.window, one.severity) == ((midnight(day), midnight(day) + timedelta(days=1)), "high")


def test_where_it_is_said_to_stand_out_most_it_lies_outside_of_what_is_usual(october: Any) -> None:
    assert october
    for one in october:
        low, high = one.peak.usual.low, one.peak.usual.high
        assert one.peak.value > high if one.side == "over" else one.peak.value < low, one.id


def test_little_else_is_found(october: Any) -> None:
    caused = {(SPIKE[0], "budget.cost"), (SHIFT[0], "budget.cost"), (UNGROUNDED[0], "grounding.pass_rate")}
    caused |= {(BREACH[0], "autonomy.success_rate"), (BREACH[0], "autonomy.compensation_rate")}
    assert {(one.tenant, one.what) for one in october} <= caused
    assert len(october) <= 6


def test_a_day_is_told_the_same_by_its_own_report(october: Any) -> None:
    day = find(take(order_of(Period.parse("2025-10-21")), SOURCE, Settings(), NOW)).anomalies
    (one,) = [one for one in day if one.tenant == SPIKE[0] and one.is_cost]
    (other,) = [other for other in october if other.tenant == SPIKE[0] and other.is_cost]
    assert (one.id, one.window, one.value) == (other.id, other.window, other.value)


@pytest.mark.parametrize("label", ["2025-10-27", "2025-10-28", "2025-W44"])
def test_answers_that_stay_ungrounded_are_told_by_each_report_of_those_days(october: Any, label: str) -> None:
    own = find(take(order_of(Period.parse(label)), SOURCE, Settings(), NOW)).anomalies
    (one,), (whole,) = ([a for a in each if a.what == "grounding.pass_rate"] for each in (own, october))
    assert (one.id, one.start, one.tenant) == (whole.id, midnight(UNGROUNDED[1]), UNGROUNDED[0])
    assert whole.window[1] >= one.window[1]
