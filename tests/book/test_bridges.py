from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from mcreports import book
from mcreports.domains.compose import Report
from mcreports.figures import Figure, Figures, Quality
from mcreports.view.charts import Bridge
from mcreports.view.tables import Table

Change = Callable[[Figure], Figure]


def changed(report: Report, change: Change) -> Report:
    period = report.snapshot.period
    return replace(report, figures=Figures(map(change, report.figures), (period.start, period.end)))


@pytest.mark.parametrize("name", ["daily", "weekly", "monthly", "trends"])
def test_the_steps_of_the_bridge_add_up_to_its_total(opened: Callable[[str], Report], name: str) -> None:
    chart = book.bridge_chart(opened(name))
    assert isinstance(chart, Bridge)
    _, total = chart.total
    assert sum(Decimal(str(figure.value)) for _, figure in chart.steps) == total.value != 0


@pytest.mark.parametrize("name", ["daily", "weekly", "monthly", "trends"])
def test_each_column_of_the_table_adds_up_to_its_total(opened: Callable[[str], Report], name: str) -> None:
    table = book.bridge_table(opened(name))
    assert table.total is not None
    for place, column in enumerate(table.columns):
        if column.kind == "number":
            cells = [row[place] for row in table.rows if isinstance(row[place], Figure)]
            assert sum(Decimal(str(cell.value)) for cell in cells) == table.total[place].value  # type: ignore[union-attr]


def test_a_month_tells_its_days_and_a_week_does_not(opened: Callable[[str], Report]) -> None:
    heads = {
        name: [column.head for column in book.bridge_table(opened(name)).columns] for name in ("weekly", "monthly")
    }
    assert ("Days" in heads["monthly"], "Days" in heads["weekly"]) == (True, False)
    chart = book.bridge_chart(opened("monthly"))
    assert isinstance(chart, Bridge)
    assert chart.steps[0][0] == "more days"
    assert chart.subtitle == "USD, October against September"


def test_the_title_says_what_did_most_only_where_the_figures_prove_it(opened: Callable[[str], Report]) -> None:
    report = opened("monthly")
    assert book.bridge_chart(report).title == "New tenants raised spend most"  # type: ignore[union-attr]

    def estimated(figure: Figure) -> Figure:
        is_volume = figure.id == "budget.bridge.volume" and figure.tenant is None
        return replace(figure, quality=Quality.ESTIMATED) if is_volume else figure

    def doubtful(figure: Figure) -> Figure:
        bounds = (Decimal(0), Decimal(9_000))
        return replace(figure, bounds=bounds) if figure.id == "budget.bridge.volume" and figure.value else figure

    for change in (estimated, doubtful):
        assert book.bridge_chart(changed(report, change)).title == "What changed the spend"  # type: ignore[union-attr]


def test_a_tenant_that_is_not_split_has_no_number_for_its_parts(opened: Callable[[str], Report]) -> None:
    markup = book.bridge_table(opened("monthly"))._repr_html_()
    row = re.findall("<tr>(?:(?!</tr>).)*TENANT_006.*?</tr>", markup)[0]
    assert re.findall('data-figure="([a-z_.]*)', row) == ["budget.bridge.new_or_gone", "budget.bridge.change"]


def test_a_crowd_has_ten_rows_and_its_parts_weigh_little(crowded: Callable[[str, int], Report]) -> None:
    for name in ("daily", "weekly"):
        report = crowded(name, 18)
        table, chart = book.bridge_table(report), book.bridge_chart(report)
        assert len(table.rows) == 10
        assert table.note.startswith("10 of 24 tenants are named")
        page = str(chart._repr_mimebundle_()["application/vnd.mcreports.view+html"])  # type: ignore[union-attr]
        shifts = book.shift_table(report)._repr_html_()
        assert len(page) + len(table._repr_html_()) + len(shifts) < 15_000


def test_without_two_periods_there_is_a_sentence(opened: Callable[[str], Report]) -> None:
    report = opened("trends")
    alone = replace(report, figures=Figures(f for f in report.figures if not f.id.startswith("budget.bridge.")))
    for part in (book.bridge_chart(alone), book.bridge_table(alone)):
        assert isinstance(part, Table)
        assert "There are no two periods to compare." in part._repr_html_()


def test_what_moved_is_named_with_what_is_left_of_it(opened: Callable[[str], Report]) -> None:
    report = opened("weekly")
    assert "No tenant's driver fell by about as much" in book.shift_table(report).empty
    like, labels = report.figures.find("budget.bridge.rose"), (("driver", "compute"), ("from", "A"), ("to", "<b>"))
    moved = [replace(like, id=f"budget.bridge.{name}", labels=labels) for name in ("moved", "moved_net")]
    markup = book.shift_table(replace(report, figures=Figures((*report.figures, *moved))))._repr_html_()
    assert markup.count("data-figure") == 2
    assert "&lt;b&gt;" in markup


def test_the_month_by_driver_adds_up_and_says_why_it_is_not_split(opened: Callable[[str], Report]) -> None:
    chart = book.driver_bridge(opened("daily"))
    assert sum(Decimal(str(figure.value)) for _, figure in chart.steps) == chart.total[1].value
    assert "not split" in chart.subtitle


def test_the_largest_changes_of_a_year_show_their_days_beside_the_rest(opened: Callable[[str], Report]) -> None:
    table = book.change_table(opened("trends"))
    assert len(table.rows) == 10
    for *_, change, days, like, _ in table.rows:
        assert isinstance(change, Figure)
        assert change.value == days.value + like.value  # type: ignore[union-attr, operator]
