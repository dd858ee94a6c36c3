"""An archive as a value: whose it is, which segments there are, and the one way to add another."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mcreports.archive import checking, records, segment
from mcreports.archive.days import day_number
from mcreports.archive.records import ADVICE, Owner, Record, live
from mcreports.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from mcreports.archive.checking import Choose
    from mcreports.archive.segment import Curves
    from mcreports.archive.store import Found, Store

FILE = "archive.json"
SCHEMA = "mcreports.archive/1"


@dataclass(frozen=True)
class Archive:
    """Segments in a store; a record that was read once is not read again, for none ever changes.

    With ``listed`` the files of a metric are listed once, too: an archive that nobody here adds to.
    """

    store: Store
    known: dict[str, Record] = field(default_factory=dict, repr=False, compare=False)
    listed: dict[str, list[Found]] | None = field(default=None, repr=False, compare=False)

    def still(self) -> Archive:
        """The same archive as it is when each metric is first asked for, for one report to read."""
        return replace(self, listed={})

    def owner(self) -> Owner | None:
        """Whose samples these are; None where there is no archive."""
        data = self.store.read([FILE]).get(FILE)
        return None if data is None else _owner(data, f"{self.store.shown}/{FILE}")

    def claim(self, owner: Owner, kind: Callable[[], str]) -> Owner:
        """Make the archive this server's, whose kind is asked for once; one that is another's is a UsageError."""
        held = self.owner()
        if held is None:
            body = {"schema": SCHEMA, "source": asdict(replace(owner, kind=kind()))}
            self.store.write(FILE, json.dumps(body, indent=1).encode(), is_first=True)
            held = self.owner()
        if held is None or not held.is_same(owner):
            raise UsageError(self._of_another(held, owner))
        return held

    def metrics(self) -> tuple[str, ...]:
        """The server's names of the metrics that something is kept of."""
        return tuple(sorted({found.path.partition("/")[0] for found in self.store.find("") if "/" in found.path}))

    def records(self, metric: str, days: Container[int] | None = None) -> dict[int, list[Record]]:
        """Every record of some days of a metric, replaced ones too; a damaged one is a DataError naming it."""
        places = {}
        for found in self._find(metric):
            day = day_of(found)
            if day is not None and found.path.endswith(".json") and (days is None or day in days):
                places[found.path] = day
        unknown = [path for path in places if path not in self.known]
        for path, data in self.store.read(unknown).items():
            self.known[path] = records.loads(data, f"{self.store.shown}/{path}", metric, places[path])
        by_day: dict[int, list[Record]] = {}
        for path, day in sorted(places.items()):
            if path in self.known:  # else it was pruned since it was listed
                by_day.setdefault(day, []).append(self.known[path])
        return by_day

    def _find(self, metric: str) -> list[Found]:
        if self.listed is None:
            return self.store.find(metric)
        if metric not in self.listed:
            self.listed[metric] = self.store.find(metric)
        return self.listed[metric]

    def live(self, metric: str, days: Container[int] | None = None) -> dict[int, list[Record]]:
        """The records that no other one replaces, by day in order; a day's by first sample."""
        return {day: live(every) for day, every in sorted(self.records(metric, days).items())}

    def add(self, record: Record, curves: Curves) -> Record:
        """Keep a segment: its samples first, and when they are there its record."""
        record = replace(record, id=secrets.token_hex(16))
        if any(len(ts) for ts, _ in curves.values()):
            data, content = segment.encode(curves, record.tenant_label)
            record = replace(record, content=content)
            self.store.write(f"{record.place}.parquet", data)
        self.store.write(f"{record.place}.json", record.dumps())
        self.known[f"{record.place}.json"] = record
        return record

    def whole(self, record: Record) -> Any:  # noqa: ANN401 - a pyarrow buffer
        """The checked bytes of a segment; a DataError if they are not what was archived."""
        path = f"{record.place}.parquet"
        data = self.store.read([path]).get(path)
        if data is None:
            raise DataError(self._missing(path))
        return checking.whole(data, record, f"{self.store.shown}/{path}")

    def part(self, record: Record, choose: Choose) -> Any:  # noqa: ANN401 - a pyarrow buffer
        """The checked bytes of those parts of a segment that ``choose`` names by its footer, and else zeros."""
        path = f"{record.place}.parquet"
        if record.content is None:
            raise DataError(self._missing(path))
        try:
            return checking.some(partial(self.store.cut, path), record.content, f"{self.store.shown}/{path}", choose)
        except FileNotFoundError as error:
            raise DataError(self._missing(path)) from error

    def where(self, record: Record) -> str:
        """The segment's file, for a sentence."""
        return f"{self.store.shown}/{record.place}.parquet"

    def _missing(self, path: str) -> str:
        return f"{self.store.shown}/{path}: the segment's file is missing, its record is there; {ADVICE}"

    def _of_another(self, held: Owner | None, owner: Owner) -> str:
        whose = "somebody else" if held is None else _called(held)
        return (
            f"the archive {self.store.shown} holds the samples of {whose}, not of {_called(owner)}; choose another "
            f"place (--archive, or url in the [archive] section), or leave it out (--no-archive). If the same server "
            f"moved, change source.url in {self.store.shown}/{FILE} and in nothing else"
        )


def day_of(found: Found) -> int | None:
    """The day of the directory that a file lies in; None where it is no part of an archive."""
    parts = found.path.split("/")
    return day_number(parts[1]) if len(parts) == len(("metric", "day", "file")) else None


def _called(owner: Owner) -> str:
    said = {"org_id": owner.org_id, "user": owner.user, "headers": owner.headers and f"{owner.headers[:12]}..."}
    told = ", ".join(f"{name} {value}" for name, value in said.items() if value)
    return f"{owner.url} ({told})" if told else owner.url


def _owner(data: bytes, where: str) -> Owner:
    try:
        body = json.loads(data)
        schema = body["schema"]
        owner = Owner(**body["source"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"{where} is damaged: {error}; restore it from a backup, or write the source's url into it again"
        raise DataError(msg) from error
    if schema != SCHEMA:
        msg = f"{where}: the schema is {str(schema)[:60]!r}, not {SCHEMA}; another mcreports made it: update this one"
        raise DataError(msg)
    return owner
