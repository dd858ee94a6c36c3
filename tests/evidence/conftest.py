"""A directory of evidence that holds, for tests to spoil."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.evidence import read
from mcreports.sources.demo.evidence import documents

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

START, END = datetime(2025, 10, 25, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Shelf:
    """Evidence files under one directory."""

    root: Path

    def put(self, name: str, body: object) -> Path:
        """Write a file: bytes as they are, anything else as JSON."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
        return file

    def get(self, name: str) -> Any:
        """The JSON of a file."""
        return json.loads((self.root / name).read_text(encoding="utf-8"))

    def read(self, tenants: tuple[str, ...] = (), start: datetime = START, end: datetime = END) -> dict[str, pd.DataFrame]:
        """What the directory says about a week of October."""
        return read(self.root, start, end, tenants)

    def false(self) -> list[tuple[str, str, str]]:
        """Field, claimed and recomputed value of each claim that does not hold."""
        claims = self.read()["claims"]
        return [(one.field, one.claimed, one.recomputed) for one in claims[~claims["holds"]].itertuples()]

    def faults(self) -> list[tuple[str, str, str]]:
        """File, field and text of each fault."""
        return [(one.file, one.field, one.text) for one in self.read()["faults"].itertuples()]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """An empty directory."""
    root = tmp_path / "evidence"
    root.mkdir()
    return Shelf(root)


@pytest.fixture(scope="session")
def week() -> dict[str, bytes]:
    """The files of the demo's evidence of one week."""
    return {name: json.dumps(body).encode() for name, body in documents(7, END).items()}


@pytest.fixture
def full(shelf: Shelf, week: dict[str, bytes]) -> Shelf:
    """The demo's evidence of one week, all of which holds."""
    for name, body in week.items():
        shelf.put(name, body)
    return shelf
