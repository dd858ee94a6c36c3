"""Facts handed over: what was worked out elsewhere of a snapshot's samples, in a file beside it.

The file is there for the notebook that is executed next, and is cleared away before a run is published:
so a published run holds samples alone, and whoever replays it believes nobody.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from mcreports.domains import codec, facts
from mcreports.domains.accounts import COST, accounts
from mcreports.errors import DataError
from mcreports.snapshot import FILE as SNAPSHOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mcreports.snapshot import Snapshot

FILE = "facts.parquet"
ACCOUNTS = "accounts"
_OF = b"snapshot"
_SCHEMA = pa.schema([("name", pa.string()), ("tenant", pa.string()), ("fact", pa.string())])


def bare(snapshot: Snapshot) -> Snapshot:
    """All of a snapshot that a fact hangs on beside the samples of its own tenant: small enough to be sent around."""
    return replace(
        snapshot, tables={}, tenants=(), rules={}, owners={}, budgets={}, evidence={}, notes=(), configured=False
    )


def work_out(part: Snapshot) -> pa.Table:
    """The facts of a part of a snapshot: the name of each, its tenant (null: the metric has none), the fact as text."""
    rows = [(name, tenant, own) for name, found in facts.prepare(part).items() for tenant, own in found.items()]
    if COST in part.tables:
        rows += [(ACCOUNTS, tenant, own) for tenant, own in accounts(part).items()]
    columns = [
        [name for name, _, _ in rows],
        [tenant for _, tenant, _ in rows],
        [codec.write(_kind(name), own) for name, _, own in rows],
    ]
    return pa.table(columns, schema=_SCHEMA)


def hand_over(directory: Path, tables: Iterable[pa.Table]) -> None:
    """Write the facts of all parts of the snapshot in a directory, in the order of the tenants."""
    schema = _SCHEMA.with_metadata({_OF: _digest(directory)})
    with pq.ParquetWriter(directory / FILE, schema, compression="zstd") as writer:
        for table in tables:
            if len(table):
                writer.write_table(table.cast(schema))


def recall(snapshot: Snapshot, directory: Path) -> None:
    """Let a snapshot know the facts that lie beside it, if any do; a DataError if they are no facts of this one."""
    file = directory / FILE
    if not file.exists():
        return
    known: dict[str, dict[Any, Any]] = dict(facts.prepare(bare(snapshot)))
    if COST in snapshot.windows:
        known[ACCOUNTS] = {}
    try:
        for name, tenant, text in _rows(file, _digest(directory)):
            known[name][tenant] = codec.read(_kind(name), text)
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        msg = f"{file}: the facts cannot be read: {type(error).__name__}: {error}; remove the file to do without"
        raise DataError(msg) from error
    snapshot.memo.update(known)
    snapshot.memo["facts"] = None


def clear(directory: Path) -> None:
    """Take the facts away: they were for the notebook alone."""
    (directory / FILE).unlink(missing_ok=True)


def _rows(file: Path, of: bytes) -> Iterator[tuple[str, str | None, str]]:
    with pq.ParquetFile(file) as opened:
        if (opened.schema_arrow.metadata or {}).get(_OF) != of:
            msg = "they are another snapshot's"
            raise ValueError(msg)
        for batch in opened.iter_batches(batch_size=1000):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _kind(name: str) -> str:
    return name.partition(" ")[0]


def _digest(directory: Path) -> bytes:
    return sha256((directory / SNAPSHOT).read_bytes()).hexdigest().encode()
