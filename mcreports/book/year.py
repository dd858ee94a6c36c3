"""A year in pictures and tables: months, weekdays, the largest changes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mcreports.book.crowds import note
from mcreports.book.spend import highest
from mcreports.domains.year_changes import CALENDAR, CHANGE, LIKE, PERCENT
from mcreports.names import UNALLOCATED
from mcreports.view.charts import Bars, Series, driver_role
from mcreports.view.crowd import COLUMNS, crowd, months_of, rest
from mcreports.view.format import Shape
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table
from mcreports.view.words import month_text, unbroken

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.crowd import Crowd
    from mcreports.view.tables import Row

SIGNED = Shape("amount", sign=True)


def month_bars(report: Report) -> Bars:
    """The platform's spend by month, drivers stacked."""
    series = []
    for position, driver in enumerate(_drivers(report)):
        own = tuple(
            f
            for f in report.figures.where("budget.spend.month")
            if f.tenant is None and dict(f.labels).get("driver") == driver
        )
        series.append(Series(driver, driver_role(driver, position), tuple(_date(f) for f in own), own))
    months = [f for f in report.figures.where("budget.spend.month") if f.tenant is None and len(f.labels) == 1]
    most = highest([f for f in months if "month" in dict(f.labels)])
    title = "Spend by month" if most is None else f"Spend was highest in {month_text(_date(most))}"
    return Bars(title, "Spend by month, USD, drivers stacked", tuple(series))


def month_table(report: Report) -> Table:
    """Each month's spend of every tenant."""
    names = dict.fromkeys(f.tenant for f in report.figures.where("budget.spend.month") if f.tenant is not None)
    among = crowd(report, list(names), few=COLUMNS)
    more = (Column(f"{len(among.others):,} others", "number"),) if among.others else ()
    columns = (
        Column("Month"),
        *(Column(name, "number") for name in among.shown),
        *more,
        Column("Total", "number"),
    )
    rows: tuple[Row, ...] = tuple(
        (unbroken(month), *_across(report, "budget.spend.month", among, month=month)) for month in months_of(report)
    )
    total: Row = ("Total", *_across(report, "budget.spend.period", among))
    said = note(among, "those that spend the most")
    return Table("Spend by month and tenant", columns, rows, total, note=said)


def _across(report: Report, figure_id: str, among: Crowd, **labels: str) -> tuple[Figure, ...]:
    """A figure of each tenant that is named, of the others, and of all."""
    named = (report.figures.find(figure_id, name, None, **labels) for name in among.shown)
    left = [rest(report, figure_id, among, **labels)] if among.others else []
    return (*named, *left, report.figures.find(figure_id, None, None, **labels))


def rate_table(report: Report) -> Table:
    """Unit cost, autonomy and grounding of the platform, month by month."""
    ids = {
        "USD per good operation": "budget.cost_per_good_operation", "Operations": "autonomy.operations",
        "Success": "autonomy.success_rate", "Compensated": "autonomy.compensation_rate",
        "Policy violations": "autonomy.policy_violations", "Residency violations": "autonomy.residency_violations",
        "Grounded": "grounding.pass_rate",
    }  # fmt: skip
    columns = (Column("Month"), *(Column(head, "number") for head in ids))
    rows: tuple[Row, ...] = tuple(
        (unbroken(month), *(report.figures.find(name, month=month) for name in ids.values()))
        for month in months_of(report)
    )
    return Table("Unit cost and rates by month", columns, rows)


def weekday_table(report: Report) -> Table:
    """The rhythm of the week: mean spend of each weekday."""
    columns = (Column("Weekday"), Column("Mean spend", "number"))
    rows = tuple((dict(f.labels)["weekday"], f) for f in report.figures.where("budget.spend.weekday_mean"))
    return Table("The rhythm of the week", columns, rows)


def change_table(report: Report) -> Table:
    """The largest changes from one month to the next, by what more or fewer days do not explain."""
    columns = (
        Column("Tenant", "name"), Column("Driver", "name"), Column("Month"), Column("Change", "number", "", SIGNED),
        Column("By days", "number", "", SIGNED), Column("Like for like", "number", "", SIGNED),
        Column("Like for like, %", "number", "", SIGNED),
    )  # fmt: skip
    rows: list[Row] = []
    for like in report.figures.where(LIKE):
        labels = dict(like.labels)
        parts = (report.figures.find(name, like.tenant, None, **labels) for name in (CHANGE, CALENDAR, LIKE, PERCENT))
        rows.append((Name(like.tenant or ""), Name(labels["driver"] or UNALLOCATED), unbroken(labels["month"]), *parts))
    empty = "No month differs from the one before it."
    return Table("Largest changes", columns, tuple(rows), empty=empty, passports=False)


def _drivers(report: Report) -> list[str]:
    return list(
        dict.fromkeys(
            dict(f.labels)["driver"] for f in report.figures.where("budget.spend.month") if "driver" in dict(f.labels)
        )
    )


def _date(figure: Figure) -> date:
    return date.fromisoformat(dict(figure.labels)["month"] + "-01")
