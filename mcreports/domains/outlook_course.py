"""How a month goes on: what whole days have cost, and the forecast of the days after them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.forecast import Forecast, forecast
from mcreports.domains.accounts import COST
from mcreports.domains.calendar import PROFILE_DAYS, full_hour, history, hours_before
from mcreports.domains.derive import number
from mcreports.figures import Quality

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.domains.money import Books
    from mcreports.figures import Figure
    from mcreports.period import Period

SAME_WEEKDAY = 3  # times that the hours of such a day count
SWING = 0.5, 2.0  # how far a day's first hours may move its last ones


@dataclass(frozen=True)
class Course:
    """A month: its days, how many are over, what those have cost, what has been spent at least, and what is ahead.

    ``ahead`` has the days left of the month, and all of the next one.
    """

    days: tuple[Period, ...]
    gone: int
    base: Figure
    least: Fraction
    ahead: Forecast

    @property
    def left(self) -> int:
        """How many days of the month are not over."""
        return len(self.days) - self.gone

    @property
    def reached(self) -> np.ndarray:
        """The cents that the month has cost by the end of each day left, a path a row."""
        cents = np.rint(100 * np.cumsum(self.ahead.paths[:, : self.left], axis=1))
        return np.asarray(np.maximum(cents + float(100 * (number(self.base.value) or 0)), float(100 * self.least)))


def course(books: Books, tenant: str | None, month: Period, spent: Figure) -> Course:
    """The course of a month as of the end of ``spent``, the month to date."""
    start, end = spent.window
    days = month.split("day")
    gone = sum(day.end <= min(end, books.until) for day in days)
    first = days[gone] if gone < len(days) else days[-1].next()
    midnight = days[gone - 1].end if gone else start
    base = _so_far(books, spent, midnight)
    least = Fraction(books.spend_total(tenant, (start, books.end)) or 0, 100)
    ahead = _ahead(books, tenant, first, len(days) - gone + len(month.next().split("day")))
    if gone < len(days) and not ahead.refusal:
        ahead = _with_hours(books, tenant, first, ahead)
    return Course(days, gone, base, least, ahead)


def _so_far(books: Books, spent: Figure, midnight: datetime) -> Figure:
    """What whole days have cost by midnight: nothing when the month begins, unless its first day is not known."""
    start, end = spent.window
    if midnight == end:
        return spent
    if midnight > start:
        return books.figure(spent.id, spent.tenant, (start, midnight))
    if spent.value is None and books.end > start:
        return spent
    return replace(spent, value=Decimal("0.00"), bounds=None, window=(start, start), quality=Quality.ACTUAL, reason="")


def moved(one: Course, days: np.ndarray) -> Course:
    """The course with other days expected, and each path moved by as much."""
    shift = days - one.ahead.days
    return replace(one, ahead=replace(one.ahead, days=days, paths=np.maximum(one.ahead.paths + shift, 0.0)))


def _ahead(books: Books, tenant: str | None, first: Period, count: int) -> Forecast:
    window = books.snapshot.windows.get(COST)
    spans = () if window is None else history(first, window.start)
    return forecast(books.daily(tenant, spans), first.first, count)


def _with_hours(books: Books, tenant: str | None, today: Period, ahead: Forecast) -> Forecast:
    """The forecast with a day that is not over: what its hours have cost, and what usually follows after them."""
    at = full_hour(today, _heard(books, tenant))
    spent = books.daily(tenant, [(today.start, at)])[0] if at > today.start else np.nan
    share = _share(books, tenant, today, at) if not np.isnan(spent) else np.nan
    if np.isnan(share):
        return ahead
    due = ahead.days[0] * share
    swing = np.clip(np.sqrt(spent / due), *SWING) if due > 0 else 1.0
    days, paths = ahead.days.copy(), ahead.paths.copy()
    paths[:, 0] = spent + paths[:, 0] * (1 - share) * swing
    days[0] = spent + days[0] * (1 - share) * swing
    return replace(ahead, days=days, paths=paths)


def _heard(books: Books, tenant: str | None) -> datetime:
    """The newest instant that a tenant, or each of them, has been heard of."""
    names = books.tenants if tenant is None else (tenant,)
    return min((books.heard(name, books.end) for name in names), default=books.end)


def _share(books: Books, tenant: str | None, today: Period, at: datetime) -> float:
    """The part of a day that is spent by this hour, after the days before, most of all those of the same weekday."""
    early = books.daily(tenant, hours_before(today, at))
    whole = books.daily(tenant, history(today)[-PROFILE_DAYS:])
    known = ~np.isnan(early) & ~np.isnan(whole)
    weights = np.where(np.arange(len(whole))[::-1] % 7 == 6, SAME_WEEKDAY, 1) * known  # noqa: PLR2004 - days of a week
    total = float((weights * np.nan_to_num(whole)).sum())
    return float((weights * np.nan_to_num(early)).sum()) / total if total > 0 else float("nan")
