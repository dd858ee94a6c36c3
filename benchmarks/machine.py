"""What the numbers were measured on, in words."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("mcreports", "pandas", "numpy", "pyarrow", "prometheus-api-client", "prometheus-pandas")


def describe(server: str) -> dict[str, str]:
    """Processor, cores, memory, system, Python and the versions of all that took part."""
    processor = _first("/proc/cpuinfo", r"^model name\s*: (.*)$") or platform.machine()
    kib = int(_first("/proc/meminfo", r"^MemTotal:\s*(\d+) kB$") or 0)
    return {
        "processor": f"{processor}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{kib / 1024**2:.0f} GiB",
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "server": f"Prometheus {server}, on the same cores",
        "packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
    }


def _first(file: str, pattern: str) -> str:
    try:
        found = re.search(pattern, Path(file).read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return ""
    return found[1] if found else ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
