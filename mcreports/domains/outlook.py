"""Where the month is heading: forecast, burn rate, the day on which a budget is used up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports import rules
from mcreports.analysis import forecast as forecasting
from mcreports.domains.derive import difference, money, number, share
from mcreports.domains.limits import doubt
from mcreports.domains.money import milliseconds
from mcreports.figures import Figure, Quality
from mcreports.rules import Rule, Subject

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.money import Books
    from mcreports.period import Period

HISTORY_WEEKS = 8
NOT_THIS_MONTH = "not this month"


@dataclass(frozen=True)
class Outlook:
    """One tenant's month end: figures, and the expected USD of each day still to come."""

    month_end: Figure
    past_error: Figure
    days: np.ndarray


def outlook(books: Books, tenant: str | None, month: Period, spent: Figure) -> Outlook:
    """The forecast of a month's spend as of the end of ``spent``, the month to date."""
    start, now = spent.window
    days = month.split("day")
    gone = sum(day.end <= now for day in days)
    ahead = _ahead(books, tenant, month, gone)
    window = (start, month.end)
    blank = replace(
        spent, id="budget.forecast.month_end", window=window, value=None, bounds=None,
        method=forecasting.METHOD if gone < len(days) else spent.method,
    )  # fmt: skip
    error = replace(
        blank, id="budget.forecast.past_error", unit="%", value=ahead.past_error,
        quality=Quality.UNKNOWN if ahead.past_error is None else Quality.ESTIMATED, method="mean absolute error of past forecasts",
    )  # fmt: skip
    sofar = number(spent.value)
    if sofar is None or ahead.refusal:
        month_end = replace(blank, quality=Quality.UNKNOWN, reason=ahead.refusal or spent.reason)
        return Outlook(month_end, error, ahead.days)
    if gone == len(days):
        return Outlook(replace(spent, id=blank.id, window=window), error, ahead.days)
    low, high = (money(float(sofar) + end) for end in (ahead.low, ahead.high))
    value = money(float(sofar) + ahead.total)
    month_end = replace(blank, value=value, bounds=(low, high), quality=Quality.ESTIMATED, reason="forecast, 80 % interval")
    return Outlook(month_end, error, ahead.days)


def _ahead(books: Books, tenant: str | None, month: Period, gone: int) -> forecasting.Forecast:
    days = month.split("day")
    if gone == len(days):
        return forecasting.forecast(np.empty(0), 0)
    known = [days[gone]]
    for _ in range(7 * HISTORY_WEEKS):
        known.append(known[-1].previous())
    spans = [(day.start, day.end) for day in reversed(known[1:])]
    return forecasting.forecast(books.daily(tenant, spans), len(days) - gone)


def platform(parts: list[Outlook], own: Outlook) -> Outlook:
    """The platform's forecast: the sum of its tenants', with the interval of the platform's own series."""
    values = [number(part.month_end.value) for part in parts]
    if not values or None in values or own.month_end.value is None:
        return own
    whole = money(sum((value for value in values if value is not None), Fraction()))
    shift = (whole or Decimal()) - Decimal(str(own.month_end.value))
    bounds = None
    if own.month_end.bounds is not None:
        low, high = (None if end is None else Decimal(str(end)) + shift for end in own.month_end.bounds)
        bounds = (low, high)
    return replace(own, month_end=replace(own.month_end, value=whole, bounds=bounds))


def judge_forecast(month_end: Figure, allowed: Figure, rule: Rule) -> Verdict:
    """The verdict on a forecast: over by both a share and an amount of money, or not."""
    over = difference("budget.variance.month", month_end, allowed)
    percent = share("budget.variance.month_percent", over, allowed)
    subject = Subject(month_end.tenant, (month_end.id, allowed.id))
    amount, part = number(over.value), number(percent.value)
    if amount is None or part is None:
        return rules.judge("budget.forecast", rule, None, subject, month_end.reason if month_end.value is None else allowed.reason)
    least = Fraction(rule.least_usd or 0)
    counted = part if amount >= least else min(part, Fraction(0))
    verdict = rules.judge("budget.forecast", rule, counted, subject)
    if counted != part:
        small = f"{float(part):.1f} % over is USD {float(amount):,.2f}, below USD {float(least):,.0f}"
        return replace(verdict, value=rules.digits(part, [Fraction(0)]), gap=None, reason=small)
    return verdict


def burn_rate(books: Books, tenant: str, month: Period, at: tuple[Figure, Figure]) -> Figure:
    """The month's spend at the last hour's rate, as a multiple of the monthly budget."""
    spent, allowed = at
    end = spent.window[1]
    span = (end - timedelta(hours=1), end)
    hour = books.figure("budget.burn_rate", tenant, span)
    budget = number(allowed.value)
    blank = replace(hour, unit="x", value=None, bounds=None, quality=Quality.UNKNOWN, method="last hour * hours of the month / budget")
    if hour.value is None or not budget:
        return replace(blank, reason=hour.reason if hour.value is None else allowed.reason or "its budget is 0")
    hours = Fraction(milliseconds(month.end) - milliseconds(month.start), 3_600_000)
    rate = [None if end is None else float((number(end) or Fraction()) * hours / budget) for end in hour.bounds or ()]
    value = float((number(hour.value) or Fraction()) * hours / budget)
    return replace(blank, value=value, bounds=(rate[0], rate[1]) if rate else None, quality=hour.quality, reason=hour.reason)


def judge_burn_rate(figure: Figure, rule: Rule) -> Verdict:
    """The verdict on a burn rate."""
    subject = Subject(figure.tenant, (figure.id,))
    if figure.value is None:
        return rules.judge(figure.id, rule, None, subject, figure.reason)
    return rules.judge(figure.id, rule, float(number(figure.value) or 0), subject, doubt(figure, rule))


def exhaustion(books: Books, spent: Figure, allowed: Figure, ahead: Outlook, days: tuple[Period, ...]) -> Figure:
    """The calendar day on which the monthly budget is used up: measured if it has been, else expected."""
    budget, tenant = number(allowed.value), spent.tenant
    blank = replace(
        ahead.month_end, id="budget.exhaustion_date", unit="date", value=None, bounds=None,
        quality=Quality.UNKNOWN, method="first day on which the month to date reaches the budget",
    )  # fmt: skip
    if budget is None or ahead.month_end.value is None:
        return replace(blank, reason=allowed.reason if budget is None else ahead.month_end.reason)
    gone = [day for day in days if day.end <= spent.window[1]]
    reached = Fraction(0)
    for day in gone:
        reached += Fraction(books.spend_total(tenant, (day.start, day.end)) or 0, 100)
        if reached >= budget:
            return replace(blank, value=day.first.isoformat(), quality=spent.quality, reason=spent.reason)
    for day, usd in zip(days[len(gone) :], ahead.days, strict=True):
        reached += Fraction(float(usd))
        if reached >= budget:
            return replace(blank, value=day.first.isoformat(), quality=Quality.ESTIMATED, reason="forecast")
    quality = Quality.ESTIMATED if len(ahead.days) else spent.quality
    return replace(blank, value=NOT_THIS_MONTH, quality=quality, reason="")
