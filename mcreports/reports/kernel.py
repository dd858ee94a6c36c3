"""``python -m mcreports.reports.kernel``: an IPython kernel that does not outlive the process that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

SET_DEATH_SIGNAL = 1  # prctl(2); the kernel's own watch on its parent is a thread, which a busy cell can starve


def die_with(parent: int) -> None:
    """Be killed the moment that the parent ends; where there is no prctl, ipykernel's own watch remains."""
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the process that started this kernel is gone")


if __name__ == "__main__":
    die_with(int(os.environ["JPY_PARENT_PID"]))
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
