"""Which reader a server gets, and what is said of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import requests

from mcreports.errors import SettingsError, UnreachableError
from mcreports.metrics import CATALOGUE, Metric
from mcreports.samples import Series
from mcreports.sources.access import Access
from mcreports.sources.choice import choose, external_labels
from mcreports.sources.http import StrictSession
from mcreports.sources.probe import probe_server
from mcreports.sources.prometheus import PrometheusSource
from mcreports.sources.question import Question

START = datetime(2025, 10, 1, tzinfo=UTC)
FIRST = int(START.timestamp() * 1000)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COST = CATALOGUE["budget.cost"]
PROMETHEUS = {"status": "success", "data": {"version": "2.53.0", "revision": "abc"}}
VICTORIA = {"status": "success", "data": {"version": "2.24.0"}}
CONFIG = {"status": "success", "data": {"yaml": "global:\n  scrape_interval: 1m\n"}}
STREAM = "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"


def _choice(stage, **changes):
    access = Access.of(stage.settings(**{"reader": "auto", **changes}))
    with StrictSession(access, "m for a day", wants="matrix") as session:
        return choose(session, access)


def test_the_real_servers_are_read_in_bulk_and_the_doctor_hears_it(server):
    probe = probe_server(server.settings(), datetime.now(UTC))
    wanted = {"prometheus": "remote read, streamed chunks", "victoriametrics": "export, /api/v1/export"}
    assert probe.reader == wanted[server.kind]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 415, 429, 500, 501, 503])
@pytest.mark.parametrize(("kind", "path"), [(PROMETHEUS, "/api/v1/read"), (VICTORIA, "/api/v1/export")])
def test_a_server_that_refuses_bulk_is_queried_and_says_so(play, say, kind, path, status):
    stage = play(say(kind), say(b"no", status, Content_Type="text/plain"))
    choice = _choice(stage, deadline=5)
    assert choice.why == f"query, the raw range selector: {path} answers HTTP {status}"
    assert choice.reader is choice.query
    assert len(stage.requests) == 2 + (status in {429, 500, 503})


def test_a_login_page_in_front_of_bulk_is_named(play, say):
    stage = play(say(PROMETHEUS), say(b"<html>", Content_Type="text/html"))
    assert _choice(stage).why.endswith("/api/v1/read answers text/html")


def test_a_redirect_of_bulk_to_another_host_is_not_followed_and_the_server_is_queried(play, say):
    other = play(say())
    stage = play(say(PROMETHEUS), say(b"", 302, Location=f"{other.url}/login"))
    assert _choice(stage).reader.name == "query, the raw range selector"
    assert other.requests == []


def test_a_server_that_falls_silent_is_unreachable(play, say):
    stage = play(say(PROMETHEUS), lambda _: None)
    with pytest.raises(UnreachableError, match="m for a day"):
        _choice(stage)


def test_a_server_that_hides_its_external_labels_is_queried(play, say):
    stage = play(say(PROMETHEUS), say(b"", Content_Type=STREAM), say(b"no", 403, Content_Type="text/plain"))
    assert re.search(r"external labels .* not told, /api/v1/status/config answers HTTP 403", _choice(stage).why)


def test_a_server_without_such_a_page_has_no_external_labels(play, say):
    plain = say(b"", Content_Type="application/x-protobuf")
    choice = _choice(play(say(PROMETHEUS), plain, say(b"", 404)))
    assert (choice.why, choice.external) == ("remote read, samples", frozenset())


def test_a_credential_that_is_wrong_for_everything_is_a_setting_that_is_wrong(play, say):
    stage = play(say(b"who are you", 401, Content_Type="text/plain"))
    with pytest.raises(SettingsError, match="401"):
        PrometheusSource(stage.settings(reader="auto")).fetch(COST, START, START + HOUR)


@pytest.mark.parametrize(("reader", "asked"), [("query", 0), ("export", 0), ("remote-read", 1)])
def test_what_the_settings_name_is_taken_unasked(play, say, reader, asked):
    stage = play(say(CONFIG))
    choice = _choice(stage, reader=reader)
    assert choice.why.endswith("as source.reader says")
    assert len(stage.requests) == asked


def test_a_source_asks_once(server):
    source = PrometheusSource(server.settings())
    with StrictSession(source.access, "m") as session:
        assert source.choice(session) is source.choice(session)
    assert source.info.kind == server.kind


def test_external_labels_are_read_from_a_configuration():
    assert external_labels("global:\n  scrape_interval: 1m\nscrape_configs:\n- job_name: x\n") == frozenset()
    text = "global:\n  external_labels:\n    a: x\n    b_2: 'y: z'\n  evaluation_interval: 1m\nrule_files:\n- a\n"
    assert external_labels(text) == {"a", "b_2"}


@pytest.fixture
def labelled(new_prometheus):
    """Starts a Prometheus that adds these labels to what leaves it, with two series of a metric, one of no tenant."""

    def start(**external: str):
        server = new_prometheus("--web.enable-lifecycle")
        text = "global:\n  scrape_interval: 1h\n  external_labels:\n"
        text += "".join(f"    {name}: {value}\n" for name, value in external.items())
        (server.directory / "prometheus.yml").write_text(text, encoding="utf-8")
        requests.post(f"{server.url}/-/reload", timeout=30).raise_for_status()
        metric = Metric("budget.cost", "labelled_total", "counter", ("tenant", "driver"), "USD")
        ts = FIRST + np.arange(100) * 60_000
        held = [{"tenant": "T", "az": "own"}, {"driver": "gpu"}]
        server.load([Series({"__name__": metric.name, **own}, ts, np.arange(100.0)) for own in held])
        return server, metric, held

    return start


@pytest.mark.parametrize(
    ("external", "reader"),
    [
        ({"cluster": "c", "replica": "r"}, "remote read"),
        ({"cluster": "c", "tenant": "T"}, "query, the raw range selector"),
        ({"driver": "cpu"}, "query, the raw range selector"),
        ({"az": "theirs"}, "query, the raw range selector"),
    ],
)
def test_external_labels_never_reach_a_series(labelled, external, reader):
    server, metric, held = labelled(**external)
    source, query = (PrometheusSource(server.settings(reader=way)) for way in ("auto", "query"))
    names = [{**own, "__name__": metric.name} for own in held]
    pieces = list(source.series(metric, START, START + DAY))
    assert {tuple(sorted(one.labels.items())) for one in pieces} == {tuple(sorted(one.items())) for one in names}
    for tenants in (None, ["T"], ["nobody"]):
        tables = [one.fetch(metric, START, START + DAY, tenants).table for one in (source, query)]
        pd.testing.assert_frame_equal(*tables, check_exact=True)
    with StrictSession(source.access, "m") as session:
        choice = source.choice(session)
        assert f"without the external labels {', '.join(sorted(external))}" in choice.why
        assert choice.reader_of(session, source.access, Question.of(metric, START, START + DAY, None)).name == reader
