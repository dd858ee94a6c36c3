"""Health, routes and latency, on servers that really answer and on ones that break every rule."""

from __future__ import annotations

import time

import pytest

from mcreports.checks import Status
from mcreports.operations.egress.gateways import TRIES, measure, measure_routes, sickness
from mcreports.operations.egress.probe import Reply, ask
from mcreports.operations.egress.verdicts import judge_gateway

HEALTHY = b'{"status": "healthy"}'


def judged(measured, latency=500.0):
    return {verdict.check: verdict for verdict in judge_gateway("primary", measured, latency)}


def test_a_gateway_that_says_healthy_and_answers_its_routes_in_time_passes(gateway, asking):
    running = gateway("a")
    verdicts = judged(measure(running.url, "/health", ("/v1/models", "/v1/chat"), asking))
    assert {check: verdict.status.value for check, verdict in verdicts.items()} == {
        "egress.primary": "pass",
        "egress.routing": "pass",
        "egress.latency": "pass",
    }
    assert verdicts["egress.latency"].n == 3 * TRIES


@pytest.mark.parametrize(
    "reply",
    [
        Reply(1, 200, "application/json", HEALTHY),
        Reply(1, 200, "", HEALTHY),
        Reply(1, 200, "text/plain", b"OK\n"),
        Reply(1, 200, "text/plain", b"healthy"),
    ],
)
def test_health_is_said_by_the_json_status_or_by_a_plain_word(reply):
    assert sickness(reply) == ""


@pytest.mark.parametrize(
    "reply",
    [
        Reply(1, 200, "text/html", b"<html>Log in"),
        Reply(1, 200, "text/html", HEALTHY),
        Reply(1, 200, "application/json", b'{"status": "degraded"}'),
        Reply(1, 200, "application/json", b'{"status": "down", "status": "healthy"}'),
        Reply(1, 200, "application/json", b'["healthy"]'),
        Reply(1, 200, "application/json", b"[" * 60_000),
        Reply(1, 200, "application/json", b""),
        Reply(1, 204, "", b""),
        Reply(1, 302, "text/plain", b"ok"),
        Reply(1, 503, "application/json", HEALTHY),
        Reply(1, fault="connection refused"),
    ],
)
def test_anything_else_is_no_health(reply):
    assert sickness(reply) != ""


@pytest.mark.parametrize("fault", ["hang", "slow byte", "huge", "cut off", "not HTTP", "closed"])
def test_a_server_that_breaks_the_rules_is_not_healthy_and_costs_no_more_than_the_deadline(play, acts, asking, fault):
    url = play(acts[fault])
    started = time.monotonic()
    measured = measure(url, "/health", (), asking)
    assert time.monotonic() - started < 2 * asking.timeout
    verdict = judged(measured)["egress.primary"]
    assert (verdict.status, verdict.n) == (Status.FAIL, 1)
    assert measured.health.faults[0]


def test_a_redirect_is_not_followed_and_is_neither_health_nor_a_route(serve, asking):
    asked = []

    def answer(path):
        asked.append(path)
        return 302, "text/plain", b"ok"

    verdicts = judged(measure(serve(answer), "/health", ("/v1/models",), asking))
    assert {verdicts["egress.primary"].status, verdicts["egress.routing"].status} == {Status.FAIL}
    assert set(asked) == {"/health", "/v1/models"}


def test_a_port_where_nobody_listens_fails_and_a_latency_without_answers_is_unknown(free_port, asking):
    verdicts = judged(measure(f"http://127.0.0.1:{free_port()}", "/health", ("/v1/models",), asking))
    assert [verdict.status.value for verdict in verdicts.values()] == ["fail", "fail", "unknown"]
    assert "refused" in verdicts["egress.primary"].reason


def test_a_name_that_does_not_resolve_proves_nothing(asking):
    verdicts = judged(measure("http://gateway.invalid:8080", "/health", ("/v1/models",), asking))
    assert {verdict.status for verdict in verdicts.values()} == {Status.UNKNOWN}
    assert "does not resolve" in verdicts["egress.primary"].reason


@pytest.mark.parametrize("status", [404, 429, 500, 502, 503, 504])
def test_a_missing_path_or_a_fault_of_the_server_does_not_prove_a_route(serve, asking, status):
    (probe,) = measure_routes(serve(lambda _: (status, "text/plain", b"")), ("/v1/models",), asking)
    assert probe.faults[0].startswith(f"HTTP {status}")


@pytest.mark.parametrize(
    ("status", "media"), [(200, "application/json"), (200, "text/html"), (401, "text/plain"), (403, "text/plain")]
)
def test_what_answers_every_path_alike_proves_no_route(serve, asking, status, media):
    url = serve(lambda path: (status, media, path.encode() if media == "text/html" else b"same"))
    verdict = judged(measure(url, "/health", ("/v1/models",), asking))["egress.routing"]
    assert verdict.status is Status.UNKNOWN
    assert "a path that nobody configured" in verdict.reason


def test_one_route_of_two_that_fails_is_a_failure_that_names_it(serve, asking):
    def answer(path):
        return (200, "text/plain", b"ok") if path in {"/health", "/v1/models"} else (404, "text/plain", b"")

    verdict = judged(measure(serve(answer), "/health", ("/v1/models", "/v1/lost"), asking))["egress.routing"]
    assert (verdict.status, verdict.value) == (Status.FAIL, "50.0")
    assert "/v1/lost: HTTP 404" in verdict.reason


def test_a_single_bad_answer_among_good_ones_is_a_failure(serve, asking):
    turns = iter([200, 200, 503, 200, 200])
    verdict = judged(measure(serve(lambda _: (next(turns), "text/plain", b"ok")), "/health", (), asking))
    assert (verdict["egress.primary"].status, verdict["egress.primary"].value) == (Status.FAIL, "80.0")


def test_the_slowest_answer_is_held_against_the_limit(serve, asking):
    def answer(_):
        time.sleep(0.03)
        return 200, "text/plain", b"ok"

    measured = measure(serve(answer), "/health", (), asking)
    assert judged(measured, 20.0)["egress.latency"].status is Status.FAIL
    assert judged(measured, 400.0)["egress.latency"].status is Status.PASS
    assert measured.health.as_dict()["p50_ms"] >= 30


def test_a_latency_of_the_probes_that_were_answered_is_unknown_while_others_were_not(serve, asking):
    def answer(path):
        if path == "/v1/models":
            time.sleep(0.8)
        return 200, "text/plain", b"ok"

    verdict = judged(measure(serve(answer), "/health", ("/v1/models",), asking))["egress.latency"]
    assert verdict.status is Status.UNKNOWN
    assert "/v1/models" in verdict.reason


def test_a_request_asks_no_proxy_of_the_environment(gateway, asking, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert ask(gateway("a").url + "/health", asking).status == 200
