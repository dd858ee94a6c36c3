"""The sheet of anomalies: when, whose, how much more than usual, and what somebody has said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.names import UNALLOCATED
from mcreports.reports.cells import WRAPPED, Cell, Column, Sheet, name_cell, text_cell
from mcreports.reports.entries import SIGNED, figure_cell, held, value_cell
from mcreports.reports.list_sheets import instant_cell
from mcreports.view.words import check_name

if TYPE_CHECKING:
    from mcreports.reports.entries import Entries, Entry

COLUMNS = (
    Column("Anomaly", 13), Column("Tenant", 22), Column("What", 26), Column("Severity", 10), Column("Start, UTC", 17),
    Column("End, UTC", 17), Column("Excess", 14, is_number=True), Column("Unit", 15),
    Column("Actual", 14, is_number=True), Column("Usual", 14, is_number=True), Column("Usual, low", 14, is_number=True),
    Column("Usual, high", 14, is_number=True), Column("Most at, UTC", 17), Column("Actual then", 14, is_number=True),
    Column("Usual then", 14, is_number=True), Column("Usual then, low", 14, is_number=True),
    Column("Usual then, high", 14, is_number=True), Column("Main driver", 16),
    Column("Score, of 1", 10, is_number=True), Column("Acknowledged, UTC", 17), Column("By", 16), Column("Note", 44),
)  # fmt: skip


def anomalies(entries: Entries) -> Sheet | None:
    """Every anomaly of the report, the gravest first; None where there is none."""
    known = {each["labels"]["anomaly"]: each for each in entries.every if each["id"] == "anomaly.acknowledged"}
    every = [each for each in entries.every if each["id"] == "anomaly.severity"]
    rows = [_row(entries, each, known.get(each["labels"]["anomaly"]), row) for row, each in enumerate(every, start=2)]
    return Sheet("Anomalies", COLUMNS, rows) if rows else None


def _row(entries: Entries, of: Entry, known: Entry | None, row: int) -> list[Cell]:
    def find(name: str, **more: str) -> Entry | None:
        return entries.find(f"anomaly.{name}", of["tenant"], **of["labels"], **more)

    labels, end, peak = of["labels"], find("end"), find("peak")
    excess, actual, usual = (find(name) for name in ("excess", "actual", "usual"))
    return [
        text_cell(labels["anomaly"]), name_cell(of["tenant"]), text_cell(_what(labels)), text_cell(str(of["value"])),
        instant_cell(of["window"][0]),
        text_cell("it goes on") if end is None or end["value"] is None else instant_cell(end["value"]),
        _excess(excess, actual, usual, row), text_cell("" if excess is None else excess["unit"]),
        _cell(actual), _cell(usual), *_ends(usual), Cell() if peak is None else instant_cell(peak["window"][0]),
        _cell(peak), _cell(find("usual", at="peak")), *_ends(find("usual", at="peak")), _main(entries, of),
        _cell(find("score")), Cell() if known is None else instant_cell(known["value"]),
        Cell() if known is None else name_cell(known["labels"].get("by")),
        Cell() if known is None else text_cell(known.get("reason") or "", WRAPPED),
    ]  # fmt: skip


def _what(labels: dict[str, str]) -> str:
    """A driver's cost, all cost, or a rate."""
    if "rate" in labels:
        return check_name(labels["rate"])
    return f"{labels['driver'] or UNALLOCATED} cost" if "driver" in labels else "cost"


def _excess(excess: Entry | None, actual: Entry | None, usual: Entry | None, row: int) -> Cell:
    """Of money what was spent less what is usual, by a formula wherever that is the figure."""
    if excess is None:
        return Cell()
    cell = figure_cell(excess, SIGNED)
    parts = [None if each is None else held(each["value"]) for each in (actual, usual, excess)]
    is_money = excess["unit"] == "USD" and None not in parts
    if is_money and parts[0] - parts[1] == parts[2]:  # type: ignore[operator]
        return cell._replace(formula=f"=I{row}-J{row}")
    return cell


def _main(entries: Entries, of: Entry) -> Cell:
    """The driver that carries most of it, where it is not one driver's own."""
    own = [
        each["labels"]["driver"] for each in entries.every
        if each["id"] == "anomaly.excess" and each["tenant"] == of["tenant"]
        and {**of["labels"], "driver": each["labels"].get("driver")} == each["labels"]
    ]  # fmt: skip
    return name_cell(own[0] or UNALLOCATED) if own else Cell()


def _ends(entry: Entry | None) -> list[Cell]:
    if entry is None or not entry["bounds"]:
        return [Cell(), Cell()]
    return [value_cell(end, entry["unit"], entry["id"]) for end in entry["bounds"]]


def _cell(entry: Entry | None) -> Cell:
    return Cell() if entry is None else figure_cell(entry)
