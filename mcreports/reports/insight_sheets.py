"""The sheets of what the numbers mean: forecast, bridge, cost of quality, error budgets and anomalies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.reports.cells import WRAPPED, Cell, Column, Look, Sheet, name_cell, text_cell
from mcreports.reports.entries import SIGNED, figure_cell, held, value_cell
from mcreports.reports.measures import Line, Measure, Table, lay
from mcreports.reports.money_sheets import TENANT, TOTAL
from mcreports.view.words import check_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mcreports.reports.entries import Entries, Entry

FORECAST = (
    Measure("end", "Month end", "budget.forecast.month_end"),
    Measure("low", "Month end, 80 % low", "budget.forecast.month_end", bound=0),
    Measure("high", "Month end, 80 % high", "budget.forecast.month_end", bound=1),
    Measure("lowest", "Month end, 95 % low", "budget.forecast.month_end_95", bound=0),
    Measure("highest", "Month end, 95 % high", "budget.forecast.month_end_95", bound=1),
    Measure("limit", "Budget of the month", "budget.limit.monthly"),
    Measure("chance", "Chance that it is used up, %", "budget.exhaustion_probability"),
    Measure("used", "Used up on", "budget.exhaustion_date"),
    Measure("next", "Next month", "budget.forecast.next_month"),
    Measure("next low", "Next month, 80 % low", "budget.forecast.next_month", bound=0),
    Measure("next high", "Next month, 80 % high", "budget.forecast.next_month", bound=1),
    Measure("error", "Past error, %", "budget.forecast.past_error"),
)
BRIDGE = "budget.bridge."
PARTS = {
    "calendar": "Days", "volume": "Volume and mix", "unit_cost": "Unit cost", "new_or_gone": "New or gone",
    "unsplit": "Not split",
}  # fmt: skip
LOST = "quality.spend.lost"
WASTED = {"failed": "Failed", "compensated": "Compensated", "ungrounded": "Not grounded"}
COSTS = {
    "quality.cost.per_success": "USD per success", "budget.cost_per_good_operation": "and not compensated",
    "quality.cost.per_grounded": "and grounded",
}  # fmt: skip
BUDGET = "error_budget."
NEAR = 1e-6  # of an event: what is left is a float
BUDGETS = (
    Column("Tenant", 22), Column("Target", 28), Column("Counted", 13, is_number=True),
    Column("May fail in the month", 14, is_number=True), Column("Failed", 12, is_number=True),
    Column("Left", 12, is_number=True), Column("Burn, x", 10, is_number=True), Column("Burn, low", 10, is_number=True),
    Column("Burn, high", 10, is_number=True), Column("Burn in the period, x", 12, is_number=True),
    Column("Used up on", 16), Column("Estimated or unknown", 40),
)  # fmt: skip


def tables(entries: Entries, report: str) -> list[Table]:
    """The sheets of money among them, those that the report has figures for."""
    found = (_forecast(entries), _bridge(entries), *_quality(entries, report))
    return [table for table in found if table is not None]


def _forecast(entries: Entries) -> Table | None:
    tenants = _tenants(entries, "budget.forecast.next_month")
    if not tenants:
        return None
    lines = [_line(entries, name) for name in tenants]
    return lay("Forecast", TENANT, FORECAST, lines, replace(_line(entries, None), head=TOTAL))


def _bridge(entries: Entries) -> Table | None:
    """The parts of each tenant's change, which add up across and down, and what each driver did."""
    tenants = _tenants(entries, f"{BRIDGE}change")
    if not tenants:
        return None
    kept = [key for key in PARTS if entries.where(BRIDGE + key)]
    names = dict.fromkeys(entry["labels"]["driver"] for entry in entries.where(f"{BRIDGE}change", "driver"))
    drivers = [
        Measure(f"{part} {name}", f"{head} of {name}", BRIDGE + part, labels=(("driver", name),), pattern=SIGNED)
        for part, head in (("change", "Change"), ("unit_cost", "Unit cost"))
        for name in names
    ]
    parts = [Measure(key, PARTS[key], BRIDGE + key, pattern=SIGNED) for key in kept]
    whole = Measure("change", "Change", f"{BRIDGE}change", "sum" if kept else "", tuple(kept), pattern=SIGNED)
    lines = [_line(entries, name) for name in tenants]
    return lay("Bridge", TENANT, (*parts, whole, *drivers), lines, Line(TOTAL, lambda one: bridged(entries, one)))


def bridged(entries: Entries, measure: Measure) -> Entry | None:
    """The platform's part of a change; its mix stands with its volume, as in the tenants' rows."""
    both = entries.find(f"{BRIDGE}volume_and_mix") if measure.figure_id == f"{BRIDGE}volume" else None
    return both or entries.find(measure.figure_id, None, **dict(measure.labels))


