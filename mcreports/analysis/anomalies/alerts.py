"""One alert per anomaly and day, however long it goes on."""

from __future__ import annotations

import numpy as np

DAY = 86_400_000
LULL, LULL_STEPS = DAY, 4.5  # so long, or so many steps, nothing stands out: then it is over


def groups(ts: np.ndarray, raised: np.ndarray, step: float, lull: float = LULL) -> list[np.ndarray]:
    """The points that stand out, those of one anomaly together: no lull lies between them."""
    places = np.flatnonzero(raised)
    if not len(places):
        return []
    return np.split(places, np.flatnonzero(np.diff(ts[places]) > max(lull, LULL_STEPS * step)) + 1)


def flags(ts: np.ndarray, raised: np.ndarray, step: float) -> np.ndarray:
    """Where to alert: once per anomaly, and no sooner than a day after the alert before."""
    flagged = np.zeros(len(ts), bool)
    last: int | None = None
    for places in groups(ts, raised, step):
        free = places if last is None else places[ts[places] - last >= DAY]
        if len(free):
            flagged[free[0]], last = True, int(ts[free[0]])
    return flagged
