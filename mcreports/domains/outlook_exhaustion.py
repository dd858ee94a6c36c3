"""When a month's budget is used up, and how likely: measured where it has been, else after the forecast's paths."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.derive import ends, number
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from mcreports.domains.money import Books
    from mcreports.domains.outlook_course import Course

    Pair = tuple[Figure, Figure]

NOT_THIS_MONTH = "not this month"
HALF = 0.5


def exhaustion(books: Books, own: Course, known: tuple[Figure, Figure, Figure]) -> Pair:
    """The day on which the budget is used up, that of the middle path if it is to come, and how likely that is.

    ``known`` is what the month has cost, what it may cost, and its forecast.
    """
    spent, allowed, month_end = known
    blank = (
        _blank(month_end, "budget.exhaustion_date", "date", "first day on which the month to date reaches the budget"),
        _blank(month_end, "budget.exhaustion_probability", "%", "share of the forecast's paths that reach the budget"),
    )
    budget = number(allowed.value)
    if budget is None or month_end.value is None:
        return _said(blank, (None, None), Quality.UNKNOWN, allowed.reason if budget is None else month_end.reason)
    reached = Fraction(0)
    for day in own.days[: own.gone]:
        reached += Fraction(books.spend_total(spent.tenant, (day.start, day.end)) or 0, 100)
        if reached >= budget:
            return _said(blank, (day.first.isoformat(), 1.0), spent.quality, spent.reason)
    top = ends(month_end)[1]
    if not own.left:
        if top is None or top >= budget:
            return _said(blank, (None, None), Quality.UNKNOWN, f"it may be used up: {month_end.reason}")
        return _said(blank, (NOT_THIS_MONTH, 0.0), spent.quality, spent.reason)
    shares = (own.reached >= float(100 * budget)).mean(axis=0)
    when = NOT_THIS_MONTH
    if shares[-1] < HALF and top is None:
        return _said(blank, (None, None), Quality.UNKNOWN, f"it may be more: {month_end.reason}")
    if shares[-1] >= HALF:
        when = own.days[own.gone + int(np.argmax(shares >= HALF))].first.isoformat()
    reason = "; ".join(filter(None, ["forecast", own.base.reason]))
    return _said(blank, (when, float(shares[-1])), Quality.ESTIMATED, reason)


def _blank(month_end: Figure, figure_id: str, unit: str, method: str) -> Figure:
    return replace(month_end, id=figure_id, unit=unit, value=None, bounds=None, method=method)


def _said(pair: Pair, values: tuple[str | None, float | None], quality: Quality, reason: str) -> Pair:
    (when, chance), (day, share) = pair, values
    percent = None if share is None else round(100 * share, 6)  # a share of paths, without the dust of floats
    return (
        replace(when, value=day, quality=quality, reason=reason),
        replace(chance, value=percent, quality=quality, reason=reason),
    )
