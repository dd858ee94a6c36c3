"""The command line over real servers: full of the demo, empty, and with another platform's names."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from mcreports.domains.compose import compose
from mcreports.metrics import CATALOGUE
from mcreports.period import Period
from mcreports.samples import Series
from mcreports.settings import Settings, SourceSettings
from mcreports.sources.open import open_source
from mcreports.take import Order, take
from mcreports.view.closing import closing

Command = Callable[..., Any]
SPAN = ("--since", "2025-08-01", "--until", "2025-11-02")


@pytest.fixture
def mcreports(mcreports: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """At the real time: a server's clock must agree with ours."""
    monkeypatch.delenv("MCREPORTS_NOW")
    return mcreports


@pytest.fixture(scope="module", params=["prometheus", "victoriametrics"])
def loaded(request: pytest.FixtureRequest, start_server: Callable[[str], Any]) -> str:
    """The address of a server that ``mcreports demo load`` has filled with the demo's autumn."""
    server = start_server(request.param)
    words = [sys.executable, "-m", "mcreports.cli", "demo", "load", server.url, *SPAN]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert said.endswith(f"samples pushed to {server.url}\n")
    if request.param == "victoriametrics":
        requests.get(f"{server.url}/internal/force_flush", timeout=30).raise_for_status()
    return str(server.url)


@pytest.fixture(scope="module")
def empty(start_server: Callable[[str], Any]) -> str:
    """The address of a Prometheus without a single sample."""
    return str(start_server("prometheus").url)


def found(url: str, report: str, label: str) -> dict[str, Any]:
    settings, now = Settings(source=SourceSettings(url=url)), datetime.now(UTC)
    snapshot = take(Order(report, Period.parse(label)), open_source(settings.source, now), settings, now)
    return json.loads(json.dumps(closing(compose(snapshot))))


def bodies_below(output: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(output.rglob("r1/report.json"))]


# full of the demo


def test_a_server_gives_the_very_report_that_the_demo_gives(mcreports: Command, loaded: str, tmp_path: Path) -> None:
    for name, source in (("server", loaded), ("demo", "demo://?seed=7")):
        assert mcreports("report", "daily", "--period", "2025-10-31", "--source", source, "--output", name).code == 0
    (server,), (demo,) = bodies_below(tmp_path / "server"), bodies_below(tmp_path / "demo")
    for part in ("figures", "verdicts", "reconciliation", "verdict", "tenants", "state", "data_through", "notes"):
        assert server[part] == demo[part]
    assert (server["source"]["url"], demo["source"]["kind"]) == (loaded, "demo")


def test_a_server_gives_the_weekly_figures_that_the_demo_gives(loaded: str) -> None:
    assert found(loaded, "weekly", "2025-W43") == found("demo://?seed=7", "weekly", "2025-W43")


@pytest.mark.parametrize("kind", ["prometheus", "victoriametrics"])
def test_the_doctor_finds_nothing_missing_where_nothing_is(
    mcreports: Command, start_server: Callable[[str], Any], kind: str
) -> None:
    server, today = start_server(kind), datetime.now(UTC).date()
    since = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    span = ("--since", since, "--until", today + timedelta(days=1), "--source", "demo://?seed=7&step=1800")
    assert mcreports("demo", "load", server.url, *span).code == 0
    if kind == "victoriametrics":
        requests.get(f"{server.url}/internal/force_flush", timeout=30).raise_for_status()
    ran = mcreports("doctor", "--source", server.url, "--json")
    assert ran.code == 0
    assert {each["finding"]: each["detail"] for each in ran.data if each["state"] != "ok"} == {}
    assert {each["finding"] for each in ran.data} >= {"source", "clock", "tenants", *CATALOGUE}


# empty


def test_an_empty_prometheus_is_all_unknown_and_never_a_pass(mcreports: Command, empty: str, tmp_path: Path) -> None:
    words = ("report", "daily", "--period", "2025-10-31", "--source", empty)
    assert mcreports(*words).code == 0
    (body,) = bodies_below(tmp_path)
    assert body["verdict"]["status"] == "unknown"
    assert {verdict["status"] for verdict in body["verdicts"]} <= {"unknown"}
    assert {figure["quality"] for figure in body["figures"]} <= {"unknown"}
    assert [mcreports(*words, "--fail-on", gate).code for gate in ("fail", "unknown")] == [0, 4]


def test_configured_tenants_of_an_empty_prometheus_are_unknown_one_by_one(
    mcreports: Command, empty: str, tmp_path: Path
) -> None:
    (tmp_path / "mcreports.toml").write_text('[report]\ntenants = ["ALPHA", "BETA"]\n')
    assert mcreports("report", "weekly", "--period", "2025-W43", "--source", empty).code == 0
    (body,) = bodies_below(tmp_path)
    assert {verdict["tenant"] for verdict in body["verdicts"]} >= {"ALPHA", "BETA"}
    assert {verdict["status"] for verdict in body["verdicts"]} == {"unknown"}


