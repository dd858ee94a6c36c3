"""Acknowledgements: who knows of an anomaly since when, and what they say of it; each a file that is written once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mcreports.errors import EvidenceError, UsageError
from mcreports.evidence import fields
from mcreports.evidence.fields import FieldError
from mcreports.evidence.files import Place, inside, load
from mcreports.evidence.outcomes import SKEW
from mcreports.evidence.place import put
from mcreports.evidence.tables import frame
from mcreports.figures import instant_text
from mcreports.samples import TS, Note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

SCHEMA = "mcreports.acknowledgement/1"
TABLE, KIND = "acknowledgements", "acknowledgement"
STAMP = "%Y%m%dT%H%M%SZ"
MOST_BY, MOST_NOTE = 200, 2000
TIMES = ("start", "until", "at")
TEXTS = ("anomaly", "tenant", "what", "driver", "side", "note", "by")
SCHEMAS = {TABLE: {**dict.fromkeys((*TEXTS, "file"), "str"), **dict.fromkeys(TIMES, TS)}}


@dataclass(frozen=True)
class Acknowledgement:
    """An anomaly (its id, whose, of what, over or under) that somebody knows of.

    It covers what is of the same series and overlaps [start, until): the anomaly itself and its
    continuation, and not one that begins later.
    """

    anomaly: str
    tenant: str
    what: str
    driver: str
    side: str
    start: datetime
    until: datetime
    note: str
    by: str
    at: datetime
    file: str = ""


def record(folder: Path, known: Acknowledgement) -> Path:
    """Keep an acknowledgement in a directory, as a file of its own: whole or not at all, and never written again."""
    for what, said, most in (("who knows of it", known.by, MOST_BY), ("the note", known.note, MOST_NOTE)):
        if not said.strip() or len(said) > most:
            msg = f"{what} must be said, in at most {most} characters"
            raise UsageError(msg)
    told = {key: value for key, value in asdict(known).items() if key != "file"}
    body = {"schema": SCHEMA, **{key: instant_text(told[key]) if key in TIMES else told[key] for key in told}}
    name = f"{known.at.astimezone(UTC):{STAMP}}-{known.anomaly}.json"
    try:
        _read(body, name, known.at)
    except FieldError as error:
        msg = f"{error}; it would acknowledge nothing"
        raise UsageError(msg) from error
    return put(folder, name, json.dumps(body, indent=1).encode("ascii") + b"\n", once=True)


def read_acknowledgements(
    folder: Path, now: datetime, tenants: tuple[str, ...] | None = None
) -> tuple[dict[str, pd.DataFrame], tuple[Note, ...]]:
    """The table of a directory's acknowledgements, of these tenants or of all, and a note for each file that is none.

    There is no table where there is no acknowledgement: a file that cannot be read acknowledges nothing.
    """
    rows: list[Acknowledgement] = []
    notes: list[Note] = []
    for found in _each(folder, now):
        if isinstance(found, Note):
            notes.append(found)
        elif tenants is None or found.tenant in tenants:
            rows.append(found)
    if not rows:
        return {}, tuple(notes if tenants is None else ())
    told = [{**asdict(one), **{key: _milliseconds(getattr(one, key)) for key in TIMES}} for one in rows]
    # whose a broken file is nobody knows, so a report of a few tenants does not name it
    return {TABLE: frame(TABLE, told, SCHEMAS)}, tuple(notes if tenants is None else ())


def rows_of(table: pd.DataFrame | None) -> tuple[Acknowledgement, ...]:
    """The acknowledgements of a snapshot's table; of none where it has no such table."""
    if table is None:
        return ()
    records = table.to_dict("records")
    return tuple(
        _made({name: row[name].to_pydatetime() if name in TIMES else row[name] for name in row}) for row in records
    )


def _made(told: dict[Any, Any]) -> Acknowledgement:
    return Acknowledgement(**told)


def _each(folder: Path, now: datetime) -> Iterator[Acknowledgement | Note]:
    for path in inside(folder, "*.json"):
        place = Place(KIND, "", path, f"{folder.name}/{path.name}")
        try:
            yield _read(load(place, folder).body, place.name, now)
        except EvidenceError as error:
            yield Note(KIND, "budget.cost", None, f"{place.name}: {error}; it acknowledges nothing")


def _read(body: object, file: str, now: datetime) -> Acknowledgement:
    if fields.text(body, "schema") != SCHEMA:
        raise FieldError("schema", f"is {fields.shown(fields.text(body, 'schema'))}, not {SCHEMA}")
    texts = {name: fields.text(body, name) for name in TEXTS}
    for name, most in (("note", MOST_NOTE), ("by", MOST_BY)):
        if not texts[name].strip():
            raise FieldError(name, "is empty")
        if len(texts[name]) > most:
            raise FieldError(name, f"has {len(texts[name]):,} characters; {most:,} are the most")
    times = {name: fields.instant(fields.moment(body, name)) for name in TIMES}
    if times["at"] > now + SKEW:
        raise FieldError("at", f"is {instant_text(times['at'])}, which is yet to come")
    return _made({**texts, **times, "file": file})


def _milliseconds(at: datetime) -> int:
    return (at - fields.EPOCH) // fields.MILLISECOND
