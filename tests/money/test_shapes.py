"""The money proof: what was spent is known exactly, and both real servers must say it, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mcreports.domains.compose import compose
from mcreports.domains.money import open_books
from mcreports.figures import Quality
from mcreports.metrics import CATALOGUE
from mcreports.period import Period
from mcreports.samples import Series
from mcreports.settings import MetricSettings, Settings
from mcreports.sources.prometheus import PrometheusSource
from mcreports.take import Order, take

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.domains.money import Books
    from mcreports.figures import Figure

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CENT = Fraction(1, 100)
MONTH = Period.parse("2025-10")
DAYS = MONTH.split("day")
NOW = datetime(2025, 11, 2, tzinfo=UTC)


def ms(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000)


@dataclass(frozen=True)
class Law:
    """What is really spent: from each instant (ms) on so many billionths of a dollar a millisecond."""

    since: tuple[int, ...]
    rates: tuple[int, ...]

    def level(self, at: np.ndarray) -> np.ndarray:
        edges, rates = np.array(self.since), np.array(self.rates)
        before = np.concatenate([[0], np.cumsum(np.diff(edges) * rates[:-1])])
        part = np.searchsorted(edges, at, side="right") - 1
        return np.where(part < 0, 0, before[part] + (at - edges[part]) * rates[part])


@dataclass(frozen=True)
class Hourly:
    """One increment an hour, at half past."""

    first: int
    step: int

    def level(self, at: np.ndarray) -> np.ndarray:
        return self.step * ((at - self.first - HOUR // 2) // HOUR + 1)


@dataclass(frozen=True)
class Shape:
    """A counter as a scraper sees it: every minute at its phase, but for gaps; reset right after some scrapes."""

    law: Law | Hourly
    gaps: tuple[tuple[int, int], ...] = ()
    resets: tuple[int, ...] = ()
    born: int = 0
    opening: int = 0
    phases: tuple[int, ...] = (17_000,)

    def series(self, labels: dict[str, str], first: int, after: int) -> list[Series]:
        found = []
        for number, phase in enumerate(self.phases):
            ts = np.arange(max(first, self.born) + phase, after, MINUTE)
            for begin, end in self.gaps:
                ts = ts[(ts < begin) | (ts >= end)]
            level = self.law.level(ts) + self.opening
            for at in self.resets:
                level = np.where(ts > at, self.law.level(ts) - self.law.level(np.array(at)), level)
            replica = {"replica": "ab"[number]} if len(self.phases) > 1 else {}
            found.append(Series({**labels, **replica}, ts, level / 1e9))
        return found

    def spent(self, start: int, end: int) -> Fraction:
        """The truth in [start, end), in USD."""
        begin, finish = self.law.level(np.array([max(start, self.born + self.phases[0]), end])).tolist()
        return Fraction(finish - begin, 10**9)


BEGIN, END = ms("2025-09-29T00:00"), ms("2025-11-01T03:00")
BORN = ms("2025-10-16T10:00")
LONG_GAP = ms("2025-10-10T07:00"), ms("2025-10-13T07:00")
NIGHT = ms("2025-10-20T22:00"), ms("2025-10-21T03:00")
MONTH_END = ms("2025-10-31T22:30"), ms("2025-11-01T01:10")
RESETS = tuple(ms(f"2025-10-{day:02d}T{7 + day % 11:02d}:30:17") for day in (3, 4, 9, 15, 22, 30))
STEADY = Law((BEGIN,), (4_321,))
SHAPES = {
    ("flat", "compute"): Shape(STEADY),
    ("flat", "storage"): Shape(Hourly(BEGIN, 377_000_000)),
    ("flat", "network"): Shape(Law((BEGIN, ms("2025-10-20T13:07")), (0, 9_999))),
    ("torn", "compute"): Shape(Law((BEGIN,), (7_177,)), resets=RESETS),
    # what is spent in a gap is not spent evenly, so that its days can only be estimated
    ("torn", "storage"): Shape(Law((BEGIN, LONG_GAP[0] + DAY, LONG_GAP[1]), (1_000, 30_000, 1_000)), (LONG_GAP,)),
    ("torn", "network"): Shape(Law((BEGIN, NIGHT[0] + HOUR, NIGHT[1]), (2_000, 50_000, 2_000)), (NIGHT,)),
    ("young", "compute"): Shape(STEADY, born=BORN, opening=5_000_000_000 - int(STEADY.level(np.array(BORN + 17_000)))),
    ("pair", "compute"): Shape(Law((BEGIN,), (6_543,)), phases=(17_000, 41_500)),
    ("late", "compute"): Shape(Law((BEGIN, MONTH_END[0] + HOUR), (3_000, 20_000)), (MONTH_END,)),
}
FIRST, AFTER = ms("2024-09-30T11:00"), ms("2025-11-01T00:10")
LONG = Shape(Law(tuple(FIRST + k * 7 * DAY for k in range(57)), tuple(1_000 + 137 * (k % 9) for k in range(57))))


def named(prefix: str) -> Settings:
    """Every metric under names that no other test uses."""
    names = {key: MetricSettings(name=f"{prefix}_{metric.name}") for key, metric in CATALOGUE.items()}
    return Settings(metrics=names)


def snapshot(server: Any, prefix: str, order: Order) -> Any:
    return take(order, PrometheusSource(server.settings()), named(prefix), NOW)


@pytest.fixture(scope="module")
def reports(prometheus: Any, victoriametrics: Any) -> dict[str, Report]:
    """The month as each of the servers tells it."""
    name = {"__name__": f"shapes_{CATALOGUE['budget.cost'].name}"}
    every = [
        one
        for (tenant, driver), shape in SHAPES.items()
        for one in shape.series({**name, "tenant": tenant, "driver": driver}, BEGIN, END)
    ]
    for server in (prometheus, victoriametrics):
        server.load(every)
    servers = {"prometheus": prometheus, "victoriametrics": victoriametrics}
    return {kind: compose(snapshot(server, "shapes", Order("monthly", MONTH))) for kind, server in servers.items()}


@pytest.fixture(params=["prometheus", "victoriametrics"])
def books(request: Any, reports: dict[str, Report]) -> Books:
    return open_books(reports[request.param].snapshot)


def window(part: Period) -> tuple[int, int]:
    return round(part.start.timestamp() * 1000), round(part.end.timestamp() * 1000)


def read(books: Books, own: tuple[str, str], part: Period = MONTH) -> Figure:
    return books.figure("budget.spend.period", own[0], (part.start, part.end), driver=own[1])


def holds(figure: Figure, truth: Fraction) -> bool:
    assert figure.bounds is not None
    low, high = (None if end is None else Fraction(end) for end in figure.bounds)
    return (low is None or low - CENT <= truth) and (high is None or truth <= high + CENT)


@pytest.mark.parametrize("own", [own for own in SHAPES if own[0] != "late"], ids="-".join)
def test_the_month_of_every_shape_is_known_to_the_cent(books: Books, own: tuple[str, str]) -> None:
    found = read(books, own)
    assert found.quality is Quality.ACTUAL
    assert abs(Fraction(found.value) - SHAPES[own].spent(*window(MONTH))) <= CENT


@pytest.mark.parametrize("own", SHAPES, ids="-".join)
def test_each_day_is_known_to_the_cent_or_says_what_holds_the_truth(books: Books, own: tuple[str, str]) -> None:
    for day in DAYS:
        found, truth = read(books, own, day), SHAPES[own].spent(*window(day))
        if found.value is None:
            assert window(day)[1] <= SHAPES[own].born
        elif found.quality is Quality.ACTUAL:
            assert abs(Fraction(found.value) - truth) <= CENT, day
        else:
            assert holds(found, truth), day


@pytest.mark.parametrize(
    ("own", "estimated"),
    [
        (("torn", "storage"), ["2025-10-10", "2025-10-11", "2025-10-12", "2025-10-13"]),
        (("torn", "network"), ["2025-10-20", "2025-10-21"]),
        (("late", "compute"), ["2025-10-31"]),
        (("torn", "compute"), []),
        (("flat", "storage"), []),
        (("pair", "compute"), []),
    ],
    ids=str,
)
def test_only_days_with_an_edge_in_a_gap_are_estimated(
    books: Books, own: tuple[str, str], estimated: list[str]
) -> None:
    rough = [day.label for day in DAYS if read(books, own, day).quality is Quality.ESTIMATED]
    assert rough == estimated


@pytest.mark.parametrize("own", SHAPES, ids="-".join)
def test_the_days_add_up_to_the_month(books: Books, own: tuple[str, str]) -> None:
    assert sum(read(books, own, day).value or 0 for day in DAYS) == read(books, own).value  # type: ignore[misc]


def test_a_month_that_ends_in_a_gap_is_estimated_between_bounds_that_hold_it(books: Books) -> None:
    found = read(books, ("late", "compute"))
    assert (found.quality, found.reason) == (Quality.ESTIMATED, "its end falls in a gap")
    assert holds(found, SHAPES["late", "compute"].spent(*window(MONTH)))


def test_six_resets_are_counted_and_their_most_is_a_bound(books: Books) -> None:
    found = read(books, ("torn", "compute"))
    assert found.resets == 6
    assert found.bounds is not None
    assert found.bounds[0] == found.value < found.bounds[1]  # type: ignore[operator]


def test_what_a_counter_was_born_with_is_on_a_line_of_its_own(books: Books) -> None:
    span = (MONTH.start, MONTH.end)
    assert str(books.opening("young", span).value) == "5.00"
    assert [str(books.opening(tenant, span).value) for tenant in ("flat", "torn", "pair")] == ["0.00"] * 3
    assert books.figure("budget.spend.period", "young", span).coverage == pytest.approx(1, abs=1e-4)


def test_a_tenant_is_unknown_before_its_birth_and_never_0(books: Books) -> None:
    found = read(books, ("young", "compute"), Period.parse("2025-10-15"))
    assert (found.value, found.quality) == (None, Quality.UNKNOWN)


def test_of_a_pair_one_replica_is_counted(books: Books) -> None:
    assert read(books, ("pair", "compute")).samples == 31 * 1440


def test_drivers_add_up_to_tenants_and_tenants_to_the_total(reports: dict[str, Report]) -> None:
    for report in reports.values():
        money = {(f.tenant, dict(f.labels).get("driver")): f.value for f in report.figures.where("budget.spend.period")}
        for tenant in ("flat", "torn", "young", "pair", "late"):
            parts = (money[tenant, driver] for driver in ("compute", "storage", "network"))
            assert sum(part for part in parts if part is not None) == money[tenant, None]
        assert sum(money[tenant, None] for tenant in ("flat", "torn", "young", "pair", "late")) == money[None, None]
        assert {one.status.value for one in report.reconciliation} == {"pass"}


def test_both_servers_tell_the_same_report(reports: dict[str, Report]) -> None:
    told = [
        ([figure.as_dict() for figure in report.figures], [verdict.as_dict() for verdict in report.verdicts])
        for report in reports.values()
    ]
    assert told[0] == told[1]


def test_thirteen_months_by_the_minute_are_known_to_the_cent(prometheus: Any, victoriametrics: Any) -> None:
    name = {"__name__": f"long_{CATALOGUE['budget.cost'].name}", "tenant": "long", "driver": "compute"}
    year = Period.parse("2024-10-01..2025-10-31")
    told = []
    for server in (prometheus, victoriametrics):
        server.load(LONG.series(name, FIRST, AFTER))
        found = open_books(snapshot(server, "long", Order("trends", year)))
        months = [read(found, ("long", "compute"), month) for month in year.split("month")]
        for month, figure in zip(year.split("month"), months, strict=True):
            assert figure.quality is Quality.ACTUAL
            assert abs(Fraction(figure.value) - LONG.spent(*window(month))) <= CENT
        whole = read(found, ("long", "compute"), year)
        assert sum(figure.value for figure in months) == whole.value  # type: ignore[misc]
        assert abs(Fraction(whole.value) - LONG.spent(*window(year))) <= CENT
        told.append([figure.as_dict() for figure in (*months, whole)])
    assert told[0] == told[1]


def test_a_reset_between_two_scrapes_loses_no_more_than_the_bound_says(prometheus: Any) -> None:
    law = Law((BEGIN,), (90_000,))
    at = ms("2025-10-05T12:00:30")
    ts = np.arange(ms("2025-10-05T00:00"), ms("2025-10-07T00:10"), MINUTE) + 1_000
    level = np.where(ts > at, law.level(ts) - law.level(np.array(at)), law.level(ts))
    name = {"__name__": f"lost_{CATALOGUE['budget.cost'].name}", "tenant": "lost", "driver": "compute"}
    prometheus.load([Series(name, ts, level / 1e9)])
    day = Period.parse("2025-10-05")
    found = read(open_books(snapshot(prometheus, "lost", Order("daily", day))), ("lost", "compute"), day)
    start = day.start + timedelta(seconds=1)
    truth = Fraction(int(np.diff(law.level(np.array([round(start.timestamp() * 1000), window(day)[1]])))[0]), 10**9)
    assert Fraction(found.value) < truth - CENT
    assert holds(found, truth)
