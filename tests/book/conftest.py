"""Reports over the demo, as they are and with more tenants."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import nbformat
import pytest

from mcreports import book
from mcreports.checks import Status
from mcreports.figures import Figures
from mcreports.reports.execute import notebook_path
from mcreports.reports.page_head import PageHead
from mcreports.reports.render import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcreports.domains.compose import Report

PERIODS = {"daily": "2025-10-31", "weekly": "2025-W44", "monthly": "2025-10", "trends": "2024-11-01..2025-10-31"}
PERIODS["incident"] = "2025-10-31"


@pytest.fixture(scope="session")
def opened() -> Callable[[str], Report]:
    found: dict[str, Report] = {}

    def open_once(name: str) -> Report:
        if name not in found:
            found[name] = book.open_report(name, PERIODS[name])
        return found[name]

    return open_once


@pytest.fixture
def crowded(opened: Callable[[str], Report]) -> Callable[[str, int], Report]:
    """The demo's report with so many more tenants, each a copy of its first."""

    def crowd(name: str, more: int) -> Report:
        report = opened(name)
        first, *_ = report.snapshot.tenants
        figures, verdicts = list(report.figures), list(report.verdicts)
        names = tuple(f"TENANT_{number}" for number in range(101, 101 + more))
        for each in names:
            figures += [replace(figure, tenant=each) for figure in report.figures if figure.tenant == first]
            verdicts += [replace(verdict, tenant=each) for verdict in report.verdicts if verdict.tenant == first]
        period = report.snapshot.period
        return replace(
            report,
            snapshot=replace(report.snapshot, tenants=(*report.snapshot.tenants, *names)),
            figures=Figures(figures, (period.start, period.end)),
            verdicts=tuple(verdicts),
        )

    return crowd


@pytest.fixture
def page() -> Callable[[str, Report], str]:
    """The page that a report's notebook makes."""

    def make(name: str, report: Report) -> str:
        notebook = nbformat.read(notebook_path(name), as_version=4)
        known = {"book": book, "report": report}
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell in code[2:]:
            shown = eval(cell.source, known)  # noqa: S307 - our own notebook
            if shown is None:
                continue  # as in Jupyter: nothing to show has no output
            data = (
                shown._repr_mimebundle_()
                if hasattr(shown, "_repr_mimebundle_")
                else {"text/html": shown._repr_html_(), "text/plain": ""}
            )
            cell.outputs = [nbformat.v4.new_output("display_data", data)]
        return render(notebook, PageHead(name, PERIODS[name], Status.FAIL, "x", "final", 1))

    return make
