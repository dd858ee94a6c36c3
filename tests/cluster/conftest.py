"""A real scheduler and real workers as processes of their own, on free ports, ended with the tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
PLACE = re.compile(r"(tcp://127\.0\.0\.1:\d+)")


@dataclass
class Cluster:
    """A scheduler's address, and its processes."""

    directory: Path
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, workers: int) -> Cluster:
        """Start the scheduler and so many workers, and wait until each says where it is."""
        self.scheduler, self.address = self._run("dask_scheduler", "--port", "0", "Scheduler at:")
        self.workers += [self.hire() for _ in range(workers)]
        return self

    def hire(self, **environment: str) -> subprocess.Popen[bytes]:
        """One more worker, of one thread."""
        flags = "--no-nanny", "--nthreads", "1", "--memory-limit", "1GB"
        words = "dask_worker", self.address, *flags, "--local-directory", str(self.directory)
        process, _ = self._run(*words, "Registered to:", **environment)
        return process

    def end(self) -> None:
        """End every process."""
        for process in [*self.workers, *([self.scheduler] if self.scheduler else [])]:
            process.kill()
            process.wait(10)

    def _run(self, command: str, *words: str, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
        """A process, and the address that follows the last of the words in its log."""
        *flags, said = words
        log = self.directory / f"{command}-{len(list(self.directory.glob('*.log')))}.log"
        call = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-m", f"distributed.cli.{command}"]
        call += [*flags, "--host", "127.0.0.1", "--no-dashboard"]
        path = environment.pop("PYTHONPATH", str(ROOT))
        with log.open("wb") as sink:
            env = {**os.environ, "PYTHONPATH": path, **environment}
            process = subprocess.Popen(call, stdout=sink, stderr=subprocess.STDOUT, env=env, cwd=self.directory)
        until = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < until:
            for line in log.read_text(errors="replace").splitlines():
                if said in line and (found := PLACE.search(line)):
                    return process, found[1]
            time.sleep(0.05)
        process.kill()
        pytest.fail(f"{command} did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers for all tests: end none of them."""
    found = Cluster(tmp_path_factory.mktemp("cluster")).start(2)
    yield found
    found.end()


@pytest.fixture
def new_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Cluster]]:
    """Starts a scheduler and workers that a test may do with as it likes."""
    started = []

    def start(workers: int) -> Cluster:
        found = Cluster(tmp_path_factory.mktemp("cluster"))
        started.append(found)
        return found.start(workers)

    yield start
    for found in started:
        found.end()
