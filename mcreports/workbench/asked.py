"""What time a question is about: a period, or any two instants, and the parts that it is split into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mcreports.errors import UsageError
from mcreports.figures import instant_text
from mcreports.period import FORMS, Period

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[datetime, datetime]

HOUR, MOMENT = timedelta(hours=1), timedelta(microseconds=1)
PARTS = ("hour", "day", "week", "month")
FORM = "2025-10-20T14:00Z..2025-10-20T18:00Z"


@dataclass(frozen=True)
class Asked:
    """The instants [start, end) of a question, and the calendar days that hold them."""

    start: datetime
    end: datetime
    period: Period

    @property
    def label(self) -> str:
        """The text that :func:`asked` reads."""
        if (self.start, self.end) == (self.period.start, self.period.end):
            return self.period.label
        return f"{instant_text(self.start)}..{instant_text(self.end)}"

    def until(self, end: datetime) -> Asked:
        """The same, but no longer than to an instant."""
        return Asked(self.start, max(self.start, min(self.end, end)), self.period)

    def split(self, kind: str) -> tuple[tuple[str, Span], ...]:
        """The hours, days, weeks or months of the calendar in it, each with its name and cut to what was asked."""
        parts = _hours(self.period) if kind == "hour" else _days(self.period, kind)
        cut = ((name, (max(start, self.start), min(end, self.end))) for name, (start, end) in parts)
        return tuple((name, span) for name, span in cut if span[0] < span[1])


def asked(text: str | Period, zone: str) -> Asked:
    """The time that a period's text names, or two instants such as 2025-10-20T14:00Z..2025-10-20T18:00Z.

    >>> asked("2025-10-20T14:00Z..2025-10-20T18:00Z", "UTC").period.label
    '2025-10-20..2025-10-20'
    """
    if isinstance(text, Period):
        return Asked(text.start, text.end, text)
    first, dots, last = str(text).partition("..")
    if dots and ("T" in first or "T" in last):
        return between(instant(first), instant(last), zone)
    period = Period.parse(str(text), zone)
    return Asked(period.start, period.end, period)


def between(start: datetime, end: datetime, zone: str) -> Asked:
    """The time between two instants, to the second; one that names no zone is meant in UTC."""
    first, after = (_whole(at) for at in (start, end))
    if first >= after:
        msg = f"{instant_text(first)} is not before {instant_text(after)}: there is no time between them"
        raise UsageError(msg)
    days = [at.astimezone(ZoneInfo(zone)).date() for at in (first, after - MOMENT)]
    return Asked(first, after, Period.parse(f"{days[0]}..{days[1]}", zone))


def _whole(at: datetime) -> datetime:
    # as every artefact writes it
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).replace(microsecond=0)


def instant(text: str) -> datetime:
    """An instant as people write it; a UsageError where it is none."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"{text!r} is not an instant; write two of them like {FORM}, or a period like {FORMS}"
        raise UsageError(msg) from error


def _days(period: Period, kind: str) -> Iterator[tuple[str, Span]]:
    yield from ((part.label, (part.start, part.end)) for part in period.split(kind))


def _hours(period: Period) -> Iterator[tuple[str, Span]]:
    """The hours from each day's first instant on: in a zone half an hour off they begin at half past."""
    for day in period.split("day"):
        at = day.start
        while at < day.end:
            yield instant_text(at), (at, min(at + HOUR, day.end))
            at += HOUR
