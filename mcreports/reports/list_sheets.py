"""The sheets that list everything: figures with their passports, and verdicts."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mcreports.checks import Status
from mcreports.reports.cells import MUTED, Cell, Column, Lines, Look, Sheet, name_cell, text_cell
from mcreports.reports.entries import figure_cell, number_of, value_cell
from mcreports.view.theme import LIGHT
from mcreports.view.words import MARKS, check_name, word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RIGHT = Look(align="right")
INSTANT = Look(number="yyyy-mm-dd hh:mm")
EPOCH = datetime.fromisoformat("1899-12-30T00:00:00Z")  # instant 0 of spreadsheets
DAY = 86_400

FIGURES = (
    Column("Figure", 30), Column("Tenant", 22), Column("Labels", 26), Column("Value", 16, is_number=True),
    Column("Unit", 12), Column("Start, UTC", 17), Column("End, UTC", 17), Column("Quality", 11),
    Column("Low", 14, is_number=True), Column("High", 14, is_number=True), Column("Coverage", 11, is_number=True),
    Column("Samples", 11, is_number=True), Column("Resets", 9, is_number=True), Column("Reason", 36),
    Column("Method", 30), Column("Query", 60),
)  # fmt: skip
VERDICTS = (
    Column("Check", 26), Column("Tenant", 20), Column("Labels", 18), Column("Verdict", 12), Column("Status", 9),
    Column("Value", 10, is_number=True), Column("Op", 5), Column("Target", 10, is_number=True), Column("Unit", 8),
    Column("Gap", 16), Column("Events", 10, is_number=True), Column("Reason", 44), Column("Figures", 34),
    Column("Id", 26),
)  # fmt: skip
STATUS = "E"  # the column of the verdicts' statuses


def figures(body: Mapping[str, Any]) -> Sheet:
    """Every figure of the report with its passport."""
    return Sheet("Figures", FIGURES, Lines(body["figures"], _figure))


def verdicts(body: Mapping[str, Any]) -> Sheet:
    """Every verdict of the report."""
    return Sheet("Verdicts", VERDICTS, Lines(body["verdicts"], _verdict))


def status_look(status: str) -> Look:
    """The colours of a status; a word always stands in the cell."""
    return Look(bold=True, colour=LIGHT[status], tint=LIGHT[f"{status}-tint"])


def status_words(status: str, check: str = "") -> str:
    """A status as its mark and its word."""
    return f"{MARKS[Status(status)]} {word(Status(status), check)}"


@lru_cache
def instant_cell(text: str | None) -> Cell:
    """An instant of ``report.json`` as a spreadsheet's date, in UTC."""
    if text is None:
        return Cell("n/a", MUTED)
    return Cell((datetime.fromisoformat(text) - EPOCH).total_seconds() / DAY, INSTANT)


def _figure(entry: dict[str, Any]) -> list[Cell]:
    unit, figure_id = entry["unit"], entry["id"]
    ends = [value_cell(end, unit, figure_id) for end in entry["bounds"]] if entry["bounds"] else [Cell(), Cell()]
    return [
        text_cell(figure_id),
        name_cell(entry["tenant"]),
        text_cell(_labels(entry)),
        figure_cell(entry)._replace(note=""),
        text_cell(unit),
        *(instant_cell(at) for at in entry["window"]),
        text_cell(entry["quality"]),
        *ends,
        _share(entry["coverage"]),
        *(value_cell(entry[count], "") for count in ("samples", "resets")),
        *(text_cell(entry.get(words) or "") for words in ("reason", "method", "query")),
    ]


def _verdict(verdict: dict[str, Any]) -> list[Cell]:
    status, check = verdict["status"], verdict["check"]
    return [
        text_cell(check_name(check)),
        name_cell(verdict["tenant"]),
        text_cell(_labels(verdict)),
        Cell(status_words(status, check), status_look(status)),
        text_cell(status),
        _printed(verdict["value"]),
        text_cell(verdict["op"]),
        _printed(verdict["target"]),
        text_cell(verdict["unit"]),
        text_cell(verdict.get("gap") or ""),
        Cell(None) if verdict.get("n") is None else value_cell(verdict["n"], ""),
        text_cell(verdict["reason"]),
        text_cell(", ".join(verdict["figures"])),
        text_cell(check),
    ]


def _printed(text: str | None) -> Cell:
    """A number in exactly the places that it is printed with."""
    number = number_of(text)
    if text is None or number is None:
        return value_cell(text, "")
    places = len(text.partition(".")[2])
    return Cell(float(number), RIGHT._replace(number=f"#,##0{'.' + '0' * places if places else ''}"))


def _share(part: float | None) -> Cell:
    """A part of 1 as a percentage, in places that keep it off 100 %."""
    if part is None:
        return Cell()
    hundredfold = value_cell(100 * part, "%")
    return Cell(float(part), hundredfold.look._replace(number=hundredfold.look.number.removeprefix("#,##") + "%"))


def _labels(entry: Mapping[str, Any]) -> str:
    labels: Sequence[tuple[str, str]] = tuple((entry.get("labels") or {}).items())
    return ", ".join(f"{key}={value}" for key, value in labels)
