"""Sheets of cells: text that stays text, numbers with honest formats, formulas with their cached results."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import xlsxwriter

from mcreports.errors import RunError
from mcreports.view.markup import visible
from mcreports.view.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

MOST_TEXT = 32_767  # UTF-16 units that a cell can hold
MOST_NOTE = 2_000
CUT = " … (cut here: report.json has all of it)"
FORMULA_SIGNS = frozenset("=+-@")
A4 = 9
PRINTED = 250  # characters across a page that can still be read
LEADING = 1.35
_ESCAPE = re.compile("(_x[0-9A-Fa-f]{4}_)")

Content = str | float | bool | None


class Look(NamedTuple):
    """How a cell is drawn; the default is plain text."""

    number: str = "General"
    align: str = "left"
    bold: bool = False
    italic: bool = False
    colour: str = LIGHT["ink"]
    tint: str = ""
    size: int = 10
    wrap: bool = False
    rule: str = "line"
    quoted: bool = False


TEXT = Look()
WRAPPED = Look(wrap=True)
LINE = float(LEADING * TEXT.size) + 2  # points of a line of plain text
HEADER = Look(bold=True, wrap=True, rule="head")
NOT_AVAILABLE = Look(align="right", colour=LIGHT["unknown"])
MUTED = Look(italic=True, colour=LIGHT["muted"])


class Cell(NamedTuple):
    """What a cell holds: text, a number, nothing, or a formula whose result as of now is ``value``."""

    value: Content = None
    look: Look = TEXT
    formula: str = ""
    note: str = ""


@dataclass(frozen=True)
class Column:
    """A column's title and its width in characters."""

    title: str
    width: float = 14
    is_number: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet: a header, rows, and a total below them; its header and its first column stay in sight.

    ``rows`` are gone through more than once; those of a :class:`Lines` are made each time anew.
    """

    name: str
    columns: Sequence[Column]
    rows: Collection[Sequence[Cell]]
    total: Sequence[Cell] = ()
    has_header: bool = True
    is_wide: bool = True


@dataclass(frozen=True)
class Lines(Collection[Sequence[Cell]]):
    """The rows of a sheet that is too long to be held: each is made of its entry when its turn comes."""

    entries: Sequence[Any]
    make: Callable[[Any], Sequence[Cell]]

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        """Each row in turn."""
        return map(self.make, self.entries)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.entries)

    def __contains__(self, row: object) -> bool:
        """Whether a row is among them."""
        return any(row == each for each in self)


@dataclass(frozen=True)
class Imprint:
    """What is printed around every sheet, and the instant that the file says it was made at."""

    title: str
    run: str
    created: datetime


def literal(text: str, most: int = MOST_TEXT) -> str:
    r"""Text as a cell can hold it: control characters made visible, the end cut off where it is too long.

    >>> literal("a\tb\x00\n")
    'a␉b␀␊'
    """
    shown = visible(text).replace("\t", "␉").replace("\n", "␊")
    if len(shown.encode("utf-16-le")) // 2 <= most:
        return shown
    kept = shown.encode("utf-16-le")[: 2 * (most - len(CUT))]
    return kept.decode("utf-16-le", "ignore") + CUT


@lru_cache(20_000)
def text_cell(text: str, look: Look = TEXT) -> Cell:
    """Text that no spreadsheet takes for a formula, not even when somebody edits the cell."""
    shown = literal(text)
    return Cell(shown, look._replace(quoted=shown[:1] in FORMULA_SIGNS))


def name_cell(name: str | None, look: Look = TEXT) -> Cell:
    """A tenant or driver; the whole platform is an empty cell."""
    if name is None:
        return Cell(None, look)
    return text_cell(name, look) if name else Cell("(no name)", MUTED)


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
