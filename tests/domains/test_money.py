from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports import samples
from mcreports.domains.money import open_books
from mcreports.figures import Quality
from mcreports.metrics import CATALOGUE
from mcreports.period import Period
from mcreports.rules import RULES
from mcreports.settings import ReportSettings, Settings
from mcreports.snapshot import Snapshot, Window
from mcreports.sources import SourceInfo

COST = CATALOGUE["budget.cost"]
START = datetime(2025, 10, 1, tzinfo=UTC)
END = START + timedelta(days=2)
FIRST = round(START.timestamp() * 1000)
SPAN = 2 * 86_400_000
OCTOBER = (START, datetime(2025, 11, 1, tzinfo=UTC))


def books_of(series: list[samples.Series]) -> Any:
    table = samples.gather(COST, series).table
    return open_books(
        Snapshot(
            report="daily", period=Period.parse("2025-10-02"), state="final", tenants=("A", "B"),
            source=SourceInfo("made", "made://"), metrics=CATALOGUE, tables={"budget.cost": table},
            windows={"budget.cost": Window(START, END, START - timedelta(days=1))}, rules=RULES,
        )
    )  # fmt: skip


@st.composite
def counters(draw: Any) -> list[samples.Series]:
    """Two tenants of two drivers, scraped unevenly, with resets, over two days and a bit on both sides."""
    found = []
    for tenant, driver in (("A", "x"), ("A", "y"), ("B", "x"), ("B", "")):
        seed = draw(st.integers(0, 2**32 - 1))
        random = np.random.default_rng(seed)
        inside = random.integers(FIRST - 10**6, FIRST + SPAN + 10**6, 60)
        ts = np.unique(np.concatenate([[FIRST - 5], inside, [FIRST + SPAN + 5]]))
        rises = random.uniform(0, 3, len(ts)) * random.integers(0, 2, len(ts))
        values, value = [], float(random.uniform(0, 500))
        for rise, drop in zip(rises, random.integers(0, 12, len(ts)), strict=True):
            value = (0 if drop == 0 else value) + float(rise)
            values.append(value)
        found.append(samples.Series({"tenant": tenant, "driver": driver}, ts, np.array(values)))
    return found


cuts = st.lists(st.integers(0, SPAN), min_size=1, max_size=9, unique=True)


def spans(edges: list[int]) -> list[tuple[datetime, datetime]]:
    points = [START + timedelta(milliseconds=at) for at in sorted({0, *edges, SPAN})]
    return list(pairwise(points))


@settings(max_examples=40, deadline=None)
@given(series=counters(), edges=cuts)
def test_any_partition_adds_up_over_windows_drivers_and_tenants(series: list[samples.Series], edges: list[int]) -> None:
    books = books_of(series)
    whole = (START, END)

    def spent(tenant: str | None, span: Any, **labels: str) -> Decimal:
        value = books.figure("f", tenant, span, **labels).value
        return Decimal(0) if value is None else value

    for tenant in (None, "A", "B"):
        assert sum(spent(tenant, part) for part in spans(edges)) == spent(tenant, whole)
        assert sum(spent(tenant, whole, driver=driver) for driver in books.drivers) == spent(tenant, whole)
    for part in spans(edges):
        assert spent("A", part) + spent("B", part) == spent(None, part)


@settings(max_examples=30, deadline=None)
@given(series=counters(), edges=cuts, chunks=st.lists(st.integers(1, 59), max_size=5, unique=True))
def test_the_edges_of_a_servers_answers_change_nothing(series: Any, edges: list[int], chunks: list[int]) -> None:
    torn = []
    for one in series:
        bounds = [0, *sorted(chunks), len(one.ts)]
        torn += [samples.Series(one.labels, one.ts[a:b], one.values[a:b]) for a, b in pairwise(bounds) if a < b]
    for span in spans(edges):
        assert books_of(series).figure("f", "A", span) == books_of(torn[::-1]).figure("f", "A", span)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), edges=cuts,
    restarts=st.sets(st.integers(1, 14).map(lambda n: 20 * n), min_size=1, max_size=6),
)  # fmt: skip
def test_a_reset_right_after_a_sample_moves_no_window_by_more_than_a_cent(
    seed: int, edges: list[int], restarts: set[int]
) -> None:
    ts = np.arange(FIRST - 600_000, FIRST + SPAN + 1_200_000, 600_000)
    whole = np.cumsum(np.random.default_rng(seed).uniform(0, 2, len(ts)))
    torn = whole.copy()
    for at in sorted(restarts):
        torn[at:] = whole[at:] - whole[at - 1]
    plain, reset = (books_of([samples.Series({"tenant": "A", "driver": "x"}, ts, values)]) for values in (whole, torn))
    for span in spans(edges):
        one, two = (found.figure("f", "A", span) for found in (plain, reset))
        assert abs(one.value - two.value) <= Decimal("0.01")


