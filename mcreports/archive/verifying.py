"""Whether an archive is whole: every record read, every file hashed, every row looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.archive import empty, records, segment
from mcreports.archive.archive import day_of
from mcreports.archive.days import DAY, day_text
from mcreports.archive.pruning import is_settled
from mcreports.archive.reading import union
from mcreports.archive.records import live
from mcreports.errors import ArchiveError, DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mcreports.archive.archive import Archive
    from mcreports.archive.records import Record
    from mcreports.archive.segment import Rows
    from mcreports.archive.store import Found

UNCLAIMED = (
    "unclaimed: no record lies beside it, so its samples are not read, and what it had replaced is. A pull that was "
    "cut off leaves such a file, and mcreports archive prune removes it; if the record (the same name with .json) "
    "was lost, restore it from a backup, or restate its day: mcreports pull --since DAY --until THE-DAY-AFTER "
    "--restate REASON"
)


@dataclass(frozen=True)
class Verified:
    """How many segments and samples were looked at, every fault in words, and notes on what may become one."""

    segments: int
    samples: int
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()


def verify(archive: Archive, tell: Callable[[str], None], now: int) -> Verified:
    """Read everything there is, replaced segments too, and tell every fault that there is.

    Samples without a record are a fault once they are a day old at ``now``, in milliseconds; younger
    ones are a note, for a pull may be about to write it.
    """
    faults: list[str] = []
    notes: list[str] = []
    segments = samples = 0
    for metric in archive.metrics():
        files = archive.store.find(metric)
        by_day, damaged = _records(archive, metric, files)
        faults += damaged
        for found in _unclaimed(files):
            said = faults if is_settled(found, now) else notes
            said.append(f"{archive.store.shown}/{found.path}: {UNCLAIMED}")
        try:
            empty.read(archive, metric)
        except DataError as error:
            faults.append(str(error))
        for day, every in sorted(by_day.items()):
            tell(f"{metric} {day_text(day)}")
            current = {one.id for one in live(every)}
            parts: dict[str, list[Rows]] = {}
            for record in every:
                segments, samples = segments + 1, samples + record.rows
                try:
                    for labels, rows in _checked(archive, record):
                        if record.id in current and len(current) > 1:
                            parts.setdefault(labels, []).append(rows)
                except (DataError, ArchiveError) as error:
                    faults.append(str(error))
            faults += _contradictions(archive, f"{metric} {day_text(day)}", parts)
    return Verified(segments, samples, tuple(faults), tuple(notes))


def _unclaimed(files: Sequence[Found]) -> list[Found]:
    """Samples beside which no record lies."""
    claimed = {one.path.removesuffix(".json") for one in files if one.path.endswith(".json")}
    own = sorted((one for one in files if one.path.endswith(".parquet")), key=lambda one: one.path)
    return [one for one in own if day_of(one) is not None and one.path.removesuffix(".parquet") not in claimed]


def _records(archive: Archive, metric: str, files: Sequence[Found]) -> tuple[dict[int, list[Record]], list[str]]:
    found: dict[int, list[Record]] = {}
    faults = []
    places = {one.path: day_of(one) for one in files if one.path.endswith(".json")}
    for path, data in sorted(archive.store.read(list(places)).items()):
        day = places[path]
        if day is None:
            continue
        try:
            record = records.loads(data, f"{archive.store.shown}/{path}", metric, day)
        except DataError as error:
            faults.append(str(error))
        else:
            found.setdefault(day, []).append(record)
    return found, faults


def _checked(archive: Archive, record: Record) -> Iterator[tuple[str, Rows]]:
    """Every row of a segment, once it is known to be where and what the record says."""
    if record.content is None:
        return
    where = archive.where(record)
    seen: dict[str, int] = {}
    before, rows = ("", ""), 0
    for labels, (ts, values) in segment.pieces(archive.whole(record), record, where, None):
        names = segment.parsed(labels)
        place = segment.column_text(names.get(record.tenant_label, "")), labels
        is_sorted = place >= before and (ts[1:] > ts[:-1]).all() and int(ts[0]) > seen.get(labels, -1)
        is_of_day = record.day * DAY <= int(ts[0]) and int(ts[-1]) < (record.day + 1) * DAY
        if not is_sorted or not is_of_day or np.isnan(values).any() or segment.canonical(names) != labels:
            msg = f"{where}: {labels} is out of order, of another day, or no series; {records.ADVICE}"
            raise DataError(msg)
        before, seen[labels], rows = place, int(ts[-1]), rows + len(ts)
        yield labels, (ts, values)
    content = record.content
    if (rows, len(seen)) != (content.rows, content.series):
        msg = f"{where}: {rows} samples of {len(seen)} series, not {content.rows} of {content.series}; {records.ADVICE}"
        raise DataError(msg)


def _contradictions(archive: Archive, what: str, parts: dict[str, list[Rows]]) -> Iterator[str]:
    for labels, rows in parts.items():
        try:
            union(labels, rows, f"{archive.store.shown}: {what}")
        except DataError as error:
            yield str(error)
