from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mcreports import book
from mcreports.checks import Status
from mcreports.domains.compose import Report

Opened = Callable[[str], Report]


def forecasts(report: Report, status: Status, but: Status | None = None) -> Report:
    """The report with every forecast's verdict so, but the first one's."""
    own = [v for v in report.verdicts if v.check == "budget.forecast"]
    new = {id(v): replace(v, status=but if but and v is own[0] else status) for v in own}
    return replace(report, verdicts=tuple(new.get(id(v), v) for v in report.verdicts))


def test_nothing_needs_action_only_where_every_forecast_is_known(opened: Opened) -> None:
    report = opened("monthly")
    calm = replace(report, snapshot=replace(report.snapshot))
    calm.snapshot.memo["anomalies.told"] = ()
    assert book.needs_action(forecasts(calm, Status.PASS)).empty == "Nothing needs action."
    one = book.needs_action(forecasts(report, Status.PASS, Status.UNKNOWN))
    assert (one.rows, one.empty) == ((), "Not known: no forecast for TENANT_001.")
    none = replace(report, verdicts=())
    assert book.needs_action(none).empty == "Not known: no forecast for any tenant."


@pytest.mark.parametrize("name", ["daily", "monthly"])
def test_who_needs_action_is_judged_by_the_worse_of_its_month_and_its_forecast(opened: Opened, name: str) -> None:
    report = opened(name)
    months = {v.tenant: v.status for v in report.verdicts if v.check == "budget.utilization.monthly"}
    watched = book.needs_action(forecasts(report, Status.WARN)).rows
    assert {row[0].text: row[1].status for row in watched} == {  # type: ignore[union-attr]
        row[0].text: Status.FAIL if months[row[0].text] is Status.FAIL else Status.WARN  # type: ignore[union-attr]
        for row in watched
    }
    assert Status.FAIL in {row[1].status for row in watched}  # type: ignore[union-attr]


def test_the_card_of_autonomy_names_the_lowest_by_the_metrics_not_by_evidence(opened: Opened) -> None:
    report = opened("monthly")
    own = next(v for v in report.verdicts if v.check == "autonomy.success_rate")
    told = replace(own, status=Status.FAIL, value="12.00", labels=(("source", "evidence"),))
    verdict = book.front.gravest(replace(report, verdicts=(*report.verdicts, told)), "autonomy.success_rate")
    assert verdict is not None
    assert verdict.labels == ()
