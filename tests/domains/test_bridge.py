"""Bridges over platforms that tests make up: 24 operations and USD 24 a day and tenant unless they say otherwise."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from mcreports.checks import Status
from mcreports.figures import Quality
from mcreports.view.closing import sentence_text

WEEK = {"report": "weekly", "label": "2025-W44"}  # 27 October to 2 November
HOURS = {"last": "2025-11-04T06:00"}
ENDS = ("2025-11-01T00:00", HOURS["last"])  # of the samples: two days before the end of the week, and after it
MONDAY = 7 * 12 + 3  # days from 1 August to 27 October
PARTS = ("calendar", "volume", "mix", "unit_cost", "new_or_gone", "unsplit")


def work(made: Any, tenant: str = "T", per_day: Any = 24.0, **span: Any) -> Any:
    """A tenant that succeeds with so many operations on each day."""
    made.cost(tenant, driver="w", per_day=per_day, **span)
    _, series = made.rows.pop()
    return made.add(
        "autonomy.operations", {"tenant": tenant, "status": "success"}, series.ts, np.floor(series.values + 1e-6)
    )


def usd(report: Any, name: str, tenant: str | None = None, **labels: str) -> Decimal | None:
    return report.figures.find(f"budget.bridge.{name}", tenant, None, **labels).value


def parts(report: Any, tenant: str | None = None) -> dict[str, Decimal]:
    own = [f for name in PARTS for f in report.figures.of(f"budget.bridge.{name}", tenant) if not f.labels]
    return {f.id.rpartition(".")[2]: f.value for f in own if f.value is not None}


def lines(report: Any) -> list[str]:
    return [sentence_text(sentence) for sentence in report.headline.sentences]


def test_twice_the_operations_at_the_old_price_are_volume(platform: Any) -> None:
    made = platform(**HOURS).known().cost(per_day=lambda day: 24.0 if day < MONDAY else 48.0)
    report = work(made, per_day=lambda day: 24.0 if day < MONDAY else 48.0).report(**WEEK)
    assert parts(report) == {"volume": Decimal("168.00"), "mix": 0, "unit_cost": 0}
    assert usd(report, "change") == Decimal("168.00")


def test_the_old_operations_at_a_higher_price_are_unit_cost_of_the_driver(platform: Any) -> None:
    made = platform(**HOURS).known().cost(per_day=24.0)
    made.cost(driver="storage", per_day=lambda day: 10.0 if day < MONDAY else 13.0)
    report = work(made).report(**WEEK)
    assert parts(report, "T") == {"volume": 0, "unit_cost": Decimal("21.00")}
    assert usd(report, "unit_cost", "T", driver="storage") == usd(report, "unit_cost", None, driver="storage") == 21
    assert usd(report, "unit_cost", "T", driver="compute") == 0


def test_operations_that_move_to_a_dearer_tenant_are_mix(platform: Any) -> None:
    made = platform(**HOURS).known("A").known("B")
    made.cost("A", per_day=lambda day: 24.0 if day < MONDAY else 12.0)
    made.cost("B", per_day=lambda day: 240.0 if day < MONDAY else 360.0)
    work(made, "A", lambda day: 24.0 if day < MONDAY else 12.0)
    report = work(made, "B", lambda day: 24.0 if day < MONDAY else 36.0).report(**WEEK)
    assert parts(report) == {"volume": 0, "mix": Decimal("756.00"), "unit_cost": 0}
    assert usd(report, "volume_and_mix") == usd(report, "volume", "A") + usd(report, "volume", "B")


def test_a_longer_month_is_calendar_and_no_growth(platform: Any) -> None:
    made = platform(**HOURS).known().cost(per_day=24.0)
    report = work(made).report("monthly", "2025-10")
    assert parts(report) == {"calendar": Decimal("24.00"), "volume": 0, "mix": 0, "unit_cost": 0}
    assert "more days USD +24.00" in lines(report)[1]


def test_a_day_is_held_against_the_same_weekday(platform: Any) -> None:
    made = platform(**HOURS).known().cost(per_day=lambda day: 24.0 if day < 86 else 30.0)
    report = work(made).report(label="2025-10-31")
    before = report.figures.find("budget.spend.week_before", "T")
    assert (before.window[0].isoformat(), before.value) == ("2025-10-24T00:00:00+00:00", 24)
    assert parts(report, "T") == {"volume": 0, "unit_cost": Decimal("6.00")}


def test_a_year_tells_of_its_newest_two_whole_months(platform: Any) -> None:
    made = work(platform(**HOURS).known().cost())
    report = made.report("trends", "2025-08-15..2025-10-31")
    assert (usd(report, "change"), usd(report, "calendar")) == (24, 24)
    assert report.figures.where("budget.bridge.change")[0].window[0].isoformat() == "2025-10-01T00:00:00+00:00"
    alone = made.report("trends", "2025-09-15..2025-10-31")
    assert alone.figures.where("budget.bridge.change") == ()


def test_of_a_week_that_is_not_over_as_much_of_the_one_before(platform: Any) -> None:
    now = "2025-10-30T12:00"
    made = work(platform(last=now).known().cost(per_day=lambda day: 24.0 if day < MONDAY else 48.0))
    report = made.report(**WEEK, now=now, provisional=True)
    assert "Spend of week 44 so far changed by USD +84.00 against as much of week 43: " in "".join(lines(report))


def test_a_change_of_a_period_that_the_samples_do_not_reach_the_end_of_says_so(platform: Any) -> None:
    made = {last: work(platform(last=last).known().cost()) for last in ENDS}
    short, whole = ("".join(lines(each.report(**WEEK, now="2025-11-05T00:00"))) for each in made.values())
    assert "changed by USD \N{MINUS SIGN}48.00 est. against week 43 (samples of week 44 end early): " in short
    assert "end early" not in whole


def test_samples_of_a_period_do_not_end_early_where_one_tenant_left_or_it_is_not_over(platform: Any) -> None:
    made = platform(**HOURS).known("T").cost().known("U").cost("U", until="2025-10-30T00:00")
    assert "end early" not in "".join(lines(work(made).report(**WEEK)))
    made = work(platform(last="2025-10-30T15:00").known().cost())
    open_week = made.report(**WEEK, now="2025-10-30T15:20", provisional=True)
    assert "end early" not in "".join(lines(open_week))


@pytest.mark.parametrize(
    ("since", "until", "reason"),
    [
        (None, "2025-10-15", "its operations before are not known"),
        ("2025-10-28", None, "its operations before are not known"),
    ],
)
def test_operations_of_one_period_alone_split_nothing(platform: Any, since: Any, until: Any, reason: str) -> None:
    made = platform(**HOURS).known().cost(per_day=lambda day: 24.0 if day < MONDAY else 30.0)
    report = work(made, since=since, until=until).report(**WEEK)
    assert parts(report, "T") == {"unsplit": Decimal("42.00")}
    assert reason in report.figures.find("budget.bridge.volume", "T").reason


def test_without_a_single_operation_nothing_is_split_and_the_reason_said(platform: Any) -> None:
    made = platform(**HOURS).known().cost(per_day=lambda day: 24.0 if day < MONDAY else 30.0)
    report = work(made, per_day=lambda day: 0.0 if day < MONDAY else 24.0).report(**WEEK)
    figure = report.figures.find("budget.bridge.unit_cost", "T")
    assert (figure.value, figure.quality, figure.reason) == (None, Quality.UNKNOWN, "no operation before")
    assert (parts(report), usd(report, "change")) == ({"unsplit": 42}, 42)
    assert "not split into volume and unit cost: no operation before (T)." in lines(report)[1]


def test_a_new_tenant_is_told_apart_and_its_opening_balance_is_no_spend(platform: Any) -> None:
    made = work(platform(**HOURS).known().known("NEW").cost())
    report = work(made.cost("NEW", since="2025-10-29", opening=500.0), "NEW", since="2025-10-29").report(**WEEK)
    assert parts(report) == {"volume": 0, "mix": 0, "unit_cost": 0, "new_or_gone": Decimal("120.00")}
    assert parts(report, "NEW") == {"new_or_gone": 120}
    assert report.figures.find("budget.bridge.change", "NEW").quality is Quality.ACTUAL
    assert "The largest cause: NEW, which is new, USD +120.00." in lines(report)


def test_a_tenant_that_nobody_expects_any_more_is_gone(platform: Any) -> None:
    made = work(platform(**HOURS).known().cost()).cost("OLD", until="2025-10-26T23:00")
    report = work(made, "OLD", until="2025-10-26T23:00").report(**WEEK)
    assert parts(report) == {"volume": 0, "mix": 0, "unit_cost": 0, "new_or_gone": Decimal("-167.00")}


def test_a_tenant_that_left_long_ago_or_comes_later_makes_nothing_an_estimate(platform: Any) -> None:
    made = work(platform(**HOURS).known().known("SOON").cost()).cost("OLD", until="2025-08-20")
    report = made.cost("SOON", since="2025-11-03").report("monthly", "2025-10")
    assert report.figures.of("budget.bridge.change", "OLD") == ()
    assert report.figures.find("budget.bridge.change", "SOON").value is None
    assert parts(report) == {"calendar": 24, "volume": 0, "mix": 0, "unit_cost": 0}
    assert {report.figures.find(f"budget.bridge.{name}").quality for name in ("change", "volume")} == {Quality.ACTUAL}


def test_an_expected_tenant_that_falls_silent_has_no_change_and_makes_the_whole_an_estimate(platform: Any) -> None:
    made = work(platform(**HOURS).known().known("S").cost()).cost("S", until="2025-10-20")
    report = work(made, "S", until="2025-10-20").report(**WEEK)
    silent, whole = (report.figures.find("budget.bridge.change", tenant) for tenant in ("S", None))
    assert (silent.value, silent.quality) == (None, Quality.UNKNOWN)
    assert silent.reason == "nothing is known of its spend before and after"
    assert (whole.value, whole.quality) == (0, Quality.ESTIMATED)


def test_a_counter_that_began_anew_bounds_what_it_makes_of_the_change(platform: Any) -> None:
    made = platform(**HOURS).known().cost()
    ts = made.times(None, None)
    values = (ts - ts[0]) / 3_600_000
    made.rows[-1][1].values[:] = np.where(ts < ts[2100], values, values - values[2100])
    report = work(made).report(**WEEK)
    figure = report.figures.find("budget.bridge.unit_cost", "T")
    assert figure.bounds is not None
    assert figure.bounds[0] <= figure.value < figure.bounds[1]
    assert report.figures.find("budget.bridge.volume", "T").bounds is None


def test_operations_that_are_estimated_make_the_split_an_estimate_and_leave_the_change(platform: Any) -> None:
    made = work(platform(**HOURS).known().cost())
    _, series = made.rows.pop()
    lost = (series.ts > series.ts[MONDAY * 24 - 40]) & (series.ts < series.ts[MONDAY * 24 + 30])
    made.add("autonomy.operations", {"tenant": "T", "status": "success"}, series.ts[~lost], series.values[~lost])
    report = made.report(**WEEK)
    change, volume = (report.figures.find(f"budget.bridge.{name}", "T") for name in ("change", "volume"))
    assert (volume.quality, "gap" in volume.reason) == (Quality.ESTIMATED, True)
    assert volume.bounds[0] <= 0 <= volume.bounds[1]
    assert change.bounds is None


def test_what_one_tenant_lost_and_another_gained_is_shown_as_moved(platform: Any) -> None:
    made = platform(**HOURS).known("A").known("B")
    made.cost("A", per_day=lambda day: 60.0 if day < MONDAY else 20.0)
    made.cost("B", per_day=lambda day: 20.0 if day < MONDAY else 62.0)
    report = work(work(made, "A"), "B").report(**WEEK)
    (moved,) = report.figures.where("budget.bridge.moved")
    assert dict(moved.labels) == {"driver": "compute", "from": "A", "to": "B"}
    assert (moved.value, usd(report, "moved_net", None, **dict(moved.labels))) == (280, 14)
    assert (usd(report, "rose"), usd(report, "fell")) == (294, -280)
    neutral = "Neutral to the platform: compute of A fell and of B rose by USD 280.00, net USD +14.00."
    assert neutral in lines(report)


def test_of_many_tenants_those_that_are_not_named_stand_together(platform: Any) -> None:
    made = platform(**HOURS)
    for number in range(13):
        name, step = f"T{number:02d}", float(number)
        made.known(name).cost(name, per_day=lambda day, more=step: 24.0 + (day >= MONDAY) * more)
        work(made, name)
    report = made.report(**WEEK)
    others = usd(report, "change", None, tenants="others")
    assert others == sum(7 * number for number in range(3))
    named = [usd(report, "change", f"T{number:02d}") for number in range(3, 13)]
    assert sum(named, others) == usd(report, "change")


def test_without_a_week_before_the_change_is_not_known_and_nothing_is_summed(platform: Any) -> None:
    made = platform(first="2025-10-27", **HOURS).known()
    report = work(made.cost()).report(**WEEK)
    assert usd(report, "change") is None
    assert "By how much spend of week 44 changed against week 43 is not known." in lines(report)
    assert "bridge adds up to the change" not in {one.name for one in report.reconciliation}


def test_hostile_names_are_carried_as_they_are(platform: Any) -> None:
    name = 'x"} or up{a!="|=,\\'
    made = work(platform(**HOURS).known(name).cost(name, driver=name), name)
    report = made.report(**WEEK)
    assert usd(report, "change", name, driver=name) == 0
    assert report.figures.find("budget.bridge.volume", name).query.count("\\\\") == 2


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("report", ["weekly", "monthly"])
def test_whatever_happens_the_parts_add_up_to_the_cent(platform: Any, seed: int, report: str) -> None:
    chance, made = np.random.default_rng(seed), platform(**HOURS)
    for name in "ABCD":
        made.known(name)
        for driver in ("x", "y"):
            rate = chance.uniform(0, 50, 100)
            since = None if chance.random() < 0.7 else "2025-10-22"
            made.cost(name, driver, lambda day, rate=rate: float(rate[day]), since=since)
        if chance.random() < 0.8:
            rate = chance.integers(0, 40, 100)
            work(made, name, lambda day, rate=rate: float(rate[day]))
    found = made.report(report, "2025-W44" if report == "weekly" else "2025-10")
    assert {one.name: one.status for one in found.reconciliation}["bridge adds up to the change"] is Status.PASS
    assert sum(parts(found).values(), Decimal()) == usd(found, "change")
    after, before = (found.figures.find(f"budget.spend.{name}") for name in ("period", "previous"))
    assert usd(found, "change") == after.value - before.value
    for tenant in "ABCD":
        if usd(found, "change", tenant) is not None:
            assert sum(parts(found, tenant).values(), Decimal()) == usd(found, "change", tenant)
            drivers = [f.value for f in found.figures.of("budget.bridge.change", tenant) if f.labels]
            assert sum(drivers, Decimal()) == usd(found, "change", tenant)
    for figure in found.figures:
        if figure.id.startswith("budget.bridge.") and figure.bounds:
            low, high = figure.bounds
            assert Fraction(low if low is not None else figure.value) <= figure.value
            assert high is None or figure.value <= high


def test_tenants_that_came_and_others_that_went_are_called_both(platform: Any) -> None:
    made = work(platform(**HOURS).known().cost())
    made.cost("N", per_day=10.0, since="2025-10-28T00:00").known("N").cost("G", per_day=100.0, until="2025-10-25T00:00")
    said = next(line for line in lines(made.report(**WEEK)) if line.startswith("Spend of week 44"))
    assert "new and gone tenants USD \N{MINUS SIGN}440.00" in said
