"""Opening a book: the snapshot that the runner left, or one taken here and now of a source."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mcreports.archive.open import open_source
from mcreports.domains.compose import Report, compose
from mcreports.domains.handover import recall
from mcreports.errors import UsageError
from mcreports.period import Period
from mcreports.settings import Settings, load
from mcreports.snapshot import read
from mcreports.take import Order, take


def open_report(report: str, period: str, *, snapshot: str = "", source: str = "demo://?seed=7") -> Report:
    """The report over a snapshot's directory; without one, over the source that is named.

    >>> open_report("daily", "2025-10-31").headline.status.value
    'fail'
    """
    if snapshot:
        taken = read(Path(snapshot))
        if (taken.report, taken.period.label) != (report, period):
            msg = f"the snapshot is of {taken.report} {taken.period}, the notebook was asked for {report} {period}"
            raise UsageError(msg)
        recall(taken, Path(snapshot))
        return compose(taken)
    settings = _settings(source)
    zone = settings.report.zone
    now = datetime.now(UTC)
    order = Order(report, Period.parse(period, zone), provisional=True)
    return compose(take(order, open_source(settings, now), settings, now))


def _settings(source: str) -> Settings:
    settings = load()
    return settings.model_copy(update={"source": settings.source.model_copy(update={"url": source})})
