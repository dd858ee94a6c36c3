"""Money in pictures and tables: the month's curve, tenants, drivers, days."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.book.crowds import note, others, rests
from mcreports.domains.derive import number
from mcreports.figures import Quality
from mcreports.names import UNALLOCATED
from mcreports.view.charts import Bars, Series, Sparkline, driver_role
from mcreports.view.crowd import BUDGET_CHECKS, crowd, rest, spenders
from mcreports.view.format import Shape
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table
from mcreports.view.words import long_day, unbroken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.tables import Row

SIGNED = Shape("amount", sign=True)
FEWEST = 2
ALL = Name("Total")
DRIVEN = {
    "budget.spend.period": Column("Total", "number"),
    "budget.spend.previous": Column("Before", "number"),
    "budget.change.period": Column("Change", "number", "", SIGNED),
    "budget.change.period_percent": Column("Change %", "number", "", SIGNED),
    "budget.opening_unattributed": Column("Opening balance, not attributed", "number"),
}


def by_day(report: Report, figure_id: str) -> tuple[Figure, ...]:
    """The platform's figures of an id that are labelled with a day alone, in order."""
    return tuple(f for f in report.figures.of(figure_id, None) if list(dict(f.labels)) == ["day"])


def tenant_table(report: Report) -> Table:
    """Every tenant's month to date and full month against its budget, and the month before."""
    columns = (
        Column("Tenant", "name"),
        Column("Actual", "number", "Month to date"),
        Column("Budget", "number", "Month to date"),
        Column("Var", "number", "Month to date", SIGNED),
        Column("Var %", "number", "Month to date", SIGNED),
        Column("Month end", "number", "Full month"),
        Column("Budget", "number", "Full month"),
        Column("Var", "number", "Full month", SIGNED),
        Column("Var %", "number", "Full month", SIGNED),
        Column("vs prior month", "number", "", SIGNED),
        Column("By day", "spark"),
    )
    ids = (
        "budget.spend.mtd",
        "budget.limit.to_date",
        "budget.variance.mtd",
        "budget.variance.mtd_percent",
        "budget.forecast.month_end",
        "budget.limit.monthly",
        "budget.variance.month",
        "budget.variance.month_percent",
        "budget.change.mtd_percent",
    )
    among = crowd(report, spenders(report), BUDGET_CHECKS)
    names: Iterable[str] = among.shown
    if not among.others:
        names = sorted(names, key=lambda name: _over(report, name), reverse=True)
    rows: tuple[Row, ...] = tuple((Name(name), *_row(report, ids, name), _spark(report, name)) for name in names)
    total: Row = (ALL, *_row(report, ids, None), _spark(report, None))
    left = others(among, *rests(report, ids, among), None)
    return Table("All tenants", columns, rows, total, others=left, note=note(among))


def _over(report: Report, tenant: str) -> tuple[bool, Fraction]:
    """What the tenants are ordered by: the most over its budget first, the unknown last."""
    over = number(report.figures.find("budget.variance.month", tenant).value)
    return over is not None, over or Fraction(0)


def _row(report: Report, ids: tuple[str, ...], tenant: str | None) -> tuple[Figure, ...]:
    return tuple(report.figures.find(figure_id, tenant) for figure_id in ids)


def _spark(report: Report, tenant: str | None) -> Sparkline:
    days = [f for f in report.figures.of("budget.spend.day", tenant) if list(dict(f.labels)) == ["day"]]
    return Sparkline(tuple(days), f"USD by day, {tenant or 'total'}")


def driver_table(report: Report) -> Table:
    """Each tenant's spend in the period by driver; what adds up stands at the right and at the bottom."""
    drivers = list(
        dict.fromkeys(dict(f.labels)["driver"] for f in report.figures.where("budget.spend.period") if f.labels)
    )
    ids = [each for each in DRIVEN if each != "budget.opening_unattributed" or _is_something(report, each)]
    columns = (
        Column("Tenant", "name"),
        *(Column(driver or UNALLOCATED, "number") for driver in drivers),
        *(DRIVEN[each] for each in ids),
    )

    def row(tenant: str | None) -> tuple[Figure, ...]:
        parts = (report.figures.find("budget.spend.period", tenant, driver=driver) for driver in drivers)
        return (*parts, *(report.figures.find(each, tenant) for each in ids))

    among = crowd(report, spenders(report), BUDGET_CHECKS)
    rows: tuple[Row, ...] = tuple((Name(tenant), *row(tenant)) for tenant in among.shown)
    left = None
    if among.others:
        parts = (rest(report, "budget.spend.period", among, driver=driver) for driver in drivers)
        left = others(among, *parts, *rests(report, ids, among))
    return Table("Spend by tenant and driver", columns, rows, (ALL, *row(None)), others=left, note=note(among))


def _is_something(report: Report, figure_id: str) -> bool:
    """Whether any figure of an id is not 0: a column of zeros tells nobody anything."""
    return any(figure.value is None or figure.value for figure in report.figures.where(figure_id))


def day_table(report: Report) -> Table:
    """The platform's spend of each day, by driver."""
    days = by_day(report, "budget.spend.day")
    drivers = _day_drivers(report)
    columns = (
        Column("Day"),
        *(Column(driver or UNALLOCATED, "number") for driver in drivers),
        Column("Total", "number"),
    )
    rows: list[Row] = []
    for figure in days:
        label = dict(figure.labels)["day"]
        parts = (report.figures.find("budget.spend.day", day=label, driver=driver) for driver in drivers)
        rows.append((unbroken(label), *parts, figure))
    return Table("Spend by day and driver", columns, tuple(rows), empty="No day is over yet.", passports=False)


def day_bars(report: Report, *, data: bool = True) -> Bars:
    """The platform's spend by day, drivers stacked; ``data`` is False where ``day_table`` stands beside it."""
    series = []
    for position, driver in enumerate(_day_drivers(report)):
        own = [f for f in report.figures.where("budget.spend.day") if dict(f.labels).get("driver") == driver]
        series.append(Series(driver, driver_role(driver, position), tuple(day_of(f) for f in own), tuple(own)))
    days = by_day(report, "budget.spend.day")
    most = highest(days)
    title = "Spend by day" if most is None else f"Spend was highest on {long_day(day_of(most), year=False)}"
    return Bars(title, "Spend by day, USD, drivers stacked", tuple(series), data=data)


def highest(figures: Sequence[Figure]) -> Figure | None:
    """The one figure that is above all others; None while one is unknown or estimated, or where the most is shared."""
    if len(figures) < FEWEST or any(f.quality is not Quality.ACTUAL for f in figures):
        return None
    first, second, *_ = sorted(figures, key=lambda f: number(f.value) or Fraction(0), reverse=True)
    return first if first.value != second.value else None


def _day_drivers(report: Report) -> list[str]:
    return list(
        dict.fromkeys(
            dict(f.labels)["driver"] for f in report.figures.where("budget.spend.day") if "driver" in dict(f.labels)
        )
    )


def day_of(figure: Figure) -> date:
    """The day that a figure is labelled with."""
    return date.fromisoformat(dict(figure.labels)["day"])
