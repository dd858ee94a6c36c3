"""Where the month is heading: forecast, burn rate, the day on which a budget is used up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports import rules
from mcreports.analysis import forecast as forecasting
from mcreports.domains.calendar import HISTORY_WEEKS
from mcreports.domains.derive import difference, ends, money, number, ratio
from mcreports.domains.limits import doubt
from mcreports.domains.series import milliseconds
from mcreports.figures import Figure, Quality
from mcreports.rules import Rule, Subject

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.money import Books
    from mcreports.period import Period

NOT_THIS_MONTH = "not this month"


@dataclass(frozen=True)
class Outlook:
    """One tenant's month end: figures, and the expected USD of each day still to come."""

    month_end: Figure
    past_error: Figure
    days: np.ndarray


def outlook(books: Books, tenant: str | None, month: Period, spent: Figure) -> Outlook:
    """The forecast of a month's spend as of the end of ``spent``, the month to date; unfinished days are forecast."""
    start, end = spent.window
    days = month.split("day")
    gone = sum(day.end <= min(end, books.until) for day in days)
    ahead = _ahead(books, tenant, month, gone)
    blank = replace(
        spent, id="budget.forecast.month_end", window=(start, month.end), value=None, bounds=None,
        quality=Quality.UNKNOWN, method=forecasting.METHOD if gone < len(days) else spent.method,
    )  # fmt: skip
    error = replace(
        blank, id="budget.forecast.past_error", unit="%", value=ahead.past_error,
        quality=Quality.UNKNOWN if ahead.past_error is None else Quality.ESTIMATED,
        method="mean absolute error of past forecasts", reason=ahead.refusal,
    )  # fmt: skip
    midnight = days[gone - 1].end if gone else start
    base = spent if midnight == end else books.figure(spent.id, tenant, (start, midnight))
    if ahead.refusal or base.value is None:
        return Outlook(replace(blank, reason=ahead.refusal or base.reason), error, ahead.days)
    if gone == len(days):
        return Outlook(replace(spent, id=blank.id, window=blank.window), error, ahead.days)
    return Outlook(_month_end(blank, base, _reached(books, tenant, month), ahead), error, ahead.days)


def _reached(books: Books, tenant: str | None, month: Period) -> Fraction:
    """What the month has cost as far as it was asked for, a day that is not over included."""
    return Fraction(books.spend_total(tenant, (month.start, books.end)) or 0, 100)


def _month_end(blank: Figure, base: Figure, least: Fraction, ahead: forecasting.Forecast) -> Figure:
    """What whole days have cost plus what is to come, never less than what is spent already."""
    low, high = ends(base)
    value = max(least, (number(base.value) or Fraction()) + Fraction(ahead.total))
    low = max(least, low + Fraction(ahead.low)) if low is not None else None
    high = max(value, high + Fraction(ahead.high)) if high is not None else None
    reason = "; ".join(filter(None, ["forecast, 80 % interval", base.reason]))
    bounds = money(low), money(high)
    return replace(blank, value=money(value), bounds=bounds, quality=Quality.ESTIMATED, reason=reason)


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
    whole = sum((value for value in values if value is not None), Fraction())
    shift = whole - (number(own.month_end.value) or 0)
    bounds = None
    if own.month_end.bounds is not None:
        low, high = (None if end is None else money(end + shift) for end in ends(own.month_end))
        bounds = (low, high)
    days = np.sum([part.days for part in parts], axis=0)
    return replace(own, month_end=replace(own.month_end, value=money(whole), bounds=bounds), days=days)


def judge_forecast(month_end: Figure, allowed: Figure, rule: Rule) -> Verdict:
    """The verdict on a forecast: over by both a share and an amount of money, or not."""
    over = difference("budget.variance.month", month_end, allowed)
    subject = Subject(month_end.tenant, (month_end.id, allowed.id))
    amount, part = number(over.value), ratio(over, allowed)
    if amount is None or part is None:
        silent = month_end if month_end.value is None else allowed
        return rules.judge("budget.forecast", rule, None, subject, silent.reason or "its budget is 0")
    counted, why = _counted(amount, part, rule), _doubt(month_end, number(allowed.value) or Fraction(), rule)
    verdict = rules.judge("budget.forecast", rule, counted, subject, why)
    if counted != part:
        small = f"{float(part):.1f} % over is USD {float(amount):,.2f}, below USD {float(rule.least_usd or 0):,.0f}"
        reason = "; ".join(filter(None, [small, why]))
        return replace(verdict, value=rules.digits(part, [Fraction(0)]), gap=None, reason=reason)
    return verdict


