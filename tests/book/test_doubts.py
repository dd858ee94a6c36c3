from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mcreports import book
from mcreports.domains.compose import Report
from mcreports.figures import Figures, Quality

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
