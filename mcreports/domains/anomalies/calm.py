"""Whether there is anything to look at: most drivers on most days are so near to their usual that nothing stands out.

The detector takes milliseconds for a series, which a crowd of tenants makes minutes of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mcreports.analysis.anomalies import Series

WEEK, WEEKS, FEWEST = 7 * 24, 6, 3  # hours; so many weeks before, of which so many must be known
NEAR = 0.15  # of the usual: the detector's own least reach, six spreads of 3.75 %, is half as wide again
DAY = 24


def is_calm(series: Series, start: int) -> bool:
    """Whether each hour from a day before a step on is near to that hour of the weeks before; False if not known."""
    first = max(start - DAY, 0)
    own = np.arange(first, len(series))
    own = own[np.isfinite(series.values[first:])]
    if not len(own) or own[0] < WEEK * FEWEST or (np.diff(series.ts) != series.ts[1] - series.ts[0]).any():
        return False
    back = own[:, None] - WEEK * np.arange(1, WEEKS + 1)
    before = np.where(back >= 0, series.values[np.maximum(back, 0)], np.nan)
    if (np.isfinite(before).sum(axis=1) < FEWEST).any():
        return False
    usual = np.nanmedian(before, axis=1)
    typical = float(np.nanmean(before))
    return bool((np.abs(series.values[own] - usual) <= NEAR * np.maximum(usual, typical)).all())
