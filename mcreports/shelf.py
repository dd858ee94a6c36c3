"""Tables on disk under their names, so that a month of every metric need not fit into memory at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING

import pandas as pd

from mcreports.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

NEAR = 3  # so many tables stay in memory after they were read: a check rarely looks at more


class Shelf(MutableMapping[str, pd.DataFrame]):
    """DataFrames as ``<kind>.<name>.parquet`` in a folder: written when they are put, read when they are asked for."""

    def __init__(self, folder: Path, kind: str, rows: dict[str, int] | None = None) -> None:
        """A shelf over a folder; ``rows`` tells which tables are there already, and how long each must be."""
        self.folder = folder
        self.kind = kind
        self.rows = dict(rows or {})
        self._near: OrderedDict[str, pd.DataFrame] = OrderedDict()

    def __setitem__(self, name: str, table: pd.DataFrame) -> None:
        """Write a table; the same rows give the same bytes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            table.to_parquet(self._file(name), compression="zstd", index=False)
        except UnicodeEncodeError as error:
            msg = f"{name}: a name holds half a character (a lone surrogate), which no file can store: {error.object!r}"
            raise DataError(msg) from error
        self.rows[name] = len(table)
        self._near.pop(name, None)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The table as it was written; a DataError names the file that is gone, torn or of another length."""
        rows = self.rows[name]
        if name not in self._near:
            self._near[name] = self._read(name, rows)
            while len(self._near) > NEAR:
                self._near.popitem(last=False)
        self._near.move_to_end(name)
        return self._near[name]

    def _read(self, name: str, rows: int) -> pd.DataFrame:
        try:
            table = pd.read_parquet(self._file(name))
        except (OSError, ValueError) as error:
            msg = f"{self._file(name)}: the snapshot's table cannot be read: {error}"
            raise DataError(msg) from error
        if len(table) != rows:
            msg = f"{self._file(name)}: has {len(table)} rows, the snapshot was written with {rows}"
            raise DataError(msg)
        return table

    def _file(self, name: str) -> Path:
        return self.folder / f"{self.kind}.{name}.parquet"

    def __delitem__(self, name: str) -> None:
        """Take a table away."""
        del self.rows[name]
        self._near.pop(name, None)
        self._file(name).unlink()

    def __iter__(self) -> Iterator[str]:
        """The tables' names."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self.rows)
