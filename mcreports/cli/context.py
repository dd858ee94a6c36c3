"""What a command is run with: settings with its flags on top, the time, a source, and who is told what."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcreports.metrics import Metric
    from mcreports.settings import Settings
    from mcreports.sources import Source

EARLIEST = 2000  # no Prometheus is older, and 9999 days before it are still a date
CLOCK = "MCREPORTS_NOW"  # an instant that stands in for the clock, to rehearse what would be due


@dataclass(frozen=True)
class Context:
    """The settings file that was named, if one was."""

    config: Path | None = None


def settings_of(context: typer.Context, source: str | None = None, **report: Any) -> Settings:  # noqa: ANN401 - flags
    """The settings, with the flags that were given on top of them."""
    from pydantic import ValidationError

    from mcreports.settings import ReportSettings, SourceSettings, load, what_is_wrong

    loaded = load(context.obj.config)
    flags = {name: value for name, value in report.items() if value not in (None, (), [])}
    try:
        own = ReportSettings(**{**loaded.report.model_dump(), **flags})
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {what_is_wrong(fault)}" for fault in error.errors())
        raise UsageError(faults) from error
    where = loaded.source if source is None else SourceSettings(**{**loaded.source.model_dump(), "url": source})
    return loaded.model_copy(update={"source": where, "report": own})


def now() -> datetime:
    """The time, from the clock or from MCREPORTS_NOW."""
    text = os.environ.get(CLOCK)
    if text is None:
        return datetime.now(UTC)
    try:
        return as_utc(text)
    except (ValueError, OverflowError) as error:
        msg = f"{CLOCK}={text!r} is not an instant; write it like 2025-11-01T09:00:00Z"
        raise UsageError(msg) from error


def as_utc(text: str) -> datetime:
    """An instant in UTC, also where it names no zone; a ValueError or an OverflowError for what is none."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def with_archive(settings: Settings, url: str | None = None, *, is_kept: bool = True) -> Settings:
    """The settings with another archive, or none, where a flag said so."""
    changes: dict[str, object] = {} if url is None else {"url": url}
    if not is_kept:
        changes["enabled"] = False
    return settings.model_copy(update={"archive": settings.archive.model_copy(update=changes)})


def metrics_of(settings: Settings) -> dict[str, Metric]:
    """The catalogue under the names that the settings give it."""
    from mcreports.metrics import remap

    return remap(
        {key: own.name for key, own in settings.metrics.items() if own.name},
        {key: own.labels for key, own in settings.metrics.items() if own.labels},
    )


def real_time(at: datetime) -> datetime:
    """The time of the clock, also where MCREPORTS_NOW rehearses another day."""
    return datetime.now(UTC) if CLOCK in os.environ else at


def source_of(settings: Settings, at: datetime, *, is_attended: bool = True, is_kept: bool = False) -> Source:
    """The source of the settings; without one the demo, said aloud, and never where nobody would hear it.

    With ``is_kept`` what a server answers goes into the archive, and comes from there the next time.
    """
    from mcreports.archive.open import SCHEME, open_source

    if "url" not in settings.source.model_fields_set:
        if not is_attended:
            msg = "no source is set: give --source, or url in the [source] section of mcreports.toml"
            raise UsageError(msg)
        say("no source is set: these are the invented data of the embedded demo")
    # a server's clock is held against the real one; what an archive holds is as of the time that is rehearsed
    is_archive = settings.source.url.strip().lower().startswith(SCHEME)
    return open_source(settings, at if is_archive else real_time(at), is_kept=is_kept)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Tell on stderr what is being done and for how long: a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(20), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda text: bar.update(task, description=text)


def say(text: str) -> None:
    """A message for people, on stderr; nothing in it steers a terminal."""
    from mcreports.view.markup import visible

    print(visible(text), file=sys.stderr)


def one_line(text: str) -> str:
    """Text with names in it, none of which can break the line."""
    return text.replace("\t", "␉").replace("\n", "␊")


def show_json(value: object) -> None:
    """Data for programs, on stdout."""
    import json

    print(json.dumps(value, indent=1, default=str))


def zone_period(text: str | None, report: str, settings: Settings, at: datetime) -> Any:  # noqa: ANN401 - Period
    """The period that was asked for, else the last closed one of the report."""
    from mcreports.period import Period
    from mcreports.schedule import last_closed

    zone = settings.report.zone
    return last_closed(report, at, zone) if text is None else Period.parse(text, zone)


def instant_of(text: str, clock: datetime) -> datetime:
    """The instant that ``--at`` names, not after now; a UsageError for what is none."""
    try:
        at = as_utc(text)
    except (ValueError, OverflowError) as error:
        msg = f"--at {text!r} is not an instant; write it like 2025-10-31T12:00:00Z"
        raise UsageError(msg) from error
    if not EARLIEST <= at.year <= clock.year or at > clock:
        msg = f"--at {text} is not between {EARLIEST} and now; nothing was measured then"
        raise UsageError(msg)
    return at
