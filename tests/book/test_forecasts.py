from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mcreports import book
from mcreports.book.forecasts import LIKELY
from mcreports.domains.compose import Report
from mcreports.figures import Figure, Figures
from mcreports.view.charts import PAGE, PLOTLY


@pytest.fixture(scope="module")
def ahead() -> Report:
    return book.open_report("daily", "2025-10-12")


def changed(report: Report, **values: Any) -> Report:
    """The report with other values of the platform's figures, by the last part of their ids."""

    def other(figure: Figure) -> Figure:
        name = figure.id.rpartition(".")[2]
        is_meant = figure.tenant is None and name in values and figure.id.startswith(("budget.f", "budget.v"))
        return replace(figure, **values[name]) if is_meant else figure

    period = report.snapshot.period
    return replace(report, figures=Figures(map(other, report.figures), (period.start, period.end)))


def test_the_curves_title_says_how_far_over_or_under_and_how_sure_with_the_figures_own_numbers(ahead: Report) -> None:
    over, end = (ahead.figures.find(f"budget.{name}") for name in ("variance.month", "forecast.month_end"))
    low, high = end.bounds  # type: ignore[misc]
    said = f"USD {abs(over.value):,.0f} under its budget: {LIKELY} USD {low:,.0f} and USD {high:,.0f}"  # type: ignore[arg-type]
    assert book.spend_curve(ahead).title == f"October is heading {said}"
    more = changed(ahead, month={"value": Decimal("3210.40")})
    assert book.spend_curve(more).title.startswith(f"October is heading USD 3,210 over its budget: {LIKELY}")


def test_a_closed_month_has_ended_and_shows_no_forecast(opened: Callable[[str], Report]) -> None:
    chart = book.spend_curve(opened("monthly"))
    assert chart.title.startswith("October ended USD ")
    assert "%" not in chart.title
    assert [series.name for series in chart.series] == ["Actual", "Budget"]
    assert "forecast" not in chart.subtitle


def test_the_fan_has_two_bands_that_open_from_the_last_day_that_is_known(ahead: Report) -> None:
    chart = book.spend_curve(ahead)
    actual, _, fan = chart.series
    assert (fan.x[0], fan.values[0]) == (actual.x[-1], actual.values[-1])
    assert fan.low[0] == fan.high[0] == fan.least[0] == fan.most[0] == fan.values[0]
    assert all(
        a <= b <= c <= d <= e  # type: ignore[operator]
        for a, b, c, d, e in zip(fan.least, fan.low, fan.values, fan.high, fan.most, strict=True)
    )
    assert fan.last == (ahead.snapshot.period.month().split("day")[-1].first, fan.y[-1])
    bundle: Any = chart._repr_mimebundle_()
    assert bundle[PAGE].count("mc-interval") == 2
    assert len([trace for trace in bundle[PLOTLY]["data"] if trace.get("fill")]) == 2


def test_an_end_without_a_known_top_has_a_line_and_no_band(ahead: Report) -> None:
    low = ahead.figures.find("budget.forecast.month_end").value
    open_end = {"bounds": (low, None)}
    report = changed(ahead, cumulative=open_end, cumulative_95=open_end, month_end=open_end)
    chart = book.spend_curve(report)
    assert (chart.series[-1].name, chart.series[-1].intervals) == ("Forecast", ())
    assert LIKELY not in chart.title


def test_the_likeliest_to_use_up_its_budget_comes_first_and_a_refusal_says_why(ahead: Report) -> None:
    table = book.forecast_table(ahead)
    chances = [row[5].value for row in table.rows]  # type: ignore[union-attr]
    known = [chance for chance in chances if chance is not None]
    assert known == sorted(known, reverse=True)
    assert chances[len(known) :] == [None] * (len(chances) - len(known))
    assert table.rows[-1][6] == "0 days of history; a forecast needs 14"
    assert table.total is not None
    assert "\N{EN DASH}" in str(table.total[2])


def test_of_a_month_that_is_over_only_the_next_one_is_forecast(opened: Callable[[str], Report]) -> None:
    report = opened("monthly")
    table = book.forecast_table(report)
    assert [column.head for column in table.columns] == ["Tenant", "Past error", "Forecast", "80 %"]
    assert table.total is not None
    assert table.total[2] == report.figures.find("budget.forecast.next_month")
    assert len(table.rows) == 6


def test_of_many_tenants_ten_are_named(crowded: Callable[[str, int], Report]) -> None:
    table = book.forecast_table(crowded("daily", 18))
    assert len(table.rows) == 10
    assert table.note.startswith("10 of 24 tenants are named")
    assert len(table._repr_html_()) < 16_000
