"""What all rooms test with: real servers, started on free ports and ended with the tests; the demo's published runs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import hypothesis
import pytest
import requests
from filelock import FileLock

from mcreports.settings import SourceSettings
from mcreports.sources.push import push

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

    from mcreports.samples import Series

# a busy machine is slow, which is no failure
hypothesis.settings.register_profile("project", deadline=None, print_blob=True)
hypothesis.settings.load_profile("project")

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
)
READY = {"prometheus": "/-/ready", "victoria-metrics": "/health"}
# of two hours, as is usual, it would write thousands for the years that tests push
LONG_BLOCKS = ("--storage.tsdb.min-block-duration=31d", "--storage.tsdb.max-block-duration=31d")
PROMETHEUS = """\
global:
  scrape_interval: 1h
storage:
  tsdb:
    out_of_order_time_window: {window}
"""


@dataclass(frozen=True)
class Server:
    """A running server: its address, its kind, its files."""

    url: str
    kind: str
    directory: Path

    def settings(self, **changes: object) -> SourceSettings:
        """The settings of a source that reads it."""
        return SourceSettings(url=self.url, **changes)  # type: ignore[arg-type]

    def load(self, series: Sequence[Series]) -> int:
        """Push samples and wait until queries see them."""
        count = push(self.settings(), series)
        if self.kind == "victoriametrics":
            requests.get(f"{self.url}/internal/force_flush", timeout=30).raise_for_status()
        return count


def _start(command: str, flags: list[str], listen: str, directory: Path) -> tuple[subprocess.Popen[bytes], str]:
    """The process and its address, once it says that it is ready; a port that was lost to another is tried again."""
    if shutil.which(command) is None:
        pytest.fail(f"{command} is not installed: run tests/servers/install.sh")
    log = directory / "log"
    for _ in range(5):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{free.getsockname()[1]}"
        # pdeathsig: the server must not outlive tests that are killed
        words = ["setpriv", "--pdeathsig", "KILL", command, *flags, f"{listen}={place}"]
        with log.open("wb") as sink:
            process = subprocess.Popen(words, stdout=sink, stderr=subprocess.STDOUT)
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            if _is_ready(f"http://{place}{READY[command]}"):
                return process, f"http://{place}"
            time.sleep(0.05)
        _end(process)
    pytest.fail(f"{command} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _is_ready(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _prometheus(directory: Path, window: str, *more: str) -> tuple[subprocess.Popen[bytes], Server]:
    config = directory / "prometheus.yml"
    config.write_text(PROMETHEUS.format(window=window), encoding="utf-8")
    flags = [
        f"--config.file={config}",
        f"--storage.tsdb.path={directory / 'data'}",
        "--storage.tsdb.retention.time=50y",
        "--web.enable-remote-write-receiver",
        *more,
    ]
    process, url = _start("prometheus", flags, "--web.listen-address", directory)
    return process, Server(url, "prometheus", directory)


def _victoriametrics(directory: Path) -> tuple[subprocess.Popen[bytes], Server]:
    flags = [f"-storageDataPath={directory / 'data'}", "-retentionPeriod=50y", "-loggerLevel=WARN"]
    process, url = _start("victoria-metrics", flags, "-httpListenAddr", directory)
    return process, Server(url, "victoriametrics", directory)


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Prometheus for all tests of a worker; it takes samples in any order of time: use own metric names."""
    process, server = _prometheus(tmp_path_factory.mktemp("prometheus"), "18250d", *LONG_BLOCKS)
    yield server
    _end(process)


@pytest.fixture
def new_prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts an empty Prometheus with further flags; it takes samples in order of time, as a plain one does."""
    started = []

    def start(*flags: str) -> Server:
        process, server = _prometheus(tmp_path_factory.mktemp("prometheus"), "0s", *flags)
        started.append(process)
        return server

    yield start
    for process in started:
        _end(process)


@pytest.fixture(scope="session")
def victoriametrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One VictoriaMetrics for all tests of a worker: use own metric names."""
    process, server = _victoriametrics(tmp_path_factory.mktemp("victoriametrics"))
    yield server
    _end(process)


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """Starts an empty server of a kind, which stays until all tests of the worker are done."""
    started = []

    def start(kind: str) -> Server:
        directory = tmp_path_factory.mktemp(kind)
        process, server = _prometheus(directory, "0s") if kind == "prometheus" else _victoriametrics(directory)
        started.append(process)
        return server

    yield start
    for process in started:
        _end(process)


@pytest.fixture(params=["prometheus", "victoriametrics"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the real servers in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Server)
    return found


@pytest.fixture(scope="session")
def demo_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``mcreports demo`` published: made once for all workers, only to be read."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    output = shared / "demo"
    with FileLock(shared / "demo.lock"):
        if not (output / "index.html").exists():
            words = [sys.executable, "-m", "mcreports.cli", "demo", "--output", str(output)]
            done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=shared)
            assert done.returncode == 0, done.stderr
    return output


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium without a window, that asks for nothing by itself; a process can hold but one Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        yield chromium
        chromium.close()
