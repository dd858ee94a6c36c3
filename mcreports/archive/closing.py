"""Closing days: one that was asked for after it had settled becomes one segment; one that was not keeps few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.archive.days import DAY, less
from mcreports.archive.reading import content
from mcreports.archive.records import Asked, Record, asked, final, is_closed, settled

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from mcreports.archive.archive import Archive
    from mcreports.metrics import Metric

MANY = 16  # segments of an open day, after which they become one
MOST = 4_000_000  # samples that are put together in memory; a day of more stays in several segments


def close(archive: Archive, metric: Metric, days: Container[int], now: int) -> list[Record]:
    """Write one segment for each of the days that has several and is closed, and give them; the old ones stay."""
    made = []
    for day, records in archive.live(metric.name, days).items():
        is_due = len(records) > (1 if is_closed(records, day, now) else MANY)
        if is_due and sum(one.rows for one in records) <= MOST:
            made.append(_join(archive, metric, day, records))
    return made


def _join(archive: Archive, metric: Metric, day: int, records: Sequence[Record]) -> Record:
    newest = max(records, key=lambda one: one.fetched_at)
    whole = Record(
        id="",
        metric=metric.name,
        day=day,
        owner=newest.owner,
        fetched_at=newest.fetched_at,
        asked=_asked(records),
        tenant_label=metric.server_label("tenant"),
        content=None,
        late=sum(one.late for one in records),
        replaces=tuple(one.id for one in records),
        restated=tuple(dict.fromkeys(text for one in records for text in one.restated)),
    )
    return archive.add(whole, content(archive, metric, records))


def _asked(records: Sequence[Record]) -> tuple[Asked, ...]:
    """The same coverage in as few spans as tell it: asked for when the day was over, settled, only asked for."""
    day = records[0].day
    end = (day + 1) * DAY
    last, sure = final(records, day, end), settled(records, end)
    return (
        *(Asked(start, until, end) for start, until in last),
        *(Asked(start, until, until) for start, until in less(sure, last)),
        *(Asked(start, until, start) for start, until in less(asked(records), [*last, *sure])),
    )
