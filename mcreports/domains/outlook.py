"""Where the month is heading, judged: its forecast against its budget, and the pace of its last hour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports import rules
from mcreports.analysis import forecast as forecasting
from mcreports.domains.derive import difference, ends, number, ratio
from mcreports.domains.limits import doubt
from mcreports.domains.series import milliseconds
from mcreports.figures import Figure, Quality
from mcreports.rules import Rule, Subject

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.money import Books
    from mcreports.period import Period


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
    if month_end.bounds is None or (high is not None and month_end.method.startswith(forecasting.METHOD)):
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
