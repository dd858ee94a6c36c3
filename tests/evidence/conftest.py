"""A directory of evidence that holds, for tests to spoil."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.evidence import read
from mcreports.sources.demo.evidence import documents
from mcreports.sources.demo.platform import day_number
from mcreports.sources.demo.simulation import simulation

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

SIMULATION = "autonomy/TENANT_003/simulation_report_20251101.json"
RESTING = {"bundle", "readiness"}
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

    def read(
        self, tenants: tuple[str, ...] = (), start: datetime = START, end: datetime = END, now: datetime | None = None
    ) -> dict[str, pd.DataFrame]:
        """What the directory says about a week of October."""
        return read(self.root, (start, end), tenants, now=now)

    def count(self) -> int:
        """How many operations the files list."""
        return sum(len(json.loads(file.read_bytes())) for file in self.root.glob("autonomy/*/operations_*.json"))

    def false(self, *kinds: str) -> list[tuple[str, str, str]]:
        """Field, claimed and recomputed value of each claim that does not hold.

        Of files of these kinds; without any, of those whose claims rest on nothing but themselves.
        """
        claims = self.read()["claims"]
        own = claims["kind"].isin(kinds) if kinds else ~claims["kind"].isin(RESTING)
        return [(one.field, one.claimed, one.recomputed) for one in claims[own & ~claims["holds"]].itertuples()]

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
    """The files of the demo's evidence of one week, with one in sixteen of its uneventful operations."""
    found: dict[str, Any] = documents(7, END)
    days = {}
    for name, body in found.items():
        if "/operations_" in name:
            own = [one for n, one in enumerate(body) if n % 16 == 0 or one["compensation"]["required"]]
            found[name] = days[day_number(date.fromisoformat(name[-13:-5]))] = own
    found[SIMULATION] = simulation(days)
    return {name: json.dumps(body).encode() for name, body in found.items()}


@pytest.fixture
def full(shelf: Shelf, week: dict[str, bytes]) -> Shelf:
    """The demo's evidence of one week, all of which holds."""
    for name, body in week.items():
        shelf.put(name, body)
    return shelf
