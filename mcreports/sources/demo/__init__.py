"""``demo://``: an invented platform whose every sample is a pure function of a seed and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from mcreports import samples
from mcreports.samples import Pulled, Series
from mcreports.sources import SourceInfo
from mcreports.sources.demo import address
from mcreports.sources.demo.ledger import Ledger
from mcreports.sources.demo.platform import GAP, ORIGIN
from mcreports.sources.demo.scrape import observe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.metrics import Metric
    from mcreports.sources.demo.noise import IntArray
    from mcreports.sources.demo.scrape import Observed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DemoSource:
    """The demo of one seed, scraped every ``step`` seconds since the day ``start``."""

    seed: int = address.SEED
    step: int = address.STEP
    start: date = ORIGIN

    @staticmethod
    def from_url(url: str) -> DemoSource:
        """The demo that a URL names; what it cannot be is a UsageError.

        >>> DemoSource.from_url("demo://?seed=7&step=60").info.url
        'demo://?seed=7&step=60'
        """
        return DemoSource(*address.read(url))

    @property
    def info(self) -> SourceInfo:
        """What this source is; its URL gives the same samples anywhere."""
        step = "" if self.step == address.STEP else f"&step={self.step}"
        start = "" if self.start == ORIGIN else f"&start={self.start}"
        return SourceInfo("demo", f"demo://?seed={self.seed}{step}{start}")

    @property
    def truth(self) -> Ledger:
        """What really happened, to prove reports by."""
        return Ledger(self.seed)

    def fetch(self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None) -> Pulled:
        """Every sample of the metric with start <= ts < end, conformed."""
        observed = self._observe(metric, start, end, tenants)
        return Pulled(samples.tabulate(metric, [(own, ts * 1000, values) for own, ts, values in observed if len(ts)]))

    def tenants(self, metric: Metric, start: datetime, end: datetime) -> tuple[str, ...]:
        """The tenants with samples of the metric in [start, end)."""
        if "tenant" not in metric.labels:
            return ()
        at = metric.labels.index("tenant")
        return tuple(sorted({own[at] for own, ts, _ in self._observe(metric, start, end) if len(ts)}))

    def series(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> Iterator[Series]:
        """The same samples as a server would name them: its own names, and who was scraped."""
        names = [metric.server_label(label) for label in metric.labels]
        scraped = {"__name__": metric.name, "job": "mcreports-demo", "instance": f"demo-{self.seed}"}
        for own, ts, values in self._observe(metric, start, end, tenants):
            if len(ts):
                yield Series({**dict(zip(names, own, strict=True)), **scraped}, ts * 1000, values)

    def _observe(
        self, metric: Metric, start: datetime, end: datetime, tenants: Sequence[str] | None = None
    ) -> list[Observed]:
        observed = observe(metric.key, self.seed, self._instants(start, end))
        if tenants is None or "tenant" not in metric.labels:
            return observed
        at = metric.labels.index("tenant")
        return [one for one in observed if one[0][at] in tenants]

    def _instants(self, start: datetime, end: datetime) -> IntArray:
        """The scrapes in [start, end), in Unix seconds: multiples of the step, but for the gap."""
        opened = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        first, after = (-((_EPOCH - at) // timedelta(seconds=self.step)) for at in (max(start, opened), end))
        instants = np.arange(first, max(first, after), dtype=np.int64) * self.step
        silent, loud = ((at - _EPOCH) // timedelta(seconds=1) for at in GAP)
        return instants[(instants < silent) | (instants >= loud)]
