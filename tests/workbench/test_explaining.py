"""A tenant explained, and where its month is heading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mcreports.domains.derive import number
from mcreports.errors import UsageError
from mcreports.workbench.opening import connect

if TYPE_CHECKING:
    from pathlib import Path

    from mcreports.domains.compose import Report
    from mcreports.workbench.bench import Workbench


def test_the_sentences_hold_the_reports_own_figures(demo: Workbench, report: Report) -> None:
    told = demo.explain("TENANT_004", "2025-10-31")
    wanted = {figure.key: figure for figure in report.figures}
    assert len(told.figures) > 15
    assert all(wanted[figure.key] == figure for figure in told.figures)
    assert {figure.tenant for figure in told.figures} == {"TENANT_004"}


def test_each_chapter_is_told(demo: Workbench) -> None:
    text = str(demo.explain("TENANT_003", "2025-10-31"))
    for said in (
        "On Friday 31 October 2025 it spent USD ",
        "against the Friday before",
        "October ended at USD ",
        "What is unusual",
        "its error budget burns at",
        "An operation that succeeded and was not compensated cost USD 0.0",
    ):
        assert said in text


def test_the_parts_of_the_change_add_up_to_it(demo: Workbench) -> None:
    name, sentences = demo.explain("TENANT_004", "2025-10-31").chapters[0]
    assert name == "Spend, and why it changed"
    change, *parts = [part.figure for part in sentences[1] if hasattr(part, "figure")]
    assert number(change.value) == sum(number(part.value) or 0 for part in parts)


def test_what_is_shown_has_the_verdict_the_freshness_and_n(demo: Workbench) -> None:
    shown = demo.explain("TENANT_002", "2025-10-31")._repr_html_()
    assert "FAIL: TENANT_002 in 2025-10-31: n = 144 samples" in shown
    assert "Data through 2025-11-01 00:00 UTC." in shown


def test_without_a_period_it_is_the_last_closed_day(demo: Workbench) -> None:
    assert demo.explain("TENANT_004").title == "TENANT_004 in 2025-10-31"


def test_a_forecast_is_the_reports_own(demo: Workbench, report: Report) -> None:
    found = demo.forecast("TENANT_004", "2025-10-31")
    assert found.said is not None
    wanted = report.figures.find("budget.forecast.month_end", "TENANT_004")
    assert found.said.total == wanted
    assert found.loc[found["what"] == "budget.forecast.month_end", "usd"].iloc[0] == wanted.value
    assert "Forecast as of 2025-10-31" in (found._repr_html_() or "")


def test_a_run_explains_its_own_period_and_no_other(demo: Workbench, run_path: Path) -> None:
    run = connect(run_path)
    assert run.explain("TENANT_004") == demo.explain("TENANT_004", "2025-10-31")
    with pytest.raises(UsageError, match="this run is of 2025-10-31; connect to its source"):
        run.explain("TENANT_004", "2025-10-30")
