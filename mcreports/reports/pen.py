"""Drawing sheets into an xlsx file: each format made once, columns wide enough, pages that print."""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import xlsxwriter

from mcreports.errors import RunError
from mcreports.reports.cells import HEADER, LEADING, LINE, TEXT, literal, text_cell
from mcreports.view.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mcreports.reports.cells import Cell, Column, Look, Sheet

MOST_NOTE = 2_000
A4 = 9
PRINTED = 250  # characters across a page that can still be read
_ESCAPE = re.compile("(_x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Imprint:
    """What is printed around every sheet, and the instant that the file says it was made at."""

    title: str
    run: str
    created: datetime


def write_book(sheets: Sequence[Sheet], imprint: Imprint) -> bytes:
    """The sheets as an xlsx file; the same sheets and imprint always give the same bytes."""
    memory = io.BytesIO()
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(memory, options) as book:
        # a spreadsheet's own wall clock has no zone
        made = imprint.created.replace(tzinfo=None)
        book.set_properties({"title": imprint.title, "author": "mcreports", "comments": imprint.run, "created": made})
        pen = _Pen(book)
        for sheet in sheets:
            pen.draw(sheet, imprint)
    return memory.getvalue()


@dataclass
class _Pen:
    """Writes cells into a workbook, making each format once."""

    book: Any
    formats: dict[Look, Any] = field(default_factory=dict)

    def draw(self, sheet: Sheet, imprint: Imprint) -> None:
        page = self.book.add_worksheet(sheet.name)
        page.set_comments_author("mcreports")
        if sheet.has_header:
            page.freeze_panes(1, 1)
            page.repeat_rows(0)
            page.repeat_columns(0)
            page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
        widths = [column.width for column in sheet.columns]
        tall = []
        for row, cells in enumerate(_lines(sheet)):
            for column, cell in enumerate(cells):
                self._write(page, (row, column), cell)
            _widen(widths, sheet.columns, cells)
            if any(cell.look.wrap or cell.look.size > TEXT.size for cell in cells):
                tall.append((row, cells))
            else:
                page.set_row(row, LINE)
        for number, width in enumerate(widths):
            page.set_column(number, number, width)
        for row, cells in tall:
            page.set_row(row, _height(cells, widths))
        _set_print(page, sheet, imprint)
        page.fit_to_pages(math.ceil(sum(widths) / PRINTED), 0)

    def _write(self, page: Any, place: tuple[int, int], cell: Cell) -> None:  # noqa: ANN401 - xlsxwriter's
        style, value = self._format(cell.look), cell.value
        if cell.formula:
            code = page.write_formula(*place, cell.formula, style, value)
        elif value is None:
            code = page.write_blank(*place, None, style)
        elif isinstance(value, str):
            code = page.write_string(*place, value, style)
        else:
            code = page.write_number(*place, value, style)
        if code:
            msg = f"report.xlsx: {page.get_name()} is larger than a sheet can be; leave xlsx out of the forms"
            raise RunError(msg)
        if cell.note:
            # what looks like one of Excel's own escapes: xlsxwriter sees to it in cells, not in notes
            note = _ESCAPE.sub(r"_x005F\1", literal(cell.note, MOST_NOTE))
            page.write_comment(*place, note, {"x_scale": 2, "y_scale": 1 + len(note) // 120})

    def _format(self, look: Look) -> Any:  # noqa: ANN401 - xlsxwriter's
        if look not in self.formats:
            self.formats[look] = self.book.add_format(_properties(look))
        return self.formats[look]


def _header(columns: Sequence[Column]) -> list[Cell]:
    right = HEADER._replace(align="right")
    return [text_cell(column.title, right if column.is_number else HEADER) for column in columns]


def _lines(sheet: Sheet) -> Iterator[Sequence[Cell]]:
    """Everything that a sheet holds, from its header to its total."""
    header = [_header(sheet.columns)] if sheet.has_header else []
    return chain(header, sheet.rows, [sheet.total] if sheet.total else [])


def _widen(widths: list[float], columns: Sequence[Column], cells: Sequence[Cell]) -> None:
    """Make columns wide enough for a line's numbers, which would be drawn as ##### otherwise."""
    for place, (column, cell) in enumerate(zip(columns, cells, strict=False)):
        if column.is_number and isinstance(cell.value, int | float):
            widths[place] = max(widths[place], len(_drawn(cell)) + 2)


def _drawn(cell: Cell) -> str:
    """About what a number's format makes of it."""
    places = re.match(r"[^.]*\.(0+)", cell.look.number)
    words = re.search('"([^"]*)";-', cell.look.number)
    return f"{cell.value:+,.{len(places[1]) if places else 0}f}{words[1] if words else ''}"


def _height(cells: Sequence[Cell], widths: Sequence[float]) -> float:
    """A line's height in points, for the cell that wraps the most."""
    heights = [float(LEADING * TEXT.size)]
    for cell, width in zip(cells, widths, strict=False):
        room = 1.1 * width * TEXT.size / cell.look.size
        wraps = cell.look.wrap and isinstance(cell.value, str)
        heights.append(LEADING * cell.look.size * (math.ceil(len(str(cell.value)) / room) if wraps else 1))
    return min(max(heights) + 2, 400)


def _properties(look: Look) -> dict[str, object]:
    properties: dict[str, object] = {
        "num_format": look.number, "align": look.align, "valign": "top", "font_name": "Arial", "font_size": look.size,
        "bold": look.bold, "italic": look.italic, "font_color": look.colour, "text_wrap": look.wrap,
        "quote_prefix": look.quoted,
    }  # fmt: skip
    if look.align == "left":
        properties["indent"] = 1  # text keeps off the number at its left
    if look.tint:
        properties["bg_color"] = look.tint
    if look.rule == "total":
        properties |= {"top": 2, "top_color": LIGHT["rule"]}
    elif look.rule:
        weight, colour = (2, "rule") if look.rule == "head" else (1, "line")
        properties |= {"bottom": weight, "bottom_color": LIGHT[colour]}
    return properties


def _set_print(page: Any, sheet: Sheet, imprint: Imprint) -> None:  # noqa: ANN401 - xlsxwriter's
    page.hide_gridlines(2)
    page.set_paper(A4)
    if sheet.is_wide:
        page.set_landscape()
    page.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
    title, run = (literal(text, 100).replace("&", "&&") for text in (imprint.title, imprint.run))
    page.set_header(f"&L&8{title}&R&8{sheet.name}")
    page.set_footer(f"&L&8{run}&R&8Page &P of &N")
