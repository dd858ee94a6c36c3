"""The command line as a function: words in; exit code, data and messages out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mcreports.cli import main

NOW = "2025-11-03T09:00:00Z"


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output, which must be one JSON text and nothing else."""
        return json.loads(self.out)


@pytest.fixture
def mcreports(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Ran]:
    """Runs a command in an empty directory, on the demo's own Monday morning."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MCREPORTS_NOW", NOW)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["mcreports", *map(str, words)])
        capsys.readouterr()
        try:
            main()
        except SystemExit as left:
            code = left.code
        else:
            code = 0
        out, err = capsys.readouterr()
        return Ran(0 if code is None else int(code), out, err)

    return run
