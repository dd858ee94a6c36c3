"""Autonomy's evidence: operations one by one, their compensations, their violations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.claims import Found, claim, fault, some
from mcreports.evidence.fields import FieldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mcreports.evidence.files import Document, Place
    from mcreports.evidence.tables import Row

KINDS = ("policy", "residency")


def read_rows(document: Document) -> Iterator[Found]:
    """The rows of a list of operations, compensations or violations; a bad row is a fault and loses no other."""
    place = document.place
    faults = []
    for position, body in enumerate(fields.items(document.body, "")):
        try:
            fields.record(body, "")
            row = READERS[place.kind](body, place)
        except FieldError as error:
            path = f"[{position}].{error.field}" if error.field else f"[{position}]"
            faults.append(fault(place, path, error.text))
        else:
            yield place.kind, {"file": place.name, "tenant": place.tenant, **row}
    yield from some(faults)


def _operation(body: object, place: Place) -> Row:
    _own(body, place, "tenant")
    home, used = (fields.optional_text(body, f"context.{side}_region").strip() for side in ("data", "processing"))
    claimed = fields.occurrences(body, "violations.residency")
    return {
        "operation_id": _name(body, "operation_id"),
        "operation_type": fields.label(body, "operation_type"),
        "ts": fields.moment(body, "timestamp"),
        "execution_time_ms": fields.number(body, "execution_time_ms"),
        "success": fields.flag(body, "success"),
        "compensated": fields.flag(body, "compensation.required"),
        "policy": fields.occurrences(body, "violations.policy"),
        "residency": max(claimed, int(_is_abroad(home, used))),
        "residency_claimed": claimed,
        "simulation_id": fields.label(body, "metadata.simulation_id"),
        "tier": fields.label(body, "metadata.tier"),
        "data_region": home,
        "processing_region": used,
        "compensation_reason": fields.label(body, "compensation.reason"),
    }


def _compensation(body: object, _place: Place) -> Row:
    return {
        "operation_id": _name(body, "operation_id"),
        "reason": fields.label(body, "reason"),
        "ts": fields.moment(body, "timestamp"),
        "impact_level": fields.label(body, "impact_level"),
    }


def _violation(body: object, _place: Place) -> Row:
    kind = fields.text(body, "violation_type")
    if kind not in KINDS:
        raise FieldError("violation_type", f"is {fields.shown(kind)}, neither policy nor residency")
    return {"operation_id": _name(body, "operation_id"), "violation_type": kind, "ts": fields.moment(body, "timestamp")}


READERS: dict[str, Callable[[object, Place], Row]] = {
    "operations": _operation,
    "compensations": _compensation,
    "violations": _violation,
}


def _own(body: object, place: Place, path: str) -> None:
    tenant = fields.text(body, path)
    if tenant != place.tenant:
        raise FieldError(path, f"is {fields.shown(tenant)}, in the directory of {fields.shown(place.tenant)}")


def _name(body: object, path: str) -> str:
    name = fields.text(body, path)
    if not name:
        raise FieldError(path, "is empty")
    return name


def _is_abroad(home: str, used: str) -> bool:
    """Whether data were processed in another region than their own; not known unless both are named."""
    return bool(home and used and home.casefold() != used.casefold())


def merge(operations: Iterable[Row], places: dict[str, Place]) -> Iterator[Found]:
    """Each operation once, as bad as any file has it; files that tell it differently are contradictions."""
    merged: dict[tuple[object, object], Row] = {}
    for row in operations:
        key = row["tenant"], row["operation_id"]
        first = merged.setdefault(key, row)
        if first is row:
            continue
        differing = [column for column in row if column != "file" and row[column] != first[column]]
        if differing:
            field = f"{row['operation_id']}.{differing[0]}"
            yield claim(places[str(row["file"])], field, row[differing[0]], first[differing[0]], holds=False)
            merged[key] = _worse(first, row)
    yield from (("operations", row) for row in merged.values())


def _worse(one: Row, two: Row) -> Row:
    counts = {kind: max(int(str(one[kind])), int(str(two[kind]))) for kind in (*KINDS, "residency_claimed")}
    farther = two if int(str(two["residency"])) > int(str(one["residency"])) else one
    return {
        **one,
        **counts,
        **{side: farther[side] for side in ("data_region", "processing_region")},
        "success": bool(one["success"] and two["success"]),
        "compensated": bool(one["compensated"] or two["compensated"]),
    }
