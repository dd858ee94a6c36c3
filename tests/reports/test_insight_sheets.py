"""The sheets of what the numbers mean: what a page says of forecast, bridge, quality and anomalies, in a workbook."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from mcreports.reports.workbook import workbook

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def month(demo_runs: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(next(demo_runs.glob("monthly/*/r1/report.json")).read_bytes())
    return found


def rows(body: dict[str, Any], name: str, *, cached: bool = True) -> list[dict[str, Any]]:
    head, *lines = openpyxl.load_workbook(io.BytesIO(workbook(body)), data_only=cached)[name].values
    return [dict(zip(head, line, strict=True)) for line in lines]


def figures(body: dict[str, Any], figure_id: str, **labels: str) -> dict[str | None, dict[str, Any]]:
    own = (one for one in body["figures"] if one["id"] == figure_id and (one.get("labels") or {}) == labels)
    return {one["tenant"]: one for one in own}


def test_the_bridge_adds_up_across_and_down_by_formulas(month: dict[str, Any]) -> None:
    live, cached = rows(month, "Bridge", cached=False), rows(month, "Bridge")
    changes = figures(month, "budget.bridge.change")
    for formulas, values in zip(live, cached, strict=True):
        tenant = None if values["Tenant"] == "Total" else values["Tenant"]
        assert str(formulas["Change"]).startswith("=SUM(")
        assert values["Change"] == float(changes[tenant]["value"])
        parts = [values[name] for name in ("Days", "Volume and mix", "Unit cost", "New or gone")]
        cents = [Decimal(str(part)) for part in parts if isinstance(part, int | float)]
        assert sum(cents) == Decimal(changes[tenant]["value"])
    assert {row["Tenant"] for row in cached} == {*(name or "Total" for name in changes)}
    checks = {row["What must agree"]: row for row in rows(month, "Checks")}
    assert checks["bridge adds up to the change"]["Agrees"] is True


def test_a_forecast_has_its_intervals_and_its_past_error(month: dict[str, Any]) -> None:
    ahead, error = figures(month, "budget.forecast.next_month"), figures(month, "budget.forecast.past_error")
    for row in rows(month, "Forecast"):
        tenant = None if row["Tenant"] == "Total" else row["Tenant"]
        ends = [float(end) for end in ahead[tenant]["bounds"]]
        assert row["Next month"] == float(ahead[tenant]["value"])
        assert [row["Next month, 80 % low"], row["Next month, 80 % high"]] == ends
        assert row["Past error, %"] == pytest.approx(error[tenant]["value"])
        assert "Next month: estimated" in row["Estimated or unknown"]


def test_work_that_failed_is_split_into_why_and_has_its_interval(month: dict[str, Any]) -> None:
    lost = figures(month, "quality.spend.lost")
    for row in rows(month, "Quality"):
        of = lost[None if row["Tenant"] == "Total" else row["Tenant"]]
        assert row["Failed"] + row["Compensated"] + row["Not grounded"] == pytest.approx(float(of["value"]))
        assert [row["Failed work, 95 % low"], row["Failed work, 95 % high"]] == [float(end) for end in of["bounds"]]
    weeks = rows(month, "Quality over time")
    assert [row["Week"] for row in weeks][:2] == ["2025-10-01..2025-10-05", "2025-W41"]
    first = figures(month, "quality.spend.lost", week="2025-W41")[None]
    assert weeks[1]["Spent on failed work"] == float(first["value"])


def test_every_error_budget_is_listed_the_fastest_burners_first(month: dict[str, Any]) -> None:
    listed = rows(month, "Error budgets")
    own = [row["Burn, x"] for row in listed if row["Tenant"] != "All tenants"]
    assert own == sorted(own, reverse=True)
    assert len(listed) == sum(one["id"] == "error_budget.burn" for one in month["figures"])
    for live, row in zip(rows(month, "Error budgets", cached=False), listed, strict=True):
        assert str(live["Left"]).startswith("=D")
        assert row["Left"] == pytest.approx(row["May fail in the month"] - row["Failed"])


def test_an_anomaly_has_its_driver_its_span_and_its_note(month: dict[str, Any]) -> None:
    body = json.loads(json.dumps(month))
    of = next(one for one in body["figures"] if one["id"] == "anomaly.severity" and one["labels"].get("driver"))
    labels = {**of["labels"], "by": "=ann"}
    said = {"id": "anomaly.acknowledged", "value": "2025-11-02T09:00:00Z", "labels": labels, "reason": "=1+1 CHG-7"}
    body["figures"].append({**of, **said})
    found = {row["Anomaly"]: row for row in rows(body, "Anomalies")}
    assert len(found) == sum(one["id"] == "anomaly.severity" for one in month["figures"])
    row = found[of["labels"]["anomaly"]]
    assert (row["Tenant"], row["What"]) == (of["tenant"], f"{of['labels']['driver']} cost")
    assert (row["By"], row["Note"]) == ("=ann", "=1+1 CHG-7")
    assert f"{row['Start, UTC']:%Y-%m-%dT%H:%M:%SZ}" == of["window"][0]
    assert row["Excess"] == pytest.approx(row["Actual"] - row["Usual"])
    rate = next(row for row in found.values() if row["Unit"] == "failures")
    assert rate["What"] == "Autonomy success rate"
