"""What lies behind an incident: what changed, which hours stand out, and which other alerts hold."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from mcreports.book.anomalies import anomaly_table
from mcreports.book.fan import fan
from mcreports.book.incident_evidence import differing_files
from mcreports.domains.autonomy_parts import COMPENSATIONS, FAILURES
from mcreports.domains.derive import number
from mcreports.domains.incidents.alerts import ALERT, BY_EVIDENCE, HOLDS, NOT_HERE
from mcreports.domains.incidents.case import Case
from mcreports.domains.incidents.operations import BELOW, CHANGE
from mcreports.names import UNALLOCATED, called
from mcreports.view.charts import Bridge, Lines, Series
from mcreports.view.format import Shape
from mcreports.view.markup import Name, Strong
from mcreports.view.tables import Column, Table

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.tables import Row

WHOLE = 100
SIGNED = Shape("amount", sign=True)
NOW, BEFORE = "6 hours", "day before"


def incident_picture(report: Report) -> Lines | Table:
    """How it came: the month's spend against its budget, the success rate day by day, or the files that differ."""
    match Case(report.snapshot).subject:
        case "budget":
            return _month(report)
        case "autonomy":
            return _rates(report)
        case _:
            return differing_files(report)


def _month(report: Report) -> Lines:
    month, tenant = report.snapshot.period.month(), report.snapshot.tenants[0]
    spent = report.figures.where("budget.spend.cumulative")
    allowed = report.figures.find("budget.limit.monthly", tenant)
    ahead, last = report.figures.find("budget.forecast.month_end", tenant), month.after - timedelta(days=1)
    lines = [Series("Actual", "actual", tuple(map(_date, spent)), spent)]
    lines.append(Series("Budget", "budget", (month.first, last), (allowed, allowed)))
    if spent and ahead.value is not None and _date(spent[-1]) < last:
        lines.append(fan([(_date(spent[-1]), spent[-1])], [(last, ahead)]))
    used = number(report.figures.find("budget.utilization.monthly", tenant).value)
    title = "The month against its budget"
    if used is not None:
        title = "The month has used up its budget" if used >= WHOLE else "The month is within its budget so far"
    said = f"Cumulative spend of {called(tenant)}, USD, {month.first:%B %Y}; actual solid, budget dashed"
    return Lines(title, said, tuple(lines), half=True)


def _rates(report: Report) -> Lines:
    days = tuple(f for f in report.figures.where("autonomy.success_rate") if list(dict(f.labels)) == ["day"])
    tenant = report.snapshot.tenants[0]
    target = float(report.snapshot.rule("autonomy.success_rate", tenant).fail)
    dates = tuple(map(_date, days))
    lines = (Series("Success", "actual", dates, days), Series("Target", "target", dates, tuple(target for _ in dates)))
    return Lines(
        "Success rate by day",
        f"%, {called(tenant)}, the last day as far as it has come",
        lines,
        unit="%",
        zero=False,
        half=True,
    )


def _date(figure: Figure) -> date:
    return date.fromisoformat(dict(figure.labels)["day"])


def incident_drivers(report: Report) -> Table:
    """What moved: spend by driver, operations by type, or the gauge's own history."""
    subject = Case(report.snapshot).subject
    return {"budget": _by_driver, "autonomy": _by_type, "drift": _witnesses}[subject](report)


def _by_driver(report: Report) -> Table:
    columns = (
        Column("Driver", "name"),
        Column("So far", "number", "Day"),
        Column("vs day before", "number", "Day", SIGNED),
        Column("vs week before", "number", "Day", SIGNED),
        Column("vs week before, %", "number", "Day", SIGNED),
        Column("So far", "number", "Month"),
        Column("vs month before", "number", "Month", SIGNED),
        Column("vs month before, %", "number", "Month", SIGNED),
    )
    ids = (
        "budget.spend.period", "budget.change.day_before", "budget.change.week_before",
        "budget.change.week_before_percent", "budget.spend.mtd", "budget.change.mtd", "budget.change.mtd_percent",
    )  # fmt: skip
    tenant, find = report.snapshot.tenants[0], report.figures.find
    rows: tuple[Row, ...] = tuple(
        (Name(driver or UNALLOCATED), *(find(figure_id, tenant, None, driver=driver) for figure_id in ids))
        for driver in _drivers(report)
    )
    total: Row = ("Total", *(find(figure_id, tenant) for figure_id in ids))
    empty = "Not known: no driver has a sample."
    return Table("Spend by driver, and the change against the same hours", columns, rows, total, empty=empty)


def _drivers(report: Report) -> list[str]:
    own = (dict(figure.labels) for figure in report.figures.where("budget.spend.period"))
    return list(dict.fromkeys(labels["driver"] for labels in own if "driver" in labels))


