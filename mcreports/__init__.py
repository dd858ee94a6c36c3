"""Exact, provable budget, autonomy and grounding reports from a platform's metrics.

In a notebook: ``import mcreports as mc``, ``mc.connect()``, ``mc.cost("2025-10", by=["tenant", "driver"])``.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

# the workbench, imported with the first question; __init__.pyi has its types. No name may be a submodule's:
# `from mcreports import samples` asks here first (so mc.raw, not mc.samples; mc.catalogue, not mc.metrics)
_VERBS = ("anomalies", "brush", "connect", "cost", "explain", "forecast", "passport", "rates", "raw")
_NAMES = ("catalogue", "tenants")


def __getattr__(name: str) -> object:
    """The workbench's verbs, and the names of the source that is connected."""
    if name not in {*_VERBS, *_NAMES}:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    found = getattr(import_module("mcreports.workbench.session"), name)
    return found() if name in _NAMES else found


def __dir__() -> list[str]:
    """What the package has to offer in a notebook."""
    return sorted([*_VERBS, *_NAMES, "__version__"])
