"""Anomalies of spend: what is told, once, with its size and its driver, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from mcreports.domains.anomalies.assess import assess, told_of
from mcreports.domains.anomalies.figures import COUNT, EXCESS, USUAL
from mcreports.domains.anomalies.find import find
from mcreports.domains.anomalies.words import why
from mcreports.figures import Figures, Quality
from mcreports.settings import Settings
from mcreports.view.closing import sentence_text

Spend = Callable[..., Any]
NIGHT = ("2025-10-30T02:00", "2025-10-30T06:00")
DAY = "2025-10-30"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def found(made: Any, report: str = "daily", label: str = DAY, **more: Any) -> Any:
    return find(made.snapshot(report, label, **more))


def count(made: Any, label: str = DAY, tenant: str | None = "T") -> Any:
    return Figures(assess(made.snapshot("daily", label)).figures).find(COUNT, tenant)


def test_four_dear_hours_of_one_driver_are_one_anomaly(spend: Spend) -> None:
    made = spend(spend(driver="storage", usd=3.0), spike=(*NIGHT, 4.0))
    (one,) = found(made).anomalies
    assert (one.tenant, one.driver, one.main, one.side) == ("T", "compute", "compute", "over")
    assert [f"{end:%H:%M}" for end in one.window] == ["02:00", "06:00"]
    assert abs(float(one.excess) - 120) < 6
    assert one.value - one.usual.expected == one.excess


def test_its_figures_are_labelled_with_it_and_its_sentence_is_made_of_them(spend: Spend) -> None:
    snapshot = spend(spike=(*NIGHT, 4.0)).snapshot("daily", DAY)
    figures, (told,) = Figures(assess(snapshot).figures), told_of(snapshot)
    labels = {"anomaly": told.anomaly.id, "driver": "compute"}
    excess = figures.find(EXCESS, "T", **labels)
    assert (excess.value, excess.unit) == (told.anomaly.excess, "USD")
    usual = figures.find(USUAL, "T", at="peak", **labels)
    assert usual.bounds is not None
    assert Decimal(str(usual.bounds[0])) <= usual.value <= Decimal(str(usual.bounds[1]))  # type: ignore[operator]
    said = sentence_text(why(told))
    assert said.startswith(f"T cost USD +{told.anomaly.excess} over the usual USD ")
    assert "30 October 02:00 to 06:00 UTC" in said


def test_what_is_odd_only_after_what_came_before_is_not_told_as_outside_of_its_band(
    platform: Any, spend: Spend
) -> None:
    made = platform(first="2025-08-01", last="2025-11-10T06:00").known("T")
    ts = made.times("2025-08-01", None)
    cost = np.random.default_rng(7).choice([2.0, 10.0, 10.0, 10.0, 18.0], len(ts))
    cost[(ts > at(f"{DAY}T00:00").timestamp() * 1000) & (ts <= at("2025-10-31T00:00").timestamp() * 1000)] = 18.0
    made.add("budget.cost", {"tenant": "T", "driver": "compute"}, ts, np.cumsum(cost))
    (slight,), (sharp,) = (told_of(each.snapshot("daily", DAY)) for each in (made, spend(spike=(*NIGHT, 4.0))))
    low, high = slight.at_peak.bounds
    assert low <= slight.peak.value <= high
    assert "so not odd by itself, but after what came before it)" in sentence_text(why(slight))
    assert "odd by itself" not in sentence_text(why(sharp))


def test_spend_that_vanishes_is_told_as_a_dip(spend: Spend) -> None:
    (one,) = found(spend(dip=(*NIGHT, 0.0))).anomalies
    assert (one.side, one.value) == ("under", 0)
    assert -42 < one.excess < -38


def test_what_all_drivers_do_is_told_of_the_tenant_with_the_driver_that_carries_most(spend: Spend) -> None:
    made = spend(spend(driver="storage", usd=3.0, spike=(*NIGHT, 5.0)), spike=(*NIGHT, 5.0))
    (one,) = found(made).anomalies
    assert (one.driver, one.main) == (None, "compute")
    assert one.main_excess is not None
    assert 0.7 * float(one.excess) < one.main_excess < one.excess


def test_an_anomaly_that_lasts_to_the_end_of_the_period_goes_on(spend: Spend) -> None:
    (one,) = found(spend(spike=("2025-10-30T20:00", "2025-10-31T02:00", 4.0))).anomalies
    assert (one.end, f"{one.until:%d %H:%M}") == (None, "31 00:00")


def test_the_end_of_what_goes_on_is_an_unknown_figure_as_the_record_asks(spend: Spend) -> None:
    snapshot = spend(spike=("2025-10-30T20:00", "2025-10-31T02:00", 4.0)).snapshot("daily", DAY)
    (told,) = told_of(snapshot)
    assert (told.end.value, told.end.quality, told.end.reason) == (None, Quality.UNKNOWN, "it goes on")
    assert all((each.value is None) == (each.quality is Quality.UNKNOWN) for each in assess(snapshot).figures)


def test_a_driver_that_there_was_not_before_is_the_one_behind_it(spend: Spend) -> None:
    made = spend(spend(), driver="gpu", usd=50.0, since="2025-10-30T10:00")
    (one,) = found(made).anomalies
    assert one.main == "gpu"
    assert one.main_excess is not None
    assert float(one.main_excess) == pytest.approx(float(one.excess), abs=10)


def test_an_anomaly_has_the_same_name_in_every_report(spend: Spend) -> None:
    made = spend(spike=("2025-10-30T20:00", "2025-10-31T02:00", 4.0))
    every = [
        found(made, report, label)
        for report, label in (("daily", DAY), ("daily", "2025-10-31"), ("weekly", "2025-W44"), ("monthly", "2025-10"))
    ]
    assert len({one.id for each in every for one in each.anomalies}) == 1
    assert {f"{one.start:%d %H:%M}" for each in every for one in each.anomalies} == {"30 20:00"}


def test_what_comes_later_changes_nothing(spend: Spend) -> None:
    made = spend(one=("2025-10-28T03:00", "2025-10-28T05:00", 4.0), two=(*NIGHT, 9.0))
    before = found(made, label="2025-10-28").anomalies
    later = [one for one in found(made, "weekly", "2025-W44").anomalies if f"{one.start:%d}" == "28"]
    assert [(a.id, a.window, a.value) for a in before] == [(a.id, a.window, a.value) for a in later]


@pytest.mark.parametrize(("usd", "least"), [(0.05, None), (10.0, 500)])
def test_little_money_is_no_alert_however_surprising(spend: Spend, usd: float, least: int | None) -> None:
    settings = Settings() if least is None else Settings(anomalies={"least_usd": least})  # type: ignore[arg-type]
    assert found(spend(usd=usd, spike=(*NIGHT, 9.0)), settings=settings).anomalies == ()


def test_a_steady_tenant_has_none_and_all_of_it_was_judged(spend: Spend) -> None:
    figure = count(spend())
    assert (figure.value, figure.quality) == (0, Quality.ACTUAL)


def test_a_tenant_of_a_day_has_no_history_and_is_not_known(spend: Spend) -> None:
    figure = count(spend(since="2025-10-30T12:00"))
    assert (figure.value, figure.quality) == (None, Quality.UNKNOWN)
    assert figure.reason


def test_hours_in_a_gap_are_neither_dear_nor_cheap(spend: Spend, platform: Callable[..., Any]) -> None:
    made = spend()
    key, series = made.rows[-1]
    hours = (series.ts // 3_600_000) % 24
    day = series.ts // 86_400_000 == 20391  # 30 October 2025
    keep = ~(day & (hours > 3) & (hours < 15))
    made.rows[-1] = key, type(series)(series.labels, series.ts[keep], series.values[keep])
    figure = count(made)
    assert (figure.value, figure.quality) == (0, Quality.ESTIMATED)
    assert "12 of 24 steps judged" in figure.reason


def test_a_hostile_tenant_is_named_as_it_is(spend: Spend, platform: Callable[..., Any]) -> None:
    name = '<b>"{0}|=cmd'
    made = spend(platform(first="2025-08-01").known(name), tenant=name, spike=(*NIGHT, 4.0))
    (one,) = found(made).anomalies
    assert one.tenant == name
    assert one.id.isalnum()


def test_the_days_of_a_year_are_held_against_the_days_before(spend: Spend) -> None:
    made = spend(spike=("2025-10-05T00:00", "2025-10-06T00:00", 5.0))
    (one,) = found(made, "trends", "2025-08-01..2025-10-31").anomalies
    assert (f"{one.start:%m-%d}", f"{one.window[1]:%m-%d}") == ("10-05", "10-06")
