"""The copies of notebooks: what they are opened for is filled in as text, and what is there is never written over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.errors import UsageError
from mcreports.workbench.copies import Copy, filled, put

if TYPE_CHECKING:
    from pathlib import Path


def parameters(text: str) -> dict[str, Any]:
    """What the parameters' cell sets."""
    (cell,) = (one for one in json.loads(text)["cells"] if "parameters" in one["metadata"].get("tags", ()))
    found: dict[str, Any] = {}
    exec("".join(cell["source"]), {"__builtins__": {}}, found)  # noqa: S102 - as a kernel does
    return found


@pytest.mark.parametrize("name", ['x"; open("f", "w")#', "a\nb", "\ud800", "${x}", "'''", "\\", "TENANT_004"])
def test_what_a_notebook_is_opened_for_stays_text(name: str) -> None:
    assert parameters(filled("explore", {"tenant": name})) == parameters(filled("explore", {})) | {"tenant": name}


def test_a_copy_is_put_once_and_what_is_there_stays(tmp_path: Path) -> None:
    assert put(Copy("a.ipynb", "one"), tmp_path)
    assert put(Copy("a.ipynb", "one"), tmp_path)
    assert not put(Copy("a.ipynb", "two"), tmp_path)
    assert (tmp_path / "a.ipynb").read_text(encoding="utf-8") == "one"


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere.*cannot be written"):
        put(Copy("a.ipynb", "one"), tmp_path / "nowhere")
