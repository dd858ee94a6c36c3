"""A program that changes each byte of a segment in turn, and tells where anything but what was archived is read."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from archive_play import COST, DAY, START, FakeServer, held, puller

from mcreports.archive import reading, segment
from mcreports.archive.archive import Archive
from mcreports.archive.remote import store_of
from mcreports.archive.sync import sync
from mcreports.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

TENANTS = ("A", "B", "C")
CHANGES = (0x01, 0x80, 0xFF)


def filled(root: str) -> Archive:
    """A day of three tenants, each in a row group of its own."""
    segment.GROUP = 8
    server = FakeServer()
    for number, tenant in enumerate(TENANTS):
        server.put(tenant, {START + at * 1000: at * 0.1 + number for at in range(8)})
    archive = Archive(store_of(root, {}))
    sync(puller(archive, server, START + 3 * DAY), COST, (START, START + DAY))
    return archive


def looked(archive: Archive) -> list[object]:
    """What each reader gives back: its answer, or that it is a DataError which names the file."""
    span = START, START + DAY
    looks: list[Callable[[], object]] = [partial(held, archive, tenants=[one]) for one in TENANTS]
    looks += [partial(held, archive), partial(reading.tenants, archive, COST, span)]
    said: list[object] = []
    for look in looks:
        try:
            said.append(look())
        except DataError as error:
            said.append("named" if ".parquet: " in str(error) else f"not named: {error}")
    return said


def tell(*words: object) -> None:
    """At once, for the next byte may be the end of this."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main(root: str) -> None:
    archive = filled(root)
    right = looked(archive)
    (file,) = Path(root).rglob("*.parquet")
    descriptor = os.open(file, os.O_RDWR)
    data = file.read_bytes()
    for at, byte in enumerate(data):
        for change in CHANGES:
            tell(at, change)
            os.pwrite(descriptor, bytes([byte ^ change]), at)
            pairs = list(zip(looked(archive), right, strict=True))
            if pairs[3][0] != "named" or any(found not in ("named", true) for found, true in pairs):
                tell("WRONG", at, change, pairs)
        os.pwrite(descriptor, bytes([byte]), at)
    tell("whole again" if looked(archive) == right else "WRONG at the end")


if __name__ == "__main__":
    main(sys.argv[1])
