"""A tenant's operations sample by sample, as the platform's counters have counted them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.series import lines, usual_interval, watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.domains.incidents.case import Case
    from mcreports.domains.series import Line, Watch


@dataclass(frozen=True)
class Steps:
    """A counter above all its resets: what it had counted at each of its samples, from 0 on."""

    ts: np.ndarray
    counted: np.ndarray

    def between(self, start: int, end: int) -> int:
        """The events in (start, end]."""
        low, high = (int(np.searchsorted(self.ts, at, side="right")) for at in (start, end))
        return int(self.counted[high] - self.counted[low])


class Counters:
    """The platform's counters: its samples, and the selectors that they answer."""

    method, is_exact = "sample", False

    def steps(self, case: Case, key: str, second: str | None = None) -> list[Steps]:
        """The tenant's series of a counter; ``second`` is the value of its label after the tenant."""
        metric, window = case.snapshot.metrics[key], case.snapshot.windows.get(key)
        if window is None:
            return []
        own = lines(case.snapshot.lot(key, case.tenant), metric.labels, usual_interval(case.snapshot, key))
        watched = watch(case.snapshot, key, window.start, window.end)
        return [_unwrapped(line, watched) for line in own if second is None or line.labels[1] == second]

    def instants(self, case: Case, keys: Sequence[str]) -> np.ndarray:
        """Every instant in ms at which one of the counters was seen."""
        return np.concatenate([case.snapshot.lot(key, case.tenant)["ts"].astype("int64").to_numpy() for key in keys])

    def query(self, case: Case, keys: Sequence[str], **labels: str) -> str:
        """Where it is read from."""
        return " ; ".join(case.snapshot.metrics[key].selector(tenant=case.tenant, **labels) for key in keys)


def _unwrapped(line: Line, watched: Watch) -> Steps:
    valid = np.isfinite(line.values) & (line.values >= 0)
    ts, values = line.ts[valid], np.rint(line.values[valid])
    rises = np.where(np.diff(values) < 0, values[1:], np.diff(values)) if len(values) else np.empty(0)
    # what a series held when the data began is nobody's event; one that was born began from 0
    first = values[:1] if watched.is_born(line) else np.zeros(min(1, len(values)))
    return Steps(ts, np.concatenate([[0.0], np.cumsum(np.concatenate([first, rises]))]))
