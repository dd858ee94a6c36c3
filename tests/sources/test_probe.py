"""What doctor learns from the real servers, and from none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from mcreports.errors import SettingsError, UnreachableError
from mcreports.metrics import Metric
from mcreports.samples import Series
from mcreports.settings import SourceSettings
from mcreports.sources.probe import check_clock, clock_skew, exposed_files, probe_metric, probe_server

START = datetime(2025, 3, 1, 10, tzinfo=UTC)


@pytest.fixture
def metric(server):
    """Two series a minute apart, ten days long, of tenants A and B."""
    found = Metric("budget.cost", f"probed_{server.kind}_total", "counter", ("tenant", "driver"), "USD")
    ts = int(START.timestamp() * 1000) + np.arange(10 * 1440) * 60_000
    server.load([Series({"__name__": found.name, "tenant": name}, ts, ts / 1e9) for name in "AB"])
    return found


def test_a_server_tells_what_it_is_and_its_time(server):
    probe = probe_server(server.settings(), datetime.now(UTC))
    assert (probe.is_reachable, probe.kind, probe.url) == (True, server.kind, server.url)
    assert probe.version.startswith("2.") == (server.kind == "prometheus")
    assert probe.skew is not None
    assert abs(probe.skew) < timedelta(seconds=5)


def test_nobody_there_is_a_problem_told_and_not_raised():
    probe = probe_server(SourceSettings(url="http://127.0.0.1:9", deadline=3.0), START)
    assert not probe.is_reachable
    assert "Connection refused" in str(probe.problem)


def test_a_clock_an_hour_off_is_refused_with_both_times(server):
    now = datetime.now(UTC)
    check_clock(server.settings(), now)
    with pytest.raises(SettingsError, match=r"its clock says .*Z and this machine's .*Z"):
        check_clock(server.settings(), now - timedelta(hours=1))


def test_a_server_without_a_clock_has_no_skew(play, say):
    answer = {"status": "success", "data": {"resultType": "vector", "result": []}}
    assert clock_skew(play(say(answer)).settings(), START) is None


@pytest.mark.parametrize("later", [timedelta(minutes=2), timedelta(hours=20), timedelta(days=12)])
def test_a_metric_tells_its_newest_sample_its_first_day_and_its_tenants(server, metric, later):
    last = START + timedelta(days=10, minutes=-1)
    probe = probe_metric(server.settings(), metric, last + later)
    assert (probe.newest, probe.age) == (last, later)
    assert probe.earliest is not None
    assert probe.earliest.date() == START.date()
    if later < timedelta(days=1):
        assert (probe.series, probe.tenants) == (2, ("A", "B"))


def test_a_metric_that_is_not_there_is_told_so(server):
    probe = probe_metric(server.settings(), Metric("tenant.info", "nowhere", "gauge", ("tenant",), ""), START)
    assert (probe.series, probe.newest, probe.age, probe.earliest, probe.problem) == (0, None, None, None, None)


def test_a_server_that_goes_away_is_unreachable():
    with pytest.raises(UnreachableError):
        probe_metric(SourceSettings(url="http://127.0.0.1:9", deadline=3.0), Metric("k", "m", "gauge", (), ""), START)


def test_a_metric_that_the_server_will_not_tell_is_a_problem(play, say):
    stage = play(say({"status": "error", "errorType": "internal", "error": "broken block"}, 400))
    assert "broken block" in str(probe_metric(stage.settings(), Metric("k", "m", "gauge", (), ""), START).problem)


def test_a_file_with_a_secret_that_everybody_may_read_is_named(tmp_path):
    open_file, closed = tmp_path / "token", tmp_path / "key"
    for file, mode in ((open_file, 0o644), (closed, 0o600)):
        file.write_text("s", encoding="utf-8")
        file.chmod(mode)
    assert exposed_files(SourceSettings(url="http://x", token_file=open_file, key_file=closed)) == (open_file,)
