"""The largest anomaly step by step, with what is usual around it: what its picture is drawn from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.anomalies.figures import METHOD, blank
from mcreports.domains.derive import money
from mcreports.domains.series import EPOCH, MILLISECOND, milliseconds
from mcreports.figures import Quality, instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.domains.anomalies.anomaly import Anomaly
    from mcreports.domains.anomalies.find import Findings
    from mcreports.figures import Figure, Value
    from mcreports.snapshot import Snapshot

STEP = "anomaly.step"
BEFORE, MOST = 12, 48  # steps before it begins, and in all
GAP = "it was not measured, or lies in a gap"


def largest(found: Findings) -> Anomaly | None:
    """The anomaly that is pictured: of those that nobody knows of the one of most USD, else the gravest of all."""
    spent = [one for one in found.open if one.is_cost]
    return max(spent, key=lambda one: abs(one.excess), default=next(iter((*found.open, *found.anomalies)), None))


def pictured(snapshot: Snapshot, found: Findings) -> Iterator[Figure]:
    """The steps around the largest anomaly: each with its value, and the band of what is usual as its bounds."""
    anomaly = largest(found)
    if anomaly is None or anomaly.course is None:
        return
    course, like = anomaly.course, replace(blank(snapshot, anomaly), id=STEP, method=METHOD, samples=1)
    first = max(int(np.searchsorted(course.edges, milliseconds(anomaly.start))) - BEFORE, 0)
    for at in range(first, min(first + MOST, len(course.values))):
        start, end = (EPOCH + int(edge) * MILLISECOND for edge in course.edges[at : at + 2])
        value, low, high = (_shown(each[at], anomaly) for each in (course.values, course.low, course.high))
        step = replace(like, window=(start, end), labels=(*like.labels, ("step", instant_text(start))), value=value)
        if value is None:
            yield replace(step, quality=Quality.UNKNOWN, samples=0, reason=GAP)
        else:
            yield replace(step, bounds=None if low is None or high is None else (low, high))


def _shown(number: float, anomaly: Anomaly) -> Value:
    if not np.isfinite(number):
        return None
    return money(float(number)) if anomaly.is_cost else float(number)
