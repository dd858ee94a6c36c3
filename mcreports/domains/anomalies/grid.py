"""The hours (of a year the days) that series are read by, and the part of them that a report speaks of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.series import milliseconds
from mcreports.plan import INCIDENTS, MONEY, RATE_DAYS, RATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mcreports.snapshot import Snapshot

HOUR = 3_600_000
HISTORY = timedelta(weeks=8)  # of spend before a period, which its hours are held against
LAST = timedelta(hours=24)  # of an incident
COUNTED = tuple(key for key in RATES if key != "autonomy.violations")  # a single violation needs no statistics


def told_of(snapshot: Snapshot) -> tuple[datetime, datetime]:
    """The window whose anomalies a report tells: its period as far as it has come; of an incident the last day."""
    period, window = snapshot.period, snapshot.windows.get(MONEY[0])
    end = period.end if window is None else min(period.end, window.end)
    return (end - LAST if snapshot.report in INCIDENTS else period.start), end


def cost_edges(snapshot: Snapshot) -> np.ndarray:
    """The ends in ms of the hours, of a trend's days, by which spend is read; they meet at the period's start."""
    period, (_, end) = snapshot.period, told_of(snapshot)
    if snapshot.report == "trends":
        days = [day for day in period.split("day") if day.end <= end]
        return np.array([*(milliseconds(day.start) for day in days), *(milliseconds(day.end) for day in days[-1:])])
    window = snapshot.windows[MONEY[0]]
    return hours(period.start, max(window.start, period.start - HISTORY), end)


def rate_spans(snapshot: Snapshot) -> Iterator[tuple[str, datetime, datetime]]:
    """The counters that rates are made of, and from when to when each is read."""
    if snapshot.report == "trends" or snapshot.report in INCIDENTS:
        return
    for key in COUNTED:
        window = snapshot.windows.get(key)
        if window is not None:
            end = min(snapshot.period.end, window.end)
            yield key, max(window.start, snapshot.period.start - RATE_DAYS), end


def hours(anchor: datetime, start: datetime, end: datetime) -> np.ndarray:
    """The ends in ms of the whole hours in a window, one of which is at the anchor.

    >>> from datetime import UTC, datetime
    >>> at = datetime(1970, 1, 1, 5, 45, tzinfo=UTC)
    >>> [int(edge) // 60_000 for edge in hours(at, at.replace(hour=4), at.replace(hour=7))]
    [285, 345, 405, 465]
    """
    middle, first, last = (milliseconds(at) for at in (anchor, start, end))
    return np.arange(middle - (middle - first) // HOUR * HOUR, last + 1, HOUR)
