from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.errors import UsageError
from mcreports.period import Period
from mcreports.reports.runs import PublishedRun
from mcreports.schedule import CADENCE, Due, Plan, check_kind, closing, due, last_closed, plan
from mcreports.settings import ReportSettings

SETTLE = timedelta(minutes=15)
ZONES = [
    "UTC", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham",
    "America/St_Johns", "America/Havana", "Europe/Berlin", "Pacific/Kiritimati",
]  # fmt: skip


def run(report: str, label: str, zone: str = "UTC", **said: str | None) -> PublishedRun:
    return PublishedRun(
        report=report,
        period=Period.parse(label, zone),
        scope=said.get("scope"),
        tenants=("A",),
        revision=1,
        state=said.get("state") or "final",
        status="pass",
        headline="",
        definition=said.get("definition") or "sha256:one",
        snapshot="sha256:",
        generated_at=datetime(2025, 11, 1, tzinfo=UTC),
        took_seconds=1,
        reason="",
        changes=(),
        files={},
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def labels(found: tuple[Due, ...], report: str | None = None) -> list[str]:
    return [one.period.label for one in found if report in {None, one.report}]


def published_of(found: tuple[Due, ...]) -> list[PublishedRun]:
    return [run(one.report, one.period.label, one.period.zone) for one in found]


def oracle(now: datetime, first: date, zone: str) -> list[tuple[str, str]]:
    """Walk the clock in quarters of an hour and note each calendar day, week and month as it closes."""
    closed = []
    today = first
    instant = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    while instant <= now - SETTLE:
        local = instant.astimezone(ZoneInfo(zone)).date()
        while today < local:
            tomorrow = today + timedelta(days=1)
            year, week, weekday = today.isocalendar()
            closed.append(("daily", f"{today}"))
            if weekday == 7:
                closed.append(("weekly", f"{year}-W{week:02d}"))
            if tomorrow.day == 1:
                closed.append(("monthly", f"{today:%Y-%m}"))
                closed.append(("trends", f"{tomorrow.replace(year=tomorrow.year - 1)}..{today}"))
            today = tomorrow
        instant += timedelta(minutes=15)
    return closed


@settings(max_examples=60, deadline=None)
@given(
    first=st.dates(date(2019, 1, 1), date(2026, 1, 1)),
    length=st.timedeltas(timedelta(), timedelta(days=75)),
    zone=st.sampled_from(ZONES),
    data=st.data(),
)
def test_what_is_due_is_what_a_walk_along_the_clock_finds(
    first: date, length: timedelta, zone: str, data: st.DataObject
) -> None:
    now = datetime(first.year, first.month, first.day, tzinfo=UTC) + length
    closed = oracle(now, first, zone)
    done = data.draw(st.sets(st.sampled_from(closed))) if closed else set()
    found = due(now, [run(*one, zone) for one in done], Plan(zone=zone, settle=SETTLE, since=first))
    assert [(one.report, one.period.label) for one in found] == [one for one in closed if one not in done]


@settings(max_examples=60, deadline=None)
@given(
    now=st.datetimes(datetime(2019, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - timezones has it
    zone=st.sampled_from(ZONES),
    down=st.integers(0, 60),
)
def test_each_is_due_once_however_often_it_is_fired(now: datetime, zone: str, down: int) -> None:
    wanted = Plan(zone=zone)
    first = due(now, [], wanted)
    assert sorted(one.report for one in first) == sorted(CADENCE)
    done = published_of(first)
    assert due(now, done, wanted) == ()
    later = due(now + timedelta(days=down), done, wanted)
    assert len(labels(later, "daily")) in {down - 1, down, down + 1}
    assert len(set(later)) == len(later)
    assert due(now + timedelta(days=down), done + published_of(later), wanted) == ()


def test_after_forty_five_days_of_downtime_everything_is_due_once_oldest_first() -> None:
    done = published_of(due(at("2025-09-30T09:00"), [], Plan()))
    found = due(at("2025-11-14T09:00"), done, Plan())
    assert labels(found, "daily") == [f"{date(2025, 9, 30) + timedelta(days=day)}" for day in range(45)]
    assert labels(found, "weekly") == [f"2025-W{week}" for week in range(40, 46)]
    assert labels(found, "monthly") == ["2025-09", "2025-10"]
    assert labels(found, "trends") == ["2024-10-01..2025-09-30", "2024-11-01..2025-10-31"]
    ends = [one.period.end for one in found]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Santiago", "2024-09-08", 23),
        ("Africa/Cairo", "2024-04-26", 23),
        ("America/Santiago", "2024-04-06", 25),
    ],
)
def test_a_night_without_or_with_two_midnights_closes_one_day(zone: str, day: str, hours: int) -> None:
    period = Period.parse(day, zone)
    assert period.end - period.start == timedelta(hours=hours)
    wanted = Plan(("daily",), zone, SETTLE, period.first)
    assert labels(due(period.end + SETTLE, [], wanted)) == [day]
    assert labels(due(period.end + SETTLE - timedelta(seconds=1), [], wanted)) == []


def test_a_day_in_kathmandu_closes_at_a_quarter_past_six_in_the_evening() -> None:
    wanted = Plan(("daily",), "Asia/Kathmandu", timedelta(), date(2025, 10, 31))
    assert labels(due(at("2025-10-31T18:14:59"), [], wanted)) == []
    assert labels(due(at("2025-10-31T18:15:00"), [], wanted)) == ["2025-10-31"]


@pytest.mark.parametrize(("label", "hours"), [("2025-03", 743), ("2025-10", 745), ("2024-02", 696)])
def test_a_month_in_berlin_closes_after_its_own_hours(label: str, hours: int) -> None:
    month = Period.parse(label, "Europe/Berlin")
    assert month.end - month.start == timedelta(hours=hours)
    wanted = Plan(("monthly",), "Europe/Berlin", timedelta(), month.first)
    assert labels(due(month.end, [], wanted)) == [label]
    assert labels(due(month.end - timedelta(seconds=1), [], wanted)) == []


def test_week_fifty_three_is_followed_by_week_one() -> None:
    found = due(at("2021-01-12T00:00"), [], Plan(("weekly",), settle=timedelta(), since=date(2020, 12, 21)))
    assert labels(found) == ["2020-W52", "2020-W53", "2021-W01"]


def test_the_leap_day_is_a_day() -> None:
    found = due(at("2024-03-02T00:00"), [], Plan(("daily",), settle=timedelta(), since=date(2024, 2, 28)))
    assert labels(found) == ["2024-02-28", "2024-02-29", "2024-03-01"]


def test_a_day_that_never_was_is_not_due() -> None:
    found = due(at("2012-01-02T00:00"), [], Plan(("daily",), "Pacific/Apia", since=date(2011, 12, 29)))
    assert labels(found) == ["2011-12-29", "2011-12-31", "2012-01-01"]


def test_a_preliminary_run_is_due_again_once_it_has_settled() -> None:
    early = [run("daily", "2025-10-31", state="preliminary")]
    assert labels(due(at("2025-11-01T00:14"), early, Plan(("daily",)))) == []
    assert labels(due(at("2025-11-01T00:15"), early, Plan(("daily",)))) == ["2025-10-31"]


def test_a_run_under_another_definition_zone_or_scope_does_not_count() -> None:
    now = at("2025-11-01T12:00")
    wanted = Plan(("daily",), definitions={"daily": "sha256:one"})
    assert due(now, [run("daily", "2025-10-31")], wanted) == ()
    assert labels(due(now, [run("daily", "2025-10-31", definition="sha256:two")], wanted)) == ["2025-10-31"]
    assert labels(due(now, [run("daily", "2025-10-31", "Asia/Tokyo")], wanted)) == ["2025-10-31"]
    assert labels(due(now, [run("daily", "2025-10-31", scope="a-1")], wanted)) == ["2025-10-31"]


def test_a_gap_between_published_days_is_due() -> None:
    done = [run("daily", "2025-10-28"), run("daily", "2025-10-30")]
    assert labels(due(at("2025-11-01T12:00"), done, Plan(("daily",)))) == ["2025-10-29", "2025-10-31"]


def test_a_report_published_for_a_period_of_another_kind_starts_nothing() -> None:
    done = [run("daily", "2024-01-01..2024-12-31"), run("trends", "2023"), run("monthly", "2025-10")]
    found = due(at("2025-11-01T12:00"), done, Plan())
    assert [(one.report, one.period.label) for one in found] == [
        ("weekly", "2025-W43"),
        ("daily", "2025-10-31"),
        ("trends", "2024-11-01..2025-10-31"),
    ]


def test_since_takes_the_week_and_the_month_that_hold_it() -> None:
    found = due(at("2025-11-03T12:00"), [], Plan(("weekly", "monthly"), since=date(2025, 10, 29)))
    assert labels(found) == ["2025-10", "2025-W44"]


def test_nothing_is_due_before_since() -> None:
    assert due(at("2025-11-03T12:00"), [], Plan(since=date(2026, 1, 1))) == ()


def test_a_negative_settling_time_publishes_no_open_period() -> None:
    assert labels(due(at("2025-11-01T23:59"), [], Plan(("daily",), settle=timedelta(days=-9)))) == ["2025-10-31"]


@pytest.mark.parametrize(
    ("report", "label"),
    [("daily", "2025-10-31"), ("weekly", "2025-W44"), ("monthly", "2025-10"), ("trends", "2024-11-01..2025-10-31")],
)
def test_each_report_has_its_own_last_closed_period(report: str, label: str) -> None:
    assert last_closed(report, at("2025-11-03T00:00")).label == {"daily": "2025-11-02"}.get(report, label)
    assert closing(report, date(2025, 10, 31)).label == label


def test_trends_of_a_leap_february_end_on_its_last_day() -> None:
    assert closing("trends", date(2024, 2, 1)).label == "2023-03-01..2024-02-29"


def test_a_report_without_a_calendar_is_refused() -> None:
    with pytest.raises(UsageError, match="no report 'incident'"):
        closing("incident", date(2025, 10, 31))
    with pytest.raises(UsageError, match="no report 'incident'"):
        last_closed("incident", at("2025-11-03T00:00"))


def test_the_plan_comes_from_the_settings() -> None:
    said = ReportSettings(zone="Asia/Kathmandu", since="2025-10-01", reports=("weekly", "daily"))
    assert plan(said) == Plan(("weekly", "daily"), "Asia/Kathmandu", SETTLE, date(2025, 10, 1))


@pytest.mark.parametrize(
    ("report", "period"),
    [
        ("daily", "2025-10"),
        ("weekly", "2025-10"),
        ("monthly", "2025-10-31"),
        ("trends", "2025-10-31"),
        ("trends", "2025-10-03..2025-10-30"),
    ],
)
def test_a_period_of_another_kind_than_the_report_is_refused(report: str, period: str) -> None:
    with pytest.raises(UsageError, match=period):
        check_kind(report, Period.parse(period))


@pytest.mark.parametrize("report", CADENCE)
def test_what_closes_by_itself_is_of_its_reports_kind(report: str) -> None:
    check_kind(report, last_closed(report, at("2025-11-03T00:00"), "UTC"))
