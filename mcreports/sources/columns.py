"""A whole answer as columns: every series' labels and length, all instants and all values one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcreports.errors import SourceError
from mcreports.samples import Series
from mcreports.sources.wire import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mcreports.sources.question import Question

LATEST = 2**53  # ms: what a float of seconds or a date can still tell apart
SAMPLE = 16  # bytes of an instant and a value


@dataclass(frozen=True)
class Columns:
    """Series side by side: ``counts`` samples of each in ``ts`` (ms) and ``values``."""

    labels: Sequence[dict[str, str]]
    counts: NDArray[np.int64]
    ts: NDArray[np.int64]
    values: NDArray[np.float64]

    def series(self, question: Question) -> list[Series]:
        """The series' samples in the window in order of time, without NaN, -0.0 as 0.0."""
        ts, values = self.ts, self.values
        edges = np.concatenate([[0], np.cumsum(self.counts)])
        if len(ts) and (ts.min() <= -LATEST or ts.max() >= LATEST):
            raise SourceError("the answer holds instants that cannot be")
        keep = (ts >= question.first) & (ts < question.after) & ~np.isnan(values)
        if not keep.all():
            places = np.flatnonzero(keep)
            edges, ts, values = np.searchsorted(places, edges), ts[places], values[places]
        values = values + 0.0
        falls = np.flatnonzero(ts[1:] < ts[:-1]) + 1
        if len(falls):
            _sort(ts, values, edges, np.setdiff1d(falls, edges))
        ends = edges.tolist()
        return [
            Series(labels, ts[begin:end], values[begin:end])
            for labels, begin, end in zip(self.labels, ends, ends[1:], strict=False)
        ]


def _sort(ts: NDArray[np.int64], values: NDArray[np.float64], edges: NDArray[np.int64], at: NDArray[np.int64]) -> None:
    """Put each series that goes back in time at one of these places in order; chunks out of order may overlap."""
    for number in np.unique(np.searchsorted(edges, at, side="right") - 1).tolist():
        part = slice(int(edges[number]), int(edges[number + 1]))
        order = np.argsort(ts[part], kind="stable")
        ts[part], values[part] = ts[part][order], values[part][order]


def weigh(samples: int, limit: int) -> None:
    """Raise a TooLargeError when so many samples are more bytes in memory than an answer may have."""
    if samples * SAMPLE > limit:
        msg = f"the answer unpacks to {samples} samples, over {limit / 1e6:g} MB (source.max_mb)"
        raise TooLargeError(msg)
