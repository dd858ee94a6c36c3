"""Days without a sample: what was asked for in vain, one small file per metric instead of one a day."""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.archive.days import DAY, Span, joined, less
from mcreports.errors import ArchiveError, DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.archive.archive import Archive

SCHEMA = "mcreports.empty/1"
PLACE = "empty"  # beside the directories of the days


@dataclass(frozen=True)
class Empty:
    """What of a metric was asked for in vain, what of that had settled by then, and the files that say so."""

    asked: tuple[Span, ...] = ()
    settled: tuple[Span, ...] = ()
    files: tuple[str, ...] = ()


def read(archive: Archive, metric: str) -> Empty:
    """What all files of a metric say together; a damaged one is a DataError that names it."""
    paths = [one.path for one in archive.store.find(f"{metric}/{PLACE}") if one.path.endswith(".json")]
    told = [loads(data, f"{archive.store.shown}/{path}") for path, data in archive.store.read(paths).items()]
    return Empty(
        tuple(joined(span for one in told for span in one.asked)),
        tuple(joined(span for one in told for span in one.settled)),
        tuple(paths),
    )


def write(archive: Archive, metric: str, held: Empty, new: Empty, filled: Iterable[int]) -> None:
    """Keep what was asked for in vain, in one file for all that were there; the ``filled`` days have samples now.

    Two who write at the same time leave two files, which together say the same.
    """
    days = [(day * DAY, (day + 1) * DAY) for day in filled]
    asked = tuple(less([*held.asked, *new.asked], days))
    settled = tuple(less([*held.settled, *new.settled], days))
    if (asked, settled) == (held.asked, held.settled) and len(held.files) <= 1:
        return
    if asked:
        archive.store.write(f"{metric}/{PLACE}/{secrets.token_hex(16)}.json", dumps(asked, settled))
    for path in held.files:
        with suppress(ArchiveError):  # who may write and not remove keeps a file that says nothing else
            archive.store.remove(path)


def dumps(asked: tuple[Span, ...], settled: tuple[Span, ...]) -> bytes:
    """The file's JSON."""
    body = {"schema": SCHEMA, "asked": [list(one) for one in asked], "settled": [list(one) for one in settled]}
    return json.dumps({**body, "check": _digest(body)}, indent=1).encode()


def loads(data: bytes, where: str) -> Empty:
    """What a file says; one that is not as it was written is a DataError naming it."""
    try:
        body = json.loads(data)
        is_right = body.pop("check") == _digest(body) and body["schema"] == SCHEMA
        asked, settled = ([(int(start), int(until)) for start, until in body[name]] for name in ("asked", "settled"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(_damaged(where)) from error
    if not is_right:
        raise DataError(_damaged(where))
    return Empty(tuple(asked), tuple(settled))


def _damaged(where: str) -> str:
    return f"{where} is damaged, or a newer mcreports wrote it; remove it: the next pull asks for its days again"


def _digest(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
