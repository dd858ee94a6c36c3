"""What a worker is sent, and what it does with it: it pulls a part of a metric, and works out that part's facts."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from threading import get_ident
from typing import TYPE_CHECKING, NamedTuple

from mcreports import __version__
from mcreports.archive.open import SCHEME, open_source
from mcreports.domains.handover import work_out
from mcreports.errors import RunError, UsageError
from mcreports.haul import Errand, pull
from mcreports.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    import pyarrow as pa

    from mcreports.haul import Told
    from mcreports.metrics import Metric
    from mcreports.plan import Span
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot
    from mcreports.sources import Source

KIND = "piece"


@dataclass(frozen=True)
class Job:
    """What all pieces of one report share; told apart by its name, and shown without its settings in any log."""

    name: str
    settings: Settings = field(compare=False, repr=False)
    now: datetime = field(compare=False)
    catalogue: Mapping[str, Metric] = field(compare=False, repr=False)
    version: str = __version__


@dataclass(frozen=True)
class Piece:
    """One metric of some tenants (None: the metric has none) in [start, end)."""

    key: str
    metric: Metric
    span: Span
    tenants: tuple[str, ...] | None = field(repr=False)


class Load(NamedTuple):
    """A piece's samples as a Parquet file, its rows, its SHA-256, and what was told of each batch."""

    data: bytes
    rows: int
    digest: str
    told: tuple[Told, ...]


def pull_piece(job: Job, piece: Piece) -> Load:
    """The samples of a piece, from the source that the job's settings name, opened on this machine."""
    refuse_version(job)
    errand = Errand(_source(job, get_ident()), piece.metric, piece.span, job.now, job.catalogue)
    told: list[Told] = []

    def hearing() -> Iterator[pd.DataFrame]:
        for table, said in pull(errand, piece.tenants):
            told.append(said)
            yield table

    with _bench() as shelf:
        shelf.fill(piece.key, hearing())
        data = _file(shelf, piece.key).read_bytes()
        return Load(data, shelf.rows[piece.key], sha256(data).hexdigest(), tuple(told))


def facts_of_piece(job: Job, load: Load, given: tuple[str, str], bare: Snapshot) -> pa.Table | None:
    """The facts of a piece; None where the source has other samples than were given to the snapshot before.

    ``given`` is the metric's key and the digest of what was given: a lost worker's pieces are pulled again.
    """
    refuse_version(job)
    key, digest = given
    if load.digest != digest:
        return None
    with unpacked(load, key) as shelf:
        return work_out(replace(bare, tables=shelf))


@contextmanager
def unpacked(load: Load, key: str) -> Iterator[Shelf]:
    """The samples of a piece on a shelf of their own, to be read in parts, until the block ends."""
    with _bench() as shelf:
        _file(shelf, key).write_bytes(load.data)
        shelf.rows[key] = load.rows
        yield shelf


def refuse_version(job: Job) -> None:
    """Raise a UsageError naming both versions where this machine has another one than the job's."""
    if job.version != __version__:
        msg = f"a worker has mcreports {__version__}, and the report is made by {job.version}; install one on all"
        raise UsageError(msg)


@lru_cache(maxsize=8)
def _source(job: Job, thread: int) -> Source:
    """The job's source, opened once a thread: a server is not probed for every piece."""
    del thread
    # what an archive holds is as of the report's time; a server's clock is held against the real one
    is_archive = job.settings.source.url.strip().lower().startswith(SCHEME)
    return open_source(job.settings, job.now if is_archive else datetime.now(UTC))


@contextmanager
def _bench() -> Iterator[Shelf]:
    try:
        with TemporaryDirectory(prefix="mcreports-") as place:
            yield Shelf(Path(place), KIND)
    except OSError as error:
        msg = f"a piece could not be kept in {gettempdir()}: {error}; free some space there, or set TMPDIR"
        raise RunError(msg) from error


def _file(shelf: Shelf, key: str) -> Path:
    return shelf.folder / f"{KIND}.{key}.parquet"
