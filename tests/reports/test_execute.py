"""What a notebook and its kernel may do wrong, and that nothing of it lasts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from mcreports.errors import RunError
from mcreports.reports import engine
from mcreports.reports.execute import closing_of, execute, notebook_path
from mcreports.view.closing import MIME, squeeze

Execute = Callable[..., Any]
KERNEL = "mcreports.reports.kernel"
SHOW = "from IPython.display import display\ndisplay({%r: %r}, raw=True)"
CLOSING = SHOW % (MIME, squeeze(['{"verdict":', " 1}"]))
GIL = "import re\nre.match('(a+)+$', 'a' * 60 + 'b')"
DEAF = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(1)"


def kernels_below(parent: int) -> list[int]:
    """The kernels that a process started and that are still there."""
    found = []
    for directory in Path("/proc").iterdir():
        try:
            words = (directory / "cmdline").read_text().split("\0")
            status = (directory / "status").read_text()
        except OSError:
            continue
        if KERNEL in words and "State:\tZ" not in status and f"PPid:\t{parent}\n" in status:
            found.append(int(directory.name))
    return found


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Execute]:
    def execute_cells(*cells: str, timeout: float = 60, parameters: dict[str, str] | None = None) -> Any:
        notebook = tmp_path / "made-up.ipynb"
        new = [nbformat.v4.new_code_cell(cell) for cell in cells]
        new[0].metadata["tags"] = ["parameters"]
        kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
        nbformat.write(nbformat.v4.new_notebook(cells=new, metadata={"kernelspec": kernel}), notebook)
        (tmp_path / "stage").mkdir()
        return execute(notebook, tmp_path / "stage", parameters or {}, timeout)

    yield execute_cells
    assert kernels_below(os.getpid()) == []


@pytest.mark.parametrize(
    ("cell", "cause"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "lost its kernel"),
        ("import os; os._exit(0)", "lost its kernel"),
        ("import sys; sys.exit(0)", "ended in SystemExit: 0"),
        ("1 / 0", "ended in ZeroDivisionError: division by zero"),
        ("raise ValueError('x' * 10_000)", "ended in ValueError: x{400,500}$"),
    ],
)
def test_a_cell_that_ends_badly_is_named_with_its_cause(run: Execute, cell: str, cause: str) -> None:
    with pytest.raises(RunError, match=rf"^made-up\.ipynb: .*{cell[:9]}.* {cause}"):
        run("x = 1", cell, "y = 2", parameters={"x": "2"})


@pytest.mark.parametrize("cell", ["while True: pass", GIL, DEAF], ids=["loop", "holds the GIL", "ignores SIGINT"])
def test_a_cell_that_does_not_end_is_stopped_when_the_notebooks_time_is_over(run: Execute, cell: str) -> None:
    with pytest.raises(RunError, match=r"cell 2 \(.*\) still ran when the notebook's 2 s were over"):
        run("x = 1", cell, timeout=2)


def test_the_time_is_the_whole_notebooks_and_not_each_cells(run: Execute) -> None:
    began = time.monotonic()
    with pytest.raises(RunError, match="still ran when the notebook's 2 s were over"):
        run(*["import time; time.sleep(0.7)"] * 20, timeout=2)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "cell",
    [
        "for _ in range(500): print('x' * 1_000_000)",
        "from IPython.display import HTML, display\ndisplay(HTML('x' * 500_000_000))",
        "while True: print('x' * 1000)",
    ],
    ids=["many", "one", "endless"],
)
def test_500_megabytes_of_output_are_an_error_and_never_in_our_memory(
    run: Execute, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    monkeypatch.setattr(engine, "MOST_OUTPUT", 8_000_000)
    before = memory()
    with pytest.raises(RunError, match=r"cell 1 \(.*\) was stopped: it put out more than 8 MB"):
        run(cell, "1", timeout=60)
    assert memory() - before < 200_000_000


def memory() -> int:
    """The most memory that this process ever held, in bytes."""
    text = Path("/proc/self/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) * 1024


def test_the_kernel_that_the_notebook_names_is_not_asked_for(tmp_path: Path) -> None:
    told = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import sys; print(sys.executable)")])
    told.metadata["kernelspec"] = {"name": "no-such-kernel", "language": "R", "display_name": "R"}
    nbformat.write(told, tmp_path / "other.ipynb")
    (tmp_path / "stage").mkdir()
    node = execute(tmp_path / "other.ipynb", tmp_path / "stage", {}, 60)
    assert node.cells[-1].outputs[0].text.strip() == sys.executable


def test_a_kernel_knows_nothing_of_our_environment_nor_of_files_beside_it(
    run: Execute, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCREPORTS__SOURCE__TOKEN_FILE", "/secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    (tmp_path / "json.py").write_text("raise SystemExit('not the real json')")
    node = run("import os", "print([name for name in os.environ if 'MCREPORTS' in name or 'AWS' in name])")
    assert node.cells[-1].outputs[0].text == "[]\n"


def test_the_record_has_the_results_and_neither_clock_nor_path(run: Execute, tmp_path: Path) -> None:
    run("period = 'x'", "print(period)", parameters={"period": "2025-10"})
    text = (tmp_path / "stage" / "report.ipynb").read_text()
    assert "2025-10" in text
    assert str(tmp_path) not in text
    assert "start_time" not in text


def test_a_whole_notebook_hands_over_its_closing_figures(run: Execute) -> None:
    assert closing_of(run("x = 1", CLOSING), "made-up.ipynb") == {"verdict": 1}


def test_without_its_closing_cell_a_notebook_has_not_come_to_its_end(run: Execute) -> None:
    node = run("x = 1", CLOSING, "2")
    with pytest.raises(RunError, match="its last cell handed over no closing figures"):
        closing_of(node, "made-up.ipynb")


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        ({"verdict": 1}, "'zlib'"),
        ({"zlib": 1}, "argument should be"),
        ({"zlib": "<>"}, "base64"),
        ({"zlib": "AAAA"}, "cannot be unpacked"),
        ({"zlib": squeeze(["{}"])["zlib"][:8]}, "torn"),
        (squeeze(["no JSON"]), "Expecting value"),
        (squeeze(["7"]), "not iterable"),
    ],
)
def test_closing_figures_that_cannot_be_unpacked_fail_the_run(run: Execute, packed: object, said: str) -> None:
    node = run("x = 1", SHOW % (MIME, packed))
    with pytest.raises(RunError, match=f"made-up.ipynb: its last cell handed over what is no report: .*{said}"):
        closing_of(node, "made-up.ipynb")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"cells": 1}', '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}']
)
def test_a_torn_notebook_is_an_error_before_a_kernel_is_started(tmp_path: Path, text: str) -> None:
    (tmp_path / "torn.ipynb").write_text(text)
    with pytest.raises(RunError, match=r"torn\.ipynb is not a whole notebook"):
        execute(tmp_path / "torn.ipynb", tmp_path, {}, 60)


def test_a_report_without_a_notebook_is_an_error_that_names_it() -> None:
    with pytest.raises(RunError, match=r"no notebook is called yearly\.ipynb"):
        notebook_path("yearly")


PARENT = """
import sys
from pathlib import Path
from mcreports.reports.execute import execute
execute(Path(sys.argv[1]), Path(sys.argv[2]), {}, 600)
"""


@pytest.mark.parametrize("cell", [GIL, DEAF], ids=["holds the GIL", "ignores SIGINT"])
def test_no_kernel_outlives_a_killed_parent(tmp_path: Path, cell: str) -> None:
    busy = f"open({str(tmp_path / 'busy')!r}, 'w').write(str(__import__('os').getpid()))\n{cell}"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(busy)]), tmp_path / "loop.ipynb")
    parent = subprocess.Popen([sys.executable, "-c", PARENT, tmp_path / "loop.ipynb", tmp_path])
    wait_for(lambda: (tmp_path / "busy").exists() and (tmp_path / "busy").read_text() != "", 60)
    kernel = int((tmp_path / "busy").read_text())
    parent.send_signal(signal.SIGKILL)
    parent.wait(10)
    wait_for(lambda: not is_running(kernel), 5)


def is_running(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def wait_for(is_so: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.02)