def test_an_expected_tenant_without_data_leaves_the_total_open(platform: Any) -> None:
    made = platform().cost("A").known("A").known("B")
    books = open_books(made.snapshot())
    for labels in ({}, {"driver": "compute"}):
        figure = books.figure("budget.spend.period", None, (START, END), **labels)
        assert (figure.quality, figure.reason) == (Quality.ESTIMATED, "no data of B")
        assert figure.bounds == (Decimal("48.00"), None)


def test_a_tenant_that_came_later_to_a_watched_source_leaves_the_total_known(platform: Any) -> None:
    made = platform().cost("A").known("A").cost("B", since="2025-10-20").known("B")
    figure = open_books(made.snapshot()).figure("budget.spend.period", None, (START, END))
    assert (figure.value, figure.quality) == (Decimal("48.00"), Quality.ACTUAL)


def test_a_driver_that_appears_later_counts_from_its_birth(platform: Any) -> None:
    made = platform().cost().cost(driver="gpu", since="2025-10-30", opening=3.0).known()
    books = open_books(made.snapshot())
    assert books.figure("f", "T", OCTOBER).value == Decimal("792.00")
    assert books.figure("f", "T", OCTOBER).quality is Quality.ACTUAL
    assert books.figure("f", "T", (START, END), driver="gpu").value is None
    assert books.opening("T", OCTOBER).value == Decimal("3.00")


def test_a_driver_that_ended_leaves_its_tenant_open(platform: Any) -> None:
    made = platform().cost().cost(driver="gpu", until="2025-10-28").known()
    figure = open_books(made.snapshot()).figure("f", "T", (END, OCTOBER[1] - timedelta(days=1)))
    assert figure.quality is Quality.ESTIMATED
    late = open_books(made.snapshot()).figure("f", "T", (OCTOBER[1] - timedelta(days=1), OCTOBER[1]))
    assert (late.bounds, late.reason) == ((Decimal("24.00"), None), "nothing is known of gpu")


def test_a_driver_that_ended_long_before_says_nothing_of_the_window(platform: Any) -> None:
    made = platform().cost().cost(driver="gpu", until="2025-10-20").known()
    figure = open_books(made.snapshot()).figure("f", "T", (OCTOBER[1] - timedelta(days=1), OCTOBER[1]))
    assert (figure.value, figure.quality, figure.bounds) == (Decimal("24.00"), Quality.ACTUAL, None)


def torn(platform: Any, since: str, until: str) -> Any:
    """A driver of a dollar an hour and 500 on top, without a sample between the two instants."""
    made = platform().cost().known()
    ts = made.times("2025-01-01", None)
    heard = (ts <= made.times(since, None)[0]) | (ts >= made.times(until, None)[0])
    return made.add("budget.cost", {"tenant": "T", "driver": "gpu"}, ts[heard], (500.0 + np.arange(len(ts)))[heard])


def test_a_counter_that_was_silent_for_long_before_the_window_was_not_born_in_it(platform: Any) -> None:
    books = open_books(torn(platform, "2025-08-20", "2025-09-10").snapshot())
    figure = books.figure("f", "T", (datetime(2025, 9, 1, tzinfo=UTC), OCTOBER[1]), driver="gpu")
    assert (figure.value, figure.quality) == (Decimal("1464.00"), Quality.ESTIMATED)
    assert books.opening("T", OCTOBER).value == 0


@pytest.mark.parametrize("until", ["2025-10-05", "2025-10-20"])
def test_two_months_add_up_over_a_long_gap_between_them(platform: Any, until: str) -> None:
    made = torn(platform, "2025-09-25", until)
    months = [("2025-09", datetime(2025, 9, 1, tzinfo=UTC), START), ("2025-10", *OCTOBER)]
    parts = [
        open_books(made.snapshot("monthly", label)).figure("f", "T", (start, end)).value for label, start, end in months
    ]
    whole = open_books(made.snapshot("trends", "2025-09-01..2025-10-31")).figure("f", "T", (months[0][1], OCTOBER[1]))
    assert sum(parts) == whole.value == Decimal("2928.00")


def test_a_day_that_was_not_seen_whole_is_no_history(platform: Any) -> None:
    made = platform(first="2025-10-02T12:00", last="2025-10-05T12:00").cost().known()
    books = open_books(made.snapshot(label="2025-10-05", now="2025-11-01"))
    days = [(START + timedelta(days=n), START + timedelta(days=n + 1)) for n in range(6)]
    assert np.array_equal(books.daily("T", days), [np.nan, np.nan, 24.0, 24.0, np.nan, np.nan], equal_nan=True)


