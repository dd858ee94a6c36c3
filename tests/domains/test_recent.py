"""The last day's coverage, from counts of all and a look at a few, held against a look at all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from mcreports.checks import Status
from mcreports.domains.recent import MOST, Recent, judge_recent
from mcreports.metrics import CATALOGUE
from mcreports.rules import RULES
from mcreports.samples import tabulate

COST = CATALOGUE["budget.cost"]
STEP = 60_000
START, END = 1_761_868_800_000, 1_761_868_800_000 + 1440 * STEP
RULE = RULES["data.coverage"]
Samples = dict[tuple[str, ...], np.ndarray]


def scraped(*holes: tuple[int, int], since: int = -1440, until: int = 1440, late: int = 0) -> np.ndarray:
    """The instants of a scrape each minute from one day to another, but in the holes (first and last minute)."""
    minutes = np.arange(since, until)
    for first, last in holes:
        minutes = minutes[(minutes < first) | (minutes > last)]
    return START + minutes * STEP + 1 + late


class Server:
    """Counts and raw samples of what was scraped, and of whom they were asked."""

    def __init__(self, metric: Any, series: Samples) -> None:
        self.metric, self.series = metric, series
        self.asked: list[str] = []

    def count(self, start: int, end: int) -> dict[tuple[str, ...], int]:
        within = {own: int(((ts >= start) & (ts < end)).sum()) for own, ts in self.series.items()}
        return {own: count for own, count in within.items() if count}

    def look(self, tenants: Sequence[str] | None) -> pd.DataFrame:
        self.asked += tenants or []
        rows = [
            (own, ts[(ts >= START) & (ts < END)], np.arange(((ts >= START) & (ts < END)).sum(), dtype=float))
            for own, ts in self.series.items()
            if tenants is None or own[0] in tenants
        ]
        return tabulate(self.metric, rows)

    def judge(self) -> Any:
        recent = Recent(self.metric, START, END, self.count(START, END), self.count(2 * START - END, START))
        return judge_recent(recent, lambda _: RULE, self.look)


def judge(series: Samples, metric: Any = COST) -> tuple[str, str]:
    told = Server(metric, series).judge()
    return told.status.value, told.text


def of(name: str, ts: np.ndarray) -> Samples:
    return {(name, driver): ts for driver in ("compute", "storage")}


def test_tenants_that_are_covered_are_told_in_one_line() -> None:
    series = {**of("T", scraped()), **of("U", scraped((5, 5)))}
    assert judge(series) == ("pass", "1,439 to 1,440 of 1,440 samples at 60 s in each of 4 series of 2 tenants")


def test_a_gap_is_told_of_the_tenant_that_has_it() -> None:
    series = {**of("T", scraped()), **of("U", scraped((600, 659)))}
    said = "U: 2,760 of 2,880 samples at 60 s; nothing from 2025-10-31T09:59:00Z to 2025-10-31T11:00:00Z"
    status, text = judge(series)
    assert (status, text) == ("warn", f"1,440 of 1,440 samples at 60 s in each of 2 series of T; {said}")


def test_less_than_95_percent_is_missing() -> None:
    assert judge({**of("T", scraped()), **of("U", scraped((600, 700)))})[0] == "fail"


def test_coverage_counts_from_birth() -> None:
    series = {**of("T", scraped()), **of("U", scraped(since=1200))}
    assert judge(series)[0] == "pass"
    assert "U: 480 of 480 samples at 60 s" in judge(series)[1]
    assert judge(of("T", scraped(since=1200))) == ("pass", "T: 480 of 480 samples at 60 s")


def test_a_tenant_that_fell_silent_yesterday_is_missing() -> None:
    status, text = judge({**of("T", scraped()), **of("U", scraped(until=-60))})
    assert (status, text.rsplit("; ", 1)[1]) == ("fail", "U: no sample any more")


def test_a_silence_of_all_is_the_sources() -> None:
    names = ("T", "U", "V")
    series = {own: ts for at, name in enumerate(names) for own, ts in of(name, scraped((600, 700), late=at)).items()}
    status, text = judge(series)
    assert status == "fail"
    assert text.startswith("T and 2 more: 2,678 of 2,880 samples at 60 s; the source was silent from 2025-10-31T09:59")


def test_a_metric_without_tenants_is_judged_as_a_whole() -> None:
    drift = CATALOGUE["config.drift"]
    assert judge({(): scraped()}, drift) == ("pass", "1,440 of 1,440 samples at 60 s")
    assert judge({(): scraped((5, 100))}, drift)[0] == "fail"
    assert judge({}, drift) == ("fail", "no sample")


def test_a_single_sample_is_unknown() -> None:
    assert judge(of("T", scraped(since=1439))) == ("unknown", "a single sample shows no interval")


def test_a_new_buckets_birth_is_that_of_its_histogram() -> None:
    lag = CATALOGUE["platform.replication_lag"]
    series: Samples = {**{("T", le): scraped((0, 99)) for le in ("0.1", "+Inf")}, ("U", "+Inf"): scraped()}
    server = Server(lag, series)
    counts = {own: count for own, count in server.count(START, END).items() if own[1] == "+Inf"}
    told = judge_recent(Recent(lag, START, END, counts, counts), lambda _: RULE, server.look)
    assert told.status is Status.FAIL
    assert "T: 2,680 of 2,880 samples at 60 s; nothing from" in told.text


def test_a_count_that_a_server_doubles_does_not_hide_a_gap() -> None:
    server = Server(COST, {("T", ""): scraped((100, 700)), ("U", ""): scraped()})
    doubled = {own: 2 * count for own, count in server.count(START, END).items()}
    told = judge_recent(Recent(COST, START, END, doubled, doubled), lambda _: RULE, server.look)
    assert told.status is Status.FAIL
    assert "T: 839 of 1,440 samples" in told.text


def test_a_thousand_tenants_are_counted_and_few_are_looked_at() -> None:
    thin = {f"T{number:04}": scraped((10, 100 + number % 50)) for number in range(0, 1000, 20)}
    series: Samples = {(f"T{number:04}", ""): thin.get(f"T{number:04}", scraped()) for number in range(1000)}
    server = Server(COST, series)
    told = server.judge()
    assert len(server.asked) <= MOST + 1
    assert told.status is Status.FAIL
    assert "1,440 of 1,440 samples at 60 s in each of 950 series of 950 tenants" in told.text
    assert (
        f"{50 - MOST} more tenants, not looked at one by one: 1,309 to 1,349 of 1,440 in the thinnest series"
        in told.text
    )
    assert len(told.text) < 2000


@given(
    st.lists(
        st.tuples(st.lists(st.tuples(st.integers(20, 1420), st.integers(0, 40)), max_size=3), st.integers(-30, 600)),
        min_size=1,
        max_size=MOST,
    )
)
def test_the_status_is_that_of_a_naive_count(tenants: Any) -> None:
    series: Samples = {}
    for number, (holes, since) in enumerate(tenants):
        series[f"T{number}", ""] = scraped(*((at, at + length) for at, length in holes), since=since)
    worst = []
    for ts in series.values():
        inside = ts[(ts >= START) & (ts < END)]
        since = max(START, int(ts[0]))
        missed = sum(round((b - a) / STEP) - 1 for a, b in pairwise([*inside.tolist(), END + 1]))
        missed += (int(inside[0]) - since) // STEP
        worst.append(RULE.status(100 * len(inside) / (len(inside) + missed)))
    told = Server(COST, series).judge()
    wanted = max(worst, key=[Status.PASS, Status.WARN, Status.FAIL].index)
    assert told.status is wanted, told.text
