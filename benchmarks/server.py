"""A real Prometheus with an empty database on a free port, loaded by remote write."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests

from mcreports.settings import SourceSettings
from mcreports.sources.push import push

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from mcreports.samples import Series

PATIENCE = 60  # seconds that it may take to start
QUIET = 5  # seconds without a change say that it has put its blocks in order
LOADING = 600.0  # seconds that one batch may take


class BenchmarkError(Exception):
    """The measurement cannot go on: what happened and what to do."""


@contextmanager
def prometheus(directory: Path) -> Iterator[str]:
    """The address of a Prometheus with the flags that people run it with, ended with the block."""
    if shutil.which("prometheus") is None:
        msg = "prometheus is not installed: run tests/servers/install.sh"
        raise BenchmarkError(msg)
    config = directory / "prometheus.yml"
    config.write_text("global:\n  scrape_interval: 1h\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    words = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={directory / 'data'}",
        "--storage.tsdb.retention.time=50y",
        "--web.enable-remote-write-receiver",
        f"--web.listen-address={place}",
    ]
    log = directory / "log"
    with log.open("wb") as sink:
        # pdeathsig: the server must not outlive a benchmark that is killed
        words = ["setpriv", "--pdeathsig", "KILL", *words]
        process = subprocess.Popen(words, stdout=sink, stderr=subprocess.STDOUT)  # noqa: S603 - our own words
    try:
        _wait_until_ready(process, f"http://{place}", log)
        yield f"http://{place}"
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def version(url: str) -> str:
    """The version that the server tells."""
    return str(requests.get(f"{url}/api/v1/status/buildinfo", timeout=PATIENCE).json()["data"]["version"])


def load(url: str, series: Sequence[Series], done: Callable[[int], None]) -> int:
    """Push all samples in time order, wait until the server rests, and return how many it took."""
    count = push(SourceSettings(url=url, deadline=LOADING), series, done)
    _wait_until_quiet(url)
    return count


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            if requests.get(f"{url}/-/ready", timeout=PATIENCE).ok:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.05)
    msg = f"prometheus did not start:\n{log.read_text(errors='replace')[-2000:]}"
    raise BenchmarkError(msg)


def _wait_until_quiet(url: str) -> None:
    """Return when no compaction has begun or ended for a while: it would take a core from what is measured."""
    seen, since = None, time.monotonic()
    while time.monotonic() - since < QUIET:
        text = requests.get(f"{url}/metrics", timeout=PATIENCE).text
        now = re.findall(r"^prometheus_tsdb_(?:compactions_total|blocks_loaded|head_chunks) .*", text, re.MULTILINE)
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.25)
