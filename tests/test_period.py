from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.errors import UsageError
from mcreports.period import Period, midnight

KINDS = ["day", "week", "month", "quarter", "year"]
ZONES = [
    "UTC",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Havana",
    "Pacific/Apia",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/Asuncion",
]
days = st.dates(date(1990, 1, 1), date(2030, 12, 31))
instants = st.integers(631152000, 1893456000).map(lambda second: datetime.fromtimestamp(second, UTC))


@pytest.mark.parametrize(
    ("text", "kind", "first", "after"),
    [
        ("2025-10-31", "day", date(2025, 10, 31), date(2025, 11, 1)),
        ("2025-W44", "week", date(2025, 10, 27), date(2025, 11, 3)),
        ("2020-W53", "week", date(2020, 12, 28), date(2021, 1, 4)),
        ("2025-12", "month", date(2025, 12, 1), date(2026, 1, 1)),
        ("2025-Q4", "quarter", date(2025, 10, 1), date(2026, 1, 1)),
        ("2024", "year", date(2024, 1, 1), date(2025, 1, 1)),
        ("2025-10-01..2025-10-15", "range", date(2025, 10, 1), date(2025, 10, 16)),
    ],
)
def test_a_text_names_a_period(text: str, kind: str, first: date, after: date) -> None:
    period = Period.parse(text)
    assert (period.kind, period.first, period.after, str(period)) == (kind, first, after, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2025-1",
        "2025-13",
        "2025-02-29",
        "2025-W00",
        "2025-W53",
        "2025-Q5",
        "25",
        "2025-10-31 ",
        " 2025",
        "2025\n",
        "2025-10-15..2025-10-01",
        "2025-10-01..",
        "٢٠٢٥",
        "0000",
        "0001-01-01",
        "1969-12-31",
        "9999-12-31",
        "9999",
        "2025-10-31T00:00",
        "../2025-10-31",
        "2025-w44",
        "-2025",
    ],
)
def test_what_names_no_period_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        Period.parse(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "a\0b", "Europe"])
def test_what_is_no_zone_is_refused_with_its_name(zone: str) -> None:
    with pytest.raises(UsageError, match="is not a time zone"):
        Period.parse("2025", zone)


@given(st.sampled_from(KINDS), days, st.sampled_from(ZONES))
def test_a_period_and_its_neighbours_touch_and_never_overlap(kind: str, day: date, zone: str) -> None:
    period = Period.containing(kind, day, zone)
    assert period.first <= day < period.after
    assert period.next().previous() == period == period.previous().next()
    assert period.previous().end == period.start <= period.end == period.next().start
    assert Period.parse(period.label, zone) == period


@given(st.sampled_from(KINDS[1:]), days, st.sampled_from(ZONES))
def test_the_days_of_a_period_cover_it_without_a_gap(kind: str, day: date, zone: str) -> None:
    period = Period.containing(kind, day, zone)
    parts = period.split("day")
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert all(one.end == other.start for one, other in pairwise(parts))


@settings(max_examples=300)
@given(days, st.sampled_from(ZONES))
def test_midnight_is_the_first_instant_of_the_day(day: date, zone: str) -> None:
    instant = midnight(day, zone)
    assert instant.astimezone(ZoneInfo(zone)).date() >= day
    assert (instant - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (date(2024, 9, 8), "America/Santiago", "2024-09-08T04:00:00"),  # no midnight
        (date(2024, 4, 26), "Africa/Cairo", "2024-04-25T22:00:00"),  # no midnight
        (date(2025, 10, 31), "Asia/Kathmandu", "2025-10-30T18:15:00"),
        (date(2024, 11, 3), "America/Havana", "2024-11-03T04:00:00"),  # two midnights: the first
        (date(2006, 10, 29), "America/St_Johns", "2006-10-29T02:30:00"),  # set back one minute after
        (date(1919, 3, 31), "America/Toronto", "1919-03-31T04:30:00"),  # a leap from 23:30 to 00:30
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00:00"),  # a day that never was
    ],
)
def test_nights_that_are_not_like_others(day: date, zone: str, instant: str) -> None:
    assert midnight(day, zone).isoformat() == f"{instant}+00:00"


@given(st.sampled_from(KINDS), instants, st.sampled_from(ZONES))
def test_the_last_closed_period_has_ended_and_the_next_has_not(kind: str, now: datetime, zone: str) -> None:
    period = Period.last_closed(kind, now, zone)
    assert period.start < period.end <= now
    assert period.next().end > now or period.next().start == period.next().end


def test_a_clock_set_back_over_midnight_does_not_reopen_the_day() -> None:
    now = datetime(2006, 10, 29, 2, 45, tzinfo=UTC)
    assert now.astimezone(ZoneInfo("America/St_Johns")).date() == date(2006, 10, 28)
    assert Period.last_closed("day", now, "America/St_Johns").label == "2006-10-28"


@given(days, st.integers(1, 40))
def test_the_range_before_a_range_is_as_long(first: date, length: int) -> None:
    period = Period.parse(f"{first}..{first + timedelta(days=length - 1)}")
    assert period.previous().after == period.first
    assert period.previous().next() == period == period.next().previous()


def test_the_month_of_a_week_is_that_of_its_last_day() -> None:
    assert Period.parse("2025-W44").month().label == "2025-11"
