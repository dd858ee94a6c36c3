"""Sheets of cells as values: text that stays text, numbers with honest formats, formulas with their results."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mcreports.view.markup import visible
from mcreports.view.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_TEXT = 32_767  # UTF-16 units that a cell can hold
CUT = " … (cut here: report.json has all of it)"
FORMULA_SIGNS = frozenset("=+-@")
LEADING = 1.35

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
