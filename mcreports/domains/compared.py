"""Which two periods a report holds against each other to say why spend changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains.facts import seen_part, week_before
from mcreports.domains.series import milliseconds

if TYPE_CHECKING:
    from mcreports.period import Period
    from mcreports.snapshot import Snapshot

Span = tuple[datetime, datetime]

# the ids of the spend after and before; a day is held against the same weekday, which is like it
SPENT = {
    "daily": ("budget.spend.period", "budget.spend.week_before"),
    "weekly": ("budget.spend.period", "budget.spend.previous"),
    "monthly": ("budget.spend.period", "budget.spend.previous"),
    "trends": ("budget.spend.month", "budget.spend.month"),
}


@dataclass(frozen=True)
class Compared:
    """Two periods, the parts of them that are over, and the length of the later by that of the earlier."""

    before: Period
    after: Period
    spans: tuple[Span, Span]
    days: Fraction


def compared(snapshot: Snapshot) -> Compared | None:
    """A day against the one a week before, a week or month against the last, a year's newest two whole months.

    None where a year has no two whole months. Of a period that is not over, as long a part of the one before.
    """
    pair = _pair(snapshot)
    if pair is None:
        return None
    before, after = pair
    start, end = seen_part(snapshot, after)
    if end == after.end:
        days = Fraction((after.after - after.first).days, (before.after - before.first).days)
        return Compared(before, after, ((before.start, before.end), (start, end)), days)
    earlier = before.start, min(before.end, before.start + (end - start))
    lengths = [milliseconds(last) - milliseconds(first) for first, last in ((start, end), earlier)]
    return Compared(before, after, (earlier, (start, end)), Fraction(*lengths))


def whole_months(snapshot: Snapshot) -> list[Period]:
    """The calendar months that lie wholly in a report's period, and are over."""
    start, end = seen_part(snapshot, snapshot.period)
    return [month for month in snapshot.period.split("month") if start <= month.start and month.end <= end]


def _pair(snapshot: Snapshot) -> tuple[Period, Period] | None:
    period = snapshot.period
    if snapshot.report == "trends":
        months = whole_months(snapshot)
        return (months[-2], months[-1]) if len(months) > 1 else None
    if snapshot.report == "daily":
        return week_before(period), period
    return period.previous(), period
