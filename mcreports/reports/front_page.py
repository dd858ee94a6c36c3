"""Writing the portal's files into the output directory, each replaced as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock

from mcreports.durable import sync_directory
from mcreports.reports.disk import explain
from mcreports.reports.files import make_directory, write_file
from mcreports.reports.portal import portal
from mcreports.reports.runs import published

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

LOCK = ".portal.lock"


def build(output: Path, now: datetime) -> None:
    """Rebuild index.html, verdicts.json, feed.atom and mcreports.prom over everything that is published."""
    with explain(output):
        make_directory(output)
        # two publishers that end at once: the later list must not be replaced by the earlier one
        with FileLock(output / LOCK):
            found = published(output, every_revision=True)
            for name, text in portal(found.runs, now, found.damaged).items():
                new = output / f".{name}.new"
                write_file(new, text)
                new.replace(output / name)
            sync_directory(output)