def _counted(amount: Fraction, part: Fraction, rule: Rule) -> Fraction:
    """The share that an overrun is judged by: none while it is less money than the rule minds."""
    return part if amount >= Fraction(rule.least_usd or 0) else min(part, Fraction(0))


def _doubt(month_end: Figure, budget: Fraction, rule: Rule) -> str:
    """Why a month may end on another side of the thresholds; an interval of chance alone is no reason."""
    low, high = ends(month_end)
    if month_end.bounds is None or (high is not None and month_end.method == forecasting.METHOD):
        return ""
    found = [end - budget for end in (number(month_end.value), low, high) if end is not None]
    sides = {rule.status(_counted(over, 100 * over / budget, rule)) for over in found}
    if high is not None and len(sides) == 1:
        return ""
    top = "more" if high is None else f"up to USD {float(high):,.2f}"
    return f"it may be {top}: {month_end.reason}"


@dataclass(frozen=True)
class Pace:
    """A burn rate: its figure, and the unrounded number that is judged."""

    figure: Figure
    exact: Fraction | None = None


def burn_rate(books: Books, tenant: str, month: Period, allowed: Figure) -> Pace:
    """The month's spend at the last hour's rate, as a multiple of the monthly budget."""
    end = books.heard(tenant, books.end)
    hour = books.figure("budget.burn_rate", tenant, (end - timedelta(hours=1), end))
    budget, cost = number(allowed.value), number(hour.value)
    blank = replace(
        hour, unit="x", value=None, bounds=None, quality=Quality.UNKNOWN,
        method="last hour * hours of the month / budget",
    )  # fmt: skip
    if cost is None or not budget:
        return Pace(replace(blank, reason=hour.reason if cost is None else allowed.reason or "its budget is 0"))
    factor = Fraction(milliseconds(month.end) - milliseconds(month.start), 3_600_000) / budget
    bounds = None
    if hour.bounds is not None:
        low, high = (None if end is None else float(end * factor) for end in ends(hour))
        bounds = (low, high)
    figure = replace(blank, value=float(cost * factor), bounds=bounds, quality=hour.quality, reason=hour.reason)
    return Pace(figure, cost * factor)


def judge_burn_rate(pace: Pace, rule: Rule) -> Verdict:
    """The verdict on a burn rate."""
    figure = pace.figure
    why = figure.reason if pace.exact is None else doubt(figure, rule)
    return rules.judge(figure.id, rule, pace.exact, Subject(figure.tenant, (figure.id,)), why)


def exhaustion(books: Books, spent: Figure, allowed: Figure, ahead: Outlook, days: tuple[Period, ...]) -> Figure:
    """The calendar day on which the monthly budget is used up: measured if it has been, else expected."""
    budget, tenant = number(allowed.value), spent.tenant
    blank = replace(
        ahead.month_end, id="budget.exhaustion_date", unit="date", value=None, bounds=None,
        quality=Quality.UNKNOWN, method="first day on which the month to date reaches the budget",
    )  # fmt: skip
    if budget is None or ahead.month_end.value is None:
        return replace(blank, reason=allowed.reason if budget is None else ahead.month_end.reason)
    gone, least = days[: len(days) - len(ahead.days)], _reached(books, tenant, days[0].month())
    reached = Fraction(0)
    for day in gone:
        reached += Fraction(books.spend_total(tenant, (day.start, day.end)) or 0, 100)
        if reached >= budget:
            return replace(blank, value=day.first.isoformat(), quality=spent.quality, reason=spent.reason)
    for day, usd in zip(days[len(gone) :], ahead.days, strict=True):
        reached = max(reached + Fraction(float(usd)), least)
        if reached >= budget:
            return replace(blank, value=day.first.isoformat(), quality=Quality.ESTIMATED, reason="forecast")
    quality = Quality.ESTIMATED if len(ahead.days) else spent.quality
    return replace(blank, value=NOT_THIS_MONTH, quality=quality, reason="")
