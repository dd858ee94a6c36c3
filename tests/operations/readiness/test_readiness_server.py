"""Dashboards and alert rules against a real Prometheus."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from mcreports.alerting.dashboard import dashboard
from mcreports.checks import Status
from mcreports.metrics import CATALOGUE
from mcreports.operations.readiness.panels import questions
from mcreports.settings import Settings


def with_board(platform: Any, body: object) -> Any:
    file = platform.root / "board.json"
    file.write_text(body if isinstance(body, str) else json.dumps(body))
    return platform.settings(readiness={"dashboard": file})


NAME = "TenantBudgetCritical90Percent"


@pytest.fixture
def impostor() -> Iterator[Callable[[object], str]]:
    """The address of a server that answers everything with the same JSON."""
    body: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body[0])))
            self.end_headers()
            self.wfile.write(body[0])

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def serve(told: object) -> str:
        body[:] = [json.dumps(told).encode()]
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    server.shutdown()
    server.server_close()


def panel(title: str, *queries: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "targets": [{"expr": query} for query in queries], **more}


def exported() -> list[dict[str, Any]]:
    """The panels of the dashboard that is exported."""
    found: list[dict[str, Any]] = dashboard(Settings(), CATALOGUE)["panels"]
    return found


def test_what_the_export_would_be_proves_no_dashboard_that_people_see(ready: Any) -> None:
    found = ready.find("E1_Dashboards", ready.settings(readiness={"dashboard": None}))
    assert (found.status, "no deployed dashboard is named: set readiness.dashboard" in found.why) == (
        Status.UNKNOWN, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Autonomy success", "autonomy success: mc_autonomy_operations_total"),
        ("Policy denies", "policy denies: mc_policy_decisions_total"),
        (
            ("Cost today", "Daily budget"),
            "cost against budget: mc_tenant_budget_limit_usd or mc_tenant_budget_monthly_usd",
        ),
        ("Replication lag", "replication lag p95: mc_replication_lag_seconds_bucket"),
        ("GraphQL", "GraphQL latency p95: mc_request_duration_seconds_bucket"),
    ],
)
def test_a_dashboard_without_a_thing_of_the_runbook_fails(platform: Any, title: Any, words: str) -> None:
    panels = [one for one in exported() if not one["title"].startswith(title)]
    more = panel("other names", "vector(1) # mc_autonomy_operations_total", 'absent(up{a="mc_policy_decisions_total"})',
                 "vector(1) or mc_replication_lag_seconds_bucket_x", "mc_tenant_info")  # fmt: skip
    found = platform.find("E1_Dashboards", with_board(platform, {"panels": [*panels, more]}))
    assert (found.status, f"no panel asks for {words}" in found.why) == (Status.FAIL, True)


def test_a_dashboard_that_asks_for_one_is_none(platform: Any) -> None:
    found = platform.find("E1_Dashboards", with_board(platform, {"panels": [panel("one", "vector(1)")]}))
    assert (found.status, found.good, len(found.wrong)) == (Status.FAIL, 1, 6)


def test_a_query_that_is_hidden_shows_nothing(platform: Any) -> None:
    hidden = {"expr": "nobody_has_this", "hide": True}
    panels = exported()
    panels[0]["targets"].append(hidden)
    found = platform.find("E1_Dashboards", with_board(platform, {"panels": panels}))
    assert (found.why, found.status, found.every) == (found.told, Status.PASS, 7)
    panels[1]["targets"] = [{**one, "hide": True} for one in panels[1]["targets"]]
    found = platform.find("E1_Dashboards", with_board(platform, {"panels": panels}))
    assert "asks nothing" in found.why
    assert "no panel asks for policy denies" in found.why


@pytest.mark.parametrize(
    ("panels", "words"),
    [
        ([panel("torn", "sum(")], "torn: "),
        ([panel("never", "0/0 * mc_tenant_info")], "never: has no data"),
        ([panel("idle")], "idle: asks nothing"),
        ([panel("row", type="row", panels=[panel("inner", "nobody_has_this")])], "inner: has no data"),
        ([], "holds no panel"),
        ([{"title": "words", "type": "text"}], "holds no panel"),
    ],
)
def test_a_dashboard_with_a_panel_that_shows_nothing_fails(platform: Any, panels: Any, words: str) -> None:
    found = platform.find("E1_Dashboards", with_board(platform, {"panels": panels}))
    assert (found.status, words in found.why) == (Status.FAIL, True)


@pytest.mark.parametrize("body", ["{", '{"title": "no panels"}', '{"panels": [1]}', '{"panels": {}, "panels": []}'])
def test_a_dashboard_that_cannot_be_read_is_unknown(platform: Any, body: str) -> None:
    found = platform.find("E1_Dashboards", with_board(platform, body))
    assert (found.status, "board.json: " in found.why) == (Status.UNKNOWN, True)


def test_variables_are_filled_in_however_they_are_written(platform: Any) -> None:
    cost = "mc_tenant_cost_total_usd"
    written = [
        f"{cost}{{tenant{form}}}" for form in ('=~"$tenant"', '="$tenant"', '=~"${tenant:regex}"', '=~"[[tenant]]"')
    ]
    spans = [f"rate({cost}[{span}])" for span in ("$__rate_interval", "${__rate_interval}", "$__range")]
    whole = {"dashboard": {"panels": [*exported(), panel("all", *written, *spans, "1 + 1")]}}
    found = platform.find("E1_Dashboards", with_board(platform, whole))
    assert (found.why, found.status) == (found.told, Status.PASS)
    assert found.every == len(questions(whole)) == 15


@pytest.mark.parametrize("url", ["demo://?seed=7", "archive:here"])
def test_what_answers_no_promql_proves_no_dashboard_and_no_alert(ready: Any, url: str) -> None:
    settings = ready.settings(source={"url": url})
    for name in ("E1_Dashboards", "E1_Budgets"):
        found = ready.find(name, settings)
        assert (found.status, "give --source http" in found.why) == (Status.UNKNOWN, True)


def test_a_server_that_is_away_is_unknown_and_loses_nothing_else(ready: Any) -> None:
    settings = ready.settings(source={"url": "http://127.0.0.1:1", "deadline": 0.5})
    unknown = [one.name for one in ready.validate(settings) if one.finding.status is not Status.PASS]
    assert unknown == ["E1_Dashboards", "E1_Budgets"]


def test_a_server_without_the_rules_names_each_that_is_missing(ready: Any, prometheus: Any) -> None:
    found = ready.find("E1_Budgets", ready.settings(source={"url": prometheus.url}))
    assert (found.status, found.good) == (Status.FAIL, 0)
    assert "TenantBudgetWarning80Percent is not loaded" in found.why


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"health": "err", "lastError": "many-to-many"}, "cannot be evaluated: many-to-many"),
        ({"health": "unknown"}, "was not evaluated yet"),
        ({"lastEvaluation": "0001-01-01T00:00:00Z"}, "was not evaluated yet"),
        ({"lastEvaluation": "yesterday"}, "was not evaluated yet"),
        ({"lastEvaluation": "2025-11-03T08:00:00.123456789Z"}, "was last evaluated at 2025-11-03T08:00:00"),
        ({"labels": {"severity": "info"}}, "another label severity"),
        ({"labels": None}, "another label"),
        ({"duration": 86400}, "another time than"),
        ({"query": "vector(0)"}, "runs another expression"),
        ({"query": None}, "runs another expression"),
    ],
)
def test_a_rule_that_is_not_run_as_exported_is_named(
    ready: Any, impostor: Callable[[object], str], rule: dict[str, Any], words: str
) -> None:
    # no real server can be brought to evaluate wrongly at will
    told = requests.get(f"{ready.url}/api/v1/rules", timeout=10).json()
    for group in told["data"]["groups"]:
        group["rules"] = [{**one, **rule} if one["name"] == NAME else one for one in group["rules"]]
    found = ready.find("E1_Budgets", ready.settings(source={"url": impostor(told)}))
    assert found.status is not Status.PASS
    assert f"{NAME} " in found.why
    assert words in found.why


@pytest.mark.parametrize("data", [[], {}, {"groups": 1}, {"groups": [{"rules": [{}]}]}, {"groups": [{"rules": [1]}]}])
def test_rules_of_another_shape_prove_nothing(ready: Any, impostor: Callable[[object], str], data: object) -> None:
    url = impostor({"status": "success", "data": data})
    found = ready.find("E1_Budgets", ready.settings(source={"url": url}))
    assert (found.status, "answers with no groups of rules" in found.why) == (Status.UNKNOWN, True)


def test_a_path_where_nothing_answers_proves_nothing(ready: Any) -> None:
    found = ready.find("E1_Budgets", ready.settings(source={"url": f"{ready.url}/wrong"}))
    assert (found.status, "is the prefix right?" in found.why) == (Status.UNKNOWN, True)
