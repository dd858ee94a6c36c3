"""Tables of figures whose sums, differences and shares are live formulas wherever these give the figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from xlsxwriter.utility import xl_col_to_name

from mcreports.reports.cells import WRAPPED, Cell, Column, Sheet, text_cell
from mcreports.reports.entries import ESTIMATED, PLAIN, UNKNOWN, figure_cell, held, value_cell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mcreports.reports.entries import Entry

Way = Literal["", "minus", "share", "sum"]
NEAR = Decimal("1e-9")


@dataclass(frozen=True)
class Measure:
    """A column: the figures of an id and labels, and the way by which they come of other columns.

    ``minus`` is the first of ``of`` less the second, ``share`` the first in percent of the second, ``sum``
    all of them; with ``bound`` the column shows that end of the figures' bounds.
    """

    key: str
    title: str
    figure_id: str
    way: Way = ""
    of: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    bound: int | None = None
    pattern: str = PLAIN


@dataclass(frozen=True)
class Line:
    """A row: its first cell, and the figure of each measure."""

    head: Cell
    find: Callable[[Measure], Entry | None]


@dataclass(frozen=True)
class Table:
    """A sheet, and where its heads, the rows of each measure, and each total stand in it."""

    sheet: Sheet
    heads: str
    ranges: dict[str, str]
    totals: dict[str, str]


def lay(name: str, head: Column, measures: Sequence[Measure], lines: Sequence[Line], total: Line) -> Table:
    """A table of the lines and their total; measures that none of them has are left out."""
    every = (*lines, total)
    measures = [m for m in measures if any(line.find(m) is not None for line in every)]
    letters = {measure.key: xl_col_to_name(place) for place, measure in enumerate(measures, start=1)}
    last = len(lines) + 1
    rows = []
    for row, line in enumerate(every, start=2):
        cells = [_cell(line, measure, _Row(row, letters, measures)) for measure in measures]
        if line is total:
            cells = [_summed(line, m, (cell, lines, letters)) for m, cell in zip(measures, cells, strict=True)]
        rows.append([line.head, *cells, text_cell(_doubts(line, measures), WRAPPED)])
    columns = [head, *(Column(m.title, 12, is_number=True) for m in measures), Column("Estimated or unknown", 40)]
    bottom = [cell._replace(look=cell.look._replace(bold=not cell.look.wrap, rule="total")) for cell in rows.pop()]
    ranges = {key: f"'{name}'!${at}$2:${at}${last}" for key, at in letters.items()} if lines else {}
    totals = {key: f"'{name}'!{at}{last + 1}" for key, at in letters.items()}
    return Table(Sheet(name, columns, rows, bottom), f"'{name}'!$A$2:$A${last}", ranges, totals)


@dataclass(frozen=True)
class _Row:
    number: int
    letters: dict[str, str]
    measures: Sequence[Measure]

    def at(self, key: str) -> str:
        return f"{self.letters[key]}{self.number}"


def _cell(line: Line, measure: Measure, row: _Row) -> Cell:
    entry = line.find(measure)
    if entry is None:
        return Cell()
    if measure.bound is not None:
        return _bound(entry, measure.bound)
    cell = figure_cell(entry, measure.pattern)
    if not measure.way or isinstance(cell.value, str) or any(key not in row.letters for key in measure.of):
        return cell
    found = {m.key: line.find(m) for m in row.measures if m.key in measure.of}
    parts = [_value(found[key]) for key in measure.of]
    if not _agree(_result(measure.way, parts), entry):
        return cell
    places = [row.at(key) for key in measure.of]
    return cell._replace(formula=_formula(measure.way, places))


def _formula(way: Way, places: list[str]) -> str:
    if way == "sum":
        return f"=SUM({places[0]}:{places[-1]})"
    return f"={places[0]}-{places[1]}" if way == "minus" else f"=100*{places[0]}/{places[1]}"


def _result(way: Way, parts: list[Decimal | None]) -> Decimal | None:
    """What a spreadsheet makes of the parts: its SUM passes over what is no number, nothing else does."""
    known = [part for part in parts if part is not None]
    if way == "sum":
        return sum(known, Decimal()) if known else None
    if len(known) != len(parts):
        return None
    one, two = known
    if way == "minus":
        return one - two
    return 100 * one / two if two else None


def _summed(line: Line, measure: Measure, of: tuple[Cell, Sequence[Line], dict[str, str]]) -> Cell:
    """The total's cell: the sum of the rows where that is the figure, else its own formula or value, and why."""
    cell, lines, letters = of
    entry = line.find(measure)
    if entry is None or measure.bound is not None or measure.way == "share" or isinstance(cell.value, str) or not lines:
        return cell
    whole = _result("sum", [_value(each.find(measure)) for each in lines])
    at = letters[measure.key]
    if _agree(whole, entry):
        return cell._replace(formula=f"=SUM({at}2:{at}{len(lines) + 1})")
    if cell.formula or whole is None:
        return cell
    return cell._replace(note=f"as reported; the rows add up to {whole:,f}: {entry.get('reason') or entry['method']}")


def _agree(made: Decimal | None, entry: Entry) -> bool:
    """Whether what a formula makes is the figure: money to the cent, a share as near as a float is to it."""
    figure = held(entry["value"])
    if made is None or figure is None:
        return False
    return made == figure if entry["unit"] == "USD" else abs(made - figure) <= NEAR * max(Decimal(1), abs(figure))


def _value(entry: Entry | None) -> Decimal | None:
    return None if entry is None else held(entry["value"])


def _bound(entry: Entry, end: int) -> Cell:
    bounds = entry["bounds"]
    if bounds is None:
        return Cell()
    cell = value_cell(bounds[end], entry["unit"], entry["id"])
    return cell._replace(note="no bound is known") if bounds[end] is None else cell


def _doubts(line: Line, measures: Sequence[Measure]) -> str:
    """Which of a line's figures are not measured, by what is known of them and why."""
    titles: dict[str, list[str]] = {}
    for measure in measures:
        entry = line.find(measure)
        if entry is None or measure.bound is not None or entry["quality"] not in {ESTIMATED, UNKNOWN}:
            continue
        why = f" ({entry['reason']})" if entry.get("reason") else ""
        titles.setdefault(f"{entry['quality']}{why}", []).append(measure.title)
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in titles.items())
