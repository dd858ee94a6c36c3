"""A real JupyterLab, started by the command, and its notebooks driven as an analyst would."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

LONG = 90_000  # ms: a busy machine is slow, which is no failure
RUN = "daily/2025-10-31"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its process, the directory it works in, where it listens, what it said while it started."""

    process: subprocess.Popen[str]
    directory: Path
    url: str
    said: str
    environment: dict[str, str]

    @property
    def origin(self) -> str:
        return self.url.partition("/lab")[0]

    def address(self, name: str) -> str:
        """Where a notebook opens, in a workspace of its own."""
        _, token = self.url.split("?")
        return f"{self.origin}/lab/workspaces/{name}/tree/{name}.ipynb?{token}"

    def mcreports(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command, in the directory that the lab works in."""
        return command(words, self.directory, self.environment)


@dataclass
class Notebook:
    """An open notebook, and what its page complained of or asked for elsewhere."""

    page: Page
    complaints: list[str]
    strangers: list[str]

    def cell(self, code: str) -> Locator:
        """The cell that holds this code."""
        return self.page.locator(".jp-CodeCell").filter(has=self.page.locator(".cm-content", has_text=code)).first

    def output(self, code: str) -> Locator:
        """What came of it, in sight: JupyterLab leaves out what is not."""
        found = self.cell(code).locator(".jp-OutputArea-output").first
        found.scroll_into_view_if_needed()
        return found

    def run_all(self) -> None:
        """Run every cell, and wait until the last one is done."""
        self.page.get_by_text("| Idle").wait_for(timeout=LONG)  # before that there is no kernel to ask
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()
        self.settle()

    def settle(self) -> None:
        """Wait until no cell is waiting, and the kernel has nothing to do."""
        done = """() => { const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
            return prompts.length > 0 && prompts.every(each => /\\[\\d+\\]/.test(each.textContent)) }"""
        self.page.wait_for_function(done, timeout=LONG)
        self.page.get_by_text("| Idle").wait_for(timeout=LONG)

    def write(self, code: str) -> None:
        """Put a new cell at the end and write into it."""
        self.page.locator(".jp-Notebook-footer").click()
        self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content").click()
        self.page.keyboard.type(code)

    def run(self, code: str) -> Locator:
        """Write a cell, run it, and give what came of it."""
        self.write(code)
        self.page.keyboard.press("Control+Enter")
        self.settle()
        return self.page.locator(".jp-CodeCell.jp-mod-active .jp-OutputArea-output")

    def errors(self) -> list[str]:
        """What cells ended in that did not end well."""
        marked = (f"[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("error", "stderr"))
        return self.page.locator(", ".join(marked)).all_inner_texts()


def command(words: tuple[str, ...], directory: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    own = [sys.executable, "-m", "mcreports.cli", *words]
    return subprocess.run(own, capture_output=True, text=True, check=False, cwd=directory, env=environment)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab over the demo and over a published run of it, on any free port, ended as Ctrl+C ends it."""
    own, directory = tmp_path_factory.mktemp("jupyter"), tmp_path_factory.mktemp("lab")
    environment = os.environ | {
        "MCREPORTS__SOURCE__URL": "demo://?seed=7&step=900",
        "MCREPORTS__REPORT__FORMATS": '["json"]',
        "IPYTHONDIR": str(own / "ipython"),
        **{f"JUPYTER_{kind}_DIR": str(own / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")},
    }
    published = command(("report", "daily", "--period=2025-10-31"), directory, environment)
    assert published.returncode == 0, published.stderr
    words = [sys.executable, "-m", "mcreports.cli", "lab", RUN, "--no-browser", "--port=0"]
    with (own / "log").open("w+", encoding="utf-8") as log:
        keyboard, terminal = pty.openpty()  # as an analyst has it: JupyterLab asks there before it ends
        # pdeathsig: the server must not outlive tests that are killed
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *words],
            stdin=terminal, stderr=log, text=True, cwd=directory, env=environment,
        )  # fmt: skip
        try:
            yield _ready(process, own / "log", directory, environment)
        finally:
            _end(process)
            os.close(terminal)
            os.close(keyboard)


def _end(process: subprocess.Popen[str]) -> None:
    """Ctrl+C ends all of it, without a question, and every kernel with it."""
    kernels = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    _, alive = psutil.wait_procs(kernels, timeout=5)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def _ready(process: subprocess.Popen[str], log: Path, directory: Path, environment: dict[str, str]) -> Lab:
    """The lab, once it says where it listens."""
    until = time.monotonic() + LONG / 1000
    while process.poll() is None and time.monotonic() < until:
        said = log.read_text(encoding="utf-8")
        if found := re.search(r"http://127\.0\.0\.1:\d+/lab/tree/\S+", said):
            return Lab(process, directory, found[0], said, environment)
        time.sleep(0.05)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture
def notebook(lab: Lab, browser: Browser) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook of the lab by its name."""
    contexts = []

    def open_one(name: str, **more: Any) -> Notebook:
        context = browser.new_context(viewport={"width": 1300, "height": 1400}, **more)
        contexts.append(context)
        opened = Notebook(context.new_page(), [], [])
        opened.page.set_default_timeout(LONG)
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        own = (lab.origin, lab.origin.replace("http", "ws"), "data:", "blob:")
        opened.page.on(
            "request",
            lambda asked: None if asked.url.startswith(own) else opened.strangers.append(asked.url),
        )
        opened.page.goto(lab.address(name))
        opened.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        return opened

    yield open_one
    for context in contexts:
        context.close()
