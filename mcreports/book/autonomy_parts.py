"""Autonomy by its parts: which types of operations fail, what they are compensated for, event by event."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains import compensations
from mcreports.domains.autonomy_parts import COMPENSATIONS, FAILURES, OPERATIONS, REASON, TYPE, VIOLATIONS
from mcreports.domains.derive import number
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.markup import Text
    from mcreports.view.tables import Row

    Part = tuple[str | None, str, str]  # whose, by which source, and of which type or for which reason

MOST = 12  # rows of a table


def operation_types(report: Report) -> Table:
    """Operations by type and what became of them, the worst first: of all tenants, and of those that need it."""
    columns = (
        Column("Type", "name"), Column("Tenant", "name"), Column("By"), Column("Operations", "number"),
        Column("Failed", "number"), Column("Compensated", "number"), Column("Violations", "number"),
    )  # fmt: skip
    ids = (OPERATIONS, FAILURES, COMPENSATIONS, VIOLATIONS)
    found = _parts(report, ids, TYPE)
    order = sorted(found, key=lambda part: (part[0] is not None, -_failing(found[part]), str(part[0]), *part[1:]))
    rows = [_row(part, [found[part].get(each) for each in ids]) for part in order]
    empty = "No series tells operations apart by type."
    return Table("By operation type", columns, tuple(rows[:MOST]), empty=empty, note=_left(rows, "types"))


def compensation_reasons(report: Report) -> Table:
    """What operations were compensated for, by the metrics and by evidence, the most first, with each impact."""
    columns = (
        Column("Reason", "name"), Column("Tenant", "name"), Column("By"), Column("Compensated", "number"),
        Column("Impact", "name"),
    )  # fmt: skip
    found = _parts(report, (COMPENSATIONS,), REASON)
    order = sorted(found, key=lambda part: (*_whose(part), -_size(found[part]), part[2]))
    rows = [(*_row(part, [found[part][COMPENSATIONS]]), _impacts(report, part)) for part in order]
    empty = "No compensation tells its reason."
    return Table("Compensations by reason", columns, tuple(rows[:MOST]), empty=empty, note=_left(rows, "reasons"))


def compensation_events(report: Report) -> Table:
    """The compensations that the evidence lists, the gravest first, and what contradicts each."""
    heads = ("Tenant", "Type", "Reason", "Impact", "Contradiction")
    columns = (Column("Operation", "name"), Column("When"), *(Column(head, "name") for head in heads))
    rows: list[Row] = []
    for figure in report.figures.where(compensations.EVENT):
        labels = dict(figure.labels)
        names = (labels[key] or "not given" for key in ("operation_type", "reason", "impact"))
        said = Name(figure.reason or "none")
        rows.append((Name(labels["operation"]), figure, Name(figure.tenant or ""), *map(Name, names), said))
    empty = "The evidence lists no compensation." if "files" in report.snapshot.evidence else "No evidence was given."
    more = "" if len(rows) < compensations.MOST else f"The {len(rows)} gravest events are told. All of them:"
    return Table("Compensation events", columns, tuple(rows), empty=empty, note=more)


def _parts(report: Report, ids: Sequence[str], label: str) -> dict[Part, dict[str, Figure]]:
    """The figures of each tenant, source and value of a label, by their id."""
    found: dict[Part, dict[str, Figure]] = {}
    for figure_id in ids:
        for figure in report.figures.where(figure_id):
            labels = dict(figure.labels)
            value = labels.pop(label, labels.pop(f"{label}s", None))
            source = labels.pop("source", "metrics")
            if value is not None and not labels:
                found.setdefault((figure.tenant, source, value), {})[figure_id] = figure
    return found


def _row(part: Part, cells: Sequence[Figure | None]) -> Row:
    tenant, source, value = part
    shown = ("n/a" if cell is None else cell for cell in cells)
    return (Name(value), Name("All tenants" if tenant is None else tenant), source, *shown)


def _whose(part: Part) -> tuple[bool, str, bool]:
    """All tenants before each, the metrics before the evidence."""
    return part[0] is not None, str(part[0]), part[1] == "evidence"


def _failing(own: dict[str, Figure]) -> Fraction:
    failed, done = (number(own[each].value) or Fraction() for each in (FAILURES, OPERATIONS))
    return failed / done if done else failed


def _size(own: dict[str, Figure]) -> Fraction:
    return number(own[COMPENSATIONS].value) or Fraction()


def _impacts(report: Report, part: Part) -> Text:
    """How many of a reason's events had which impact."""
    tenant, source, reason = part
    words: list[str | Name | Figure] = []
    for figure in report.figures.of(COMPENSATIONS, tenant):
        labels = dict(figure.labels)
        if "impact" in labels and (labels["reason"], labels["source"]) == (reason, source):
            words += [", " if words else "", Name(labels["impact"] or "not given"), " ", figure]
    return tuple(words) or "not known"


def _left(rows: Sequence[Row], what: str) -> str:
    return f"{MOST} of {len(rows):,} {what} are told, the worst first. All of them:" if len(rows) > MOST else ""
