"""The coverage section: what all share once, each metric once, and tenants that lack more in few lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mcreports import book
from mcreports.checks import Status
from mcreports.domains.compose import Report
from mcreports.figures import Figures, Quality
from mcreports.view.markup import Name

Opened = Callable[[str], Report]
SILENT = "the source was silent from 2025-10-09T19:55:00Z to 2025-10-10T05:00:00Z (all 6 tenants)"


def texts(row: Any) -> list[str]:
    return [
        cell.text if isinstance(cell, Name) else "".join(cell) if isinstance(cell, tuple) else str(cell) for cell in row
    ]


def lacking(report: Report, tenants: int, metric: str = "budget.cost") -> Report:
    """The report with so many more tenants of which nothing is there."""
    own = report.figures.find("data.coverage", "TENANT_001", metric=metric)
    verdict = next(v for v in report.verdicts if v.figures == ("data.coverage",) and dict(v.labels)["metric"] == metric)
    names = [f"LOST_{number}" for number in range(tenants)]
    figures = [
        replace(own, tenant=name, value=None, quality=Quality.UNKNOWN, samples=0, coverage=None, reason="no data")
        for name in names
    ]
    verdicts = [replace(verdict, tenant=name, status=Status.UNKNOWN, value=None, reason="no data") for name in names]
    return replace(report, figures=Figures([*report.figures, *figures]), verdicts=(*report.verdicts, *verdicts))


def test_a_silence_of_the_source_is_told_once_on_top(opened: Opened) -> None:
    rows = book.coverage_table(opened("monthly")).rows
    assert texts(rows[0])[-1] == SILENT
    assert texts(rows[0])[0] == "autonomy.compensations and 9 more"
    assert [texts(row)[-1] for row in rows].count(SILENT) == 1


def test_each_metric_has_its_samples_seen_and_expected_and_their_interval(opened: Opened) -> None:
    report = opened("monthly")
    rows = {texts(row)[0]: row for row in book.coverage_table(report).rows[1:12]}
    assert set(rows) == {dict(figure.labels)["metric"] for figure in report.figures.where("data.coverage")}
    covered, samples = texts(rows["budget.cost"])[1], texts(rows["budget.cost"])[3]
    assert (covered, samples) == ("1 of 6 covered", "145,764 of 147,384 samples at 300 s")
    assert rows["budget.cost"][2].status is Status.WARN  # type: ignore[union-attr]


def test_a_tenants_own_reset_has_a_line_of_its_own(opened: Opened) -> None:
    metric, tenant, _, samples, missing = texts(book.coverage_table(opened("monthly")).rows[-1])
    assert (metric, tenant) == ("budget.cost", "TENANT_003")
    assert (samples, missing) == ("26,460 of 26,784 samples at 300 s", "it began anew at 2025-10-12T12:05:00Z")


def test_a_day_without_a_gap_names_no_tenant(opened: Opened) -> None:
    rows = book.coverage_table(opened("daily")).rows
    assert all(not isinstance(row[1], Name) for row in rows)
    assert {row[2].status for row in rows} == {Status.PASS}  # type: ignore[union-attr]


def test_many_tenants_that_lack_the_same_are_one_line(opened: Opened) -> None:
    rows = book.coverage_table(lacking(opened("monthly"), 990)).rows
    own = next(row for row in rows if isinstance(row[1], Name) and row[1].text.startswith("LOST"))
    assert texts(own)[1] == "LOST_0 and 989 more"
    assert own[2].status is Status.UNKNOWN  # type: ignore[union-attr]
    assert len(rows) <= 30


def test_of_many_tenants_that_each_lack_something_else_the_thinnest_are_named(opened: Opened) -> None:
    report = lacking(opened("monthly"), 500)
    figures = [
        replace(figure, reason=f"no data; nothing from {figure.tenant}")
        if str(figure.tenant).startswith("LOST")
        else figure
        for figure in report.figures
    ]
    rows = book.coverage_table(replace(report, figures=Figures(figures))).rows
    assert len(rows) <= 31
    assert texts(rows[-1])[0] == "489 more of a tenant and a metric, in report.json"
