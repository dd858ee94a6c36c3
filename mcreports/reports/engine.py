"""How papermill runs our notebooks: a kernel of this interpreter, one deadline, and a limit to what it may put out."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

if TYPE_CHECKING:
    from nbformat import NotebookNode

NAME = "mcreports"
INJECTED = "injected-parameters"  # the tag of the cell that papermill puts our parameters into
NEWLINE = "\n"
MOST_OUTPUT = 64_000_000  # bytes of one notebook; a report on six tenants puts out about one million
KEPT = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV")


class OutputError(Exception):
    """The notebook put out more than a report can hold."""


@dataclass
class Watch:
    """When the notebook must have ended (monotonic seconds), and the name of the cell that it is in."""

    deadline: float
    cell: str = ""


class OwnKernel(AsyncKernelManager):
    """A kernel of this very interpreter, whatever kernels the machine has registered."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How it is started; -P keeps files in the run's directory from standing in for modules."""
        argv = [sys.executable, "-P", "-m", "mcreports.reports.kernel", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")

    def client(self, **others: Any) -> Any:  # noqa: ANN401 - jupyter's
        """A client whose sockets close on a message that is larger than all output may be."""
        client = super().client(**others)
        client.context.setsockopt(zmq.MAXMSGSIZE, MOST_OUTPUT)
        return client


class OwnClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill comes without types
    """papermill's client, held to a deadline for the whole notebook and to a limit of output."""

    def __init__(self, nb_man: Any, watch: Watch, **settings: Any) -> None:  # noqa: ANN401 - papermill's
        super().__init__(nb_man, timeout_func=self._left, on_cell_start=self._begin, **settings)
        # a kernel that was handed over is not the client's own, and would be left running
        self.owns_km = True
        self._watch = watch
        self._output = 0
        self._lost: Any = None

    def papermill_execute_cells(self) -> None:
        """Execute all cells; an OutputError where what they put out is too much."""
        iopub = self.kc.iopub_channel.socket
        self._lost = zmq.Context.shadow(self.kc.context.underlying).socket(zmq.PAIR)
        iopub.monitor(f"inproc://lost-{id(self)}", zmq.EVENT_DISCONNECTED)
        self._lost.connect(f"inproc://lost-{id(self)}")
        try:
            super().papermill_execute_cells()
        except DeadKernelError:
            self._refuse_flood()
            raise
        else:
            self._hear_losses()
            self._refuse_flood()
        finally:
            iopub.disable_monitor()
            self._lost.close(0)

    def process_message(self, msg: dict[str, Any], *place: Any) -> NotebookNode | None:  # noqa: ANN401
        """Take one message of the kernel; once there was too much output, the cell is given up."""
        self._output += len(json.dumps(msg["content"], default=str))
        if self._output > MOST_OUTPUT:
            self.task_poll_for_reply.cancel()
            return None
        output: NotebookNode | None = super().process_message(msg, *place)
        return output

    async def _async_check_alive(self) -> None:
        """Asked every second; a kernel that lives and that we no longer hear is given up, too."""
        await super()._async_check_alive()
        self._hear_losses()
        if self._output > MOST_OUTPUT:
            raise DeadKernelError

    def _hear_losses(self) -> None:
        if self._lost.poll(0):
            self._output = MOST_OUTPUT + 1

    def _refuse_flood(self) -> None:
        if self._output > MOST_OUTPUT:
            msg = f"it put out more than {MOST_OUTPUT // 1_000_000} MB"
            raise OutputError(msg)

    def _left(self, _cell: object) -> float:
        return max(self._watch.deadline - monotonic(), 0.1)

    def _begin(self, cell: NotebookNode, cell_index: int) -> None:
        before = self.nb.cells[:cell_index]
        number = 1 + sum(INJECTED not in each.metadata.get("tags", ()) for each in before)
        self._watch.cell = f"cell {number} ({cell.source.strip().partition(NEWLINE)[0]})"


class OwnEngine(Engine):  # type: ignore[misc]
    """papermill's seam: how a notebook is executed."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, watch: Watch, **_others: Any) -> None:  # noqa: ANN401
        """Execute it in a kernel that knows nothing of our settings, of their secrets, or of this user's IPython."""
        environment = {key: value for key, value in os.environ.items() if key in KEPT or key.startswith("LC_")}
        with TemporaryDirectory(prefix="mcreports-kernel-") as folder:
            environment["IPYTHONDIR"] = folder
            # sockets in a directory that is ours alone: nobody on this machine can listen in
            kernel = OwnKernel(kernel_name=kernel_name, transport="ipc", connection_file=f"{folder}/kernel.json")
            client = OwnClient(nb_man, watch, km=kernel, startup_timeout=60, shutdown_kernel="immediate")
            client.execute(env=environment)


papermill_engines.register(NAME, OwnEngine)
