"""What an outcome measured, as a page shows it: a table for each list of records, and one for all the rest."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeGuard

from mcreports.view.markup import Name
from mcreports.view.page import Heading
from mcreports.view.tables import Column, Table
from mcreports.view.words import MINUS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from mcreports.view.tables import Cell

MOST_ROWS = 60
MOST_COLUMNS = 6
MOST_LISTED = 2  # of a list in a record's cell
MOST_LETTERS = 300  # of a value; the statement has all of it
LARGE, HUGE = 1e6, 1e15
NONE = "none"
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(?:\.\d+)?)Z", re.ASCII)


def facts_parts(facts: Mapping[str, Any], shown: Collection[str] = ()) -> Iterator[Any]:
    """The parts of a page for all that was found; what is called as something ``shown`` already is left out."""
    found = list(_flat(facts, shown))
    alone = tuple((Name(_title(path)), literal(_cut(said(value)))) for path, value in found if not _is_records(value))
    if found:
        yield Heading("What was found", left_words(len(alone)))
    if alone:
        yield Table("Facts", (Column("What"), Column("Value", "name")), alone[:MOST_ROWS])
    for path, value in found:
        if _is_records(value):
            yield Heading(_title(path), left_words(len(value)), level=3)
            yield _records(_title(path), value)


def literal(text: str) -> Name | None:
    """What others wrote, kept from turning the text around it; nothing where it is empty."""
    return Name(text) if text else None


def left_words(count: int) -> str:
    """How many of so many rows are shown; nothing where all of them are."""
    return f"{MOST_ROWS} of {count:,} are shown; the statement has all of them." if count > MOST_ROWS else ""


def said(value: object) -> str:
    """A value out of JSON as people read it.

    >>> said(10282), said(99.95721009841678), said(True), said([]), said("2025-11-03T09:00:00Z")
    ('10,282', '99.9572', 'yes', 'none', '2025-11-03 09:00 UTC')
    """
    match value:
        case None:
            return "n/a"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(value)
        case list() | tuple():
            between = "; " if any(isinstance(one, dict) for one in value) else ", "
            return between.join(map(said, value)) or NONE
        case dict():
            return ", ".join(f"{key} {said(inner)}" for key, inner in value.items()) or NONE
        case _:
            return _INSTANT.sub(_instant, str(value))


def _number(value: float) -> str:
    """Whole numbers in full, others to six digits."""
    if isinstance(value, int) or (abs(value) < HUGE and (value.is_integer() or abs(value) >= LARGE)):
        text = f"{Decimal(value):,.0f}"
    else:
        text = f"{Decimal(f'{value:.6g}'):,f}"
    return text.replace("-", MINUS)


def _instant(found: re.Match[str]) -> str:
    seconds = "" if found[3] == ":00" else found[3]
    return f"{found[1]} {found[2]}{seconds} UTC"


def _is_records(value: object) -> TypeGuard[Sequence[Mapping[str, Any]]]:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, dict) for one in value)


def _records(caption: str, records: Sequence[Mapping[str, Any]]) -> Table:
    keys = list(dict.fromkeys(key for one in records for key in one))
    # one column takes all that has none of its own
    count = MOST_COLUMNS - 1 if len(keys) > MOST_COLUMNS else len(keys)
    heads, rest = keys[:count], keys[count:]
    columns = (*(Column(_title(key), "name") for key in heads), *([Column("More", "name")] if rest else []))
    rows = tuple(
        (*(literal(_cell(one.get(key))) for key in heads), *([_more(one, rest)] if rest else []))
        for one in records[:MOST_ROWS]
    )
    return Table(caption, columns, rows)


def _more(record: Mapping[str, Any], keys: Sequence[str]) -> Cell:
    told = [(key, text) for key in keys if (text := _cell(record.get(key)))]
    parts = [part for key, text in told for part in ("; ", Name(f"{_title(key)}: {text}"))]
    return tuple(parts[1:])


def _cell(value: object) -> str:
    if isinstance(value, list | tuple) and len(value) > MOST_LISTED:
        return f"{len(value):,} entries"
    return _cut(said(value))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} …"


def _flat(value: Mapping[str, Any], shown: Collection[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that holds no others by name, under its path."""
    for key, inner in value.items():
        own = f"{path}, {key}" if path else str(key)
        if key in shown:
            continue
        if isinstance(inner, dict) and inner:
            yield from _flat(inner, shown, own)
        else:
            yield own, inner


def _title(key: object) -> str:
    text = str(key).replace("_", " ")
    return text[:1].upper() + text[1:]
