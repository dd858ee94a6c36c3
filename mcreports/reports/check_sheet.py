"""The sheet of checks: each reconciliation beside live formulas that make the same sum from the sheets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mcreports.reports.cells import MUTED, Cell, Column, Look, Sheet, text_cell
from mcreports.reports.entries import figure_cell, held, value_cell
from mcreports.reports.insight_sheets import BRIDGE, PARTS
from mcreports.reports.list_sheets import status_look, status_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mcreports.reports.entries import Entries, Entry
    from mcreports.reports.measures import Table

COLUMNS = (
    Column("What must agree", 32), Column("How it is added up here", 44), Column("The parts give", 18, is_number=True),
    Column("The report says", 18, is_number=True), Column("Difference", 13, is_number=True),
    Column("Agrees", 10, is_number=True), Column("Difference in the run", 18, is_number=True),
    Column("Verdict of the run", 16),
)  # fmt: skip
HALF_A_CENT = Decimal("0.005")
PERIOD = "budget.spend.period"
MONEY = Look(number="#,##0.00", align="right")
TRUTH = Look(number='"TRUE";"TRUE";"FALSE"', align="right")  # for programs that draw a truth as a number


@dataclass(frozen=True)
class _Way:
    """A way to a sum: in words, as a formula, the figures that it adds up, and the one that it must give."""

    name: str
    says: str
    formula: str
    parts: list[Entry]
    whole: Entry | None


def checks(body: Mapping[str, Any], entries: Entries, tables: Mapping[str, Table]) -> Sheet:
    """The run's reconciliations, and what a spreadsheet makes of the same money."""
    ways = {way.name: way for way in _ways(entries, tables)}
    said = {each["name"]: each for each in body["reconciliation"]}
    names = dict.fromkeys([*said, *ways])
    rows = [(row, name, ways.get(name), said.get(name)) for row, name in enumerate(names, start=2)]
    return Sheet("Checks", COLUMNS, [[text_cell(name), *_live(row, way), *_said(run)] for row, name, way, run in rows])


def _live(row: int, way: _Way | None) -> list[Cell]:
    if way is None:
        return [Cell("its parts are not in this workbook", MUTED), *[Cell()] * 4]
    made = sum((part for entry in way.parts if (part := held(entry["value"])) is not None), Decimal())
    parts = Cell(float(made), MONEY, way.formula)
    whole = None if way.whole is None else held(way.whole["value"])
    says = text_cell(way.says, Look(wrap=True))
    if way.whole is None or whole is None:
        return [says, parts, value_cell(None, "") if way.whole is None else figure_cell(way.whole), Cell(), Cell()]
    agrees = Cell(abs(made - whole) < HALF_A_CENT, TRUTH, f"=ABS(C{row}-D{row})<{HALF_A_CENT}")
    difference = Cell(float(made - whole), MONEY, f"=C{row}-D{row}")
    return [says, parts, figure_cell(way.whole), difference, agrees]


def _said(said: Mapping[str, str] | None) -> list[Cell]:
    if said is None:
        return [Cell(), Cell()]
    return [value_cell(said["difference"], "USD"), Cell(status_words(said["status"]), status_look(said["status"]))]


def _ways(entries: Entries, tables: Mapping[str, Table]) -> Iterator[_Way]:
    if "Drivers" in tables and tables["Drivers"].ranges:
        yield from _by_driver(entries, tables["Drivers"])
    for label in ("day", "month"):
        if f"{label.capitalize()}s" in tables:
            yield from _by_span(entries, tables[f"{label.capitalize()}s"], label)
    if "Budget" in tables and tables["Budget"].ranges:
        parts = [entry for entry in entries.where("budget.spend.mtd") if entry["tenant"] is not None]
        formula = f"=SUM({tables['Budget'].ranges['mtd']})"
        whole = entries.find("budget.spend.mtd")
        yield _Way("tenants sum to month to date", "Budget: month to date of every tenant", formula, parts, whole)
    if "Bridge" in tables and tables["Bridge"].ranges:
        yield _of_bridge(entries, tables["Bridge"])


def _of_bridge(entries: Entries, table: Table) -> _Way:
    ids = {key: f"{BRIDGE}{'volume_and_mix' if key == 'volume' else key}" for key in PARTS if key in table.totals}
    parts = [entry for figure_id in ids.values() if (entry := entries.find(figure_id)) is not None]
    places = [table.totals[key] for key in ids]
    formula = f"=SUM({places[0]}:{places[-1].partition('!')[2]})" if places else ""
    says, whole = "Bridge: the parts of the platform's change", entries.find(f"{BRIDGE}change")
    return _Way("bridge adds up to the change", says, formula, parts, whole)


def _by_driver(entries: Entries, table: Table) -> Iterator[_Way]:
    whole = entries.find(PERIOD)
    parts = [entry for entry in entries.where(PERIOD) if entry["tenant"] is not None]
    formula = f"=SUM({table.ranges['total']})"
    yield _Way("tenants sum to total", "Drivers: the total of every tenant", formula, parts, whole)
    drivers = [place for key, place in table.ranges.items() if key.startswith("driver ")]
    if drivers:
        block = f"{drivers[0].partition(':')[0]}:{drivers[-1].partition(':')[2]}"
        parts = [entry for entry in entries.where(PERIOD, "driver") if entry["tenant"] is not None]
        yield _Way("drivers sum to total", "Drivers: every tenant by every driver", f"=SUM({block})", parts, whole)


def _by_span(entries: Entries, table: Table, label: str) -> Iterator[_Way]:
    """The days or months of the period, if they cover it without a gap."""
    every = [entry for entry in entries.where(f"budget.spend.{label}", label) if entry["tenant"] is None]
    start, end = entries.window
    inside = [entry for entry in every if start <= entry["window"][0] and entry["window"][1] <= end]
    edges = [entry["window"] for entry in inside]
    if not inside or [start, *(after for _, after in edges)] != [*(before for before, _ in edges), end]:
        return
    first, last = (_date(entry["labels"][label]) for entry in (inside[0], inside[-1]))
    formula = f'=SUMIFS({table.ranges["total"]},{table.heads},">="&{first},{table.heads},"<="&{last})'
    says = f"{table.sheet.name}: every {label} of the period"
    yield _Way(f"{label}s sum to period", says, formula, inside, entries.find(PERIOD))


def _date(label: str) -> str:
    day = date.fromisoformat(label if label.count("-") > 1 else f"{label}-01")
    return f"DATE({day.year},{day.month},{day.day})"
