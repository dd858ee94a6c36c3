from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from mcreports.cli.incident_haste import Hurried, hurried
from mcreports.domains.compose import compose
from mcreports.domains.incidents.take import order_of, take_as_of
from mcreports.errors import UnreachableError
from mcreports.metrics import CATALOGUE, remap
from mcreports.samples import Series
from mcreports.settings import Settings
from mcreports.snapshot import read
from mcreports.sources.prometheus import PrometheusSource
from mcreports.take import errands

Command = Callable[..., Any]
TENANT, AT = "SLOW", datetime(2025, 10, 30, 12, tzinfo=UTC)
NAMES = {key: f"haste_{metric.name}" for key, metric in CATALOGUE.items()}
COUNTED = {
    "autonomy.operations": {"status": "success", "operation_type": "scale"},
    "autonomy.compensations": {"reason": "timeout"},
    "autonomy.violations": {"type": "policy"},
}


@dataclass
class Proxy:
    """A way to a real server that takes its time, and never answers what holds one of the words."""

    url: str
    delay: float = 0.0
    held: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def slow(prometheus: Any) -> Iterator[Proxy]:
    """A proxy before a Prometheus that has a tenant's counters of the days from 20 to 30 October."""
    hours = np.arange(240, dtype=np.int64)
    ts = round((AT - timedelta(hours=239)).timestamp() * 1000) + hours * 3_600_000
    series = [
        Series({"__name__": NAMES[key], "tenant": TENANT, **own}, ts, hours * (100.0 if "operations" in key else 0.0))
        for key, own in COUNTED.items()
    ]
    prometheus.load(series)
    proxy = Proxy("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            proxy.asked.append(f"{self.path} {body!r}")
            proxy.over.wait(proxy.delay)
            if any(word in proxy.asked[-1] for word in proxy.held):
                proxy.over.wait()
                return
            own = {k: v for k, v in self.headers.items() if k.lower() not in {"host", "content-length"}}
            got = requests.request(self.command, prometheus.url + self.path, data=body, headers=own, timeout=30)
            self.send_response(got.status_code)
            for name in ("Content-Type", "Date"):
                self.send_header(name, got.headers.get(name, ""))
            self.send_header("Content-Length", str(len(got.content)))
            self.end_headers()
            self.wfile.write(got.content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Nobody listens."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield proxy
    proxy.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(slow: Proxy) -> Settings:
    named = {key: {"name": name} for key, name in NAMES.items()}
    return Settings(
        source={"url": slow.url, "reader": "query"},
        metrics=named,
        report={"tenants": [TENANT]},  # type: ignore[arg-type]
    )


def source_of(settings: Settings, seconds: float) -> Any:
    return hurried(PrometheusSource(settings.source), time.monotonic() + seconds)


def test_what_a_slow_server_tells_in_time_is_what_it_tells_without_haste(slow: Proxy, settings: Settings) -> None:
    order, slow.delay = order_of("autonomy", TENANT, AT, "UTC"), 0.05
    server = source_of(settings, 60)
    server.learn(errands(order, server, settings, AT).values(), order.tenants)
    count = len(slow.asked)
    hasty = compose(take_as_of(order, server, settings, AT))
    assert len(slow.asked) == count  # what was told is not asked again
    slow.delay = 0.0
    calm = compose(take_as_of(order, PrometheusSource(settings.source), settings, AT))
    assert (hasty.figures.every, hasty.verdicts) == (calm.figures.every, calm.verdicts)
    assert hasty.figures.find("autonomy.operations", TENANT).value == 600
    assert hasty.snapshot.windows == calm.snapshot.windows
    assert not hasty.snapshot.notes


def test_who_is_not_known_from_before_is_not_looked_for_slice_by_slice(slow: Proxy, settings: Settings) -> None:
    server = source_of(settings, 60)
    assert isinstance(server, Hurried)
    metric = remap(NAMES, {})["autonomy.operations"]
    first = AT - timedelta(days=20)
    assert len(server.fetch(metric, first, AT, (TENANT,)).table) == 239
    count = len(slow.asked)
    for days in range(0, 100, 10):
        end = first - timedelta(days=days)
        assert server.fetch(metric, end - timedelta(days=10), end, (TENANT,)).table.empty
    assert len(slow.asked) == count + 1


def test_a_server_that_tells_nothing_by_then_cannot_be_reached(slow: Proxy, settings: Settings) -> None:
    slow.held = ("/api/v1/query",)
    order = order_of("autonomy", TENANT, AT, "UTC")
    server = source_of(settings, 1.5)
    with pytest.raises(UnreachableError, match="haste_mc_"):
        server.learn(errands(order, server, settings, AT).values(), order.tenants)


def test_a_metric_that_does_not_come_in_time_is_unknown_and_the_others_are_shown(
    mcreports: Command, tmp_path: Path, slow: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcreports.cli.incident_haste.BUDGET", 6.0)
    slow.held = (NAMES["autonomy.violations"],)
    lines = [f'[metrics."{key}"]\nname = "{name}"' for key, name in NAMES.items()]
    (tmp_path / "mcreports.toml").write_text('[source]\nreader = "query"\n' + "\n".join(lines))
    words = ("incident", "autonomy", "--tenant", TENANT, "--at", "2025-10-30T12:00:00Z", "--source", slow.url, "--json")
    ran = mcreports(*words)
    assert ran.code == 0, ran.err
    by_check = {verdict["check"]: verdict["status"] for verdict in ran.data["verdicts"]}
    assert by_check["autonomy.success_rate"] == "pass"
    assert by_check["autonomy.policy_violations"] == by_check["autonomy.residency_violations"] == "unknown"
    (note,) = ran.data["notes"]
    assert note.endswith(f"nothing of {NAMES['autonomy.violations']} is shown")
    assert read(Path(ran.data["path"])).notes[0].text == note
    assert next(each for each in ran.data["contacts"] if each["area"] == "technical")["since"] is not None
