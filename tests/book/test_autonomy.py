"""The autonomy section of a page: both sources, what they prove, types, reasons, events, residency."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mcreports import book
from mcreports.checks import Status
from mcreports.domains.autonomy import review_autonomy
from mcreports.domains.compose import Report
from mcreports.domains.headline import Headline
from mcreports.figures import Figures
from mcreports.period import Period
from mcreports.settings import ReportSettings, Settings
from mcreports.sources.demo import DemoSource
from mcreports.sources.demo.evidence import UNTIL, documents
from mcreports.take import Order, take
from mcreports.view.tables import Table

TABLES = (
    book.autonomy_table, book.autonomy_proof, book.operation_types, book.compensation_reasons,
    book.compensation_events, book.residency_table,
)  # fmt: skip
HOSTILE = '<script>alert("x")</script>'
FILE = "autonomy/TENANT_003/operations_20251030.json"


@pytest.fixture(scope="session")
def files() -> dict[str, Any]:
    """The demo's evidence of the day of the breach, its first compensation explained by a hostile name."""
    every = {name: body for name, body in documents(7, UNTIL).items() if name.endswith("_20251030.json")}
    every[FILE] = [dict(one) for one in every[FILE]]
    every["autonomy/TENANT_003/compensation_20251030.json"][0]["reason"] = HOSTILE
    every[FILE][0]["context"] = {"data_region": "eu-central-1", "processing_region": HOSTILE}
    every[FILE][1]["context"] = {}
    return every


@pytest.fixture(scope="session")
def reviewed(files: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The autonomy of that day, by the demo and by its evidence."""
    root = tmp_path_factory.mktemp("evidence")
    for name, body in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(body), encoding="utf-8")
    period = Period.parse("2025-10-30")
    keys = ("autonomy.operations", "autonomy.compensations", "autonomy.violations", "tenant.info")
    order = Order("daily", period, windows=dict.fromkeys(keys, (period.start, period.end)))
    snapshot = take(order, DemoSource(7), Settings(report=ReportSettings(evidence=root)), UNTIL)
    section = review_autonomy(snapshot, period.start, period.end)
    figures = Figures(section.figures, (period.start, period.end))
    return Report(snapshot, figures, section.verdicts, (), Headline(Status.FAIL, "", ()))


def words(table: Table) -> list[list[str]]:
    """The text of each row's cells that are no figures, and the values of those that are."""
    return [[_word(cell) for cell in row] for row in table.rows]


def _word(cell: Any) -> str:
    if isinstance(cell, tuple):
        return "".join(map(_word, cell))
    return str(getattr(cell, "text", getattr(cell, "value", cell)))


def test_evidence_stands_under_the_metrics_of_its_tenant(reviewed: Report) -> None:
    names = [row[0] for row in words(book.autonomy_table(reviewed))]
    assert names[2:5] == ["TENANT_003", "TENANT_003, evidence", "TENANT_004"]


def test_evidence_of_a_few_hours_of_the_period_says_which(reviewed: Report) -> None:
    month = replace(reviewed, snapshot=replace(reviewed.snapshot, period=Period.parse("2025-10")))
    (name,) = [row[0] for row in words(book.autonomy_table(month)) if "evidence" in row[0]]
    assert name == "TENANT_003, evidence of 30 October 2025"
    (row,) = words(book.residency_table(month))
    assert row[2].endswith(", 30 October 2025")


def test_the_ends_of_intervals_and_the_needed_numbers_are_told(reviewed: Report) -> None:
    rows = words(book.autonomy_proof(reviewed))
    first, told = rows[0], rows[3]
    assert first[1:3] == ["metrics", str(reviewed.figures.find("autonomy.operations", "TENANT_001").value)]
    assert told[:3] == ["TENANT_003", "evidence", "640"]
    assert (told[4], told[7]) == ("98.18 %", "11702")


def test_a_pass_that_is_not_proven_says_so(reviewed: Report) -> None:
    few = reviewed.figures.find("autonomy.success_rate", "TENANT_003", source="evidence")
    thin = replace(few, value=100.0, bounds=(96.301, 100.0))
    figures = Figures([thin if figure is few else figure for figure in reviewed.figures])
    rows = words(book.autonomy_proof(replace(reviewed, figures=figures)))
    assert rows[3][4] == "96.30 %: not proven"


def test_types_are_told_of_all_and_of_the_tenant_that_fails_the_worst_first(reviewed: Report) -> None:
    rows = words(book.operation_types(reviewed))
    assert [row[1] for row in rows] == ["All tenants"] * 3 + ["TENANT_003"] * 6
    shares = [int(row[4]) / int(row[3]) for row in rows[3:]]
    assert shares == sorted(shares, reverse=True)
    assert {row[5] for row in rows if row[2] == "metrics"} == {"n/a"}


def test_reasons_carry_their_impact(reviewed: Report) -> None:
    rows = {(row[0], row[2]): row[4] for row in words(book.compensation_reasons(reviewed)) if row[1] == "TENANT_003"}
    assert rows["timeout", "evidence"].startswith("medium ")
    assert rows["timeout", "metrics"] == "not known"


def test_an_event_that_is_contradicted_stands_first_and_says_by_what(reviewed: Report) -> None:
    first = words(book.compensation_events(reviewed))[0]
    assert first[4] == HOSTILE
    assert first[6].startswith("its operation says '")


def test_residency_is_told_as_claimed_and_as_recomputed(reviewed: Report) -> None:
    (row,) = words(book.residency_table(reviewed))
    assert (row[:2], row[3:6]) == (["TENANT_003", "640"], ["1", "2", "1"])


@pytest.mark.parametrize("table", TABLES)
def test_names_from_files_are_text_and_nothing_else(reviewed: Report, table: Callable[[Report], Table]) -> None:
    assert "<script" not in table(reviewed)._repr_html_()


@pytest.mark.parametrize("table", TABLES)
def test_every_number_is_a_figure_of_the_report(reviewed: Report, table: Callable[[Report], Table]) -> None:
    keys = {figure.key for figure in reviewed.figures}
    made = table(reviewed)
    cells = [cell for row in (*made.rows, made.total or ()) for cell in row]
    figures = [
        part for cell in cells for part in (cell if isinstance(cell, tuple) else (cell,)) if hasattr(part, "key")
    ]
    assert {figure.key for figure in figures} <= keys


def test_without_evidence_the_page_says_that_none_was_given(opened: Callable[[str], Report]) -> None:
    for table in (book.compensation_events, book.residency_table):
        assert "No evidence was given." in table(opened("daily"))._repr_html_()


def test_a_crowd_tells_those_that_prove_too_little_and_the_whole(reviewed: Report) -> None:
    thin = reviewed.figures.find("autonomy.success_rate", "TENANT_001")
    figures, names = list(reviewed.figures), [f"T{number}" for number in range(20)]
    for name in names:
        figures += [replace(each, tenant=name) for each in reviewed.figures if each.tenant == "TENANT_001"]
    short = [
        replace(f, value=100.0, bounds=(99.0, 100.0)) if f.id == thin.id and f.tenant in names[:9] else f
        for f in figures
    ]
    snapshot = replace(reviewed.snapshot, tenants=(*reviewed.snapshot.tenants, *names))
    table = book.autonomy_proof(replace(reviewed, snapshot=snapshot, figures=Figures(short)))
    assert [row[0] for row in words(table)] == names[:6]
    assert "9 of 27 do not prove what they pass, 6 are told." in table.note
