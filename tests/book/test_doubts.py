from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mcreports import book
from mcreports.domains.compose import Report
from mcreports.figures import Figures, Quality
from mcreports.samples import Note

Opened = Callable[[str], Report]


def told(report: Report) -> str:
    return html.unescape(re.sub("<[^>]*>", "", book.notes(report)._repr_html_()))


def with_figures(report: Report, change: Callable[[Any], Any]) -> Report:
    return replace(report, figures=Figures([change(figure) for figure in report.figures]))


def sure(figure: Any) -> Any:
    return replace(figure, quality=Quality.ACTUAL, resets=0, bounds=None)


def test_days_whose_ends_fall_in_a_gap_are_told_once_with_their_count(opened: Opened) -> None:
    assert re.search(r"estimated: its end falls in a gap: [^,]*9[^,]* October, \d+ figures", told(opened("monthly")))


def test_a_reset_is_told_with_the_least_and_the_most_it_may_have_cost(opened: Opened) -> None:
    line = "TENANT_003: 1 reset in the month, at least USD 17,592.68, at most USD 17,593.22"
    assert line in told(opened("monthly"))


def test_nothing_is_said_to_be_in_doubt_only_where_nothing_is(opened: Opened) -> None:
    report = with_figures(opened("monthly"), sure)
    assert told(report) == "Nothing is estimated, nothing is unknown."
    one = report.figures.find("budget.spend.period").key
    doubted = with_figures(report, lambda f: replace(f, quality=Quality.UNKNOWN) if f.key == one else f)
    assert "unknown: no reason is known (budget.spend.period of all tenants)" in told(doubted)


def test_what_many_tenants_lack_is_one_line_with_their_number(crowded: Callable[[str, int], Report]) -> None:
    report = crowded("monthly", 50)
    gone = {f"TENANT_{number}" for number in range(101, 138)}
    doubted = with_figures(
        report,
        lambda f: (
            replace(sure(f), value=None, quality=Quality.UNKNOWN, reason="nobody was there")
            if f.tenant in gone and f.id == "budget.limit.monthly"
            else sure(f)
        ),
    )
    names = "TENANT_101, TENANT_102, TENANT_103, TENANT_104 and 33 more"
    assert told(doubted) == f"unknown: nobody was there (37 figures of 37 tenants: {names})"


def test_of_very_many_reasons_those_of_the_most_figures_are_told(opened: Opened) -> None:
    report = with_figures(opened("monthly"), sure)
    keys = [figure.key for figure in report.figures if not figure.labels]
    places = {key: place for place, key in enumerate(keys[:40])}
    doubted = with_figures(
        report,
        lambda f: (
            replace(f, quality=Quality.ESTIMATED, reason=f"reason {places[f.key]} " + "x" * 999)
            if f.key in places
            else f
        ),
    )
    lines = book.notes(doubted)._repr_html_().split("<li>")[1:]
    assert len(lines) == 13
    assert all(len(line) < 600 for line in lines)
    assert "28 more reasons, of 28 figures in all" in lines[-1]


def test_notes_of_a_kind_are_told_thrice_and_counted(opened: Opened) -> None:
    report = with_figures(opened("monthly"), sure)
    notes = tuple(Note("replicas.apart", "budget.cost", f"T{place}", f"T{place} is torn") for place in range(20))
    said = told(replace(report, snapshot=replace(report.snapshot, notes=notes)))
    assert "T2 is torn" in said
    assert "T3 is torn" not in said
    assert "the same of budget.cost: 17 more notes, of T3, T4, T5, T6 and 13 more; report.json has them all" in said
