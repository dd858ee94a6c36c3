"""Every anomaly of a snapshot, who knows of it, and how much of each series could be judged at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.accounts import COST, accounts
from mcreports.domains.anomalies.events import RATES
from mcreports.domains.anomalies.grid import cost_edges, told_of
from mcreports.domains.anomalies.rates import rate_anomalies, watched
from mcreports.domains.anomalies.spend import ground, spend_anomalies
from mcreports.domains.series import milliseconds
from mcreports.evidence.acknowledgements import TABLE, rows_of
from mcreports.operation_sections import LEAST_ANOMALY, AnomalySettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mcreports.domains.accounts import Accounts
    from mcreports.domains.anomalies.anomaly import Anomaly
    from mcreports.domains.anomalies.rates import Watched
    from mcreports.domains.anomalies.tracks import Track
    from mcreports.evidence.acknowledgements import Acknowledgement
    from mcreports.snapshot import Snapshot

ORDER = ("high", "medium", "low")


@dataclass(frozen=True)
class Sight:
    """How many of the steps of a tenant's series in the report's window could be judged."""

    tenant: str
    what: str
    judged: int
    steps: int


@dataclass(frozen=True)
class Findings:
    """The anomalies that touch a report's window, the gravest first, and what was looked at."""

    window: tuple[datetime, datetime]
    anomalies: tuple[Anomaly, ...]
    sights: tuple[Sight, ...]

    @property
    def open(self) -> tuple[Anomaly, ...]:
        """Those that nobody has acknowledged."""
        return tuple(one for one in self.anomalies if one.known is None)


def find(snapshot: Snapshot) -> Findings:
    """All that stands out in the window that a report tells of; found once for a snapshot."""
    found: Findings = snapshot.once("anomalies", lambda: _find(snapshot))
    return found


def _find(snapshot: Snapshot) -> Findings:
    window = told_of(snapshot)
    known = rows_of(snapshot.evidence.get(TABLE))
    anomalies: list[Anomaly] = []
    sights: list[Sight] = []
    for found, sight in (*_of_spend(snapshot, window), *_of_rates(snapshot, window)):
        anomalies += [_acknowledged(one, known) for one in found if one.touches(window)]
        sights.append(sight)
    anomalies.sort(key=lambda one: (ORDER.index(one.severity), not one.is_cost, -abs(float(one.excess)), one.id))
    return Findings(window, tuple(anomalies), tuple(sights))


def _of_spend(snapshot: Snapshot, window: tuple[datetime, datetime]) -> Iterator[tuple[list[Anomaly], Sight]]:
    if COST not in snapshot.windows:
        return
    books: Accounts = snapshot.once("accounts", lambda: accounts(snapshot))
    told = snapshot.rules.get(LEAST_ANOMALY, AnomalySettings().rule), snapshot.period.zone
    edges = cost_edges(snapshot)
    for tenant in dict.fromkeys((*snapshot.tenants, *sorted(books))):
        own = ground(tenant, books.get(tenant, {}), edges, told, _place(edges, window[0]))
        yield list(spend_anomalies(own)), _sight((tenant, COST), own.tracks, edges, window)


def _of_rates(snapshot: Snapshot, window: tuple[datetime, datetime]) -> Iterator[tuple[list[Anomaly], Sight]]:
    for rate in RATES:
        for own in watched(snapshot, rate):
            found = list(rate_anomalies(own, snapshot.period.zone, milliseconds(window[0])))
            yield found, _sight((own.tenant, rate.id), (own,), own.tried.edges, window)


def _sight(
    whose: tuple[str, str], tracks: Sequence[Track | Watched], edges: np.ndarray, window: tuple[datetime, datetime]
) -> Sight:
    start, stop = (_place(edges, at) for at in window)
    return Sight(*whose, max((each.judged(start, stop) for each in tracks), default=0), stop - start)


def _place(edges: np.ndarray, at: datetime) -> int:
    return int(np.searchsorted(edges, milliseconds(at)))


def _acknowledged(anomaly: Anomaly, known: tuple[Acknowledgement, ...]) -> Anomaly:
    """The anomaly with the newest acknowledgement that covers it, if one does."""
    own = [one for one in known if _covers(one, anomaly)]
    return replace(anomaly, known=max(own, key=lambda one: one.at)) if own else anomaly


def _covers(known: Acknowledgement, anomaly: Anomaly) -> bool:
    """Whether it is of the same series and side and began before what was acknowledged was over."""
    same = (known.tenant, known.what, known.side) == (anomaly.tenant, anomaly.what, anomaly.side)
    return same and known.driver == (anomaly.main or "") and anomaly.touches((known.start, known.until))
