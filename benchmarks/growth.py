"""How the cost of each stage grows with the samples: from the server, into the archive, out of it, to money."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.readers import DEADLINE, fetch, fingerprint_of
from benchmarks.task import Place, Task

if TYPE_CHECKING:
    import pandas as pd

    from mcreports.archive.sync import Puller, Synced
    from mcreports.samples import Pulled
    from mcreports.sources import Source

TIMES = (1, 2, 4, 8)
DAY = 86_400_000  # milliseconds


def _table(place: Place) -> pd.DataFrame:
    return fetch(None)(place, None).table


def _directory(place: Place) -> str:
    return str(Path(place.directory) / f"archive of {place.workload.name}")


def _empty_archive(place: Place) -> Puller:
    from mcreports.archive.open import puller_of
    from mcreports.settings import ArchiveSettings, Settings, SourceSettings

    shutil.rmtree(_directory(place), ignore_errors=True)
    source = SourceSettings(url=place.url, deadline=DEADLINE)
    return puller_of(Settings(source=source, archive=ArchiveSettings(url=_directory(place))), datetime.now(UTC))


def _pull(place: Place, puller: Puller) -> Synced:
    from mcreports.archive.sync import sync

    return sync(puller, place.workload.metric, _span(place), [])


def _of_pull(place: Place, synced: Synced) -> dict[str, Any]:
    if synced.added != place.workload.samples:
        msg = f"{synced.added:,} samples were archived of {place.workload.samples:,}"
        raise ArithmeticError(msg)
    files = [file for file in Path(_directory(place)).rglob("*") if file.is_file()]
    return {"samples": synced.added, "archived": sum(file.stat().st_size for file in files)}


def _full_archive(place: Place) -> Source:
    from mcreports.archive.open import open_source
    from mcreports.settings import Settings, SourceSettings

    return open_source(Settings(source=SourceSettings(url=f"archive:{_directory(place)}")), datetime.now(UTC))


def _read(place: Place, archive: Source) -> Pulled:
    load = place.workload
    return archive.fetch(load.metric, load.start, load.end)


def _span(place: Place) -> tuple[int, int]:
    return int(place.workload.start.timestamp() * 1000), int(place.workload.end.timestamp() * 1000)


def _ledger(place: Place, table: pd.DataFrame) -> tuple[int, int]:
    """Every tenant's spend of every day, added up, and of the whole; both in cents."""
    import numpy as np

    from mcreports.domains.ledger import curves, spends

    start, end = _span(place)
    windows = [(day, day + DAY) for day in range(start, end, DAY)] + [(start, end)]
    told = [spends(line, windows) for line in curves(table, np.array([start, end], dtype=np.int64), None).values()]
    days = sum(one.cents or 0 for own in told for one in own[:-1])
    return days, sum(own[-1].cents or 0 for own in told)


def _of_ledger(_place: Place, cents: tuple[int, int]) -> dict[str, Any]:
    days, whole = cents
    if days != whole or not whole:
        msg = f"the days' {days} cents are not the month's {whole}"
        raise ArithmeticError(msg)
    return {"cents": whole}


_SERVER, _ARCHIVE = "mcreports.sources.prometheus", "mcreports.archive.open"
STAGES = (
    Task("fetch", "server to table", (_SERVER,), fetch(None), fingerprint_of),
    Task("pull", "server to archive", (_SERVER, _ARCHIVE), _pull, _of_pull, _empty_archive),
    Task("read", "archive to table", (_ARCHIVE,), _read, fingerprint_of, _full_archive),
    Task("ledger", "ledger: every day's spend", ("mcreports.domains.ledger",), _ledger, _of_ledger, _table),
)
