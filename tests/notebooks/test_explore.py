"""explore.ipynb: as thin as the reports' notebooks, over the workbench, and it runs to its end on the demo."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING, Any

import nbformat
import papermill
import pytest

import mcreports as mc
from mcreports.reports.execute import notebook_path

if TYPE_CHECKING:
    from pathlib import Path

FORBIDDEN = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.With,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Delete, ast.Global,
)  # fmt: skip
NAMES = ("catalogue", "tenants")  # what is completed, and no question


@pytest.fixture(scope="module")
def explore() -> Any:
    return nbformat.read(notebook_path("explore"), as_version=nbformat.NO_CONVERT)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_it_is_a_valid_notebook_without_outputs_whose_cells_have_names(explore: Any) -> None:
    nbformat.validate(explore)
    assert [cell.id for cell in explore.cells] == [f"explore-{place:02}" for place in range(len(explore.cells))]
    assert [cell.id for cell in code(explore) if cell.outputs or cell.execution_count is not None] == []


def test_a_cell_is_a_call_of_at_most_eight_lines(explore: Any) -> None:
    for cell in code(explore):
        assert len(cell.source.splitlines()) <= 8
        assert [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, FORBIDDEN)] == []


def test_every_section_is_a_sentence_before_a_call(explore: Any) -> None:
    kinds = [cell.cell_type for cell in explore.cells]
    assert kinds[0] == "markdown"
    assert all(pair != ("markdown", "markdown") for pair in itertools.pairwise(kinds))
    assert all(cell.source.strip().endswith(".") for cell in explore.cells if cell.cell_type == "markdown")


def test_it_asks_everything_that_can_be_asked(explore: Any) -> None:
    text = "".join(cell.source for cell in code(explore))
    verbs = [name for name in dir(mc) if not name.startswith("_") and name not in NAMES]
    assert [verb for verb in verbs if f"mc.{verb}(" not in text] == []


def test_it_runs_to_its_end_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = papermill.execute_notebook(
        notebook_path("explore"), None, {"source": "demo://?seed=7&step=3600"}, cwd=tmp_path, progress_bar=False
    )
    shown = {cell.id: str(cell.outputs) for cell in code(done)}
    assert "application/vnd.jupyter.widget-view+json" in "".join(shown.values())
    assert sum("n = " in outputs for outputs in shown.values()) >= 6
    assert list(tmp_path.iterdir()) == []
