"""The counts of one tenant's series in a window that no other tenant is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains.events import count
from mcreports.domains.series import lines, usual_interval, watch
from mcreports.domains.tally import Tally

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.snapshot import Snapshot


def tenant_tally(snapshot: Snapshot, key: str, tenant: str, window: tuple[datetime, datetime]) -> Tally:
    """The events of a tenant's series of a counter in (start, end], read from its own rows alone."""
    metric, watched = snapshot.metrics[key], watch(snapshot, key, *window)
    own = lines(snapshot.lot(key, tenant), metric.labels, usual_interval(snapshot, key))
    found = tuple((dict(zip(metric.labels, line.labels, strict=True)), count(line, watched)) for line in own)
    return Tally(metric, window, {tenant: found})
