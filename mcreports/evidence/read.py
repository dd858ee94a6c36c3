"""Reading a directory of evidence into tables: every file, every claim, and every fault beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mcreports.evidence import autonomy, configuration, gaps, tables
from mcreports.evidence.agreement import compare
from mcreports.evidence.artifacts import Desk
from mcreports.evidence.bundle_claims import read_bundle
from mcreports.evidence.claims import Found, fault, file_row
from mcreports.evidence.fields import FieldError
from mcreports.evidence.files import BUNDLE, GOLDEN_SET, READINESS, BrokenFileError, Document, Place, find, load
from mcreports.evidence.grounding import read_attestation
from mcreports.evidence.keys import Keyring
from mcreports.evidence.lists import cross
from mcreports.evidence.proofs import weigh
from mcreports.evidence.readiness_claims import read_readiness
from mcreports.evidence.search import Everyone, search
from mcreports.evidence.simulation import read_simulation
from mcreports.evidence.summaries import read_budgets
from mcreports.evidence.trajectories import read_trajectories

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from mcreports.evidence.tables import Row

Rows = dict[str, list["Row"]]
NOBODY = Keyring()
# what each of these claims is held against what was read of all files before it
LAST = (GOLDEN_SET, BUNDLE, READINESS)


def read(
    root: Path,
    window: tuple[datetime, datetime],
    tenants: Sequence[str] = (),
    keyring: Keyring = NOBODY,
    now: datetime | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables of all evidence under a directory, of the named tenants or of all, as of a window [start, end).

    A file that cannot be used, that is too old to speak for the window, or that is of a time after
    ``now`` is a row of ``faults``; a claim that its own details contradict is a row of ``claims`` that
    does not hold; a kind of which there is no file is a row of ``absent``. Only a directory that is not
    there is an EvidenceError. ``keyring`` is who may approve changes; empty: whoever writes here.
    What speaks of the whole platform is read for all tenants, or for ``Everyone``, and not for a few of them.
    """
    rows: Rows = {name: [] for name in tables.SCHEMAS}
    places = find(root, tenants)
    simulations = []
    for place in places:
        if place.kind in configuration.KINDS:
            continue  # one state says nothing without the other
        document = _load(rows, place, root)
        if document is not None and place.kind == "simulation":
            simulations.append(document)  # its claims are recomputed from the operations of all files
        elif document is not None:
            _take(rows, document, _parse(document, rows, tenants))
    drift = configuration.gather(root, keyring, window[1] + tables.GRACE)
    _add(rows, drift.rows())
    by_name = {place.name: place for place in places}
    _settle(rows, by_name)
    for document in simulations:
        _take(rows, document, _parse(document, rows, tenants))
    _add(rows, list(compare(rows, by_name)))
    is_whole = not tenants or isinstance(tenants, Everyone)
    if is_whole:
        _read_whole(rows, root, by_name)
    if not places:
        _add(rows, list(gaps.misplaced(root)))
    _add(rows, list(gaps.absent(rows, is_whole=is_whole)))
    _add(rows, list(gaps.stale(rows["files"], window)))
    kept = tables.keep({name: tables.frame(name, own) for name, own in rows.items()}, window)
    ahead = [] if now is None else [row for _, row in gaps.ahead(rows["files"], now)]
    # what is of no window yet is not kept, but that it is there is told
    kept["faults"] = pd.concat([kept["faults"], tables.frame("faults", ahead)], ignore_index=True)
    return kept


def read_golden_set(file: Path) -> dict[str, pd.DataFrame]:
    """The tables of a golden set wherever it lies; a file that cannot be used is a row of ``faults``."""
    rows: Rows = {name: [] for name in tables.SCHEMAS}
    document = _load(rows, Place(GOLDEN_SET, "", file, file.name), file.resolve().parent)
    if document is not None:
        _take(rows, document, read_trajectories(document))
    return {name: tables.frame(name, own) for name, own in rows.items()}


def _read_whole(rows: Rows, root: Path, known: Collection[str]) -> None:
    """Add what speaks of the whole platform: golden sets, then bundles, then readiness reports."""
    found = search(root, known)
    _add(rows, found.faults)
    for place in sorted(found.places, key=lambda place: LAST.index(place.kind)):
        document = _load(rows, place, root)
        if document is None:
            continue
        match place.kind:
            case "golden-set":
                parsed = read_trajectories(document)
            case "bundle":
                parsed = read_bundle(document, Desk(root, weigh(rows)))
            case _:
                parsed = read_readiness(document, weigh(rows))
        _take(rows, document, parsed)


def _load(rows: Rows, place: Place, root: Path) -> Document | None:
    """The document of a file; without one, why not is among the rows."""
    try:
        return load(place, root)
    except BrokenFileError as error:
        _add(rows, [fault(place, "", str(error)), file_row(place)])
        return None


def _take(rows: Rows, document: Document, parsed: Iterable[Found]) -> None:
    """Add what a document holds; what was read before a fault that ends it is not lost."""
    found: list[Found] = []
    try:
        for one in parsed:
            found.append(one)  # noqa: PERF402 - a list would lose what came before the error
    except FieldError as error:
        found.append(fault(document.place, error.field, error.text))
    _add(rows, found)
    times = [int(str(row["ts"])) for _, row in found if row.get("ts") is not None]
    is_evidence = bool(found) or document.place.kind != "simulation"
    if is_evidence:
        _add(rows, [file_row(document.place, document, times)])


def _parse(document: Document, rows: Rows, tenants: Sequence[str]) -> Iterator[Found]:
    match document.place.kind:
        case "attestation":
            return read_attestation(document, tenants)
        case "budgets":
            return read_budgets(document, tenants)
        case "simulation":
            return read_simulation(document, rows["operations"])
        case _:
            return autonomy.read_rows(document)


def _settle(rows: Rows, places: dict[str, Place]) -> None:
    """Hold the operations of all files against each other and against the lists beside them."""
    told = list(autonomy.merge(rows["operations"], places))
    rows["operations"] = []
    _add(rows, told)
    _add(rows, list(cross(rows, places)))
    listed = {(row["tenant"], row["operation_id"]) for row in rows["compensations"]}
    for row in rows["operations"]:
        row["compensated"] = bool(row["compensated"]) or (row["tenant"], row["operation_id"]) in listed


def _add(rows: Rows, found: Iterable[Found]) -> None:
    for name, row in found:
        rows[name].append(row)
