"""The cost of quality and error budgets on a page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from mcreports import book
from mcreports.domains import error_budgets
from mcreports.domains.compose import Report
from mcreports.domains.quality_cost import OTHERS, OTHERS_SPENT
from mcreports.domains.quality_spend import LOST, LOST_SHARE
from mcreports.domains.unit_cost import GOOD_COST
from mcreports.figures import Figure, Figures
from mcreports.view.charts import PAGE
from mcreports.view.tables import Table

REPORTS = ["daily", "weekly", "monthly", "trends"]


def rows(table: Table) -> list[list[str]]:
    found = re.findall("<tr.*?</tr>", re.sub(' title="[^"]*"', "", table._repr_html_()))
    return [
        [html.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall("<t[hd].*?</t[hd]>", row)] for row in found
    ]


def changed(report: Report, around: float = 0.001, **values: float) -> Report:
    """The report with other costs of a good operation on these days, known so well."""

    def other(one: Figure) -> Figure:
        day = dict(one.labels).get("day", "")
        value = values.get(day.replace("-", "_")) if one.id == GOOD_COST and one.tenant is None else None
        return one if value is None else replace(one, value=value, bounds=(value - around, value + around))

    return replace(report, figures=Figures(map(other, report.figures)))


@pytest.mark.parametrize("name", REPORTS)
def test_the_costs_are_told_the_most_lost_first_and_add_up(opened: Callable[[str], Report], name: str) -> None:
    _, _, *tenants, total = rows(book.quality_table(opened(name)))
    lost = [float(row[5].split()[0].replace(",", "")) for row in tenants]
    assert lost == sorted(lost, reverse=True)
    assert sum(lost) == pytest.approx(float(total[5].split()[0].replace(",", "")))
    assert total[0] == "Total"


@pytest.mark.parametrize("name", REPORTS)
def test_budgets_are_told_the_fastest_first_then_those_of_all_tenants(
    opened: Callable[[str], Report], name: str
) -> None:
    report = opened(name)
    _, heads, *own = rows(book.error_budget_table(report))
    at = heads.index("Month") if "Month" in heads else heads.index("Burn")
    burns = [float(row[at].rstrip("\N{MULTIPLICATION SIGN}")) for row in own[:4]]
    assert burns == sorted(burns, reverse=True)
    assert [row[0] for row in own[4:]] == ["All tenants"] * 3
    assert {row[-1].split(",")[0] for row in own} <= {"● WITHIN", "◆ WATCH", "▲ OVER", "not proven"}


def test_a_budget_that_runs_out_says_when(opened: Callable[[str], Report]) -> None:
    first = rows(book.error_budget_table(opened("weekly")))[2]
    assert first[:2] == ["TENANT_002", "RAG grounding ≥ 95 %"]
    assert first[-1].startswith("◆ WATCH, used up on 25 Nov 2025")


@pytest.mark.parametrize("name", REPORTS)
def test_the_trend_has_its_interval_and_starts_at_zero(opened: Callable[[str], Report], name: str) -> None:
    chart = book.quality_trend(opened(name))
    (line,) = chart.series
    assert chart.zero
    assert len(line.low) == len(line.high) == len(line.x) > 4
    assert all(low < value < high for low, value, high in zip(line.low, line.values, line.high, strict=True))  # type: ignore[operator]


def test_a_title_names_a_highest_cost_only_where_no_interval_reaches_it(opened: Callable[[str], Report]) -> None:
    report = opened("weekly")
    days = {f"2025_10_{day}": 0.02 for day in (27, 28, 29, 30, 31)} | {"2025_11_01": 0.02, "2025_11_02": 0.02}
    assert book.quality_trend(changed(report, **days)).title == "A good operation cost USD 0.0200 all the time"
    near = changed(report, **{**days, "2025_10_29": 0.0215})
    assert book.quality_trend(near).title == "A good operation cost USD 0.0200 to USD 0.0215"
    far = changed(report, **{**days, "2025_10_29": 0.0225})
    assert book.quality_trend(far).title == "A good operation cost the most on 29 October"


def test_a_title_names_no_highest_cost_that_is_printed_like_the_next(opened: Callable[[str], Report]) -> None:
    report = opened("weekly")
    days = {f"2025_10_{day}": 0.01701 for day in (27, 28, 29, 30, 31)} | {"2025_11_01": 0.01712, "2025_11_02": 0.01714}
    chart = book.quality_trend(changed(report, 0.000001, **days))
    assert chart.title == "A good operation cost USD 0.0170 to USD 0.0171"


def test_costs_are_printed_with_digits_that_tell_them_apart(opened: Callable[[str], Report]) -> None:
    report = opened("daily")
    priced = [one for one in report.figures if one.unit == "USD/operation" and isinstance(one.value, float)]
    small = {one.key: replace(one, value=float(str(one.value)) / 1000) for one in priced}
    cheap = Figures(small.get(one.key, one) for one in report.figures)
    _, _, first, *_ = rows(book.quality_table(replace(report, figures=cheap)))
    assert first[2:4] == ["0.00002064", "0.00002069"]


def test_a_hostile_name_is_shown_as_it_is(opened: Callable[[str], Report]) -> None:
    report, name = opened("daily"), "<script>alert(1)</script>"
    first, *others = report.snapshot.tenants
    figures = Figures([replace(one, tenant=name) if one.tenant == first else one for one in report.figures])
    renamed = replace(report, figures=figures, snapshot=replace(report.snapshot, tenants=(name, *others)))
    for table in (book.quality_table(renamed), book.error_budget_table(renamed)):
        assert "<script" not in table._repr_html_()
    assert name in [row[0] for row in rows(book.quality_table(renamed))]


@pytest.mark.parametrize("name", REPORTS)
def test_of_a_crowd_the_worst_are_named_in_a_few_kilobytes(crowded: Callable[[str, int], Report], name: str) -> None:
    report = crowded(name, 18)
    parts = book.quality_table(report), book.error_budget_table(report)
    assert "6 of 24 tenants are named" in parts[0]._repr_html_()
    assert "4 of 72 budgets of tenants are shown" in parts[1]._repr_html_()
    bare = sum(len(re.sub(' title="[^"]*"', "", part._repr_html_()).encode()) for part in parts)
    drawn = str(book.quality_trend(report)._repr_mimebundle_()[PAGE])
    assert bare + len(drawn.encode()) < 23_500


@pytest.mark.parametrize("name", ["daily", "trends"])
def test_what_the_others_lost_stands_below_those_that_are_named(
    opened: Callable[[str], Report], crowded: Callable[[str, int], Report], name: str
) -> None:
    report = crowded(name, 18)
    newest = {"trends": (("month", "2025-10"),)}.get(name, ())
    rest = [
        replace(opened(name).figures.find(one, None, None, **dict(newest)), id=made, labels=(*newest, OTHERS))
        for one, made in ((LOST, OTHERS_SPENT), (LOST, LOST), (LOST_SHARE, LOST_SHARE))
    ]
    whole = replace(
        report, figures=Figures([*report.figures, *rest], opened(name).figures.find("budget.spend.period").window)
    )
    *_, left, total = rows(book.quality_table(whole))
    assert (left[0], left[5], total[0]) == ("18 others", total[5], "Total")


def test_a_report_without_tenants_says_so(opened: Callable[[str], Report]) -> None:
    report = opened("daily")
    none = replace(report, figures=Figures(one for one in report.figures if one.tenant is None))
    assert book.error_budget_table(none).rows == ()
    assert error_budgets.burners(none.figures) == []
    assert "No tenant is known." in book.quality_table(none)._repr_html_()


def test_of_a_year_without_a_month_that_is_over_nothing_is_told() -> None:
    report = replace(book.open_report("trends", "2025-10"), figures=Figures(()))
    table = book.quality_table(report)
    assert (table.rows, table.total, table.empty) == ((), None, "No month is over.")


@pytest.mark.parametrize("name", REPORTS)
def test_what_was_spent_on_failed_work_has_its_interval_beside_it(opened: Callable[[str], Report], name: str) -> None:
    _, heads, *tenants, total = rows(book.quality_table(opened(name)))
    assert heads[6] == "95 % between"
    for row in (*tenants, total):
        lost, (low, high) = row[5].split()[0], row[6].split(" to ")
        ends = [float(end.replace(",", "")) for end in (low, lost, high)]
        assert ends == sorted(ends)
