"""The time that a question is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.errors import UsageError
from mcreports.workbench.asked import PARTS, asked, between

ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe"]


@pytest.mark.parametrize("text", ["2025-10-31", "2025-W44", "2025-10", "2025-Q4", "2025-10-01..2025-10-15"])
def test_a_period_is_asked_for_by_its_own_text(text: str) -> None:
    assert asked(text, "UTC").label == text


def test_two_instants_are_a_time_within_the_days_that_hold_them() -> None:
    found = asked("2025-10-20T14:00Z..2025-10-21T00:00Z", "UTC")
    assert (found.start.hour, found.period.label) == (14, "2025-10-20..2025-10-20")
    assert asked(found.label, "UTC") == found


def test_an_instant_without_a_zone_is_meant_in_utc() -> None:
    assert asked("2025-10-20T14:00..2025-10-20T15:00", "Europe/Berlin").start == datetime(2025, 10, 20, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2025-10-20T14..2025-10-20", "2025-10-20T14:00Z..2025-10-20T14:00Z", "Tuesday", "T..T", ""]
)
def test_what_is_no_time_is_told_with_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match=r"write|there is no time between"):
        asked(text, "UTC")


@given(
    st.integers(0, 730 * 86_400).map(lambda after: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=after)),
    st.timedeltas(timedelta(seconds=1), timedelta(days=70)),
    st.sampled_from(ZONES),
    st.sampled_from(PARTS),
)
def test_the_parts_of_a_time_are_the_whole_of_it(start: datetime, length: timedelta, zone: str, kind: str) -> None:
    about = between(start, start + length + timedelta(seconds=1), zone)
    spans = [span for _, span in about.split(kind)]
    assert (spans[0][0], spans[-1][1]) == (about.start, about.end)
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_hours_begin_where_a_day_does_half_an_hour_off() -> None:
    first, *_ = asked("2025-10-20", "Asia/Kathmandu").split("hour")
    assert first[1] == (datetime(2025, 10, 19, 18, 15, tzinfo=UTC), datetime(2025, 10, 19, 19, 15, tzinfo=UTC))


def test_a_day_of_25_hours_has_25() -> None:
    assert len(asked("2025-10-26", "Europe/Berlin").split("hour")) == 25
