"""The counts of a metric's series in one window, by tenant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcreports.domains import facts
from mcreports.domains.events import Count, Source, total
from mcreports.domains.facts import Ask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcreports.metrics import Metric
    from mcreports.snapshot import Snapshot


@dataclass(frozen=True)
class Tally:
    """The counts of a metric's series in one window, by tenant."""

    metric: Metric
    window: tuple[datetime, datetime]
    series: Mapping[str, tuple[tuple[dict[str, str], Count], ...]]

    def of(self, tenant: str, **labels: str) -> Count:
        """A tenant's events with these labels; 0 when it has none of them but others; unknown without a sample.

        A doubt about any series of the tenant is a doubt about all of them: they come from one scrape.
        """
        own = self.series.get(tenant, ())
        every = total(count for _, count in own)
        if every.count is None or not every.seen.samples:
            doubts = every.doubts or ("no sample" if own else "no data",)
            return Count(None, seen=every.seen, doubts=doubts, is_unborn=every.is_unborn)
        chosen = [count for named, count in own if labels.items() <= named.items()]
        part = total([*chosen, Count(0, 0, 0)])
        # a label that was there and is over cannot be told from one that is no longer watched
        ended = () if any(count.count is not None for count in chosen) else total(chosen).doubts
        return replace(part, seen=every.seen, doubts=tuple(dict.fromkeys((*every.doubts, *ended))))

    def source(self, tenant: str | None, **labels: str) -> Source:
        """The passport's window and selector for a tenant, or for all of them."""
        named = labels if tenant is None else {"tenant": tenant, **labels}
        return Source(self.window, self.metric.selector(**named))

    def values(self, tenant: str, label: str) -> tuple[str, ...]:
        """Every value that a label takes among a tenant's series."""
        return tuple(sorted({named[label] for named, _ in self.series.get(tenant, ())}))


def tally(snapshot: Snapshot, key: str, start: datetime, end: datetime) -> Tally:
    """The events of every series of a counter in (start, end]."""
    return Tally(snapshot.metrics[key], (start, end), facts.known(snapshot, Ask("counts", key, start, end)))
