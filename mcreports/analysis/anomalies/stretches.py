"""Points that stand out one after the other on the same side are one anomaly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mcreports.analysis.anomalies.alerts import DAY, groups
from mcreports.analysis.anomalies.detector import WARM, pace
from mcreports.analysis.anomalies.series import ALERT, DEFAULT, Detection, Interval, Options, Series

TRACE = 1 / 3  # of the band: what lies within that is as usual, what lies beyond it next to what stands out is not
LULL = DAY / 2  # as usual for so long: the next is another one, though one alert may stand for both


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
    band = side * ((detection.high if side > 0 else detection.low) - detection.expected)
    # within the band it is the day until then that stands out, or the jump to this point: not its own side counts
    lean = pd.Series(above).rolling(max(1, round(DAY / step)), min_periods=1).mean().to_numpy()
    raised = (detection.score >= ALERT) & np.where(np.abs(above) > band, above > 0, lean > 0)
    outside = above > TRACE * band
    for places in groups(series.ts, raised & (above > 0), step, DAY):
        # each slight, odd together: told whatever comes after it, but for the echo of a burst that day
        outside[places] |= ~np.logical_or.accumulate(outside[places])
    last = int(np.flatnonzero(np.isfinite(detection.score))[-1]) if raised.any() else 0
    found: list[Interval] = []
    for places in groups(series.ts, raised & outside, step, LULL):
        inside = np.flatnonzero(~outside[: places[0]])
        start = max(int(inside[-1]) + 1 if len(inside) else 0, found[-1].stop if found else 0)
        stop = len(series) if places[-1] == last else int(places[-1]) + 1
        own = above[start:stop]
        if not np.nansum(own) > 0:
            continue  # it fell by more than it rose: of this side there is nothing to tell
        score = float(np.nanmax(detection.score[start:stop]))
        found.append(Interval(start, stop, start + int(np.nanargmax(own)), side * float(np.nansum(own)), score))
    return found
