"""Anomalies on a page: what is told, pictured and looked at; that there is none only where all was judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mcreports import book
from mcreports.checks import Status
from mcreports.domains.anomalies.figures import COUNT
from mcreports.domains.compose import Report
from mcreports.figures import Figures, Quality
from mcreports.view.hours import Hours


@pytest.fixture
def month(opened: Callable[[str], Report]) -> Report:
    return opened("monthly")


def counted(report: Report, **changes: Any) -> Report:
    """The report with no anomaly, and another count of the platform."""
    snapshot = replace(report.snapshot)
    found = replace(book_found(report), anomalies=())
    snapshot.memo.update({"anomalies": found, "anomalies.told": ()})
    figures = [
        replace(one, value=0, **changes) if (one.id, one.tenant) == (COUNT, None) else one
        for one in report.figures
        if not one.id.startswith("anomaly.") or one.id == COUNT
    ]
    return replace(report, snapshot=snapshot, figures=Figures(figures))


def book_found(report: Report) -> Any:
    return report.snapshot.memo["anomalies"]


def test_the_spike_has_a_row_with_its_driver_its_hours_and_why(month: Report) -> None:
    html = book.anomaly_table(month)._repr_html_()
    assert "TENANT_002 network cost" in html
    whole = '<span class="mc-events">{}</span>'  # no line is broken within it: an id is there to be copied
    assert " ".join(map(whole.format, ("21 Oct 09:00", "to 21 Oct 15:00"))) in html
    assert whole.format("dedff816") in html
    assert html.count("<tr>") <= 13


def test_the_chart_says_who_what_how_much_and_when(month: Report) -> None:
    chart = book.anomaly_chart(month)
    assert isinstance(chart, Hours)
    assert " over the usual " in chart.title
    assert chart.subtitle.endswith("its beginning, it goes on to 17 Oct 00:00")
    assert all(step.bounds is not None for step in chart.steps)


def test_a_grave_anomaly_needs_a_look_and_is_in_the_reports_own_words(month: Report) -> None:
    html = book.needs_look(month)._repr_html_()
    assert "<bdi>TENANT_003</bdi>" in html
    assert "<bdi>autonomy success</bdi>" in html
    assert "Unusual: " in book.band(month)._repr_html_()


def test_nothing_needs_action_is_not_said_above_an_anomaly_that_does(opened: Callable[[str], Report]) -> None:
    week = opened("weekly")
    calm = tuple(v for v in week.verdicts if v.check != "budget.forecast" or v.status is Status.PASS)
    week = replace(week, verdicts=calm)
    assert "TENANT_003" in book.needs_look(week)._repr_html_()
    assert "No forecast is so far over its budget." in book.needs_action(week)._repr_html_()
    assert "Nothing needs action." in book.needs_action(counted(week))._repr_html_()


def test_that_there_is_none_is_said_only_where_all_was_judged(month: Report) -> None:
    sure = counted(month, quality=Quality.ACTUAL, reason="")
    assert book.anomaly_table(sure)._repr_html_() == '<p class="mc mc-text">No anomaly in the period.</p>'
    partly = counted(month, quality=Quality.ESTIMATED, reason="not all can be judged of X")
    assert "as far as it is known: not all can be judged of X" in book.anomaly_table(partly)._repr_html_()
    assert book.anomaly_chart(sure) is None  # once is enough
    assert "No grave anomaly without an acknowledgement." in book.needs_look(sure)._repr_html_()


def test_without_a_count_it_is_not_known(month: Report) -> None:
    report = counted(month, quality=Quality.UNKNOWN, reason="no history to judge X by")
    blind = [replace(one, value=None) if one.id == COUNT else one for one in report.figures]
    html = book.anomaly_table(replace(report, figures=Figures(blind)))._repr_html_()
    assert "Not known: no history to judge X by." in html
