"""The month after a report on trends: the platform's months with the next one, and each tenant's forecast."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mcreports.book.fan import fan
from mcreports.book.forecasts import LIKELY, between
from mcreports.book.spend import ALL
from mcreports.domains.derive import ends, number
from mcreports.view.charts import Lines, Series
from mcreports.view.format import money
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table
from mcreports.view.words import month_text

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.tables import Row

MOST = 10
NEXT, ERROR, MONTH_END = "budget.forecast.next_month", "budget.forecast.past_error", "budget.forecast.month_end"


def month_curve(report: Report) -> Lines:
    """The platform's spend of each month, and the forecast of the next one within its 80 % interval."""
    months = tuple(f for f in report.figures.of("budget.spend.month", None) if list(dict(f.labels)) == ["month"])
    dates = tuple(date.fromisoformat(f"{dict(figure.labels)['month']}-01") for figure in months)
    lines = [Series("Actual", "actual", dates, months)]
    ahead = [*report.figures.of(MONTH_END, None), report.figures.find(NEXT)]
    if None not in [figure.value for figure in ahead]:
        actual = list(zip(dates, months, strict=True))
        lines.append(fan(actual, [(_month(report, figure), figure) for figure in ahead]))
    said = "USD by month; actual solid, forecast dotted within 80 %"
    return Lines(_title(report, ahead[-1]), said, tuple(lines))


def _title(report: Report, ahead: Figure) -> str:
    month = month_text(_month(report, ahead))
    if ahead.value is None:
        return f"{month} cannot be forecast"
    low, high = (None if end is None else money(float(end), 0) for end in ends(ahead))
    within = "" if ahead.bounds is None or low is None or high is None else f": {LIKELY} {low} and {high}"
    return f"{month} is forecast at {money(float(number(ahead.value) or 0), 0)}{within}"


def _month(report: Report, ahead: Figure) -> date:
    """The first day of the month that a forecast is of."""
    return ahead.window[0].astimezone(ZoneInfo(report.snapshot.period.zone)).date()


def month_ahead_table(report: Report) -> Table:
    """What each tenant is forecast to cost in the next month, and how wrong such forecasts were."""
    known = {f.tenant: number(f.value) for f in report.figures.where(NEXT) if f.tenant is not None}
    order = sorted(known, key=lambda tenant: -(known[tenant] or Fraction()))
    columns = (
        Column("Tenant", "name"), Column("Next month", "number"), Column("80 %", "number"),
        Column("Past error", "number"),
    )  # fmt: skip
    rows: tuple[Row, ...] = tuple((Name(tenant), *_row(report, tenant)) for tenant in order[:MOST])
    note = f"{MOST} of {len(order):,} tenants are named, the dearest first. All of them:" if len(order) > MOST else ""
    total: Row = (ALL, *_row(report, None))
    return Table("Forecast", columns, rows, total, "No tenant has a forecast.", passports=False, note=note)


def _row(report: Report, tenant: str | None) -> Row:
    ahead, error = (report.figures.find(each, tenant) for each in (NEXT, ERROR))
    return ahead, between(ahead) or ahead.reason, error
