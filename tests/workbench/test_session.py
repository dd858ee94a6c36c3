"""The session of a notebook, and what importing the package costs."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

import mcreports as mc
from mcreports.errors import UsageError
from mcreports.workbench import session
from mcreports.workbench.bench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAVY = {"pandas", "numpy", "pyarrow", "plotly", "pydantic", "requests"}


@pytest.fixture(autouse=True)
def nothing_connected() -> Iterator[None]:
    before = list(session.connected)
    session.connected.clear()
    yield
    session.connected[:] = before


def test_nothing_is_asked_before_something_is_connected() -> None:
    for ask in (lambda: mc.cost("2025-10"), lambda: mc.tenants):
        with pytest.raises(UsageError, match=r"nothing is connected: call mc\.connect\(\) first"):
            ask()


def test_the_module_asks_what_was_connected_last() -> None:
    first = mc.connect("demo://?seed=1&step=3600")
    second = mc.connect("demo://?seed=2&step=3600")
    assert mc.cost("2025-10-31", ()).equals(second.cost("2025-10-31", ()))
    assert not mc.cost("2025-10-31", ()).equals(first.cost("2025-10-31", ()))
    assert mc.tenants is second.tenants
    assert mc.catalogue is second.catalogue


def test_every_verb_of_the_module_is_one_of_the_workbench() -> None:
    verbs = set(mc.__dir__()) - {"connect", "tenants", "catalogue", "__version__"}
    assert verbs <= set(dir(Workbench))
    assert all(callable(getattr(mc, name)) for name in verbs)


def test_no_name_of_the_module_is_that_of_a_part_of_it() -> None:
    assert [name for name in mc.__dir__() if find_spec(f"mcreports.{name}") is not None] == []


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = mc.nonsense  # type: ignore[attr-defined]


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, mcreports; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(ran.stdout.split()) == set()
