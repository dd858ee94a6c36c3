"""Autonomy in a report: the four criteria from both sources, what they prove, and what the evidence claims."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.book.crowds import judged, note, others, rests, tallies
from mcreports.checks import Status
from mcreports.domains.autonomy import (
    AGREEMENT,
    CLAIMED,
    COMPENSATION,
    OPERATIONS,
    RESIDENCY,
    SHARE,
    SUCCESS,
    UNPLACED,
)
from mcreports.domains.criteria import NEEDED, end_text
from mcreports.domains.details import SOURCE, hours
from mcreports.view.crowd import CRITERIA, crowd
from mcreports.view.format import Shape
from mcreports.view.markup import Name
from mcreports.view.tables import CROWD, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mcreports.book.crowds import Judged
    from mcreports.checks import Verdict
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.markup import Text
    from mcreports.view.tables import Row

SOURCES = {"metrics": (), "evidence": SOURCE}
EVIDENT = (OPERATIONS, SHARE, CLAIMED, RESIDENCY, UNPLACED)
FEW = 6  # of a crowd, tenants whose verdicts are not proven
THIN = ": not proven"
FINE = Shape("amount", places=2)  # as the ends of intervals are printed


def autonomy_table(report: Report) -> Table:
    """Each tenant against the four criteria, by the metrics and, where there is evidence, by its operations."""
    heads = ("Success", "Compensated", "Policy violations", "Residency violations")
    columns = (Column("Tenant", "name"), Column("Operations", "number"), *(Column(head, "verdict") for head in heads))
    among, verdicts = crowd(report, report.snapshot.tenants, CRITERIA), judged(report)
    told = {(v.check, v.tenant): v for v in report.verdicts if v.labels == SOURCE}
    # in a crowd a verdict's number of operations is left to the column that has it
    is_crowd = len(among.shown) > CROWD
    rows: list[Row] = []
    for tenant in among.shown:
        rows.append(
            (Name(tenant), report.figures.find(OPERATIONS, tenant), *_criteria(verdicts, tenant, is_crowd=is_crowd))
        )
        if (SUCCESS, tenant) in told:
            evident = _of(report, (OPERATIONS,), tenant, SOURCE)
            name = (Name(tenant), f", evidence{_when(report, evident[0], ' of ')}")
            rows.append((name, *evident, *_criteria(told, tenant, is_crowd=is_crowd)))
    left = others(among, *rests(report, [OPERATIONS], among), *tallies(verdicts, CRITERIA, among.others))
    caption = "Autonomy against its four criteria"
    return Table(caption, columns, tuple(rows), empty="No tenant is known.", others=left, note=note(among))


def _criteria(verdicts: Judged, tenant: str, *, is_crowd: bool) -> Iterator[Verdict | None]:
    for check in CRITERIA:
        verdict = verdicts.get((check, tenant))
        yield replace(verdict, n=None) if verdict is not None and is_crowd else verdict


def autonomy_proof(report: Report) -> Table:
    """What each tenant's operations prove at 95 %, and how many would prove the success that is asked for."""
    columns = (
        Column("Tenant", "name"), Column("By"), Column("Operations", "number"),
        Column("Success", "number", shape=FINE), Column("Proven at least", "number"),
        Column("Compensated", "number", shape=FINE), Column("Proven at most", "number"),
        Column("Needed to prove", "number"),
    )  # fmt: skip
    rows = [row for tenant in report.snapshot.tenants for row in _proofs(report, tenant)]
    total, said = next(_proofs(report, None), None), ""
    if len(rows) > CROWD:
        thin = [row for row in rows if any(isinstance(cell, str) and cell.endswith(THIN) for cell in row)]
        few = f", {FEW} are told" if len(thin) > FEW else ""
        said = f"{len(thin):,} of {len(rows):,} do not prove what they pass{few}. All of them:"
        rows = thin[:FEW]
    if total is not None and not rows:
        rows, total = [total], None
    empty = "There are no operations."
    return Table("What the operations prove", columns, tuple(rows), total, empty=empty, note=said)


def _proofs(report: Report, tenant: str | None) -> Iterator[Row]:
    name = Name("All tenants" if tenant is None else tenant)
    for source, labels in SOURCES.items():
        found = _of(report, (OPERATIONS, SUCCESS, COMPENSATION, NEEDED), tenant, labels)
        own = {figure.id: figure for figure in found}
        if NEEDED in own:
            rates = (cell for each in (SUCCESS, COMPENSATION) for cell in _rate(report, own[each]))
            yield (name, source, own[OPERATIONS], *rates, own[NEEDED])


def _rate(report: Report, figure: Figure) -> tuple[Text, Text]:
    """A rate, and the end of its interval that its target is held against: a pass that it does not prove says so."""
    rule, bounds = report.snapshot.rule(figure.id, figure.tenant), figure.bounds
    if bounds is None or not isinstance(figure.value, float):
        return figure, "n/a"
    low, high = (float(str(bound)) for bound in bounds)
    is_thin = rule.status(figure.value) is Status.PASS and rule.status(low if rule.op == ">=" else high) is Status.FAIL
    return figure, f"{end_text(rule, (low, high))}{THIN if is_thin else ''}"


def residency_table(report: Report) -> Table:
    """Residency as operations claim it and as their regions give it, and whether counters and evidence agree."""
    columns = (
        Column("Tenant", "name"), Column("Operations", "number"), Column("Of those counted"),
        Column("Violations claimed", "number"),
        Column("Violations recomputed", "number"), Column("Without regions", "number"),
        Column("Counters and evidence", "verdict"),
    )  # fmt: skip
    names = [figure.tenant for figure in report.figures.where(CLAIMED) if figure.labels == SOURCE]
    checks, verdicts = (AGREEMENT, *CRITERIA), judged(report)
    among = crowd(report, [name for name in names if name is not None], checks)
    rows = tuple(
        (
            Name(tenant), done, (share, _when(report, done, ", ")), *residency, verdicts.get((AGREEMENT, tenant)),
        )
        for tenant in among.shown
        for done, share, *residency in [_of(report, EVIDENT, tenant, SOURCE)]
    )  # fmt: skip
    empty = (
        "The evidence has no operation of this period."
        if "files" in report.snapshot.evidence
        else "No evidence was given."
    )
    return Table("Residency by the evidence", columns, rows, empty=empty, note=note(among))


def _when(report: Report, figure: Figure, before: str) -> str:
    """The hours that evidence is of; nothing where they are the period's."""
    period = report.snapshot.period
    return "" if figure.window == (period.start, period.end) else f"{before}{hours(figure.window)}"


def _of(
    report: Report, ids: Iterable[str], tenant: str | None, labels: tuple[tuple[str, str], ...]
) -> tuple[Figure, ...]:
    """The figures of these ids that have just these labels."""
    every = (figure for figure_id in ids for figure in report.figures.of(figure_id, tenant))
    return tuple(figure for figure in every if figure.labels == labels)
