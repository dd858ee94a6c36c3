"""What an archive holds, in numbers: per metric the days, the gaps, the samples, what was late or restated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcreports.archive import empty
from mcreports.archive.days import Span, day_text, instant, joined, without
from mcreports.archive.records import asked, is_closed, live

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.archive.archive import Archive
    from mcreports.archive.records import Record


@dataclass(frozen=True)
class Status:
    """One metric's: how many days have samples and how many of those are closed, what lies between them unasked."""

    metric: str
    days: int
    closed: int
    first: int
    until: int
    gaps: tuple[Span, ...]
    samples: int
    size: int
    late: int
    restatements: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The same for programs: days and instants as text."""
        return {
            "metric": self.metric,
            "days": self.days,
            "closed": self.closed,
            "first": instant(self.first),
            "until": instant(self.until),
            "gaps": [[instant(start), instant(until)] for start, until in self.gaps],
            "samples": self.samples,
            "bytes": self.size,
            "late": self.late,
            "restatements": [{"day": day, "reason": reason} for day, reason in self.restatements],
        }


def status(archive: Archive, now: int) -> list[Status]:
    """Every metric's status, by name; ``now`` in milliseconds."""
    found = [(name, archive.records(name), empty.read(archive, name).asked) for name in archive.metrics()]
    return [_status(name, records, vain, now) for name, records, vain in found if records or vain]


def _status(metric: str, by_day: dict[int, list[Record]], vain: Sequence[Span], now: int) -> Status:
    kept = {day: live(records) for day, records in by_day.items()}
    every = [record for records in kept.values() for record in records]
    covered = joined([*asked(every), *vain])
    first, until = (covered[0][0], covered[-1][1]) if covered else (0, 0)
    return Status(
        metric=metric,
        days=sum(_rows(records) > 0 for records in kept.values()),
        closed=sum(is_closed(records, day, now) for day, records in kept.items()),
        first=first,
        until=until,
        gaps=tuple(without((first, until), covered)),
        samples=_rows(every),
        size=sum(one.content.size for records in by_day.values() for one in records if one.content),
        late=sum(one.late for one in every),
        restatements=tuple((day_text(one.day), reason) for one in every for reason in one.restated),
    )


def _rows(records: Sequence[Record]) -> int:
    return sum(one.rows for one in records)
