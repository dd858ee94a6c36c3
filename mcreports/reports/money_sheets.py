"""The sheets of money: budgets, drivers, and what each day or month cost."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mcreports.names import UNALLOCATED
from mcreports.reports.cells import Cell, Column, Look, name_cell
from mcreports.reports.entries import SIDED, SIGNED
from mcreports.reports.measures import Line, Measure, Table, lay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mcreports.reports.entries import Entries, Entry

TENANT = Column("Tenant", 22)
TOTAL = Cell("Total")
_MONTH = "budget.variance.month"
BUDGET = (
    Measure("mtd", "Month to date", "budget.spend.mtd"),
    Measure("due", "Budget to date", "budget.limit.to_date"),
    Measure("over", "Variance to date", "budget.variance.mtd", "minus", ("mtd", "due"), pattern=SIDED),
    Measure("over%", "Variance to date, %", "budget.variance.mtd_percent", "share", ("over", "due"), pattern=SIDED),
    Measure("ahead", "Month end", "budget.forecast.month_end"),
    Measure("low", "Month end, low", "budget.forecast.month_end", bound=0),
    Measure("high", "Month end, high", "budget.forecast.month_end", bound=1),
    Measure("limit", "Budget of the month", "budget.limit.monthly"),
    Measure("above", "Variance of the month", _MONTH, "minus", ("ahead", "limit"), pattern=SIDED),
    Measure("above%", "Variance of the month, %", f"{_MONTH}_percent", "share", ("above", "limit"), pattern=SIDED),
    Measure("used", "Budget used, %", "budget.utilization.monthly", "share", ("mtd", "limit")),
    Measure("end", "Used up on", "budget.exhaustion_date"),
    Measure("day", "The day", "budget.spend.period"),
    Measure("day limit", "Limit of the day", "budget.limit.daily"),
    Measure("day used", "Daily limit used, %", "budget.utilization.daily", "share", ("day", "day limit")),
    Measure("burn", "Burn rate, x", "budget.burn_rate"),
)


EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets


def budget(entries: Entries, report: str) -> Table | None:
    """Every tenant's month against its budget; None for a report that has no budgets."""
    if entries.find("budget.spend.mtd") is None:
        return None
    measures = [measure for measure in BUDGET if measure.key != "day" or report == "daily"]
    lines = _tenants(entries, "budget.spend.mtd")
    return lay("Budget", TENANT, measures, lines, Line(TOTAL, _of(entries, None)))


def drivers(entries: Entries) -> Table | None:
    """Every tenant's spend in the period by driver, against the period before; None without any spend."""
    figure_id = "budget.spend.period"
    if entries.find(figure_id) is None:
        return None
    parts = _drivers(entries, figure_id)
    measures = (
        *parts,
        _whole(figure_id, parts),
        Measure("before", "Period before", "budget.spend.previous"),
        Measure("change", "Change", "budget.change.period", "minus", ("total", "before"), pattern=SIGNED),
        Measure("change%", "Change, %", "budget.change.period_percent", "share", ("change", "before"), pattern=SIGNED),
        Measure("opening", "Opening balance, not attributed", "budget.opening_unattributed"),
    )
    return lay("Drivers", TENANT, measures, _tenants(entries, figure_id), Line(TOTAL, _of(entries, None)))


def by_driver(entries: Entries, label: str) -> Table | None:
    """What each day or month (the ``label``) cost, by driver; None without such figures."""
    figure_id, spans = f"budget.spend.{label}", _spans(entries, label)
    if not spans:
        return None
    parts = _drivers(entries, figure_id, label)
    lines = [Line(_date_cell(at), _of(entries, None, **{label: at})) for at in spans]
    total = Line(TOTAL, lambda measure: entries.spent(_window(spans), None, **dict(measure.labels)))
    head, measures = Column(label.capitalize(), 14), (*parts, _whole(figure_id, parts))
    return lay(f"{label.capitalize()}s", head, measures, lines, total)


def by_tenant(entries: Entries, label: str) -> Table | None:
    """What each tenant cost on each day or in each month (the ``label``); None without such figures."""
    figure_id, spans = f"budget.spend.{label}", _spans(entries, label)
    if not spans:
        return None
    steps = tuple(Measure(at, at, figure_id, labels=((label, at),)) for at in spans)

    def of(tenant: str | None) -> Callable[[Measure], Entry | None]:
        listed, whole = _of(entries, tenant), entries.spent(_window(spans), tenant)
        return lambda measure: listed(measure) if measure.labels else whole

    tenants = dict.fromkeys(each["tenant"] for each in entries.where(figure_id, label) if each["tenant"] is not None)
    lines = [Line(name_cell(tenant), of(tenant)) for tenant in tenants]
    return lay(f"Tenant {label}s", TENANT, (*steps, _whole(figure_id, steps)), lines, Line(TOTAL, of(None)))


def _of(entries: Entries, tenant: str | None, **labels: str) -> Callable[[Measure], Entry | None]:
    return lambda measure: entries.find(measure.figure_id, tenant, **dict(measure.labels), **labels)


def _tenants(entries: Entries, figure_id: str) -> list[Line]:
    names = [entry["tenant"] for entry in entries.where(figure_id) if entry["tenant"] is not None]
    return [Line(name_cell(name), _of(entries, name)) for name in dict.fromkeys(names)]


def _drivers(entries: Entries, figure_id: str, *labels: str) -> tuple[Measure, ...]:
    """A column for each driver, in the report's order."""
    names = dict.fromkeys(entry["labels"]["driver"] for entry in entries.where(figure_id, "driver", *labels))
    return tuple(
        Measure(f"driver {name}", name or UNALLOCATED, figure_id, labels=(("driver", name),)) for name in names
    )


def _whole(figure_id: str, parts: Sequence[Measure]) -> Measure:
    return Measure("total", "Total", figure_id, "sum" if parts else "", tuple(part.key for part in parts))


def _spans(entries: Entries, label: str) -> dict[str, list[str]]:
    """The days or months that the platform has figures of, and their windows."""
    every = entries.where(f"budget.spend.{label}", label)
    return {entry["labels"][label]: entry["window"] for entry in every if entry["tenant"] is None}


def _window(spans: dict[str, list[str]]) -> tuple[str, str]:
    windows = list(spans.values())
    return windows[0][0], windows[-1][1]


def _date_cell(label: str) -> Cell:
    """A day like 2025-10-31 or a month like 2025-10 as a spreadsheet's date."""
    is_month = label.count("-") == 1
    day = date.fromisoformat(f"{label}-01" if is_month else label)
    return Cell((day - EPOCH).days, Look(number="yyyy-mm" if is_month else "yyyy-mm-dd"))
