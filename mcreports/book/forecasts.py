"""Where the month is heading: its curve within what the forecast's paths allow, and each tenant's forecast."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports.book.fan import fan
from mcreports.book.spend import ALL, by_day, day_of
from mcreports.domains.derive import number
from mcreports.view.charts import Lines, Series
from mcreports.view.format import Shape, money, value_text
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.tables import Row

POINTS = 8  # days of a fan that are drawn: it is smooth between them
MOST = 10
NEXT = 7  # the column from which on the next month is spoken of
WHOLE = Shape("amount", places=0)
LIKELY = "80\N{NO-BREAK SPACE}% between"
COLUMNS = (
    Column("Tenant", "name"),
    Column("Forecast", "number", "Month end", WHOLE),
    Column("80 %", "number", "Month end"),
    Column("95 %", "number", "Month end"),
    Column("Budget", "number", shape=WHOLE),
    Column("Chance", "number", "Used up"),
    Column("On", "text", "Used up"),
    Column("Past error", "number"),
    Column("Forecast", "number", "Next month", WHOLE),
    Column("80 %", "number", "Next month"),
)


def spend_curve(report: Report) -> Lines:
    """The month's cumulative spend against its budget, and where it is heading, within 80 % and 95 %."""
    month = report.snapshot.period.month()
    spent, budget = (by_day(report, name) for name in ("budget.spend.cumulative", "budget.limit.to_date"))
    lines = [
        Series("Actual", "actual", tuple(map(day_of, spent)), spent),
        Series("Budget", "budget", tuple(map(day_of, budget)), budget),
    ]
    ahead = [figure for figure in by_day(report, "budget.forecast.cumulative") if figure.value is not None]
    if ahead:
        lines.append(_course(report, spent, ahead))
    said = ", forecast dotted within 80 and 95 %" if ahead else ""
    subtitle = f"Cumulative spend, USD, {month.first:%B %Y}; actual solid, budget dashed{said}"
    return Lines(_title(report), subtitle, tuple(lines), half=True)


def _course(report: Report, spent: Sequence[Figure], ahead: Sequence[Figure]) -> Series:
    """The forecast's line, of so many days as it takes to see its course."""
    wide = by_day(report, "budget.forecast.cumulative_95")
    places = np.unique(np.linspace(0, len(ahead) - 1, POINTS).round().astype(int)).tolist()
    near, far = ([figures[at] for at in places] for figures in (ahead, wide))
    return fan([(day_of(one), one) for one in spent], [(day_of(one), one) for one in near], far)


def _title(report: Report) -> str:
    """The message: by how much the month is over or under its budget, and how sure that is."""
    figures, month = report.figures, report.snapshot.period.month()
    over, ahead = (figures.find(name) for name in ("budget.variance.month", "budget.forecast.month_end"))
    amount = number(over.value)
    if amount is None:
        return "Spend against budget"
    is_over = _is_over(report)
    verb = f"{month.first:%B} {'ended' if is_over else 'is heading'}"
    side = f"{money(abs(float(amount)), 0)} {'over' if amount > 0 else 'under'}" if amount else "at"
    if is_over or ahead.bounds is None or None in ahead.bounds:
        return f"{verb} {side} its budget"
    low, high = (value_text(end, "USD", Shape(places=0)) for end in ahead.bounds)
    return f"{verb} {side} its budget: {LIKELY} {low} and {high}"


def _is_over(report: Report) -> bool:
    return report.figures.find("budget.spend.mtd").window[1] == report.snapshot.period.month().end


def forecast_table(report: Report) -> Table:
    """Each tenant's month end, how sure it is, when its budget is used up, and how wrong forecasts were before.

    Of a month that is over only the next one is left to forecast.
    """
    chances = [figure for figure in report.figures.where("budget.exhaustion_probability") if figure.tenant is not None]
    is_over = _is_over(report)
    order = _spent if is_over else _likelihood
    chances.sort(key=lambda figure: order(report, figure))
    shown = [figure.tenant for figure in chances[:MOST]]
    rows: list[Row] = [(Name(tenant or ""), *_row(report, tenant, is_over=is_over)) for tenant in shown]
    total: Row = (ALL, *_row(report, None, is_over=is_over))
    *rows, total = ((row[0], *row[NEXT:]) if is_over else row for row in (*rows, total))
    columns = (COLUMNS[0], *COLUMNS[NEXT:]) if is_over else COLUMNS
    first = "the one that spent the most" if is_over else "the likeliest to use up its budget"
    note = f"{MOST} of {len(chances):,} tenants are named, {first} first. All of them:" if len(chances) > MOST else ""
    return Table("Forecast", columns, tuple(rows), total, "No tenant has a forecast.", passports=False, note=note)


def _likelihood(report: Report, chance: Figure) -> tuple[bool, Fraction, Fraction]:
    known = number(chance.value)
    return known is None, -(known or Fraction()), _spent(report, chance)


def _spent(report: Report, figure: Figure) -> Fraction:
    return -(number(report.figures.find("budget.spend.mtd", figure.tenant).value) or Fraction())


def _row(report: Report, tenant: str | None, *, is_over: bool) -> Row:
    end, wide, allowed, chance, when, error, following = (
        report.figures.find(f"budget.{name}", tenant)
        for name in (
            "forecast.month_end", "forecast.month_end_95", "limit.monthly", "exhaustion_probability",
            "exhaustion_date", "forecast.past_error", "forecast.next_month",
        )
    )  # fmt: skip
    # without a forecast its reason stands where there is room for words
    until = end.reason if end.value is None and end.reason else when
    after = between(following) or (following.reason if is_over and following.value is None else "")
    return end, between(end), between(wide), allowed, chance, until, error, following, after


def between(figure: Figure) -> str:
    """The ends of a forecast's interval in whole dollars; nothing for what was measured."""
    if figure.bounds is None or not figure.reason.startswith("forecast"):
        return ""
    low, high = ("not known" if end is None else value_text(end, figure.unit, WHOLE) for end in figure.bounds)
    return f"{low}\N{EN DASH}{high}".replace(" ", "\N{NO-BREAK SPACE}")
