"""Reading a directory of evidence into tables: every file, every claim, and every fault beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.evidence import autonomy, tables
from mcreports.evidence.claims import Found, fault
from mcreports.evidence.fields import FieldError, instant
from mcreports.evidence.files import BrokenFileError, Document, Place, find, load
from mcreports.evidence.grounding import read_attestation
from mcreports.evidence.simulation import read_simulation
from mcreports.evidence.summaries import read_budgets, read_config
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from mcreports.evidence.tables import Row

Rows = dict[str, list["Row"]]
# a week without a compensation or a violation is a good one, and a baseline is old by its nature
TIMELESS = {"compensations", "violations", "config-baseline"}


def read(root: Path, start: datetime, end: datetime, tenants: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """The tables of all evidence under a directory, of the named tenants or of all, as of [start, end).

    A file that cannot be used, or that is too old to speak for the window, is a row of ``faults``; a
    claim that its own details contradict is a row of ``claims`` that does not hold. Only a directory
    that is not there is an EvidenceError.
    """
    rows: Rows = {name: [] for name in tables.SCHEMAS}
    places = find(root, tenants)
    simulations = []
    for place in places:
        try:
            document = load(place, root)
        except BrokenFileError as error:
            _add(rows, [fault(place, "", str(error))])
            _add(rows, [_file(place)])
            continue
        if place.kind == "simulation":
            simulations.append(document)  # its claims are recomputed from the operations of all files
        else:
            _take(rows, document, tenants)
    _settle(rows, {place.name: place for place in places})
    for document in simulations:
        _take(rows, document, tenants)
    _add(rows, list(_stale(rows["files"], (start, end))))
    return tables.keep({name: tables.frame(name, own) for name, own in rows.items()}, (start, end))


def _take(rows: Rows, document: Document, tenants: Sequence[str]) -> None:
    """Add what a document holds; what was read before a fault that ends it is not lost."""
    found: list[Found] = []
    try:
        for one in _parse(document, rows, tenants):
            found.append(one)  # noqa: PERF402 - a list would lose what came before the error
    except FieldError as error:
        found.append(fault(document.place, error.field, error.text))
    _add(rows, found)
    times = [int(str(row["ts"])) for _, row in found if "ts" in row]
    is_evidence = bool(found) or document.place.kind != "simulation"
    if is_evidence:
        _add(rows, [_file(document.place, document, times)])


def _parse(document: Document, rows: Rows, tenants: Sequence[str]) -> Iterator[Found]:
    match document.place.kind:
        case "attestation":
            return read_attestation(document, tenants)
        case "budgets":
            return read_budgets(document, tenants)
        case "config-baseline" | "config-current":
            return read_config(document)
        case "simulation":
            return read_simulation(document, rows["operations"])
        case _:
            return autonomy.read_rows(document)


def _settle(rows: Rows, places: dict[str, Place]) -> None:
    """Hold the operations of all files against each other and against the lists beside them."""
    told = list(autonomy.merge(rows["operations"], places))
    rows["operations"] = []
    _add(rows, told)
    _add(rows, list(autonomy.cross(rows, places)))
    listed = {(row["tenant"], row["operation_id"]) for row in rows["compensations"]}
    for row in rows["operations"]:
        row["compensated"] = bool(row["compensated"]) or (row["tenant"], row["operation_id"]) in listed


def _add(rows: Rows, found: Iterable[Found]) -> None:
    for name, row in found:
        rows[name].append(row)


def _file(place: Place, document: Document | None = None, times: Sequence[int] = ()) -> Found:
    return "files", {
        "file": place.name,
        "kind": place.kind,
        "tenant": place.tenant,
        "since": min(times, default=None),
        "ts": max(times, default=None),
        "sha256": "" if document is None else document.sha256,
        "size": 0 if document is None else document.size,
    }


def _stale(files: list[Row], window: tuple[datetime, datetime]) -> Iterator[Found]:
    """Kinds of evidence of which no file is of the window."""
    first, last = tables.fresh_from(window), window[1] + tables.GRACE
    groups: dict[tuple[object, object], list[Row]] = {}
    for row in files:
        if row["ts"] is not None and row["kind"] not in TIMELESS:
            groups.setdefault((row["kind"], row["tenant"]), []).append(row)
    for own in groups.values():
        newest = max(own, key=lambda row: _at(row, "ts"))
        if not any(_at(row, "ts") >= first and _at(row, "since") <= last for row in own):
            at = instant_text(_at(newest, "ts"))
            text = f"is of {at}, not of the window from {instant_text(window[0])} to {instant_text(window[1])}"
            yield "faults", {"file": newest["file"], "kind": "stale", "field": "timestamp", "text": text}


def _at(row: Row, column: str) -> datetime:
    return instant(int(str(row[column])))
