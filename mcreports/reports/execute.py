"""Running a notebook to its end in a fresh kernel, and nothing less than its end."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from mcreports.errors import RunError
from mcreports.view.closing import MIME, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbformat import NotebookNode

    from mcreports.reports.engine import Watch

FILE = "report.ipynb"
MOST_WORDS = 500
VERSION = 4  # of the notebook format


def notebook_path(name: str) -> Path:
    """The notebook of a report: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / f"{name}.ipynb").exists():
            return folder / f"{name}.ipynb"
    msg = f"no notebook is called {name}.ipynb beside {package}; install mcreports again"
    raise RunError(msg)


def execute(notebook: Path, directory: Path, parameters: Mapping[str, str], timeout: float) -> NotebookNode:
    """The notebook, executed by papermill in ``directory`` and left there as ``report.ipynb``.

    ``timeout`` is in seconds, for all cells together. Every fault of the notebook or its kernel is a
    RunError that names the cell and the cause.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException, PapermillExecutionError

    from mcreports.reports import engine
    from mcreports.reports.disk import OF_THE_DISK

    _refuse_torn(notebook)
    watch = engine.Watch(monotonic() + timeout)
    try:
        node: NotebookNode = papermill.execute_notebook(
            notebook,
            directory / FILE,
            dict(parameters),
            engine_name=engine.NAME,
            kernel_name="python3",
            language="python",
            cwd=directory,
            progress_bar=False,
            request_save_on_cell_execute=False,
            watch=watch,
        )
    except PapermillExecutionError as error:
        cause = f"{error.ename}: {error.evalue}"[:MOST_WORDS]
        raise _fault(notebook, watch, f"ended in {cause}") from error
    except CellTimeoutError as error:
        if monotonic() < watch.deadline:
            raise _fault(notebook, watch, "put out something that never arrived") from error
        cause = f"still ran when the notebook's {timeout:g} s were over; raise report.timeout if it needs more"
        raise _fault(notebook, watch, cause) from error
    except DeadKernelError as error:
        cause = "lost its kernel: out of memory, killed, or it left by itself; see how much memory is free"
        raise _fault(notebook, watch, cause) from error
    except engine.OutputError as error:
        raise _fault(notebook, watch, f"was stopped: {error}") from error
    except (PapermillException, RuntimeError, OSError) as error:
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            raise  # no fault of the notebook's: whoever publishes says what to do about the disk
        raise _fault(notebook, watch, f"could not be run: {error}"[:MOST_WORDS]) from error
    _refuse_errors(node, notebook)
    _forget_paths(node, directory / FILE)
    return node


def closing_of(node: NotebookNode, notebook: str) -> dict[str, Any]:
    """What the notebook's last code cell handed over; a RunError where it did not get there."""
    code = [cell for cell in node.cells if cell.cell_type == "code"]
    found = [output.data[MIME] for output in code[-1].outputs if MIME in output.get("data", {})] if code else []
    if len(found) != 1:
        msg = f"{notebook}: its last cell handed over no closing figures, so it did not come to its end"
        raise RunError(msg)
    unfinished = [position for position, cell in enumerate(code) if cell.execution_count is None]
    if unfinished:
        msg = f"{notebook}: code cell {unfinished[0]} was never executed"
        raise RunError(msg)
    try:
        return unpack(found[0])
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{notebook}: its last cell handed over what is no report: {str(error)[:MOST_WORDS]}"
        raise RunError(msg) from error


def _refuse_torn(notebook: Path) -> None:
    from nbformat.validator import iter_validate

    try:
        body = json.loads(notebook.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{notebook.name} is not a whole notebook: {error}; install mcreports again"
        raise RunError(msg) from error
    for fault in iter_validate(body, version=VERSION):
        msg = f"{notebook.name} is not a whole notebook: {str(fault)[:MOST_WORDS]}; install mcreports again"
        raise RunError(msg)


def _fault(notebook: Path, watch: Watch, cause: str) -> RunError:
    return RunError(f"{notebook.name}: {watch.cell or 'before its first cell, it'} {cause}")


def _refuse_errors(node: NotebookNode, notebook: Path) -> None:
    """To papermill ``sys.exit(0)`` is the end of a notebook; it is not ours."""
    for cell in node.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                line = cell.source.strip().partition("\n")[0]
                msg = f"{notebook.name}: the cell {line} ended in {output.ename}: {output.evalue[:MOST_WORDS]}"
                raise RunError(msg)


def _forget_paths(node: NotebookNode, file: Path) -> None:
    """Take this machine's paths and clock and papermill's dice out: the same snapshot gives the same notebook."""
    import nbformat

    from mcreports.reports.engine import INJECTED

    node.metadata.pop("papermill", None)
    for cell in node.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if INJECTED in cell.metadata.get("tags", ()):
            cell["id"] = INJECTED
    text = nbformat.writes(node)
    file.write_text(f"{text}\n", encoding="utf-8")
