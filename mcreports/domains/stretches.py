"""The stretches of time by which a report follows costs and rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mcreports.period import Period

if TYPE_CHECKING:
    from datetime import datetime

    Span = tuple[datetime, datetime]

# what a figure of a stretch is labelled with
LABELS = {"daily": "week", "weekly": "day", "monthly": "week", "trends": "month"}


def stretches(report: str, period: Period) -> tuple[Period, ...]:
    """A week's days, a long period's whole months, else the weeks of the month so far, cut where it begins and ends.

    An incident is not followed by any.

    >>> [part.label for part in stretches("daily", Period.parse("2025-10-14"))]
    ['2025-10-01..2025-10-05', '2025-W41', '2025-10-13..2025-10-14']
    """
    kind = LABELS.get(report)
    if kind is None:
        return ()
    if kind != "week":
        parts = period.split(kind)
        return tuple(part for part in parts if period.start <= part.start and part.end <= period.end)
    so_far = replace(period, label="", kind="range", first=period.month().first)
    return tuple(_cut(week, so_far) for week in so_far.split("week"))


def month_so_far(period: Period, until: datetime) -> Period:
    """The calendar month whose part up to ``until`` a report speaks of: that of the last day seen."""
    last = (min(until, period.end) - timedelta(milliseconds=1)).astimezone(ZoneInfo(period.zone)).date()
    return Period.containing("month", last, period.zone)


def followed(report: str, period: Period, until: datetime) -> tuple[Span, ...]:
    """The windows that a report counts work in beside its own: its stretches, and the month so far."""
    parts = tuple((part.start, part.end) for part in stretches(report, period) if part.end <= until)
    return parts if report == "trends" else (*parts, (month_so_far(period, until).start, until))


def _cut(week: Period, whole: Period) -> Period:
    first, after = max(week.first, whole.first), min(week.after, whole.after)
    if (first, after) == (week.first, week.after):
        return week
    return replace(week, label=f"{first}..{after - timedelta(days=1)}", kind="range", first=first, after=after)
