"""Points that stand out one after the other on the same side are one anomaly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mcreports.analysis.anomalies.alerts import DAY, groups
from mcreports.analysis.anomalies.detector import WARM, pace
from mcreports.analysis.anomalies.series import ALERT, DEFAULT, Detection, Interval, Options, Series

TRACE = 1 / 3  # of the band: what lies beyond that, next to points that stand out, belongs to them


def intervals(series: Series, detection: Detection, options: Options = DEFAULT) -> tuple[Interval, ...]:  # noqa: ARG001 - asked as the detector is
    """The anomalies of a series in order; one that goes on stops where the series does."""
    known = np.flatnonzero(np.isfinite(series.values))
    if len(known) <= WARM:
        return ()
    step = pace(series.ts[known])
    with np.errstate(all="ignore"):  # values near the largest float that there is
        found = [one for side in (1, -1) for one in _side(series, detection, side, step)]
    return tuple(sorted(found, key=lambda each: each.start))


def _side(series: Series, detection: Detection, side: int, step: float) -> list[Interval]:
    """The anomalies over what was expected (side 1), or under it (-1)."""
    above = side * (np.asarray(series.values) - detection.expected)
    band = (detection.high if side > 0 else detection.low) - detection.expected
    outside = above > TRACE * side * band
    # within the band it is the day until then that stands out, or the jump to this point: not its own side counts
    day = max(1, round(DAY / step))
    lean = pd.Series(above).rolling(day, min_periods=1).mean().to_numpy()
    raised = (detection.score >= ALERT) & np.where(np.abs(above) > side * band, above > 0, lean > 0)
    last = int(np.flatnonzero(np.isfinite(detection.score))[-1]) if raised.any() else 0
    found: list[Interval] = []
    for places in groups(series.ts, raised, step):
        inside = np.flatnonzero(~outside[: places[0]])
        start = max(int(inside[-1]) + 1 if len(inside) else 0, found[-1].stop if found else 0)
        traced = start + np.flatnonzero(outside[start : places[-1] + 1])
        stop = int(traced[-1]) + 1 if len(traced) else int(places[-1]) + 1
        stop = len(series) if stop > last else stop
        own = above[start:stop]
        score = float(np.nanmax(detection.score[start:stop]))
        found.append(Interval(start, stop, start + int(np.nanargmax(own)), side * float(np.nansum(own)), score))
    return found
