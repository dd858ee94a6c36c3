"""Rules held against promtool, and a real Alertmanager to fire at."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
import yaml

from mcreports.alerting.alerts import alerts
from mcreports.alerting.promql import literal
from mcreports.alerting.rule_file import prometheus as rule_file
from mcreports.alerting.wording import Alert
from mcreports.metrics import CATALOGUE, Metric
from mcreports.samples import Series
from mcreports.settings import Settings


@dataclass(frozen=True)
class Tested:
    """How a promtool run ended, and which alerts were wanted and not there, or the other way round."""

    code: int
    out: str


@dataclass
class Scene:
    """Samples that rules are tested over, None where there is none, and which alerts must fire at their end."""

    hours: int
    step: int = 5  # minutes between samples
    days: int = 31  # of the month; promtool's is January 1970
    series: list[tuple[dict[str, str], list[float | None]]] = field(default_factory=list)
    firing: list[dict[str, str]] = field(default_factory=list)

    def put(self, metric: Metric, *values: tuple[float | None, float], **labels: str) -> None:
        """A series that has each value from so many hours before the end on; the first one from the beginning."""
        ends = [round(hours * 60 / self.step) for _, hours in values[1:]] + [-1]
        found: list[float | None] = []
        for (value, _), end in zip(values, ends, strict=True):
            found += [value] * (self.hours * 60 // self.step - end - len(found))
        self._add(metric, found, labels)

    def grow(self, metric: Metric, each: float, **labels: str) -> None:
        """A counter that grows by as much at each sample."""
        self._add(metric, [each * at for at in range(self.hours * 60 // self.step + 1)], labels)

    def _add(self, metric: Metric, values: list[float | None], labels: dict[str, str]) -> None:
        named = {metric.server_label(label): value for label, value in labels.items()}
        self.series.append(({"__name__": metric.name, **named}, values))

    def expect(self, name: str, severity: str, **labels: str) -> None:
        """One alert that must fire."""
        self.firing.append({"alertname": name, "severity": severity, **labels})

    def told(self) -> list[dict[str, str]]:
        """The series as promtool writes them."""
        return [
            {"series": _written(labels), "values": " ".join("_" if one is None else repr(float(one)) for one in values)}
            for labels, values in self.series
        ]

    def pushed(self, end: datetime) -> list[Series]:
        """The series as they are pushed, with their end at an instant."""
        found = []
        for labels, values in self.series:
            known = [at for at, value in enumerate(values) if value is not None]
            ts = int(end.timestamp() * 1000) - (len(values) - 1 - np.array(known)) * self.step * 60_000
            found.append(Series(labels, ts, np.array([values[at] for at in known], float)))
        return found


def often(rules: Collection[Alert]) -> str:
    """A rule file whose groups are all evaluated as often as the server says."""
    return rule_file(rules).replace("  interval: 5m\n", "")


@pytest.fixture
def promtool(tmp_path: Path) -> Callable[..., Tested]:
    """Holds the named rules of settings against a scene: exactly the expected alerts fire at its end."""

    def test(
        scene: Scene, settings: Settings, names: Collection[str], metrics: Any = CATALOGUE, **changes: str
    ) -> Tested:
        rules = [replace(one, **changes) for one in alerts(settings, metrics) if one.name in names]  # type: ignore[arg-type]
        (tmp_path / "rules.yml").write_text(often(rules), encoding="utf-8")
        asked = 'count by (alertname, severity, tenant, driver, metric, report) (ALERTS{alertstate="firing"})'
        made = {
            "rule_files": ["rules.yml"],
            "evaluation_interval": f"{max(15, scene.step)}m",
            "tests": [
                {
                    "interval": f"{scene.step}m",
                    "input_series": scene.told(),
                    "promql_expr_test": [
                        {
                            "expr": asked,
                            "eval_time": f"{scene.hours}h",
                            "exp_samples": [{"labels": _written(one), "value": 1} for one in scene.firing],
                        }
                    ],
                }
            ],
        }
        (tmp_path / "test.yml").write_text(yaml.safe_dump(made), encoding="utf-8")
        words = ["promtool", "test", "rules", "test.yml"]
        ran = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        said = ran.stdout + ran.stderr
        wanted, found = ({*re.findall(r"{alertname=.*?} 1E", text)} for text in (said + "got:").split("got:")[:2])
        return Tested(ran.returncode, "\n".join(sorted(wanted ^ found)) if wanted | found else said)

    return test


@pytest.fixture
def scene() -> Callable[..., Scene]:
    """An empty scene of so many hours, with a sample each so many minutes."""
    return Scene


def _written(labels: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}={literal(value)}" for name, value in labels.items()) + "}"


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[str]:
    """The address of an empty Alertmanager that tells nobody."""
    if shutil.which("prometheus-alertmanager") is None:
        pytest.fail("prometheus-alertmanager is not installed: run tests/servers/install.sh")
    config = tmp_path / "alertmanager.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    words = [
        "setpriv", "--pdeathsig", "KILL", "prometheus-alertmanager", f"--config.file={config}",
        f"--storage.path={tmp_path / 'alertmanager'}", f"--web.listen-address={place}", "--cluster.listen-address=",
    ]  # fmt: skip
    with (tmp_path / "alertmanager.log").open("wb") as sink:
        process = subprocess.Popen(words, stdout=sink, stderr=subprocess.STDOUT)
    try:
        assert wait_for(lambda: _is_ready(f"http://{place}/-/ready"), 30)
        yield f"http://{place}"
    finally:
        process.terminate()
        process.wait(10)


def _is_ready(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def wait_for(is_so: Callable[[], Any], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < until:
        time.sleep(0.1)
    return bool(found)


@pytest.fixture
def wait() -> Callable[[Callable[[], Any], float], bool]:
    """Waits until something is so, and says whether it came about in time."""
    return wait_for


@pytest.fixture
def fire(new_prometheus: Callable[..., Any]) -> Callable[..., Any]:
    """Starts a Prometheus that holds some series, evaluates rules each second and tells an Alertmanager at once."""

    def configure(server: Any, **changes: Any) -> None:
        config = {**yaml.safe_load((server.directory / "prometheus.yml").read_text()), **changes}
        (server.directory / "prometheus.yml").write_text(yaml.safe_dump(config))
        requests.post(f"{server.url}/-/reload", timeout=30).raise_for_status()

    def start(rules: Collection[Alert], alertmanager: str, series: Collection[Series] = ()) -> Any:
        server = new_prometheus("--web.enable-lifecycle", "--rules.alert.resend-delay=1s")
        configure(server, storage={"tsdb": {"out_of_order_time_window": "60d"}})
        server.load(series)
        (server.directory / "rules.yml").write_text(often([replace(one, hold="0s") for one in rules]), encoding="utf-8")
        told = {"alertmanagers": [{"static_configs": [{"targets": [urlsplit(alertmanager).netloc]}]}]}
        configure(server, rule_files=["rules.yml"], alerting=told, **{"global": {"evaluation_interval": "1s"}})
        return server

    return start
