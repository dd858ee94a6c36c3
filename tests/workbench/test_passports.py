"""The passport of a figure."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from mcreports.errors import UsageError
from mcreports.workbench.opening import connect

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.workbench.bench import Workbench


def test_it_says_all_that_is_known_of_a_figure(demo: Workbench) -> None:
    found = demo.cost("2025-10-09", ("tenant", "driver"))
    lines = dict(demo.passport(found.iloc[0]).lines()[0])
    assert lines["id"] == "budget.spend.period"
    assert lines["value"].startswith("USD ")
    assert " to " in lines["bounds"]
    assert lines["quality"] == "estimated"
    assert lines["reason"] == "its end falls in a gap"
    assert lines["query"] == 'mc_tenant_cost_total_usd{tenant="TENANT_001",driver="compute"}'
    assert lines["window"] == "2025-10-09T00:00:00Z to 2025-10-10T00:00:00Z"
    assert "--by=driver" in shlex.split(lines["command"])


def test_a_row_its_number_its_key_and_its_figure_have_the_same_passport(demo: Workbench) -> None:
    found = demo.cost("2025-10-31", "tenant")
    assert found.said is not None
    key = str(found["figure"].iloc[2])
    same = [demo.passport(found.iloc[2]), demo.passport(found, 2), demo.passport(key)]
    assert {one.figures for one in same} == {(found.said.figures[key],)}
    assert demo.passport(found.said.figures[key]) == same[0]


def test_an_answers_figures_are_its_own_whatever_is_connected_since(demo: Workbench) -> None:
    other = connect("demo://?seed=8&step=3600")
    found = demo.cost("2025-10-31", "tenant")
    other.cost("2025-10-31", "tenant")
    assert found.said is not None
    own = (found.said.figures[str(found["figure"].iloc[2])],)
    assert other.passport(found.iloc[2]).figures == other.passport(found, 2).figures == own


def test_a_verdict_has_the_passports_of_its_figures(demo: Workbench) -> None:
    said = demo.rates("2025-10-30", "tenant", "TENANT_003").said
    assert said is not None
    found = demo.passport(said.verdicts[0])
    assert {figure.id for figure in found.figures} == {"autonomy.success_rate", "autonomy.operations"}
    assert {figure.tenant for figure in found.figures} == {"TENANT_003"}


def test_a_verdict_has_the_figures_of_its_own_day_whatever_was_asked_since() -> None:
    bench = connect("demo://?seed=7&step=1800", now=datetime(2025, 11, 2, tzinfo=UTC))
    first = bench.rates("2025-10-30", "hour", "TENANT_003").said
    bench.rates("2025-10-29", "tenant", "TENANT_003")
    bench.explain("TENANT_003", "2025-10-31")
    assert first is not None
    start = datetime(2025, 10, 30, tzinfo=UTC)
    for verdict in first.verdicts:
        found = bench.passport(verdict).figures
        assert [figure.id for figure in found] == list(verdict.figures)
        assert {figure.window for figure in found} == {(start, start + timedelta(days=1))}
    told = bench.explain("TENANT_003", "2025-10-31").verdicts
    own = next(one for one in told if one.check == "autonomy.success_rate" and not one.labels)
    assert {figure.window[0].day for figure in bench.passport(own).figures} == {31}


def test_many_are_shown_in_part_and_the_others_are_counted(demo: Workbench) -> None:
    found = demo.passport(demo.cost("2025-10-31", ("tenant", "driver")))
    assert (len(found.figures), found.more) == (12, 6)
    assert "and 6 more figures" in found._repr_html_()


def test_a_reports_figure_is_shown_again_by_its_report(demo: Workbench, report: Report) -> None:
    demo.explain("TENANT_004", "2025-10-31")
    figure = report.figures.find("budget.utilization.daily", "TENANT_004")
    assert "report daily" in demo.passport(figure).commands[0]


def test_names_are_safe_in_it(wild: Workbench) -> None:
    shown = wild.passport(wild.cost("2025-08-28", "tenant"))
    assert "<script>" not in shown._repr_html_()
    assert "two␊lines" in str(shown)


def test_a_key_that_nobody_was_shown_is_told_with_what_is_like_it(demo: Workbench) -> None:
    demo.cost("2025-10-31", "tenant")
    with pytest.raises(UsageError, match=r"did you mean .*budget\.spend\.period"):
        demo.passport("budget.spend.periot")
    with pytest.raises(UsageError, match="no row 9"):
        demo.passport(demo.cost("2025-10-31", "tenant"), 9)
    with pytest.raises(UsageError, match="float has no passport"):
        demo.passport(1.5)
