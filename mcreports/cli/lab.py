"""``mcreports lab``: JupyterLab over the source of the settings, or over what a published run saw."""

from __future__ import annotations

import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from mcreports.cli import options
from mcreports.cli.context import now, say, settings_of, source_of
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.settings import Settings
    from mcreports.workbench.copies import Copy

HELP = """JupyterLab with explore.ipynb and incident.ipynb: over the source, or over what a published run saw.

[bold]Examples[/bold]

  mcreports lab

  mcreports lab --source http://localhost:9090

  mcreports lab daily/2025-10-31
"""
# no list of extensions to install from elsewhere, and no log of what goes well
QUIET = ("--LabApp.extension_manager=readonly", "--Application.log_level=WARN")
SOURCE = "MCREPORTS__SOURCE__URL"
LOCAL = "127.0.0.1"
TAKEN = "port {port} cannot be used: {error}; choose another --port, or 0 for any that is free"

Run = Annotated[
    str | None, typer.Argument(help="Open what a run saw: a path, or the like of daily/2025-10-31.", show_default=False)
]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="The port; 0 for any free one. Else 8888 or one soon after it.")
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address, and open nothing.")]
Directory = Annotated[Path, typer.Option(help="Work there: as if the command were given in it.", file_okay=False)]


def lab(
    context: typer.Context, run: Run = None, source: options.Source = None, port: Port = None,
    no_browser: NoBrowser = False, directory: Directory = Path(),
) -> None:  # fmt: skip
    """Put copies of the notebooks into the directory, unless they are there, and become JupyterLab."""
    if run is not None and source is not None:
        msg = f"either the run {run} or --source {source}: a run brings its own data"
        raise UsageError(msg)
    told = _handed_over(context, source)
    if run is not None and Path(run).exists():
        run = str(Path(run).resolve())
    listening = tuple(_port(port))
    _enter(directory)
    notebook = _notebooks(settings_of(context, told.get(SOURCE)), run)
    if find_spec("anywidget") is None:
        say("figures stand still: to brush a range on them, pip install 'mcreports[lab]'")
    words = [*QUIET, *_private(), "--ServerApp.answer_yes=True", f"--ServerApp.root_dir={Path.cwd()}"]
    words += [f"--ServerApp.ip={LOCAL}", f"--LabApp.default_url=/lab/tree/{quote(notebook.name)}"]
    words += [*listening, *_rights(), *_browser(is_wanted=not no_browser)]
    environment = {**os.environ, **_jupyter(), **told}
    # -P: no file of the working directory stands in for a module; not `jupyter lab`, which takes the first on the PATH
    os.execve(sys.executable, [sys.executable, "-P", "-m", "jupyterlab", *words], environment)  # noqa: S606 - our own


def _jupyter() -> dict[str, str]:
    """A kernel of this environment that ends with JupyterLab, and our defaults, before the user's and the machine's."""
    own = str(Path(__file__).resolve().parent.parent / "workbench" / "jupyter")
    names = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")
    return {name: os.pathsep.join(filter(None, (own, os.environ.get(name)))) for name in names}


def _handed_over(context: typer.Context, source: str | None) -> dict[str, str]:
    """What the kernels are told of the command line, in words that hold in any directory."""
    from mcreports.archive.open import SCHEME
    from mcreports.settings import CONFIG

    told = {}
    if context.obj.config is not None:
        context.obj = type(context.obj)(context.obj.config.resolve())
        told[CONFIG] = str(context.obj.config)
    if source is not None:
        place = source.removeprefix(SCHEME)
        is_here = source != place and "://" not in place
        told[SOURCE] = f"{SCHEME}{Path(place).resolve()}" if is_here else source
    return told


def _enter(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        os.chdir(directory)
    except OSError as error:
        msg = f"{directory}: cannot be worked in: {error}; choose another --directory"
        raise UsageError(msg) from error


def _notebooks(settings: Settings, run: str | None) -> Copy:
    """The copies that an analyst works in, each said if it is not as it was packaged; the one to open."""
    from mcreports.workbench.copies import of_run, of_source, put

    at = now()
    wanted = of_source(settings, at)
    if run is None:
        source_of(settings, at)  # what is no source is refused here; whether it answers is told in the notebook
    else:
        from mcreports.reports.runs import find_run

        place = find_run(run, settings.report.output)
        say(f"run: {place}")
        wanted = (*of_run(place), *wanted)
    for copy in wanted:
        if not put(copy, Path.cwd()):
            say(f"{copy.name} is kept as you left it; move it away for a fresh one")
    return wanted[0]


def _port(port: int | None) -> Iterator[str]:
    if port is None:
        return
    try:
        with socket.create_server((LOCAL, port)):
            pass
    except OSError as error:
        raise UsageError(TAKEN.format(port=port, error=os.strerror(error.errno or 0))) from error
    yield f"--ServerApp.port={port}"
    yield "--ServerApp.port_retries=0"


def _private() -> Iterator[str]:
    """Others on this machine are kept from listening in on a kernel, where the library can do that."""
    import zmq

    if zmq.has("curve"):
        yield "--KernelManager.transport_encryption=auto"


def _rights() -> Iterator[str]:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        say("you are root: whoever has the address below may do all that root may")
        yield "--allow-root"


def _browser(*, is_wanted: bool) -> Iterator[str]:
    """A browser would take this terminal where there is no display for its window."""
    windows = sys.platform in {"win32", "darwin"} or {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} & os.environ.keys()
    if is_wanted and not windows:
        say("there is no display: open the address below in a browser of your own")
    if not (is_wanted and windows):
        yield "--no-browser"
