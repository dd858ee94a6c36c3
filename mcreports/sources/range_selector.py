"""The raw range selector, ``metric{...}[range]`` over /api/v1/query: what every server that speaks PromQL answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from prometheus_api_client import PrometheusConnect

from mcreports.errors import SourceError
from mcreports.samples import Series
from mcreports.sources.question import instant

if TYPE_CHECKING:
    from mcreports.sources.http import StrictSession
    from mcreports.sources.question import Question

ENOUGH = 300_000  # samples in one answer: some 8 MB of JSON, 60 MB as Python holds them


@dataclass(frozen=True)
class RangeSelector:
    """Reads through prometheus-api-client; ``session`` must want a matrix."""

    url: str
    name = "query, the raw range selector"
    opening = 3_600_000
    names_at_once = 1

    @property
    def enough(self) -> int:
        """How many samples one answer should hold."""
        return ENOUGH

    def read(self, session: StrictSession, question: Question) -> list[Series]:
        """Every sample in the window of the one tenant, or of all."""
        client = PrometheusConnect(self.url, session=session)
        # The left edge is closed in Prometheus 2 and open in 3 and in VictoriaMetrics: ask for
        # a millisecond more on both sides, and take what belongs.
        (selector,) = question.selectors
        query = f"{selector}[{question.after - question.first + 3}ms]"
        result = client.custom_query(query, params={"time": instant(question.after + 1)})
        return [_series(question, raw) for raw in result]


def _series(question: Question, raw: Any) -> Series:  # noqa: ANN401 - JSON
    """One series of a matrix, its samples in the window as arrays."""
    name = question.metric.name
    if isinstance(raw, dict) and "histograms" in raw:
        msg = f"{name}: the answer holds a native histogram, which is not read: use classic buckets"
        raise SourceError(msg)
    try:
        labels, values = raw["metric"], raw["values"]
        ts = np.fromiter((pair[0] for pair in values), np.float64, len(values))
        numbers = np.fromiter((float(pair[1]) for pair in values), np.float64, len(values))
        texts = all(isinstance(text, str) for text in labels.values())
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        msg = f"{name}: the answer holds what is not a series of samples: {str(raw)[:200]!r}"
        raise SourceError(msg) from error
    if not texts or labels.get("__name__", name) != name or not (abs(ts) < 2**43).all():
        msg = f"{name}: the answer holds a series of another metric, or instants that cannot be: {labels}"
        raise SourceError(msg)
    stamps = np.rint(ts * 1000).astype(np.int64)
    keep = (stamps >= question.first) & (stamps < question.after) & ~np.isnan(numbers)
    return Series(labels, stamps[keep], numbers[keep] + 0.0)
