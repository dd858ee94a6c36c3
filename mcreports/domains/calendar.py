"""The spans that a report speaks of, and all those whose spend it will ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from mcreports.domains.stretches import stretches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.period import Period

Span = tuple[datetime, datetime]

HISTORY_DAYS = 126  # that a forecast looks back on, as far as the snapshot reaches
PROFILE_DAYS = 28  # whose hours say how much of a day that is not over is still to come
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Calendar:
    """The spans that a budget report speaks of."""

    period: Period
    until: datetime | None = None  # the end of what was asked for, where the period is not over yet

    @property
    def span(self) -> Span:
        """The period itself."""
        return self.period.start, self.period.end

    @property
    def month(self) -> Period:
        """The month whose budget the period's end counts against."""
        return self.period.month()

    @property
    def to_date(self) -> Span:
        """The month up to the period's end; of a period that is not over, up to its last whole day."""
        return self.month.start, self._days_over()[-1].end

    @property
    def elapsed(self) -> int:
        """How many days of the month are over at the end of the month to date."""
        return len(self._days_over())

    @property
    def previous_to_date(self) -> Span:
        """As many days of the month before; all of it where it is shorter."""
        days = self.month.previous().split("day")
        if self.to_date[1] == self.month.end:
            return days[0].start, days[-1].end
        return days[0].start, days[min(self.elapsed, len(days)) - 1].end

    def _days_over(self) -> list[Period]:
        days = [day for day in self.month.split("day") if day.end <= self.period.end]
        over = [day for day in days if self.until is None or day.end <= self.until]
        return over or days[:1]


def foreseen(report: str, calendar: Calendar, end: datetime) -> frozenset[Span]:
    """The windows that a report's figures are spent in, as far as they do not hang on the data.

    ``end`` is that of what was asked for. A window that is missing here is worked out when it is asked for.
    """
    days = _trend_days(calendar.period) if report == "trends" else _month_days(calendar, end)
    followed = ((part.start, part.end) for part in stretches(report, calendar.period))
    return frozenset((*_around(calendar, end), *days, *followed))


def _around(calendar: Calendar, end: datetime) -> Iterator[Span]:
    period, month = calendar.period, calendar.month
    before = period.previous()
    yield from (calendar.span, (before.start, before.end), calendar.to_date, calendar.previous_to_date)
    yield month.start, end
    for kind in ("quarter", "year"):
        whole = period.containing(kind, month.first, period.zone)
        yield whole.start, period.end


def _month_days(calendar: Calendar, end: datetime) -> Iterator[Span]:
    """The days of the period and of the month, the month up to each of them, and the days a forecast rests on."""
    start, after = calendar.span
    yield from ((max(day.start, start), min(day.end, after)) for day in calendar.period.split("day"))
    days = calendar.month.split("day")
    for day in days:
        yield day.start, day.end
        yield calendar.month.start, day.end
    gone = sum(day.end <= end for day in days)
    first = days[gone] if gone < len(days) else days[-1].next()
    yield from history(first)
    if gone < len(days):
        hour = full_hour(first, end)
        for at in {hour, max(hour - HOUR, first.start)} - {first.start}:
            yield from hours_before(first, at)
            yield first.start, at


@lru_cache(64)
def history(first: Period, since: datetime | None = None) -> tuple[Span, ...]:
    """The whole days before a day that a forecast rests on, oldest first, none that begins before ``since``."""
    spans: list[Span] = []
    day = first.previous()
    while len(spans) < HISTORY_DAYS and (since is None or day.start >= since):
        spans.append((day.start, day.end))
        day = day.previous()
    return tuple(spans[::-1])


def full_hour(day: Period, at: datetime) -> datetime:
    """The newest full hour since a day began."""
    return day.start + max(at - day.start, timedelta()) // HOUR * HOUR


def hours_before(day: Period, at: datetime) -> list[Span]:
    """The same hours, from midnight on, of the days before, oldest first."""
    return [(start, min(start + (at - day.start), end)) for start, end in history(day)[-PROFILE_DAYS:]]


def _trend_days(period: Period) -> Iterator[Span]:
    for part in (*period.split("month"), *period.split("day")):
        yield part.start, part.end
