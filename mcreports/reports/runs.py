"""The runs that an output directory holds, as their manifests tell it."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from mcreports.errors import DataError, UsageError
from mcreports.reports.manifest import FILE, Manifest, read

if TYPE_CHECKING:
    from collections.abc import Iterator

CURRENT = "current"
SCOPES = "scopes"
_REVISION = "r([1-9][0-9]{0,8})"


@dataclass(frozen=True)
class PublishedRun(Manifest):
    """A run's manifest, and where the run lies: ``path`` is POSIX text relative to the output directory.

    ``unchanged`` is true when publishing found that this run already says all there is to say.
    """

    path: str = ""
    unchanged: bool = False


@dataclass(frozen=True)
class DamagedRun:
    """A run that cannot be told from its manifest, and why."""

    path: str
    said: str


@dataclass(frozen=True)
class Published:
    """What an output directory holds: runs, oldest period first, and those that are damaged."""

    runs: tuple[PublishedRun, ...] = ()
    damaged: tuple[DamagedRun, ...] = ()


def published(output: Path, *, every_revision: bool = False) -> Published:
    """The current run of every report, period and scope, or all their revisions; only manifests are read."""
    runs: list[PublishedRun] = []
    damaged: list[DamagedRun] = []
    try:
        places = tuple(_places(output))
    except OSError as error:
        msg = f"{output}: cannot be read: {error}; make it readable for this user"
        raise DataError(msg) from error
    for place in places:
        try:
            shown = shown_revision(output / place)
            numbers = [number for number in revisions(output / place) if number <= shown] if every_revision else [shown]
        except (OSError, DataError) as error:
            damaged.append(DamagedRun(f"{place}/{CURRENT}", str(error)))
            continue
        for number in numbers:
            try:
                runs.append(read_run(output, f"{place}/r{number}"))
            except (OSError, DataError) as error:
                damaged.append(DamagedRun(f"{place}/r{number}", str(error)))
    runs.sort(key=lambda run: (run.period.start, run.period.end, run.report, run.scope or "", run.revision))
    return Published(tuple(runs), tuple(damaged))


def read_run(output: Path, path: str) -> PublishedRun:
    """The run at a path relative to the output; a DataError if it is damaged or belongs to another place."""
    manifest = read(output / path)
    report, period, *scope, number = path.split("/")
    said = (manifest.report, manifest.period.label, manifest.scope, f"r{manifest.revision}")
    if said != (report, period, scope[1] if scope else None, number):
        msg = f"{output / path}: this run is {' '.join(str(part) for part in said if part)}, and does not belong here"
        raise DataError(msg)
    return PublishedRun(**{field.name: getattr(manifest, field.name) for field in fields(Manifest)}, path=path)


def revisions(directory: Path) -> tuple[int, ...]:
    """The numbers of the revisions that lie in a directory, published or not, in order."""
    matches = (re.fullmatch(_REVISION, name) for name in _names(directory))
    return tuple(sorted(int(match[1]) for match in matches if match))


def shown_revision(directory: Path) -> int:
    """The number of the revision that ``current`` names, 0 without one; a DataError if it is no link of ours."""
    link = directory / CURRENT
    if not link.is_symlink() and not link.exists():
        return 0
    target = str(link.readlink()) if link.is_symlink() else "no other place, being no link"
    match = re.fullmatch(_REVISION, target)
    if match is None or (directory / target).is_symlink():
        msg = f"{link}: leads to {target}, not to a revision beside it; move it away and publish again"
        raise DataError(msg)
    return int(match[1])


def find_run(text: str, output: Path) -> Path:
    """The directory of a run named by a path, or like ``daily/2025-10-31`` or ``daily/2025-10-31/r2``."""
    named = Path(text)
    places = [named, output / named] if text and ".." not in named.parts else [named]
    for place in places if text else []:
        for directory in (place / CURRENT, place, place.parent if place.is_file() else place):
            if (directory / FILE).exists() or (directory.is_dir() and re.fullmatch(_REVISION, directory.name)):
                return directory.resolve()
    there = ", ".join(run.path for run in published(output).runs[-3:]) or "nothing"
    msg = f"{text!r} is not a run; write a path or the like of daily/2025-10-31/r2; {output} holds {there}"
    raise UsageError(msg)


def _places(output: Path) -> Iterator[str]:
    for report in _names(output):
        for period in _names(output / report):
            place = f"{report}/{period}"
            for known in (place, *(f"{place}/{SCOPES}/{scope}" for scope in _names(output / place / SCOPES))):
                link = output / known / CURRENT
                if link.is_symlink() or link.exists():
                    yield known


def _names(directory: Path) -> list[str]:
    try:
        return sorted(path.name for path in directory.iterdir() if not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
