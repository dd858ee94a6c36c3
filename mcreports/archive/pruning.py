"""Removing from an archive: days that are too old, segments that were replaced, files that never had a record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.archive.archive import day_of
from mcreports.archive.days import DAY
from mcreports.archive.records import live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcreports.archive.archive import Archive
    from mcreports.archive.records import Record
    from mcreports.archive.store import Found

GRACE = timedelta(days=1)  # what is being written or read just now is younger


@dataclass(frozen=True)
class Waste:
    """What may go: files in the order in which they may, their size in bytes, and why, counted."""

    files: tuple[str, ...] = ()
    size: int = 0
    days: int = 0
    replaced: int = 0
    orphans: int = 0
    protected: int = 0


def waste(archive: Archive, before: int, needed: Mapping[str, int], now: int) -> Waste:
    """What may go of all that ended before an instant, in milliseconds; nothing since a metric is ``needed``.

    A segment goes only when nothing that it replaces is left: no kill in between brings an old value back.
    """
    total = Waste()
    for metric in archive.metrics():
        files = {one.path: one for one in archive.store.find(metric)}
        by_day = archive.records(metric)
        for _, records in sorted(by_day.items()):
            total = _of_day(total, records, files, (before, needed.get(metric, before), now))
        known = {path for records in by_day.values() for one in records for path in _paths(one)}
        lost = [one for path, one in sorted(files.items()) if path not in known and _is_orphan(one, now)]
        total = _with(total, lost, orphans=len(lost))
    return total


def remove(archive: Archive, what: Waste) -> None:
    """Take away what was found to be waste, in its order."""
    for path in what.files:
        archive.store.remove(path)
        archive.known.pop(path, None)


def _of_day(total: Waste, records: list[Record], files: Mapping[str, Found], times: tuple[int, int, int]) -> Waste:
    before, needed, now = times
    end = (records[0].day + 1) * DAY
    if end <= min(before, needed):
        return _with(total, [files[path] for one in _ordered(records) for path in _paths(one) if path in files], days=1)
    kept = {one.id for one in live(records)}
    newest = max(one.fetched_at for one in records if one.id in kept) if kept else now
    settled = now - GRACE // timedelta(milliseconds=1)
    written = [files[path].written * 1000 for one in records if one.id in kept for path in _paths(one) if path in files]
    old = [one for one in _ordered(records) if one.id not in kept]
    if old and newest <= settled and max(written, default=0) <= settled:
        gone = [files[path] for one in old for path in _paths(one) if path in files]
        total = _with(total, gone, replaced=len(old))
    return _with(total, [], protected=int(needed < end <= before))


def _ordered(records: list[Record]) -> list[Record]:
    """Replaced segments before those that stand in for them."""
    left = {one.id: one for one in records}
    order: list[Record] = []
    while left:
        free = [one for one in left.values() if not any(old in left for old in one.replaces)] or list(left.values())
        order += free
        for one in free:
            del left[one.id]
    return order


def _paths(record: Record) -> tuple[str, ...]:
    """The record before its samples: between the two there is no segment."""
    return f"{record.place}.json", f"{record.place}.parquet"


def _is_orphan(found: Found, now: int) -> bool:
    """A file that no record speaks of, and that nobody is still writing."""
    is_ours = day_of(found) is not None and not found.path.endswith(".json")
    return is_ours and is_settled(found, now)


def is_settled(found: Found, now: int) -> bool:
    """Whether a file is so old that nobody is still writing what belongs to it; ``now`` in milliseconds."""
    return found.written * 1000 < now - GRACE // timedelta(milliseconds=1)


def _with(total: Waste, found: list[Found], **counts: int) -> Waste:
    numbers = {
        name: getattr(total, name) + counts.get(name, 0) for name in ("days", "replaced", "orphans", "protected")
    }
    return Waste((*total.files, *(one.path for one in found)), total.size + sum(one.size for one in found), **numbers)
