"""The demo as a source: any window, at any time, agrees with any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports import samples
from mcreports.errors import UsageError
from mcreports.metrics import CATALOGUE, remap
from mcreports.sources.demo import DemoSource

DEMO = DemoSource.from_url("demo://?seed=7")
OCTOBER = datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)
COST = CATALOGUE["budget.cost"]
EVERY = pytest.mark.parametrize("key", CATALOGUE)


def window(days: int, minutes: int, long: int) -> tuple[datetime, datetime]:
    start = datetime(2025, 10, 1, tzinfo=UTC) + timedelta(days=days, minutes=minutes)
    return start, start + timedelta(minutes=long)


windows = st.builds(window, st.integers(-396, 120), st.integers(0, 1440), st.integers(0, 3000))


@EVERY
def test_every_metric_of_the_catalogue_is_served_as_a_conformed_table(key: str) -> None:
    metric, asked = CATALOGUE[key], window(14, 0, 4000)
    table = DEMO.fetch(metric, *asked).table
    again = samples.gather(metric, DEMO.series(metric, *asked)).table
    assert len(table)
    pd.testing.assert_frame_equal(table, again)
    pd.testing.assert_frame_equal(table.iloc[:0], samples.empty(metric), check_categorical=False)
    pd.testing.assert_frame_equal(table, table.sort_values([*metric.labels, "ts"], kind="stable"))


@EVERY
@settings(max_examples=8, deadline=None)
@given(one=windows, other=windows)
def test_windows_that_overlap_agree_sample_by_sample(
    key: str, one: tuple[datetime, datetime], other: tuple[datetime, datetime]
) -> None:
    metric = CATALOGUE[key]
    start, end = min(one[0], other[0]), max(one[1], other[1])
    start = max(start, end - timedelta(days=30))
    whole = DEMO.fetch(metric, start, end).table
    for first, after in (one, other):
        if first >= start:
            part = whole[(whole["ts"] >= first) & (whole["ts"] < after)].reset_index(drop=True)
            found = DEMO.fetch(metric, first, after).table
            pd.testing.assert_frame_equal(found, part, check_categorical=False)


def test_the_same_seed_gives_the_same_samples_and_another_seed_others() -> None:
    again = DemoSource.from_url("demo://?seed=7").fetch(COST, *OCTOBER).table
    other = DemoSource.from_url("demo://?seed=8").fetch(COST, *OCTOBER).table
    assert DEMO.fetch(COST, *OCTOBER).table.equals(again)
    assert not again["value"].equals(other["value"])


def test_the_law_is_this_one_on_every_machine() -> None:
    table = DEMO.fetch(COST, *OCTOBER, ["TENANT_001"]).table
    last = table.groupby("driver", observed=True)["value"].last()
    assert last.to_dict() == {"compute": 77176.439417, "network": 25668.02353, "storage": 37595.043171}


def test_scrapes_lie_on_multiples_of_the_step_and_on_midnight() -> None:
    start = datetime(2025, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    at = DemoSource(step=450).fetch(CATALOGUE["config.drift"], start, start + timedelta(hours=1)).table["ts"]
    assert at.dt.strftime("%H:%M:%S").tolist()[:2] == ["00:00:00", "00:07:30"]
    assert len(at) == 8


def test_a_window_is_half_open() -> None:
    noon = datetime(2025, 3, 1, 12, tzinfo=UTC)
    at = DEMO.fetch(CATALOGUE["config.drift"], noon, noon + timedelta(minutes=10)).table["ts"]
    assert at.tolist() == [noon, noon + timedelta(minutes=5)]


@pytest.mark.parametrize("end", [OCTOBER[0], OCTOBER[0] - timedelta(days=3)])
def test_an_empty_window_has_no_sample(end: datetime) -> None:
    assert DEMO.fetch(COST, OCTOBER[0], end).table.empty


def test_nothing_was_scraped_before_the_start() -> None:
    early = datetime(2020, 1, 1, tzinfo=UTC)
    for demo in (DEMO, DemoSource(start=date(2025, 2, 3))):
        first = demo.fetch(COST, early, datetime(2025, 2, 5, tzinfo=UTC)).table["ts"].min()
        assert first.date() == demo.start


def test_a_later_start_shows_the_same_counters() -> None:
    later = DemoSource(start=date(2025, 2, 3))
    assert later.fetch(COST, *OCTOBER).table.equals(DEMO.fetch(COST, *OCTOBER).table)


def test_a_finer_step_passes_through_the_same_points() -> None:
    fine = DemoSource(step=60).fetch(COST, *OCTOBER).table
    coarse = DEMO.fetch(COST, *OCTOBER).table
    on_grid = fine[fine["ts"].dt.minute % 5 == 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(on_grid, coarse)


def test_between_the_points_a_counter_rises_in_a_straight_line() -> None:
    start = datetime(2025, 6, 5, 14, tzinfo=UTC)
    for _, one in DemoSource(step=60).fetch(COST, start, start + timedelta(minutes=6)).table.groupby("driver"):
        values = one[one["tenant"] == "TENANT_005"]["value"].to_numpy()
        assert np.abs(np.diff(values[:6], 2)).max() < 3e-6
        assert values[5] > values[0]


def test_only_the_tenants_asked_for_are_in_the_answer() -> None:
    table = DEMO.fetch(COST, *OCTOBER, ["TENANT_002", "nobody"]).table
    assert set(table["tenant"]) == {"TENANT_002"}
    assert DEMO.fetch(COST, *OCTOBER, []).table.empty


def test_another_platform_s_names_are_the_server_s() -> None:
    metric = remap({"budget.cost": "acme_cost"}, {"budget.cost": {"tenant": "customer"}})["budget.cost"]
    one = next(DEMO.series(metric, *OCTOBER))
    assert one.labels["__name__"] == "acme_cost"
    assert one.labels["customer"] == "TENANT_001"
    assert DEMO.fetch(metric, *OCTOBER).table.equals(DEMO.fetch(COST, *OCTOBER).table)


def test_a_metric_outside_the_catalogue_is_refused() -> None:
    with pytest.raises(UsageError, match="'weather'"):
        DEMO.fetch(replace(COST, key="weather"), *OCTOBER)


@pytest.mark.parametrize(
    ("url", "demo"),
    [
        ("demo://", DemoSource()),
        ("demo://?seed=7", DemoSource(7, 300, date(2024, 9, 1))),
        ("demo://?start=2025-01-02&step=60&seed=11", DemoSource(11, 60, date(2025, 1, 2))),
    ],
)
def test_an_address_names_a_demo_and_the_demo_its_address(url: str, demo: DemoSource) -> None:
    assert DemoSource.from_url(url) == demo
    assert DemoSource.from_url(demo.info.url) == demo
    assert demo.info.kind == "demo"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("demo://?sead=7", "no parameter 'sead'"),
        ("demo://?seed=-1", "seed='-1'"),
        ("demo://?seed=", "seed=''"),
        ("demo://?seed=\u0667", "seed='\u0667'"),
        ("demo://?seed=7&seed=8", "seed is given twice"),
        ("demo://?step=0", "step='0'"),
        ("demo://?step=7", "step='7'"),
        ("demo://?step=86400", "step='86400'"),
        ("demo://?start=2024-08-31", "start='2024-08-31'"),
        ("demo://?start=2025-02-30", "start='2025-02-30'"),
        ("demo://?seed", "not a demo's address"),
        ("demo://somewhere?seed=7", "not a demo's address"),
        ("demo://?seed=7#x", "not a demo's address"),
        ("http://?seed=7", "not a demo's address"),
        ("demo://[?seed=7", "not a demo's address"),
    ],
)
def test_an_address_that_cannot_be_is_refused_by_name(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        DemoSource.from_url(url)


def test_all_faults_of_an_address_are_told_at_once() -> None:
    with pytest.raises(UsageError, match=r"'colour'.*seed='x'.*step='y'"):
        DemoSource.from_url("demo://?seed=x&colour=red&step=y")
