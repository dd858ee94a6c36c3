"""A crowd in tables: a few tenants by name, all the others in one line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.checks import SEVERITY
from mcreports.view.crowd import rest
from mcreports.view.tables import verdict_table
from mcreports.view.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mcreports.checks import Verdict
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.crowd import Crowd
    from mcreports.view.tables import Cell, Row, Table

    Judged = dict[tuple[str, str | None], Verdict]

ORDER = "first what fails, then what needs watching, then what has no data, then by spend"
MOST_VERDICTS = 24


def note(among: Crowd, order: str = ORDER) -> str:
    """How many tenants a table names, in which order; nothing where it names all."""
    if not among.others:
        return ""
    return f"{len(among.shown)} of {among.size:,} tenants are named, {order}. All of them:"


def others(among: Crowd, *cells: Cell) -> Row | None:
    """The line of all the others; None where there are none."""
    return (f"{len(among.others):,} others", *cells) if among.others else None


def rests(report: Report, ids: Iterable[str], among: Crowd) -> tuple[Figure, ...]:
    """The others' figure of each id."""
    return tuple(rest(report, figure_id, among) for figure_id in ids) if among.others else ()


def judged(report: Report) -> Judged:
    """The verdict of each check and tenant; what evidence claims is not among them."""
    found: Judged = {}
    for verdict in report.verdicts:
        if not verdict.labels:
            found.setdefault((verdict.check, verdict.tenant), verdict)
    return found


def tallies(verdicts: Judged, checks: Iterable[str], names: Sequence[str | None]) -> tuple[Tally, ...]:
    """How each check came out over these tenants."""

    def tally(check: str) -> Tally:
        own = (verdicts.get((check, name)) for name in names)
        return Tally(check, tuple(verdict.status for verdict in own if verdict is not None))

    return tuple(map(tally, checks))


def few_verdicts(caption: str, verdicts: Sequence[Verdict], empty: str) -> Table:
    """Each verdict in full; of very many the gravest, and how many there are."""
    if len(verdicts) <= MOST_VERDICTS:
        return verdict_table(caption, verdicts, empty)
    gravest = sorted(verdicts, key=lambda verdict: -SEVERITY.index(verdict.status))[:MOST_VERDICTS]
    told = {id(verdict) for verdict in gravest}
    left = tuple(verdict.status for verdict in verdicts if id(verdict) not in told)
    said = f"{MOST_VERDICTS} of {len(verdicts):,} checks are told, the gravest first. All of them:"
    table, cells = verdict_table(caption, gravest, empty), (f"{len(left):,} more", None, Tally("", left))
    blank = (None,) * (len(table.columns) - len(cells))
    return replace(table, others=(*cells, *blank), note=said)
