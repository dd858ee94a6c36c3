"""Running a notebook to its end in a fresh kernel, and nothing less than its end."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcreports.errors import RunError
from mcreports.view.closing import MIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbformat import NotebookNode

FILE = "report.ipynb"
SECRETS = "MCREPORTS__"


def notebook_path(name: str) -> Path:
    """The notebook of a report: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / f"{name}.ipynb").exists():
            return folder / f"{name}.ipynb"
    msg = f"no notebook is called {name}.ipynb beside {package}; install mcreports again"
    raise RunError(msg)


def execute(notebook: Path, directory: Path, parameters: Mapping[str, str], timeout: int) -> NotebookNode:
    """The notebook, executed by papermill in ``directory`` and left there as ``report.ipynb``.

    Every fault of the notebook or its kernel is a RunError that names the cell and the cause.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillException

    _register_engine()
    try:
        node = papermill.execute_notebook(
            notebook, directory / FILE, dict(parameters), engine_name=SECRETS, kernel_name="python3", cwd=directory,
            progress_bar=False, execution_timeout=timeout,
        )  # fmt: skip
    except CellTimeoutError as error:
        msg = f"{notebook.name}: a cell ran longer than {timeout} s and was stopped; raise report.timeout if it must"
        raise RunError(msg) from error
    except DeadKernelError as error:
        msg = f"{notebook.name}: the kernel died (out of memory, or killed); see how much memory is free"
        raise RunError(msg) from error
    except PapermillException as error:
        said = str(error).strip().splitlines()
        msg = f"{notebook.name}: {said[-1] if said else error!r} ({_cell(error)})"
        raise RunError(msg) from error
    except (RuntimeError, OSError) as error:
        msg = f"{notebook.name}: the kernel could not be run: {error}"
        raise RunError(msg) from error
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
    return dict(found[0])


def _cell(error: Exception) -> str:
    return f"cell {error.exec_count}" if hasattr(error, "exec_count") else "before its first cell"


def _forget_paths(node: NotebookNode, file: Path) -> None:
    """Take this machine's paths and clock out of the record: the same snapshot gives the same notebook."""
    import nbformat

    node.metadata.pop("papermill", None)
    for cell in node.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    file.write_text(nbformat.writes(node) + "\n", encoding="utf-8")


def _register_engine() -> None:
    """Make papermill start this very interpreter, in an environment without our settings and their secrets."""
    from tempfile import TemporaryDirectory

    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import Engine, papermill_engines

    class OwnKernel(AsyncKernelManager):  # type: ignore[misc]
        @property
        def kernel_spec(self) -> KernelSpec:
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name="Python 3", language="python")

    class OwnEngine(Engine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, execution_timeout: int | None = None, **_others: Any
        ) -> None:
            environment = {key: value for key, value in os.environ.items() if not key.startswith(SECRETS)}
            with TemporaryDirectory(prefix="mcreports-kernel-") as folder:
                # sockets in a directory that is ours alone: nobody on this machine can listen in
                kernel = OwnKernel(kernel_name=kernel_name, transport="ipc", connection_file=f"{folder}/kernel.json")
                client = PapermillNotebookClient(
                    nb_man, km=kernel, timeout=execution_timeout, startup_timeout=60, shutdown_kernel="immediate"
                )
                # a kernel that was handed over is not the client's own, and would be left running
                client.owns_km = True
                client.execute(env=environment)

    papermill_engines.register(SECRETS, OwnEngine)
