"""Anomalies, and saying that one knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from mcreports.domains.anomalies.assess import told_of
from mcreports.domains.anomalies.look import order_of
from mcreports.errors import UsageError
from mcreports.period import Period
from mcreports.take import take
from mcreports.workbench.opening import connect
from mcreports.workbench.result import USD

if TYPE_CHECKING:
    from pathlib import Path

    from mcreports.domains.compose import Report
    from mcreports.workbench.bench import Workbench


def test_the_spike_of_the_demo_is_found_with_its_usd_and_why(demo: Workbench) -> None:
    found = demo.anomalies("2025-10", "TENANT_002")
    assert found.dtypes["usd"] == USD
    (row,) = found[found["what"] == "budget.cost"].to_dict("records")
    assert (row["driver"], row["side"], row["start"]) == ("network", "over", pd.Timestamp("2025-10-21 09:00", tz="UTC"))
    assert row["usd"] > 50
    assert "TENANT_002 network cost USD +" in row["why"]
    assert found.verdict == "warn"


def test_anomalies_are_those_of_the_report(demo: Workbench, report: Report) -> None:
    assert demo.anomalies("2025-10-31")["id"].tolist() == [told.anomaly.id for told in told_of(report.snapshot)]


def test_what_is_shown_has_the_verdict_the_freshness_and_n(demo: Workbench) -> None:
    shown = demo.anomalies("2025-10", "TENANT_002")._repr_html_() or ""
    assert "Anomalies of 2025-10" in shown
    assert "hours judged" in shown
    assert "mcreports anomalies list" in shown


def test_a_tenant_of_which_nothing_stands_out_passes_only_if_all_was_judged(demo: Workbench) -> None:
    assert demo.anomalies("2025-10-08", "TENANT_001").verdict == "pass"
    assert demo.anomalies("2025-10-08", "TENANT_006").verdict == "unknown"


@pytest.fixture
def own(tmp_path: Path) -> Workbench:
    """A workbench that keeps its acknowledgements in a directory of the test."""
    file = tmp_path / "mcreports.toml"
    file.write_text(f'[anomalies]\nacknowledgements = "{tmp_path / "known"}"\n')
    return connect("demo://?seed=7&step=3600", settings=file, now=pd.Timestamp("2025-11-02", tz="UTC").to_pydatetime())


def test_an_acknowledged_anomaly_is_told_with_its_note_and_counted_no_more(own: Workbench) -> None:
    before = own.anomalies("2025-10-21")
    assert before.said is not None
    assert before.said.total is not None
    file = before.acknowledge(before["id"][0], "load test <CHG-1042>", "ann")
    assert file.parent == own.settings.anomalies.acknowledgements
    after = own.anomalies("2025-10-21")
    assert after.said is not None
    assert after.said.total is not None
    assert (">note</th>" in before._repr_html_(), ">note</th>" in after._repr_html_()) == (False, True)
    assert after.loc[after["id"] == before["id"][0], ["note", "by"]].to_numpy().tolist() == [
        ["load test <CHG-1042>", "ann"]
    ]
    assert after.said.total.value == int(str(before.said.total.value)) - 1
    assert "&lt;CHG-1042&gt;" in (after._repr_html_() or "")


def test_the_next_report_carries_the_note(own: Workbench) -> None:
    own.anomalies("2025-10-21").acknowledge(own.anomalies("2025-10-21")["id"][0], "load test", "ann")
    snapshot = take(order_of(Period.parse("2025-10-21")), own.source, own.settings, own.clock())
    assert [told.anomaly.known.note for told in told_of(snapshot) if told.anomaly.known] == ["load test"]


def test_an_anomaly_that_there_is_not_is_told_with_those_there_are(own: Workbench) -> None:
    found = own.anomalies("2025-10-21")
    with pytest.raises(UsageError, match=f"no anomaly is called 'x' in this period; there are {found['id'][0]}"):
        found.acknowledge("x", "note")
    with pytest.raises(UsageError, match="the note must be said"):
        found.acknowledge(found["id"][0], " ", "ann")


@pytest.mark.parametrize("place", ["run_path", "prometheus_url"])
def test_a_run_and_a_server_tell_the_same(demo: Workbench, place: str, request: pytest.FixtureRequest) -> None:
    found = connect(str(request.getfixturevalue(place))).anomalies("2025-10-31")
    pd.testing.assert_frame_equal(found, demo.anomalies("2025-10-31"))
