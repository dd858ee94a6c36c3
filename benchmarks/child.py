"""Runs one task in this fresh process and prints its seconds and its peak memory as one line of JSON.

python -m benchmarks.child <task> <place as JSON>
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
from pathlib import Path

from benchmarks.task import Place

KIB = 1024


def main(name: str, place: Place) -> None:
    """Import, prepare, work under the clock, then tell."""
    from benchmarks.tasks import task_of

    task = task_of(name)
    began = time.perf_counter()
    for module in task.modules:
        importlib.import_module(module)
    imported = time.perf_counter() - began
    prepared = task.prepare(place)
    began, worked = time.perf_counter(), time.process_time()
    result = task.work(place, prepared)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    peak = peak_memory()  # before the telling, which is no part of the work
    told = {"imported": imported, "seconds": seconds, "cpu": cpu, "peak": peak, "facts": task.tell(place, result)}
    print(json.dumps(told))


def peak_memory() -> int:
    """The most bytes that this process ever held; getrusage would count its parent's, too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * KIB if found else 0


if __name__ == "__main__":
    main(sys.argv[1], Place.parse(sys.argv[2]))
