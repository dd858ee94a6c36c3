"""Five cron fields, read into the minutes, hours, days, months and weekdays that they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mcreports.errors import SettingsError

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIELDS = (
    ("minute", range(60), ()),
    ("hour", range(24), ()),
    ("day", range(1, 32), ()),
    ("month", range(1, 13), MONTHS),
    ("weekday", range(8), WEEKDAYS),
)


@dataclass(frozen=True)
class Cron:
    """When to fire; a field that is empty means every. ``text`` is what was written."""

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def calendars(self) -> tuple[str, ...]:
        """The same as systemd's OnCalendar, in UTC; two of them where cron takes either the day or the weekday.

        >>> parse("0 */6 * * *").calendars(), parse("30 9 1 * mon-fri").calendars()
        (('*-*-* 00,06,12,18:00:00 UTC',), ('*-*-01 09:30:00 UTC', 'Mon,Tue,Wed,Thu,Fri *-*-* 09:30:00 UTC'))
        """
        hours, minutes, months = _listed(self.hours), _listed(self.minutes), _listed(self.months)
        weekdays = ",".join(WEEKDAYS[day].title() for day in self.weekdays)
        by_day = f"*-{months}-{_listed(self.days)} {hours}:{minutes}:00 UTC"
        by_weekday = f"{weekdays} *-{months}-* {hours}:{minutes}:00 UTC"
        return (*((by_day,) if self.days or not self.weekdays else ()), *((by_weekday,) if self.weekdays else ()))


def parse(text: str) -> Cron:
    """What five cron fields mean; a SettingsError names the field that means nothing, or says that it never fires."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        msg = f"{text!r} is not a schedule: write minute, hour, day, month and weekday, like '0 9 * * *'"
        raise SettingsError(msg)
    sets = []
    for part, (name, allowed, names) in zip(parts, _FIELDS, strict=True):
        try:
            sets.append(_field(part.lower(), allowed, names))
        except ValueError as error:
            msg = f"{text!r} is not a schedule: the {name} {part!r} {error}"
            raise SettingsError(msg) from error
    minutes, hours, days, months, weekdays = sets
    if days and not weekdays and not any(min(days) <= _LONGEST[month - 1] for month in months or range(1, 13)):
        msg = f"{text!r} never fires: none of its months has one of its days"
        raise SettingsError(msg)
    return Cron(" ".join(parts), minutes, hours, days, months, tuple(sorted({day % 7 for day in weekdays})))


def _field(text: str, allowed: range, names: tuple[str, ...]) -> tuple[int, ...]:
    found: set[int] = set()
    for item in text.split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", item, re.ASCII)
        if match is None:
            msg = "cannot be read"
            raise ValueError(msg)
        first, last, step = match.groups()
        if first == "*" and last is None and step is None:
            return ()
        low = allowed.start if first == "*" else _number(first, allowed, names)
        high = allowed.stop - 1 if first == "*" or (step and not last) else low
        high = _number(last, allowed, names) if last else high
        span = range(low, high + 1, int(step or 1)) if int(step or 1) else ()
        if not span or (first == "*" and last):
            msg = "holds nothing"
            raise ValueError(msg)
        found.update(span)
    return tuple(sorted(found))


def _number(text: str, allowed: range, names: tuple[str, ...]) -> int:
    value = allowed.start + names.index(text) if text in names else int(text) if text.isdigit() else -1
    if value not in allowed:
        msg = f"is not within {allowed.start} to {allowed.stop - 1}"
        raise ValueError(msg)
    return value


def _listed(values: tuple[int, ...]) -> str:
    return ",".join(f"{value:02d}" for value in values) or "*"
