"""Operations against the lists of compensations and violations beside them: each may tell what the other hides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.evidence.autonomy import KINDS
from mcreports.evidence.claims import Contradiction, Found, several
from mcreports.evidence.fields import instant, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mcreports.evidence.files import Place
    from mcreports.evidence.tables import Row

# what an operation says of itself, and which list tells it too
LISTED = {"compensated": "compensations", **dict.fromkeys(KINDS, "violations")}
STEMS = {"compensations": "compensation", "violations": "violations"}


@dataclass(frozen=True)
class Lists:
    """The events that the lists of all tenants name, and the files of every kind that were read."""

    events: frozenset[tuple[object, object, str]]
    reasons: Mapping[tuple[object, object], object]
    files: frozenset[str]

    def silent(self, row: Row, kind: str) -> str:
        """The list that is of an operation's file or day and would name an event of it; empty where there is none."""
        folder, _, name = str(row["file"]).rpartition("/")
        days = (name.removeprefix("operations_"), f"{instant(int(str(row['ts']))):%Y%m%d}.json")
        lists = (f"{folder}/{STEMS[kind]}_{day}" for day in days)
        return next((file for file in lists if file in self.files), "")


def cross(rows: Mapping[str, list[Row]], places: Mapping[str, Place]) -> Iterator[Found]:
    """What operations say of themselves against the lists, what the lists say against the operations, and regions."""
    events = [(row["tenant"], row["operation_id"], "compensated") for row in rows["compensations"]]
    events += [(row["tenant"], row["operation_id"], str(row["violation_type"])) for row in rows["violations"]]
    reasons = {(row["tenant"], row["operation_id"]): row["reason"] for row in rows["compensations"]}
    read = frozenset(str(row["file"]) for row in rows["files"] if row["size"])
    lists = Lists(frozenset(events), reasons, read)
    for file, own in _by_file(rows["operations"]).items():
        false = [contradiction for row in own for contradiction in (*_false(row, lists), *_reasons(row, reasons))]
        yield from several(places[file], "compensation, violations", len(own), false)
    yield from _orphans(rows, places)


def _by_file(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["file"]), []).append(row)
    return found


def _false(row: Row, lists: Lists) -> Iterator[Contradiction]:
    name = str(row["operation_id"])
    for what, kind in LISTED.items():
        said = row["residency_claimed" if what == "residency" else what]
        is_listed = (row["tenant"], row["operation_id"], what) in lists.events
        if is_listed and not said:
            yield f"{name}.{what}", said, "it is in the list beside"
        elif said and not is_listed and (file := lists.silent(row, kind)):
            yield f"{name}.{what}", said, f"it is not in {file}"
    if row["residency"] != row["residency_claimed"]:
        where = f"its data are of {shown(row['data_region'])}"
        yield (
            f"{name}.residency",
            row["residency_claimed"],
            f"{where}, it was processed in {shown(row['processing_region'])}",
        )


def _reasons(row: Row, listed: Mapping[tuple[object, object], object]) -> Iterator[Contradiction]:
    """An operation and the list of compensations that name different reasons for one event."""
    said, other = row["compensation_reason"], listed.get((row["tenant"], row["operation_id"]))
    if said and other and said != other:
        yield f"{row['operation_id']}.compensation.reason", said, other


def _orphans(rows: Mapping[str, list[Row]], places: Mapping[str, Place]) -> Iterator[Found]:
    """Events of a day whose operations are there, of an operation that is not among them."""
    operations = rows["operations"]
    names = {(row["tenant"], row["operation_id"]) for row in operations}
    days = {(row["tenant"], instant(int(str(row["ts"]))).date()) for row in operations}
    for kind in STEMS:
        for file, own in _by_file(rows[kind]).items():
            known = [row for row in own if (row["tenant"], instant(int(str(row["ts"]))).date()) in days]
            false: list[Contradiction] = [
                (f"{row['operation_id']}.operation_id", row["operation_id"], "no operation of that day has this name")
                for row in known
                if (row["tenant"], row["operation_id"]) not in names
            ]
            yield from several(places[file], "operation_id", len(known), false)