def _by_type(report: Report) -> Table:
    columns = (
        Column("Operation type or reason", "name"),
        Column("Operations", "number", "6 hours"),
        Column("Failed or compensated", "number", "6 hours"),
        Column("Success", "number", "6 hours"),
        Column("Failed or compensated", "number", "Same hours, day before"),
        Column("Success", "number", "Same hours, day before"),
    )
    found: list[Row] = []
    for failed in _of_window(report, FAILURES):
        (label, value), *_ = failed.labels
        own = {label: value}
        found.append(
            (
                Name(value or "without a type"),
                _part(report, "autonomy.operations", NOW, own),
                failed,
                _part(report, "autonomy.success_rate", NOW, own),
                _part(report, FAILURES, BEFORE, own),
                _part(report, "autonomy.success_rate", BEFORE, own),
            )
        )
    for undone in _of_window(report, COMPENSATIONS):
        (label, value), *_ = undone.labels
        before = _part(report, COMPENSATIONS, BEFORE, {label: value})
        found.append((Name(f"compensated: {value or 'without a reason'}"), None, undone, None, before, None))
    return Table("By operation type and by reason", columns, tuple(found), empty="Not known: no operation was seen.")


def _of_window(report: Report, figure_id: str) -> list[Figure]:
    """The figures of each part in the six hours."""
    return [f for f in report.figures.where(figure_id) if len(f.labels) > 1 and dict(f.labels).get("window") == NOW]


def _part(report: Report, figure_id: str, window: str, own: dict[str, str]) -> Figure | None:
    wanted = {**own, "window": window}
    return next((f for f in report.figures.where(figure_id) if dict(f.labels) == wanted), None)


def _runs(report: Report) -> Table:
    columns = (Column("The gauge was up from"), Column("to"))
    runs = report.figures.where("incident.drifts")
    said = [run.split(" to ") for figure in runs for run in figure.reason.split("; ") if run]
    empty = "The gauge was not up in 35 days." if runs else "Not known: the gauge has no sample."
    return Table("Drifts of the last 35 days", columns, tuple((first, last) for first, last in said), empty=empty)


def _witnesses(report: Report) -> Table:
    columns = (Column("Witness"), Column("Changes", "number"), Column("What it says"))
    rows = tuple(
        ("the files" if figure.labels else "the gauge", figure, figure.reason)
        for figure in report.figures.where("config.drift")
    )
    return Table("Who saw it", columns, rows)


def incident_bridge(report: Report) -> Bridge | Table:
    """The change in a picture: of the spend by driver, of the failures by type; of drift the gauge's history."""
    match Case(report.snapshot).subject:
        case "budget":
            said = "USD, the month so far against the same part of the month before, by driver"
            return _bridge(report, "budget.change.mtd", ("Spend: what changed", said, "USD"))
        case "autonomy":
            said = "Failed operations, the six hours against the same hours of the day before, by type"
            return _bridge(report, CHANGE, ("Failures: what changed", said, "operations"))
        case _:
            return _runs(report)


def _bridge(report: Report, figure_id: str, words: tuple[str, str, str]) -> Bridge:
    title, said, unit = words
    own = [f for f in report.figures.where(figure_id) if f.labels and f.value is not None]
    steps = tuple((dict(f.labels).popitem()[1], f) for f in own)
    whole = report.figures.find(figure_id, report.snapshot.tenants[0])
    return Bridge(title, said, steps, ("total", whole), unit=unit, half=True)


def incident_unusual(report: Report) -> Table:
    """What stood out in the last 24 hours: anomalies of spend, or hours below the target beyond chance."""
    if Case(report.snapshot).subject == "budget":
        return anomaly_table(report)
    columns = (Column("Looked at"), Column("Stand out", "number"), Column("Which"), Column("How it is told"))
    hours, empty = report.figures.where(BELOW), "A gauge of 0 and 1 has no usual hours to compare."
    rows = tuple(("the last 24 hours, one by one", each, each.reason, each.method) for each in hours)
    return Table("Hours that stand out", columns, rows, empty=empty)


def incident_alerts(report: Report) -> Table:
    """The runbook's alerts, and whether the condition of each holds at this instant."""
    columns = (Column("Alert"), Column("Condition"), Column("Because"))
    rows = tuple((dict(f.labels)["alert"], _condition(f), f.reason) for f in report.figures.where(ALERT))
    return Table("Related alerts", columns, rows)


def _condition(figure: Figure) -> Figure | Strong | str:
    if figure.method == NOT_HERE:
        return NOT_HERE
    return Strong(figure) if figure.value in {HOLDS, BY_EVIDENCE} else figure