def test_one_sample_is_no_spend_of_0(platform: Any) -> None:
    made = platform().known()
    made.add("budget.cost", {"tenant": "T", "driver": "x"}, made.times("2025-10-31", "2025-10-31"), np.array([5.0]))
    figure = open_books(made.snapshot()).figure("f", "T", OCTOBER)
    assert (figure.value, figure.quality, figure.reason) == (None, Quality.UNKNOWN, "a single sample shows no spend")


def test_what_was_not_asked_for_is_unknown_and_not_what_little_there_is(platform: Any) -> None:
    books = open_books(platform().cost().known().snapshot())
    figure = books.figure("f", "T", (datetime(2025, 8, 1, tzinfo=UTC), OCTOBER[1]))
    assert (figure.value, figure.reason) == (None, "the snapshot does not reach back so far")


def test_a_source_that_began_to_look_in_the_window_may_have_missed_all_that_the_counter_held(platform: Any) -> None:
    made = platform(first="2025-10-10").cost(opening=500.0).known()
    figure = open_books(made.snapshot()).figure("f", "T", OCTOBER)
    assert figure.value == figure.bounds[0] == Decimal("528.00")
    assert figure.bounds[1] == Decimal("1028.00")
    assert figure.quality is Quality.ESTIMATED


def test_a_late_start_and_a_gap_at_the_end_both_widen_the_bounds(platform: Any) -> None:
    made = platform(first="2025-10-10").known()
    ts = made.times(None, None)
    heard = (ts < ts[-1] - 20 * 3_600_000) | (ts > ts[-1] - 3_600_000)
    made.add("budget.cost", {"tenant": "T", "driver": "x"}, ts[heard], (500.0 + np.arange(len(ts)))[heard])
    figure = open_books(made.snapshot()).figure("f", "T", OCTOBER)
    assert figure.bounds == (Decimal("513.00"), Decimal("1034.00"))


def test_infinite_negative_and_missing_values_are_no_money(platform: Any) -> None:
    made = platform().known()
    ts = made.times(None, None)
    values = np.arange(len(ts), dtype=float)
    values[-200:-197] = np.inf, -1.0, np.nan
    figure = open_books(made.add("budget.cost", {"tenant": "T"}, ts, values).snapshot()).figure("f", "T", OCTOBER)
    assert figure.value == Decimal("744.00")
    assert figure.quality is Quality.ESTIMATED
    assert "2 invalid samples" in figure.reason


@pytest.mark.parametrize(
    ("zone", "label", "hours"),
    [
        ("Europe/Berlin", "2025-10", 745), ("Europe/Berlin", "2025-03", 743), ("America/Santiago", "2025-09", 719),
        ("America/Santiago", "2025-09-07", 23), ("Asia/Kathmandu", "2025-10", 744), ("UTC", "2024-02", 696),
        ("UTC", "2024-02-29", 24), ("Africa/Cairo", "2025-04-25", 23),
    ],
)  # fmt: skip
def test_a_dollar_an_hour_costs_as_many_dollars_as_the_period_has_hours(
    platform: Any, zone: str, label: str, hours: int
) -> None:
    chosen = Settings(report=ReportSettings(zone=zone))
    kind = "daily" if len(label) == 10 else "monthly"
    last = Period.parse(label, zone).end + timedelta(days=1)
    made = platform(first="2024-01-01", last=f"{last:%Y-%m-%d}").cost().known()
    report = made.report(kind, label, settings=chosen)
    assert report.figures.find("budget.spend.period").value == hours
    days = [f for f in report.figures.where("budget.spend.day") if f.tenant == "T"]
    own = [f.value for f in days if f.window[0] >= report.snapshot.period.start]
    assert sum(own) == hours
    assert {one.status.value for one in report.reconciliation} == {"pass"}


@settings(max_examples=25, deadline=None)
@given(jitter=st.integers(0, 5_000), holes=st.lists(st.tuples(st.integers(0, 1400), st.integers(1, 90)), max_size=4))
def test_a_spend_says_the_coverage_that_its_metric_is_judged_by(
    platform: Any, jitter: int, holes: list[tuple[int, int]]
) -> None:
    """Two numbers for one fact would be the worst bug of all."""
    ts = np.arange(FIRST - 86_400_000, FIRST + 2 * 86_400_000, 60_000)
    ts = ts + np.random.default_rng(jitter).integers(0, jitter + 1, len(ts))
    keep = np.ones(len(ts), bool)
    for at, long in holes:
        keep[1440 + at : 1440 + at + long] = False
    made = platform(f"{START - timedelta(days=1):%Y-%m-%d}")
    for driver in ("x", "y"):
        made.add("budget.cost", {"tenant": "T", "driver": driver}, ts[keep], np.arange(len(ts))[keep] / 7)
    report = made.report("daily", f"{START:%Y-%m-%d}")
    spent = report.figures.find("budget.spend.period", "T")
    judged = report.figures.find("data.coverage", "T", metric="budget.cost")
    assert (spent.coverage, spent.samples) == (judged.coverage, judged.samples)
