"""``report.xlsx``: a report's figures as a workbook that adds up by itself, from ``report.json`` alone."""

from __future__ import annotations

from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from mcreports.checks import SEVERITY
from mcreports.reports import anomaly_sheet, check_sheet, insight_sheets, list_sheets, money_sheets
from mcreports.reports.cells import MUTED, WRAPPED, Cell, Column, Look, Sheet, text_cell
from mcreports.reports.entries import Entries, value_cell
from mcreports.reports.list_sheets import instant_cell, status_look, status_words
from mcreports.reports.pen import Imprint, write_book
from mcreports.view.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mcreports.checks import Status
    from mcreports.reports.measures import Table

TITLES = {"daily": "Daily report", "weekly": "Weekly report", "monthly": "Monthly report", "trends": "Trends"}
HINTS = (
    "USD, if not said otherwise; instants are UTC. Sums, differences and shares are live formulas.",
    "Italic: estimated, and the last column says why. n/a: not known, which is never 0; its note says why.",
    "A variance is actual less budget: plus is over. Filters leave the totals as they are.",
)


def workbook(body: Mapping[str, Any]) -> bytes:
    """The xlsx file of a ``report.json`` body; the same body always gives the same bytes.

    A RunError says when the report is too large for a sheet.
    """
    entries = Entries(body)
    tables = _tables(entries, body["report"])
    sheets = [
        _summary(body, tables),
        *(table.sheet for table in tables.values()),
        *filter(None, (insight_sheets.error_budgets(entries), anomaly_sheet.anomalies(entries))),
        list_sheets.figures(body),
        list_sheets.verdicts(body),
        check_sheet.checks(body, entries, tables),
    ]
    made = datetime.fromisoformat(body.get("generated_at") or body["period"]["end"])
    title = f"{TITLES[body['report']]} {body['period']['label']}"
    return write_book(sheets, Imprint(title, f"Run {body['run_id']}", made))


def _tables(entries: Entries, report: str) -> dict[str, Table]:
    made = [money_sheets.budget(entries, report), money_sheets.drivers(entries)]
    for label in ("day", "month"):
        made += [money_sheets.by_driver(entries, label), money_sheets.by_tenant(entries, label)]
    made += insight_sheets.tables(entries, report)
    return {table.sheet.name: table for table in made if table is not None}


def _summary(body: Mapping[str, Any], tables: Mapping[str, Table]) -> Sheet:
    head = (Cell(TITLES[body["report"]], Look(size=18, bold=True, rule="")), Cell(None, Look(rule="")))
    rows = [head]
    for part in (_said(body), _of_the_run(body), _key_figures(tables), _counts(body), _small_print(body)):
        rows += [_fact(label, cell) for label, cell in part]
        rows.append((Cell(None, Look(rule="")), Cell(None, Look(rule=""))))
    return Sheet("Summary", (Column("", 28), Column("", 96)), rows[:-1], has_header=False, is_wide=False)


def _fact(label: str, cell: Cell) -> tuple[Cell, Cell]:
    return Cell(label or None, Look(bold=True)), cell._replace(look=cell.look._replace(align="left"))


def _said(body: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    """The verdict and the sentences that carry it."""
    verdict = body["verdict"]
    banner = status_look(verdict["status"])._replace(size=13, wrap=True)
    yield "Verdict", text_cell(f"{status_words(verdict['status'])}: {verdict['headline']}", banner)
    for label, sentence in zip_longest(("In words",), verdict.get("sentences") or [""], fillvalue=""):
        yield label, text_cell(sentence, WRAPPED)


def _of_the_run(body: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    """What the report is of, and which run of it this is."""
    period, source = body["period"], body["source"]
    yield "State", text_cell(f"{body['state'].upper()}, revision {body['revision']}")
    yield "Period", text_cell(period["label"])
    yield "Zone", text_cell(period["zone"])
    yield "Start, UTC", instant_cell(period["start"])
    yield "End, UTC", instant_cell(period["end"])
    yield "Data through, UTC", instant_cell(body.get("data_through"))
    yield "Generated, UTC", instant_cell(body.get("generated_at"))
    yield "Source", text_cell(f"{source['kind']}, {source['url']}", WRAPPED)
    yield "Tenants", value_cell(len(body.get("tenants") or []), "")
    yield "Run", text_cell(body["run_id"])
    for key in ("definition", "snapshot"):
        yield key.capitalize(), text_cell(body.get(key) or "")


def _key_figures(tables: Mapping[str, Table]) -> Iterator[tuple[str, Cell]]:
    """The totals of the first table of money, as references to where they stand."""
    table = tables.get("Budget") or tables.get("Drivers")
    if table is None:
        return
    totals = zip(table.sheet.columns[1:-1], table.sheet.total[1:-1], table.totals.values(), strict=True)
    for column, cell, place in totals:
        if cell.value is not None:
            look = cell.look._replace(bold=False, rule="line")
            yield column.title, cell._replace(look=look, formula=f"={place}")


def _counts(body: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    """How many checks came out how, the gravest first."""
    for status in reversed(SEVERITY):
        yield f"Checks: {WORDS[status]}", _counted(body, status)


def _small_print(body: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    for note in body.get("notes") or []:
        yield "Note", text_cell(note, WRAPPED)
    for label, hint in zip_longest(("How to read it",), HINTS, fillvalue=""):
        yield label, text_cell(hint, MUTED._replace(wrap=True))


def _counted(body: Mapping[str, Any], status: Status) -> Cell:
    count = sum(verdict["status"] == status.value for verdict in body["verdicts"])
    column, last = list_sheets.STATUS, len(body["verdicts"]) + 1
    formula = f'=COUNTIF(Verdicts!${column}$2:${column}${last},"{status.value}")' if last > 1 else ""
    return value_cell(count, "")._replace(formula=formula)
