"""What is usual for each hour of a tenant's spend, and what stands out, as the anomalies of a report have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains.accounts import accounts
from mcreports.domains.anomalies.find import find
from mcreports.domains.anomalies.grid import cost_edges
from mcreports.domains.anomalies.look import order_of
from mcreports.domains.anomalies.spend import ground
from mcreports.operation_sections import LEAST_ANOMALY, AnomalySettings
from mcreports.workbench import pulls

if TYPE_CHECKING:
    from mcreports.domains.anomalies.anomaly import Anomaly
    from mcreports.snapshot import Snapshot
    from mcreports.workbench.asked import Asked
    from mcreports.workbench.bench import Workbench

Band = dict[int, tuple[float, float]]  # the ends of what is usual, by the ms at which an hour begins


def seen(bench: Workbench, about: Asked) -> Snapshot:
    """What the anomalies of the days that were asked about are found in; of a published run its own."""
    return bench.opened or pulls.taken(bench, about.period, order_of)


def usual(snapshot: Snapshot, tenant: str) -> Band:
    """The band around what was expected of each hour; nothing for hours that cannot be judged."""
    edges, own = cost_edges(snapshot), snapshot.once("accounts", lambda: accounts(snapshot)).get(tenant, {})
    rule = snapshot.rules.get(LEAST_ANOMALY, AnomalySettings().rule)
    tracks = ground(tenant, own, edges, (rule, snapshot.period.zone)).tracks
    if not tracks:
        return {}
    found = tracks[0].found  # the first is that of all the tenant's drivers
    ends = zip(edges.tolist(), found.low.tolist(), found.high.tolist(), strict=False)
    return {at: (max(low, 0.0), high) for at, low, high in ends if low <= high}  # NaN is neither


def standing_out(snapshot: Snapshot, what: str, tenant: str, about: Asked) -> tuple[Anomaly, ...]:
    """The anomalies of a tenant's spend or rate that touch the time asked about."""
    own = (one for one in find(snapshot).anomalies if (one.what, one.tenant) == (what, tenant))
    return tuple(one for one in own if one.touches((about.start, about.end)))
