from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from mcreports import book
from mcreports.book.forecasts import LIKELY
from mcreports.domains.compose import Report
from mcreports.figures import Figures


def test_the_next_month_is_the_sum_of_the_tenants_and_named_in_the_title(opened: Callable[[str], Report]) -> None:
    report = opened("trends")
    ahead = report.figures.find("budget.forecast.next_month")
    own = [f.value for f in report.figures.where("budget.forecast.next_month") if f.tenant is not None]
    assert ahead.value == sum(own)
    chart = book.month_curve(report)
    assert chart.title.startswith(f"November 2025 is forecast at USD {ahead.value:,.0f}: {LIKELY}")
    assert chart.series[1].y[-1] is ahead


def test_a_month_that_is_open_is_forecast_before_the_one_after_it() -> None:
    report = book.open_report("trends", "2025-05-01..2025-10-15")
    line = book.month_curve(report).series[1]
    assert line.x == (date(2025, 9, 1), date(2025, 10, 1), date(2025, 11, 1))
    assert line.y[1] is report.figures.find("budget.forecast.month_end")


def test_each_tenants_forecast_stands_beside_its_past_error(opened: Callable[[str], Report]) -> None:
    table = book.month_ahead_table(opened("trends"))
    assert len(table.rows) == 6
    assert all(row[3].value is not None for row in table.rows)  # type: ignore[union-attr]


def test_without_a_forecast_the_title_says_so(opened: Callable[[str], Report]) -> None:
    report = opened("trends")
    blank = [
        replace(f, value=None, bounds=None, reason="9 days of history") if f.id == "budget.forecast.next_month" else f
        for f in report.figures
    ]
    blind = replace(report, figures=Figures(blank, (report.snapshot.period.start, report.snapshot.period.end)))
    assert book.month_curve(blind).title == "November 2025 cannot be forecast"
    assert "9 days of history" in book.month_ahead_table(blind)._repr_html_()
