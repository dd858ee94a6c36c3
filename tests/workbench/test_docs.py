"""The examples of docs/workbench.md run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from mcreports.cli import main

DOCS = (Path(__file__).parents[2] / "docs/workbench.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCS, re.DOTALL | re.MULTILINE)


def test_the_python_of_the_docs_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    known: dict[str, Any] = {}
    for block in blocks("python"):
        exec(block.replace("seed=7", "seed=7&step=3600"), known)  # noqa: S102 - our own documentation, quicker
    assert known["change"] != 0
    assert len(list((tmp_path / "acknowledgements").iterdir())) == 1


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines()])
def test_the_commands_of_the_docs_run(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", shlex.split(line))
    with pytest.raises(SystemExit, match=r"^0$"):
        main()
    assert "TENANT_004" in capsys.readouterr().out
