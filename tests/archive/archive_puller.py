"""A pull as small as can be, run as a process that is killed: ROOT, the hours that have passed, and how often."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from archive_play import COST, DAY, START, FakeServer, puller

from mcreports.archive.archive import Archive
from mcreports.archive.remote import store_of
from mcreports.archive.sync import sync
from mcreports.errors import McreportsError

BEGIN = "/pulling begins here"
HOUR = DAY // 24


def server(hours: int) -> FakeServer:
    """Two tenants, a sample an hour; one more, that came late, once the first day is over."""
    made = FakeServer()
    for tenant, factor in (("A", 1.0), ("O'Brien", 2.0)):
        made.put(tenant, {START + hour * HOUR: hour * factor for hour in range(hours)})
    if hours > 24:
        made.put("A", {START + 12 * HOUR - 60_000: 11.5})
    return made


def pull(root: str, hours: int) -> None:
    at = puller(Archive(store_of(root, {})), server(hours), START + hours * HOUR)
    sync(at, COST, (START, START + 3 * DAY))


if __name__ == "__main__":
    root, hours, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.access(BEGIN, os.F_OK)
    try:
        for _ in range(times):
            pull(root, hours)
    except McreportsError as error:
        sys.exit(f"mcreports: {error}")
