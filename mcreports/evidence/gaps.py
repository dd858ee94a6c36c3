"""What a directory of evidence lacks: files of the window, kinds that must be there, and the directory itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.evidence.claims import Found, fault
from mcreports.evidence.fields import instant
from mcreports.evidence.files import Place
from mcreports.evidence.outcomes import SKEW
from mcreports.evidence.tables import GRACE, fresh_from
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mcreports.evidence.tables import Row

# a week without a compensation or a violation is a good one, and a baseline is old by its nature
TIMELESS = {"compensations", "violations", "config-baseline"}
# what the runbook has a platform write
EXPECTED = {
    "attestation": "rag/*attest*.json",
    "config-baseline": "config/config-baseline.json",
    "config-current": "config/config-current.json",
    "budgets": "budgets/*.json",
    "operations": "autonomy/*/operations_*.json",
}
SINGLE = {"budgets", "operations"}  # which tenants have any nobody says
FOLDERS = ("autonomy", "rag", "config")
DEEPEST = 2  # how far below the directory that was given the one that was meant is looked for


def absent(rows: Mapping[str, Sequence[Row]], *, is_whole: bool) -> Iterator[Found]:
    """Kinds of which no file tells of anything, of the whole platform or of a few tenants; a fault is there."""
    there = {row["kind"] for row in rows["files"] if row["ts"] is not None} | {row["kind"] for row in rows["faults"]}
    for kind, pattern in EXPECTED.items():
        if kind not in there and (is_whole or kind not in SINGLE):
            yield "absent", {"file": pattern, "kind": kind}


def misplaced(root: Path) -> Iterator[Found]:
    """The directory below that has the folders which this one should have."""
    for depth in range(1, DEEPEST + 1):
        folders = sorted({path.parent for name in FOLDERS for path in root.glob("*/" * depth + name) if path.is_dir()})
        if folders:
            text = f"holds no evidence itself, {folders[-1].relative_to(root).as_posix()}/ does: give that directory"
            yield fault(Place("directory", "", root, "./"), "", text)
            return


def stale(files: Sequence[Row], window: tuple[datetime, datetime]) -> Iterator[Found]:
    """Kinds of evidence of which no file is of the window."""
    first, last = fresh_from(window), window[1] + GRACE
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


def ahead(files: Sequence[Row], now: datetime) -> Iterator[Found]:
    """Files that speak of a time that is yet to come."""
    for row in files:
        if row["ts"] is not None and _at(row, "ts") > now + SKEW:
            text = f"is of {instant_text(_at(row, 'ts'))}, which is yet to come"
            yield "faults", {"file": row["file"], "kind": row["kind"], "field": "timestamp", "text": text}


def _at(row: Row, column: str) -> datetime:
    return instant(int(str(row[column])))
