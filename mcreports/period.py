"""Periods: half-open spans of time, named by text such as ``2025-10`` or ``2025-W44``."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

FORMS = "2025-10-31, 2025-W44, 2025-10, 2025-Q4, 2025 or 2025-10-01..2025-10-15"
YEARS = range(1970, 9000)


@dataclass(frozen=True)
class Period:
    """Calendar days [first, after) of one zone, and the instants [start, end) they cover in UTC."""

    label: str
    kind: str
    first: date
    after: date
    zone: str = "UTC"

    @staticmethod
    def parse(text: str, zone: str = "UTC") -> Period:
        """The period that the text names, in the zone.

        >>> Period.parse("2025-W44").start.isoformat()
        '2025-10-27T00:00:00+00:00'
        """
        check_zone(zone)
        for kind, (pattern, build) in _FORMS.items():
            match = re.fullmatch(pattern, text, re.ASCII)
            if match:
                try:
                    first, after = build(*match.groups())
                    period = Period(text, kind, first, after, zone)
                    _ = period.start, period.end
                except (ValueError, OverflowError) as error:
                    msg = f"{text!r} is not a period: {error}; write it like {FORMS}"
                    raise UsageError(msg) from error
                if first >= after:
                    msg = f"{text!r} is not a period: it ends before it begins"
                    raise UsageError(msg)
                if first.year not in YEARS:
                    msg = f"{text!r} is not a period with samples: they begin in {YEARS.start}"
                    raise UsageError(msg)
                return period
        msg = f"{text!r} is not a period; write it like {FORMS}"
        raise UsageError(msg)

    @staticmethod
    def containing(kind: str, day: date, zone: str = "UTC") -> Period:
        """The day, week, month, quarter or year that holds a calendar day.

        >>> Period.containing("week", date(2026, 1, 1)).label
        '2026-W01'
        """
        return Period.parse(_LABELS[kind](day), zone)

    @staticmethod
    def last_closed(kind: str, now: datetime, zone: str = "UTC") -> Period:
        """The newest day, week, month, quarter or year that has ended by ``now``."""
        check_zone(zone)
        period = Period.containing(kind, now.astimezone(ZoneInfo(zone)).date(), zone)
        # A clock set back over midnight shows a day that has ended, and Samoa's 30 December 2011 never was.
        while period.end > now or period.start == period.end:
            period = period.previous()
        return period

    @property
    def start(self) -> datetime:
        """The first instant, in UTC."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first instant that is no longer part of it, in UTC."""
        return midnight(self.after, self.zone)

    def previous(self) -> Period:
        """The period of the same kind just before this one.

        >>> Period.parse("2025-01").previous().label
        '2024-12'
        """
        if self.kind == "range":
            first = self.first - (self.after - self.first)
            return Period(f"{first}..{self.first - timedelta(days=1)}", "range", first, self.first, self.zone)
        return Period.containing(self.kind, self.first - timedelta(days=1), self.zone)

    def next(self) -> Period:
        """The period of the same kind just after this one."""
        if self.kind == "range":
            after = self.after + (self.after - self.first)
            return Period(f"{self.after}..{after - timedelta(days=1)}", "range", self.after, after, self.zone)
        return Period.containing(self.kind, self.after, self.zone)

    def split(self, kind: str) -> tuple[Period, ...]:
        """The days, weeks or months that overlap this one, in order.

        >>> len(Period.parse("2024-02").split("day"))
        29
        """
        return _parts(self, kind)

    def month(self) -> Period:
        """The calendar month that this period's last day falls in."""
        return Period.containing("month", self.after - timedelta(days=1), self.zone)

    def __str__(self) -> str:
        """The text that :meth:`parse` reads."""
        return self.label


@lru_cache(1024)
def _parts(period: Period, kind: str) -> tuple[Period, ...]:
    # asked again for every tenant, and the same for all
    parts = []
    part = Period.containing(kind, period.first, period.zone)
    while part.first < period.after:
        parts.append(part)
        part = part.next()
    return tuple(parts)


@lru_cache(4096)
def midnight(day: date, zone: str) -> datetime:
    """The first instant of a calendar day, in UTC, also where that night has no midnight.

    >>> midnight(date(2024, 9, 8), "America/Santiago").isoformat()
    '2024-09-08T04:00:00+00:00'
    """
    local = datetime.combine(day, time(), ZoneInfo(zone))
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if first <= second:
        return first
    # The clock leaps over this midnight: the day begins where the leap lands, somewhere after ``second``.
    leap = range(int((first - second).total_seconds()))
    landed = bisect_left(leap, day, key=lambda s: (second + timedelta(seconds=s)).astimezone(local.tzinfo).date())
    return second + timedelta(seconds=landed)


def check_zone(zone: str) -> None:
    """Refuse a time zone that the zone database does not know."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"{zone!r} is not a time zone; write it like Europe/Berlin or UTC"
        raise UsageError(msg) from error


def _day(text: str) -> tuple[date, date]:
    first = date.fromisoformat(text)
    return first, first + timedelta(days=1)


def _week(year: str, week: str) -> tuple[date, date]:
    first = date.fromisocalendar(int(year), int(week), 1)
    return first, first + timedelta(days=7)


def _month(year: str, month: str) -> tuple[date, date]:
    first = date(int(year), int(month), 1)
    return first, _add_months(first, 1)


def _quarter(year: str, quarter: str) -> tuple[date, date]:
    first = date(int(year), 3 * int(quarter) - 2, 1)
    return first, _add_months(first, 3)


def _year(year: str) -> tuple[date, date]:
    return date(int(year), 1, 1), date(int(year) + 1, 1, 1)


def _range(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)


def _add_months(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


_DAY = r"(\d{4}-\d{2}-\d{2})"
_FORMS: dict[str, tuple[str, Callable[..., tuple[date, date]]]] = {
    "day": (_DAY, _day),
    "week": (r"(\d{4})-W(\d{2})", _week),
    "month": (r"(\d{4})-(\d{2})", _month),
    "quarter": (r"(\d{4})-Q([1-4])", _quarter),
    "year": (r"(\d{4})", _year),
    "range": (_DAY + r"\.\." + _DAY, _range),
}
_LABELS: dict[str, Callable[[date], str]] = {
    "day": date.isoformat,
    "week": lambda day: f"{day.isocalendar().year:04d}-W{day.isocalendar().week:02d}",
    "month": lambda day: f"{day.year:04d}-{day.month:02d}",
    "quarter": lambda day: f"{day.year:04d}-Q{(day.month + 2) // 3}",
    "year": lambda day: f"{day.year:04d}",
}
