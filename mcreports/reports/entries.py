"""The figures of a ``report.json``, found again by what they are of, and each as a spreadsheet's cell."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mcreports.reports.cells import NOT_AVAILABLE, Cell, Look, text_cell
from mcreports.view import format as formats
from mcreports.view.format import Shape, thresholds, value_text
from mcreports.view.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcreports.figures import Value

Entry = dict[str, Any]
Key = tuple[str, str | None, frozenset[tuple[str, str]]]

SPENT = ("budget.spend.period", "budget.spend.mtd", "budget.spend.qtd", "budget.spend.ytd")
UNKNOWN = "unknown"
ESTIMATED = "estimated"
TOO_LONG = "more digits than a spreadsheet's number can hold"
MOST_PLACES = 15
FULL_DIGITS = 15  # what a spreadsheet keeps of a number
PLAIN = "{0}"
SIGNED = "+{0};-{0};{0}"
SIDED = '+{0}" over";-{0}" under";{0}'


class Entries:
    """Every figure of a report, by id, tenant and labels; of several windows the report's own, else the newest."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.every: list[Entry] = body["figures"]
        self.window = [body["period"]["start"], body["period"]["end"]]
        self._found: dict[Key, Entry] = {}
        for entry in sorted(self.every, key=lambda entry: (entry["window"] == self.window, entry["window"])):
            self._found[entry["id"], entry["tenant"], _labels(entry)] = entry

    def find(self, figure_id: str, tenant: str | None = None, **labels: str) -> Entry | None:
        """The figure of this id, tenant and labels, or None where the report has none."""
        return self._found.get((figure_id, tenant, frozenset(labels.items())))

    def spent(self, window: tuple[str, str], tenant: str | None, **labels: str) -> Entry | None:
        """What the whole report says that a tenant, or all, spent in a window; None where it does not say."""
        entries = (self.find(figure_id, tenant, **labels) for figure_id in SPENT)
        return next((entry for entry in entries if entry is not None and tuple(entry["window"]) == window), None)

    def where(self, figure_id: str, *labels: str) -> list[Entry]:
        """The figures of an id that have exactly these labels, in the report's order."""
        wanted = set(labels)
        return [entry for entry in self.every if entry["id"] == figure_id and set(entry.get("labels", {})) == wanted]


def number_of(value: object) -> Decimal | None:
    """A value of ``report.json`` as an exact number; None where it is none.

    >>> number_of("12.50"), number_of(3), number_of("not this month"), number_of(None)
    (Decimal('12.50'), Decimal('3'), None, None)
    """
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def held(value: object) -> Decimal | None:
    """A value as the number that a spreadsheet adds up; None where it is none, or has too many digits for one."""
    number = number_of(value)
    if number is None or number.adjusted() >= FULL_DIGITS:
        return None
    return number if isinstance(value, float) or Decimal(f"{float(number):.{FULL_DIGITS}g}") == number else None


def figure_cell(entry: Entry, pattern: str = PLAIN) -> Cell:
    """A figure's value: a number in as many places as the page prints, marked if estimated; ``n/a`` if unknown.

    A note says why it is unknown.
    """
    cell = value_cell(entry["value"], entry["unit"], entry["id"], pattern)
    if entry["quality"] == UNKNOWN:
        return cell._replace(note=entry.get("reason") or "no data")
    return estimated(cell) if entry["quality"] == ESTIMATED else cell


def estimated(cell: Cell) -> Cell:
    """The cell, drawn as what is not quite known."""
    return cell._replace(look=cell.look._replace(italic=True, colour=LIGHT["muted"]))


@lru_cache(10_000, typed=True)
def value_cell(value: object, unit: str, figure_id: str = "", pattern: str = PLAIN) -> Cell:
    """A value of ``report.json`` in its unit; what no spreadsheet can hold to the last digit is text."""
    number = number_of(value)
    if value is None or (number is None and not isinstance(value, str)):
        return Cell(formats.NOT_AVAILABLE, NOT_AVAILABLE)
    if number is None:
        return text_cell(str(value), Look(align="right"))
    if held(value) is None:
        return text_cell(str(value), Look(align="right"))._replace(note=TOO_LONG)
    plain = f"#,##0{'.' + '0' * places if (places := _places(value, unit, figure_id)) else ''}"
    return Cell(float(number), Look(number=pattern.format(plain), align="right"))


@lru_cache(10_000)
def _places(value: Any, unit: str, figure_id: str) -> int:  # noqa: ANN401 - JSON
    """As many places as the page prints; one more where a spreadsheet would round the last one otherwise."""
    exact: Value = Decimal(value) if isinstance(value, str) else value
    text = value_text(exact, unit, Shape(marks=thresholds(figure_id)))
    match = re.search(r"([0-9,]+)(?:\.([0-9]+))?", text)
    if match is None:
        return 2
    shown, places = Decimal(match[0].replace(",", "")), len(match[2] or "")
    size = abs(Decimal(f"{float(value):.{FULL_DIGITS}g}"))
    if size.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) != shown:
        places += 1
    return min(places, MOST_PLACES)


def _labels(entry: Entry) -> frozenset[tuple[str, str]]:
    return frozenset((entry.get("labels") or {}).items())