def _quality(entries: Entries, report: str) -> tuple[Table | None, Table | None]:
    """What good work costs by tenant, in trends of the newest month, and of the platform over time."""
    spans = {
        label: list(dict.fromkeys(entry["labels"][label] for entry in entries.where(LOST, label)))
        for label in ("day", "week", "month")
    }
    label, named = next(((key, found) for key, found in spans.items() if found), ("", []))
    newest = {label: max(named)} if report == "trends" and named else {}
    tenants = _tenants(entries, LOST, newest)
    spent = "budget.spend.month" if newest else "budget.spend.period"
    first = None
    if tenants:
        lines, total = [_line(entries, name, newest) for name in tenants], _line(entries, None, newest)
        first = lay("Quality", TENANT, _measures(spent), lines, replace(total, head=TOTAL))
    if not named:
        return first, None
    lines = [replace(_line(entries, None, {label: at}), head=text_cell(at)) for at in named]
    second = lay("Quality over time", Column(label.capitalize(), 24), _measures(""), lines, Line(TOTAL, lambda _: None))
    return first, replace(second, sheet=replace(second.sheet, total=()))


def _measures(spent: str) -> list[Measure]:
    wasted = [Measure(key, head, f"quality.spend.{key}") for key, head in WASTED.items()]
    return [
        *([Measure("spend", "Spend", spent)] if spent else []),
        *(Measure(figure_id, head, figure_id) for figure_id, head in COSTS.items()),
        *wasted,
        Measure("lost", "Spent on failed work", LOST, "sum", tuple(WASTED)),
        Measure("low", "Failed work, 95 % low", LOST, bound=0),
        Measure("high", "Failed work, 95 % high", LOST, bound=1),
        Measure("share", "Failed work, %", f"{LOST}_percent", "share", ("lost", "spend")),
    ]


def _tenants(entries: Entries, figure_id: str, labels: Mapping[str, str] | None = None) -> list[str]:
    own = (each for each in entries.where(figure_id, *(labels or {})) if each.get("labels", {}) == (labels or {}))
    return list(dict.fromkeys(each["tenant"] for each in own if each["tenant"] is not None))


def _line(entries: Entries, tenant: str | None, labels: Mapping[str, str] | None = None) -> Line:
    def find(measure: Measure) -> Entry | None:
        return entries.find(measure.figure_id, tenant, **dict(measure.labels), **(labels or {}))

    return Line(name_cell(tenant), find)


def error_budgets(entries: Entries) -> Sheet | None:
    """Every error budget of the calendar month, the fastest burners first; None without any."""
    burns = entries.where(f"{BUDGET}burn", "check")
    if not burns:
        return None
    burns.sort(key=lambda each: (each["tenant"] is None, each["value"] is None, -float(each["value"] or 0)))
    rows = [_budget(each, row, _found(entries, each)) for row, each in enumerate(burns, start=2)]
    return Sheet("Error budgets", BUDGETS, rows)


def _found(entries: Entries, burn: Entry) -> Callable[[str], Entry | None]:
    return lambda name: entries.find(BUDGET + name, burn["tenant"], **burn["labels"])


def _budget(burn: Entry, row: int, find: Callable[[str], Entry | None]) -> list[Cell]:
    whole, spent, left = (find(name) for name in ("allowed_month", "spent", "remaining"))
    parts = [None if each is None else held(each["value"]) for each in (whole, spent, left)]
    rest = _cell(left)
    if None not in parts and not isinstance(rest.value, str) and _is_near(parts[0] - parts[1], parts[2]):  # type: ignore[operator]
        rest = rest._replace(formula=f"=D{row}-E{row}")
    ends = [value_cell(end, burn["unit"], burn["id"]) for end in burn["bounds"]] if burn["bounds"] else [Cell()] * 2
    doubts = [each["reason"] for each in (whole, left, burn) if each is not None and each.get("reason")]
    return [
        text_cell("All tenants", Look(bold=True)) if burn["tenant"] is None else name_cell(burn["tenant"]),
        text_cell(check_name(burn["labels"]["check"])), _cell(find("events")), _cell(whole), _cell(spent), rest,
        figure_cell(burn), *ends, _cell(find("burn_period")), _cell(find("used_up_on")),
        text_cell("; ".join(dict.fromkeys(doubts)), WRAPPED),
    ]  # fmt: skip


def _is_near(made: object, figure: object) -> bool:
    return abs(float(made) - float(figure)) < NEAR  # type: ignore[arg-type]


def _cell(entry: Entry | None) -> Cell:
    return Cell() if entry is None else figure_cell(entry)
