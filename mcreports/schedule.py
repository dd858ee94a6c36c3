"""What is due: every closed, settled period minus the published ones; the disk is the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from mcreports.reports.runs import PublishedRun
    from mcreports.settings import ReportSettings

CADENCE = {"daily": "day", "weekly": "week", "monthly": "month", "trends": "month"}
TRENDS = "trends"
MONTHS_OF_TRENDS = 12


@dataclass(frozen=True)
class Due:
    """A report that is to be published, and the period that it covers."""

    report: str
    period: Period


@dataclass(frozen=True)
class Plan:
    """What is to be published without being asked.

    A report starts with ``since``; without it with its own earliest published period, else with the last
    one that has settled. ``definitions`` has the digest under which a report counts as published; a
    report that is not in it counts under any. ``scope`` is the slug of the tenants, None for all.
    """

    reports: tuple[str, ...] = tuple(CADENCE)
    zone: str = "UTC"
    settle: timedelta = timedelta(minutes=15)
    since: date | None = None
    definitions: Mapping[str, str] = field(default_factory=dict)
    scope: str | None = None


def plan(settings: ReportSettings, definitions: Mapping[str, str] | None = None) -> Plan:
    """The plan that the settings name."""
    since = None if settings.since is None else date.fromisoformat(settings.since)
    return Plan(settings.reports, settings.zone, settings.settle, since, definitions or {})


def due(now: datetime, published: Iterable[PublishedRun], plan: Plan) -> tuple[Due, ...]:
    """Every period that ended at least ``settle`` ago and is not published as final, oldest first, each once."""
    known = [run for run in published if run.scope == plan.scope]
    reports = sorted(set(plan.reports), key=list(CADENCE).index)
    waiting = [Due(report, period) for report in reports for period in _waiting(report, now, known, plan)]
    return tuple(sorted(waiting, key=lambda one: (one.period.end, reports.index(one.report))))


def closing(report: str, day: date, zone: str = "UTC") -> Period:
    """The period of a report that a day closes into; for trends the twelve months that end with the day's month.

    >>> closing("weekly", date(2025, 10, 31)).label, closing("trends", date(2025, 10, 31)).label
    ('2025-W44', '2024-11-01..2025-10-31')
    """
    if report not in CADENCE:
        msg = f"there is no report {report!r} with a calendar of its own; there are {', '.join(CADENCE)}"
        raise UsageError(msg)
    period = Period.containing(CADENCE[report], day, zone)
    return _trends(period) if report == TRENDS else period


KINDS = {
    "daily": ("day",),
    "weekly": ("week",),
    "monthly": ("month", "quarter", "year", "range"),
    "trends": ("month", "quarter", "year", "range"),
}


def check_kind(report: str, period: Period) -> None:
    """Refuse, as a UsageError, a period that is none of the report's: a day has one daily limit, a month has none."""
    if period.kind not in KINDS[report]:
        fitting = " or ".join(KINDS[report])
        msg = f"{period} is a {period.kind}; a {report} report is of a {fitting}, such as {_example(report, period)}"
        raise UsageError(msg)
    whole = [month for month in period.split("month") if period.start <= month.start and month.end <= period.end]
    if report == "trends" and not whole:
        msg = f"{period} holds no whole month; trends need one, such as {_example(report, period)}"
        raise UsageError(msg)


def _example(report: str, period: Period) -> str:
    return Period.containing(CADENCE[report], period.first, period.zone).label


def last_closed(report: str, now: datetime, zone: str = "UTC") -> Period:
    """The newest period of a report that has ended by ``now``."""
    month = Period.last_closed(CADENCE.get(report, "day"), now, zone)
    return closing(report, month.first, zone)


def _waiting(report: str, now: datetime, known: Iterable[PublishedRun], plan: Plan) -> Iterator[Period]:
    settled = now - max(plan.settle, timedelta())
    runs = [run for run in known if run.report == report and _is_regular(report, run.period)]
    earliest = min((run.period.after for run in runs), default=None)
    if plan.since is not None:
        day = plan.since
    elif earliest is not None:
        day = earliest - timedelta(days=1)
    else:
        day = last_closed(report, settled, plan.zone).after - timedelta(days=1)
    done = {run.period for run in runs if run.state == "final" and _counts(run, plan)}
    for period in takewhile(lambda period: period.end <= settled, _from(report, day, plan.zone)):
        if period not in done and period.start < period.end:
            yield period


def _from(report: str, day: date, zone: str) -> Iterator[Period]:
    while True:
        period = closing(report, day, zone)
        yield period
        day = period.after


def _is_regular(report: str, period: Period) -> bool:
    """Whether it is a period that the calendar gives this report, not one that somebody asked for by hand."""
    return period == closing(report, period.after - timedelta(days=1), period.zone)


def _counts(run: PublishedRun, plan: Plan) -> bool:
    return run.definition == plan.definitions.get(run.report, run.definition)


def _trends(month: Period) -> Period:
    first = month
    for _ in range(MONTHS_OF_TRENDS - 1):
        first = first.previous()
    return Period.parse(f"{first.first}..{month.after - timedelta(days=1)}", month.zone)
