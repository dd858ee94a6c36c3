"""The notebooks as they are committed: thin, without outputs, and each ends by handing its figures over."""

from __future__ import annotations

import ast
import itertools
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from mcreports import book
from mcreports.reports.execute import notebook_path

NAMES = ("daily", "weekly", "monthly", "trends", "incident")
# what a notebook is asked for beside its snapshot and its source
ASKED = {"incident": {"incident", "tenant", "at"}}
FORBIDDEN = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.With,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Delete, ast.Global,
)  # fmt: skip


@pytest.fixture(params=NAMES)
def notebook(request: pytest.FixtureRequest) -> Any:
    return nbformat.read(notebook_path(request.param), as_version=4)


def name_of(notebook: Any) -> str:
    return str(notebook.cells[0].id.rpartition("-")[0])


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_a_notebook_is_valid_and_its_cells_have_names_of_their_own(notebook: Any) -> None:
    nbformat.validate(notebook)
    names = [cell.id for cell in notebook.cells]
    assert len(set(names)) == len(names)
    assert {name.rpartition("-")[0] for name in names} == {names[0].rpartition("-")[0]}


def test_a_cell_is_a_call_of_at_most_eight_lines(notebook: Any) -> None:
    for cell in code(notebook):
        tree = ast.parse(cell.source)
        assert len(cell.source.splitlines()) <= 8
        assert [node for node in ast.walk(tree) if isinstance(node, FORBIDDEN)] == []


def test_a_notebook_is_committed_without_outputs(notebook: Any) -> None:
    assert [cell.id for cell in code(notebook) if cell.outputs or cell.execution_count is not None] == []


def test_the_parameters_are_tagged_plain_and_come_first(notebook: Any) -> None:
    first, *others = code(notebook)
    assert first.metadata.tags == ["parameters"]
    assert all("parameters" not in cell.metadata.get("tags", []) for cell in others)
    values = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(first.source).body}
    assert set(values) == {*ASKED.get(name_of(notebook), {"period"}), "snapshot", "source"}
    assert (values["snapshot"], values["source"]) == ("", "demo://")
    json.dumps(values)


def test_the_last_cell_hands_over_the_figures(notebook: Any) -> None:
    assert code(notebook)[-1].source == "book.close(report)"
    assert notebook.cells[-1].cell_type == "code"


def test_every_section_is_a_sentence_before_a_call(notebook: Any) -> None:
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds[0] == "markdown"
    assert all(pair != ("markdown", "markdown") for pair in itertools.pairwise(kinds))
    assert all(cell.source.strip().endswith(".") for cell in notebook.cells if cell.cell_type == "markdown")


def test_a_notebook_calls_nothing_but_the_book(notebook: Any) -> None:
    for cell in code(notebook)[1:]:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Attribute):
                assert node.attr in book.__all__
            assert not isinstance(node, ast.Import)
            assert not isinstance(node, ast.ImportFrom) or node.module == "mcreports"


def test_everything_in_the_book_is_in_some_notebook() -> None:
    text = "".join(notebook_path(name).read_text(encoding="utf-8") for name in NAMES)
    assert [name for name in book.__all__ if f"book.{name}(" not in text] == []


def test_there_are_no_other_notebooks() -> None:
    assert {path.stem for path in Path(notebook_path("daily")).parent.glob("*.ipynb")} == {*NAMES, "explore"}
