"""The record of a segment: what was asked for and when, what came of it, and which segments it stands in for."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mcreports.archive.days import DAY, Span, day_text, joined
from mcreports.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = "mcreports.segment/1"
ADVICE = (
    "restore it from a backup, or move it and the files of the same name away and pull its day again "
    "(mcreports pull --since DAY --until THE-DAY-AFTER)"
)
_NAME = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True)
class Owner:
    """Whose samples an archive holds: the address without credentials, and as whom a shared server was asked.

    ``org_id`` and ``user`` are what the settings say, ``headers`` a digest of their further headers.
    """

    kind: str
    url: str
    org_id: str | None = None
    user: str | None = None
    headers: str | None = None

    def is_same(self, other: Owner) -> bool:
        """Whether it is the same server, asked as the same; a server may become another kind."""
        return (self.url, self.org_id, self.user, self.headers) == (other.url, other.org_id, other.user, other.headers)


@dataclass(frozen=True)
class Asked:
    """[start, until) that a server was asked for when samples up to ``settled`` had settled; milliseconds.

    ``settled`` goes up to the end of the day, beyond ``until``: a question that was put when the day was over
    and settled is told from one that was put while it went on.
    """

    start: int
    until: int
    settled: int


@dataclass(frozen=True)
class Content:
    """What a segment's Parquet file holds: counts, first and last instant in ms, size and SHA-256.

    ``parts`` are the same bytes in stretches that are read alone, each its length and SHA-256; the last is the footer.
    """

    rows: int
    series: int
    tenants: int
    first: int
    last: int
    size: int
    sha256: str
    parts: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Record:
    """One segment of a metric and a UTC day; ``content`` is None where nothing came back.

    ``late`` counts samples that came into a window which had been fetched before; ``replaces`` names
    the segments that it stands in for, ``restated`` why days that were closed have changed.
    """

    id: str
    metric: str
    day: int
    owner: Owner
    fetched_at: int
    asked: tuple[Asked, ...]
    tenant_label: str
    content: Content | None
    late: int = 0
    replaces: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many samples it holds."""
        return 0 if self.content is None else self.content.rows

    @property
    def place(self) -> str:
        """Its path below the root, without the ending."""
        return f"{self.metric}/{day_text(self.day)}/{self.id}"

    def dumps(self) -> bytes:
        """The record as the JSON that is stored."""
        body = {"schema": SCHEMA, **asdict(self), "day": day_text(self.day)}
        return json.dumps({**body, "check": _digest(body)}, indent=1).encode()


def loads(data: bytes, where: str, metric: str, day: int) -> Record:
    """The record that lies at a place; one that is not as it was written is a DataError naming it."""
    try:
        raw = json.loads(data)
        schema, check = raw["schema"], raw.pop("check", None)
        is_right = check == _digest(raw)
        del raw["schema"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = f"{where}: the record is damaged: {error}; {ADVICE}"
        raise DataError(msg) from error
    if schema != SCHEMA:
        msg = f"{where}: the schema is {str(schema)[:80]!r}, not {SCHEMA}; another mcreports wrote it: update this one"
        raise DataError(msg)
    if not is_right:
        msg = f"{where}: the record is damaged: it is not as it was written; {ADVICE}"
        raise DataError(msg)
    try:
        record = _record(raw, day)
        _refuse_nonsense(record, where, metric, raw["day"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"{where}: the record is damaged: {type(error).__name__}: {error}; {ADVICE}"
        raise DataError(msg) from error
    return record


def _digest(body: dict[str, Any]) -> str:
    """What a record's body hashes to, so that not a digit of it can change unseen."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _record(raw: dict[str, Any], day: int) -> Record:
    content = raw["content"]
    return Record(
        **{
            **raw,
            "day": day,
            "owner": Owner(**raw["owner"]),
            "asked": tuple(Asked(**one) for one in raw["asked"]),
            "content": None if content is None else _content(content),
            "replaces": tuple(raw["replaces"]),
            "restated": tuple(raw["restated"]),
        }
    )


def _content(raw: dict[str, Any]) -> Content:
    return Content(**{**raw, "parts": tuple((length, digest) for length, digest in raw["parts"])})


def _refuse_nonsense(record: Record, where: str, metric: str, day: str) -> None:
    numbers = [record.fetched_at, record.late]
    numbers += [number for one in record.asked for number in (one.start, one.until, one.settled)]
    if record.content is not None:
        one = record.content
        numbers += [
            one.rows,
            one.series,
            one.tenants,
            one.first,
            one.last,
            one.size,
            *(length for length, _ in one.parts),
        ]
    texts = [record.id, record.tenant_label, *record.replaces, *record.restated]
    begin, end = record.day * DAY, (record.day + 1) * DAY
    is_right = (
        all(type(number) is int for number in numbers)
        and all(isinstance(text, str) for text in texts)
        and (record.metric, day) == (metric, day_text(record.day))
        and where.endswith(f"{record.id}.json")
        and record.id not in record.replaces
        and all(_NAME.fullmatch(name) for name in (record.id, *record.replaces))
        and all(begin <= one.start <= one.until <= end and one.settled <= end for one in record.asked)
        and (record.content is None or (begin <= record.content.first <= record.content.last < end))
        and (record.content is None or sum(length for length, _ in record.content.parts) == record.content.size)
    )
    if not is_right:
        msg = "its parts contradict each other or its place"
        raise ValueError(msg)


def live(records: Iterable[Record]) -> list[Record]:
    """The records of one day that no other one replaces, by first sample."""
    every = list(records)
    replaced = {name for record in every for name in record.replaces}
    kept = [record for record in every if record.id not in replaced]
    return sorted(kept, key=lambda one: (-1 if one.content is None else one.content.first, one.id))


def asked(records: Iterable[Record]) -> list[Span]:
    """What the server has been asked for, whatever came of it."""
    return joined((one.start, one.until) for record in records for one in record.asked)


def settled(records: Iterable[Record], now: int) -> list[Span]:
    """What had settled when it was asked for; nothing of what a clock that ran ahead has claimed of after ``now``."""
    return joined((one.start, min(one.until, one.settled, now)) for record in records for one in record.asked)


def final(records: Iterable[Record], day: int, now: int) -> list[Span]:
    """What of a day was asked for when all of it had settled: whatever came late within the day is there, too."""
    end = (day + 1) * DAY
    if now < end:
        return []
    return joined((one.start, one.until) for record in records for one in record.asked if one.settled >= end)


def covered(records: Iterable[Record], day: int, now: int) -> list[Span]:
    """What of a day needs not be asked again: while it goes on what has settled, then what was asked for since."""
    return settled(records, now) if now < (day + 1) * DAY else final(records, day, now)


def is_closed(records: Iterable[Record], day: int, now: int) -> bool:
    """Whether all of a day was asked for after it had settled, and not empty: then it is never asked for again."""
    every = list(records)
    return sum(one.rows for one in every) > 0 and final(every, day, now) == [(day * DAY, (day + 1) * DAY)]
