"""What a month is heading for, as figures: its end, its budget's, the month after it, and how good forecasts were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from mcreports.analysis import forecast as forecasting
from mcreports.domains.derive import ends, money, number
from mcreports.domains.outlook_course import Course, course, moved
from mcreports.domains.outlook_exhaustion import exhaustion
from mcreports.figures import Figure, Quality
from mcreports.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.domains.money import Books

USUAL, WIDE = 0.8, 0.95
WIDE_END = "budget.forecast.month_end_95"
NO_PAST = "its past is too short, or holds too little spend, to be forecast again"


@dataclass(frozen=True)
class Outlook:
    """One tenant's month end: the figure, all others, and the expected USD of each day of this month and the next."""

    month_end: Figure
    next_month: Figure
    others: tuple[Figure, ...]
    days: np.ndarray

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All that is said of what is to come."""
        return self.month_end, *self.others, self.next_month


def outlook(books: Books, tenant: str | None, spent: Figure, allowed: Figure) -> Outlook:
    """The forecast of a month as of the end of ``spent``, the month to date; unfinished days are forecast."""
    return _outlook(books, course(books, tenant, _month(books, spent), spent), spent, allowed)


def platform(books: Books, parts: Sequence[Outlook], spent: Figure, allowed: Figure) -> Outlook:
    """The platform's forecast: the sum of its tenants', with the intervals of the platform's own paths."""
    own = course(books, None, _month(books, spent), spent)
    month_end, next_month = (_sum([getattr(one, name) for one in parts]) for name in ("month_end", "next_month"))
    if not own.ahead.refusal and next_month is not None:
        own = moved(own, np.sum([part.days for part in parts], axis=0))
    found = _outlook(books, own, spent, allowed)
    if own.left:
        found = replace(
            found,
            month_end=_summed(found.month_end, month_end),
            others=tuple(_summed(one, month_end) if one.id == WIDE_END else one for one in found.others),
        )
    found = replace(found, next_month=_summed(found.next_month, next_month))
    return replace(found, others=(*found.others, *_by_day(own, found)))


def _month(books: Books, spent: Figure) -> Period:
    """The month that a month to date is of."""
    zone = books.snapshot.period.zone
    return Period.containing("month", spent.window[0].astimezone(ZoneInfo(zone)).date(), zone)


def _outlook(books: Books, own: Course, spent: Figure, allowed: Figure) -> Outlook:
    blank = replace(
        spent, id="budget.forecast.month_end", window=(spent.window[0], own.days[-1].end), value=None, bounds=None,
        quality=Quality.UNKNOWN, method=forecasting.METHOD if own.left else spent.method,
    )  # fmt: skip
    if own.left:
        month_end, wide = (_end(own, blank, share) for share in (USUAL, WIDE))
    else:
        month_end = wide = replace(spent, id=blank.id, window=blank.window)
    past = own.ahead.past_error
    error = replace(
        blank, id="budget.forecast.past_error", unit="%", value=past,
        quality=Quality.UNKNOWN if past is None else Quality.ESTIMATED,
        method="mean absolute error of month totals, forecast from days in the past",
        reason=own.ahead.refusal or (NO_PAST if past is None else ""),
    )  # fmt: skip
    others = (replace(wide, id=WIDE_END), error, *exhaustion(books, own, (spent, allowed, month_end)))
    return Outlook(month_end, _next(own, blank), others, own.ahead.days)


def _end(own: Course, blank: Figure, share: float, days: int | None = None) -> Figure:
    """What whole days have cost plus what is to come, never less than what is spent already."""
    if own.ahead.refusal or own.base.value is None:
        return replace(blank, reason=own.ahead.refusal or own.base.reason)
    part = slice(own.left if days is None else days)
    low, high = (
        None if end is None else max(own.least, end + Fraction(more))
        for end, more in zip(ends(own.base), own.ahead.interval(share, part), strict=True)
    )
    value = max(own.least, (number(own.base.value) or Fraction()) + Fraction(own.ahead.total(part)))
    reason = "; ".join(filter(None, [f"forecast, {100 * share:.0f} % interval", own.base.reason]))
    return replace(
        blank, value=money(value), bounds=(money(low), money(high)), quality=Quality.ESTIMATED, reason=reason
    )


def _next(own: Course, blank: Figure) -> Figure:
    """The whole month after this one."""
    month = own.days[-1].next().month()
    blank = replace(
        blank,
        id="budget.forecast.next_month",
        window=(month.start, month.end),
        method=forecasting.METHOD,
        coverage=None,
    )
    if own.ahead.refusal:
        return replace(blank, reason=own.ahead.refusal)
    part = slice(own.left, None)
    low, high = own.ahead.interval(USUAL, part)
    reason = f"forecast, {100 * USUAL:.0f} % interval"
    return replace(
        blank, value=money(own.ahead.total(part)), bounds=(money(low), money(high)), quality=Quality.ESTIMATED,
        reason=reason,
    )  # fmt: skip


def _by_day(own: Course, found: Outlook) -> Iterator[Figure]:
    """The month's spend up to the end of each day left, with both intervals; the last day's is the month's."""
    wide = next(one for one in found.others if one.id == WIDE_END)
    for count, day in enumerate(own.days[own.gone :], start=1):
        for whole, share, suffix in ((found.month_end, USUAL, ""), (wide, WIDE, "_95")):
            named = replace(
                whole, id=f"budget.forecast.cumulative{suffix}", labels=(("day", day.label),),
                window=(whole.window[0], day.end),
            )  # fmt: skip
            is_last, blank = count == own.left, replace(named, value=None, bounds=None, quality=Quality.UNKNOWN)
            yield named if is_last or whole.value is None else _end(own, blank, share, count)


def _sum(figures: Sequence[Figure]) -> Fraction | None:
    values = [number(figure.value) for figure in figures]
    return None if not values or None in values else sum((v for v in values if v is not None), Fraction())


def _summed(figure: Figure, whole: Fraction | None) -> Figure:
    """The platform's figure as the sum of its tenants', its bounds as far from it as they were."""
    if whole is None or figure.value is None:
        return figure
    shift = whole - (number(figure.value) or Fraction())
    low, high = (None if end is None else money(end + shift) for end in ends(figure))
    method = f"{figure.method}; the sum of the tenants' forecasts, the interval of the sum's own paths"
    return replace(figure, value=money(whole), bounds=None if figure.bounds is None else (low, high), method=method)
