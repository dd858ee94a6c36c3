"""Pushing the demo into a server, a few days of every metric at a time, so that time only moves forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.metrics import CATALOGUE
from mcreports.sources.demo import DemoSource
from mcreports.sources.push import push

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcreports.settings import SourceSettings

STRIDE = timedelta(days=7)


def push_demo(target: SourceSettings, demo: str, days: tuple[str, str], tell: Callable[[str], None]) -> int:
    """Push every metric of the demo in [first day, last day) and return how many samples that was."""
    source = DemoSource.from_url(demo)
    start, end = (_instant(day) for day in days)
    count = 0
    while start < end:
        tell(f"{start:%Y-%m-%d}: {count:,} samples")
        until = min(start + STRIDE, end)
        count += push(target, [one for metric in CATALOGUE.values() for one in source.series(metric, start, until)])
        start = until
    return count


def _instant(day: str) -> datetime:
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError as error:
        msg = f"{day!r} is not a day; write it like 2025-10-01"
        raise UsageError(msg) from error