def test_gates_over_an_empty_prometheus_leave_with_4(mcreports: Command, empty: str, tmp_path: Path) -> None:
    (tmp_path / "mcreports.toml").write_text('[report]\ntenants = ["ALPHA"]\n')
    assert mcreports("autonomy", "validate", "--tenant", "ALPHA", "--source", empty).code == 4
    assert mcreports("grounding", "verify", "--period", "2025-W43", "--source", empty).code == 4


def test_the_scheduled_tenant_that_vanished_is_unknown_and_kept(mcreports: Command, empty: str, tmp_path: Path) -> None:
    ran = mcreports("autonomy", "validate", "--tenant=TENANT_003", "--source", empty, "--json")
    assert (ran.code, {verdict["status"] for verdict in ran.data["verdicts"]}) == (4, {"unknown"})
    assert len(list(tmp_path.glob("out/autonomy.validation/*.json"))) == 1
    assert mcreports("autonomy", "validate", "--tenant=TENANT_004", "--source", empty).code == 2


def test_the_doctor_misses_every_metric_of_an_empty_prometheus(mcreports: Command, empty: str) -> None:
    ran = mcreports("doctor", "--source", empty, "--json")
    missing = {each["finding"] for each in ran.data if each["state"] == "missing"}
    assert ran.code == 0
    assert missing >= {"budget.cost", "budget.limit_daily", "autonomy.operations", "tenants"}


# another platform's names, and tenants with names that bite

REMAPPED = """
[source]
url = "{url}"

[metrics."budget.cost"]
name = "other_cost_total"
labels = {{ tenant = "customer", driver = "kind" }}

[metrics."budget.limit_daily"]
name = "other_limit_daily"
labels = {{ tenant = "customer" }}

[metrics."tenant.info"]
name = "other_info"
labels = {{ tenant = "customer" }}
"""
HOSTILE = (
    'x"} or up{a!="',
    "<script>window.ran=1</script>",
    "=cmd|'/c calc'!A0",
    "../../etc\\",
    "NA",
    "e\u0301",
    "\x1b[2J\né",
)


def test_another_platforms_metrics_and_hostile_tenants_are_reported_to_the_cent(
    mcreports: Command, prometheus: Any, tmp_path: Path
) -> None:
    first, last = (datetime(2025, month, 1, tzinfo=UTC).timestamp() for month in (8, 11))
    stamps = np.arange(first, last + 7200, 3600, dtype=np.int64) * 1000
    hours = np.arange(len(stamps), dtype=np.float64)
    series = []
    for number, name in enumerate(HOSTILE, start=1):
        own = {"customer": name, "job": "platform"}
        series.append(Series({"__name__": "other_cost_total", "kind": "gpu", **own}, stamps, hours * number))
        series.append(Series({"__name__": "other_limit_daily", **own}, stamps, hours * 0 + 100))
        series.append(Series({"__name__": "other_info", "owner": name, **own}, stamps, hours * 0 + 1))
    prometheus.load(series)
    (tmp_path / "mcreports.toml").write_text(REMAPPED.format(url=prometheus.url), encoding="utf-8")
    shown = mcreports("report", "daily", "--period", "2025-10-31", "--format", "csv", "--json")
    (body,) = bodies_below(tmp_path)
    spent = {
        figure["tenant"]: figure["value"]
        for figure in body["figures"]
        if figure["id"] == "budget.spend.period" and "labels" not in figure
    }
    judged = {
        each["tenant"]: each["status"] for each in body["verdicts"] if each["check"] == "budget.utilization.daily"
    }
    assert spent == {None: f"{24 * 28}.00"} | {
        name: f"{24 * number}.00" for number, name in enumerate(HOSTILE, start=1)
    }
    assert judged == {name: "pass" if number < 4 else "fail" for number, name in enumerate(HOSTILE, start=1)}
    assert "\x1b" not in shown.err
    assert "␛[2J␊é" in shown.err
    page = (Path(shown.data[0]["path"]) / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;window.ran=1" in page


def test_the_doctor_looks_for_the_names_that_were_set(mcreports: Command, prometheus: Any, tmp_path: Path) -> None:
    text = REMAPPED.format(url=prometheus.url).replace("other_info", "nobody_has_this")
    (tmp_path / "mcreports.toml").write_text(text, encoding="utf-8")
    details = {each["finding"]: each["detail"] for each in mcreports("doctor", "--json").data}
    assert "nobody_has_this" in details["tenant.info"]
