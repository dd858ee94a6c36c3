"""Tables on disk under their names, so that a month of every metric need not fit into memory at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from mcreports import rowgroups
from mcreports.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

T = TypeVar("T")

NEAR = 3  # so many tables stay in memory after they were read: a check rarely looks at more


class Shelf(MutableMapping[str, pd.DataFrame]):
    """DataFrames as ``<kind>.<name>.parquet`` in a folder: written when they are put, read when they are asked for."""

    def __init__(self, folder: Path, kind: str, rows: dict[str, int] | None = None) -> None:
        """A shelf over a folder; ``rows`` tells which tables are there already, and how long each must be."""
        self.folder = folder
        self.kind = kind
        self.rows = dict(rows or {})
        self._near: OrderedDict[str, pd.DataFrame] = OrderedDict()
        self._lot: tuple[tuple[str, tuple[int, ...]], pd.DataFrame] | None = None

    def __setitem__(self, name: str, table: pd.DataFrame) -> None:
        """Write a table; the same rows give the same bytes."""
        self.fill(name, [table])

    def fill(self, name: str, tables: Iterable[pd.DataFrame]) -> None:
        """Write a table that comes in pieces, each with whole tenants, in their order; it is never held whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.rows[name] = rowgroups.write(self._file(name), tables)
        except UnicodeEncodeError as error:
            msg = f"{name}: a name holds half a character (a lone surrogate), which no file can store: {error.object!r}"
            raise DataError(msg) from error
        self._near.pop(name, None)
        self._lot = None

    def __getitem__(self, name: str) -> pd.DataFrame:
        """The table as it was written; a DataError names the file that is gone, torn or of another length."""
        if name not in self.rows:
            raise KeyError(name)
        if name not in self._near:
            table = self._try(name, lambda: rowgroups.read(self._file(name)))
            self._weigh(name, len(table))
            self._near[name] = table
            while len(self._near) > NEAR:
                self._near.popitem(last=False)
        self._near.move_to_end(name)
        return self._near[name]

    def parts(self, name: str) -> Iterator[pd.DataFrame]:
        """The table a part at a time, each with all rows of its tenants; errors as for the whole."""
        seen = 0
        pieces = rowgroups.parts(self._file(name))
        while (piece := self._try(name, lambda: next(pieces, None))) is not None:
            seen += len(piece)
            yield piece
        self._weigh(name, seen)

    def lot(self, name: str, tenant: str) -> pd.DataFrame:
        """The rows of one tenant; its neighbours in the file stay near, for they are often asked for next."""
        file = self._file(name)
        groups = self._try(name, lambda: rowgroups.groups_of(file, tenant))
        if self._lot is None or self._lot[0] != (name, tuple(groups)):
            self._lot = (name, tuple(groups)), self._try(name, lambda: rowgroups.read_groups(file, groups))
        table = self._lot[1]
        return table[table["tenant"] == tenant]

    def reach(self, name: str) -> tuple[datetime, datetime] | tuple[None, None]:
        """The first and the last instant of a table."""
        return self._try(name, lambda: rowgroups.reach(self._file(name)))

    def _weigh(self, name: str, rows: int) -> None:
        if rows != self.rows[name]:
            msg = f"{self._file(name)}: has {rows} rows, the snapshot was written with {self.rows[name]}"
            raise DataError(msg)

    def _try(self, name: str, read: Callable[[], T]) -> T:
        try:
            return read()
        except (OSError, ValueError) as error:
            msg = f"{self._file(name)}: the snapshot's table cannot be read: {error}"
            raise DataError(msg) from error

    def _file(self, name: str) -> Path:
        return self.folder / f"{self.kind}.{name}.parquet"

    def __delitem__(self, name: str) -> None:
        """Take a table away."""
        del self.rows[name]
        self._near.pop(name, None)
        self._file(name).unlink()

    def __contains__(self, name: object) -> bool:
        """Whether there is such a table; the usual way would read it."""
        return name in self.rows

    def __iter__(self) -> Iterator[str]:
        """The tables' names."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many tables there are."""
        return len(self.rows)


def put(tables: MutableMapping[str, pd.DataFrame], name: str, pieces: Iterable[pd.DataFrame]) -> None:
    """Put a table that comes in pieces onto a shelf, or as one into any other mapping."""
    if isinstance(tables, Shelf):
        tables.fill(name, pieces)
    else:
        tables[name] = rowgroups.join(pieces)


def parts(tables: Mapping[str, pd.DataFrame], name: str) -> Iterator[pd.DataFrame]:
    """A table a part at a time, each with all rows of its tenants; nothing where there is none."""
    if isinstance(tables, Shelf) and name in tables:
        yield from tables.parts(name)
    elif name in tables:
        yield tables[name]


def owners_of(tables: Mapping[str, pd.DataFrame], name: str) -> dict[str, str]:
    """Every tenant of the table of owners, with the owner that it was said to have last."""
    found: dict[str, str] = {}
    for part in parts(tables, name):
        newest = part.sort_values("ts", kind="stable").groupby("tenant", observed=True)["owner"].last()
        found |= {str(tenant): str(owner) for tenant, owner in newest.items()}
    return found
