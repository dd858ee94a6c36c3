"""Connecting: to the settings' source, to an address, or to the data of a published run."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from mcreports.errors import DataError, UsageError
from mcreports.reports import manifest
from mcreports.reports.runs import find_run
from mcreports.reports.verification import verify
from mcreports.settings import CONFIG, Settings, load
from mcreports.snapshot import FILE, read
from mcreports.sources.access import Access
from mcreports.workbench.bench import Workbench

SCHEMES = ("demo:", "http:", "https:", "archive:")


def connect(
    source: str | Path | None = None, *, settings: str | Path | None = None, now: datetime | None = None
) -> Workbench:
    """A workbench over a source, or over what a published run saw.

    ``source`` is ``demo://?seed=7``, ``http(s)://host:9090``, ``archive:PATH``, a run's directory or the
    like of ``daily/2025-10-31``; without it the settings' source, or the embedded demo where there is none.
    """
    named = settings or os.environ.get(CONFIG)
    config = Path(named) if named else None
    loaded, at = load(config), now or datetime.now(UTC)
    text = str(source or "").strip()
    if text and not text.lower().startswith(SCHEMES):
        return _opened(text, loaded, at, config)
    if text:
        loaded = loaded.model_copy(update={"source": loaded.source.model_copy(update={"url": text})})
    bench = Workbench(loaded, at, _shown(loaded), config)
    _ = bench.source  # an address that cannot be, or an archive that is not there, is the first thing to say
    return bench


def _shown(settings: Settings) -> str:
    """The address without its secrets: it stands in commands that are passed on."""
    url = settings.source.url.strip()
    return Access.of(settings.source).shown if url.lower().startswith("http") else url


def _opened(text: str, settings: Settings, now: datetime, config: Path | None) -> Workbench:
    """A run's own data, if they are still what was published."""
    place = Path(text) if (Path(text) / FILE).is_file() else find_run(text, settings.report.output)
    if not (place / FILE).is_file():
        msg = f"{place}: there is no {FILE}, and so nothing to open; publish the report again"
        raise UsageError(msg)
    if (place / manifest.FILE).exists():
        faults = [str(one) for one in verify(place).faults if one.file.startswith(("snapshot", manifest.FILE))]
        if faults:
            msg = f"{place} is not what was published: {'; '.join(faults)}; publish the report again"
            raise DataError(msg)
    return Workbench(settings, now, str(place), config, read(place))
