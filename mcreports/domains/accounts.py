"""Every cost series in short: what it spent in the windows that a report asks for, read off its curve once."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains import ledger
from mcreports.domains.anomalies.grid import cost_edges
from mcreports.domains.anomalies.readings import spent
from mcreports.domains.calendar import Calendar, foreseen
from mcreports.domains.series import milliseconds, watch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from mcreports.domains.anomalies.readings import Readings
    from mcreports.domains.ledger import Curve, Spend
    from mcreports.snapshot import Snapshot

COST = "budget.cost"

Milliseconds = tuple[int, int]
Accounts = dict[str, dict[str, "Account"]]  # by tenant and driver


@dataclass(frozen=True)
class Account:
    """One series: its first and last instant and its interval in ms, what it spent in windows in ms and by the hour."""

    first: int
    last: int
    interval: float
    spends: dict[Milliseconds, Spend]
    hours: Readings = field(default_factory=lambda: array("q"))


def until(snapshot: Snapshot) -> datetime:
    """The end of what the source was asked for: before the period's end while that is still to come."""
    window = snapshot.windows.get(COST)
    return snapshot.period.end if window is None else window.end


def accounts(snapshot: Snapshot) -> Accounts:
    """Every cost series of a snapshot, or of a part of one, with all spends that the report is going to ask for."""
    spans, edges = sorted(_spans(snapshot)), cost_edges(snapshot)
    found: Accounts = {}
    for part in snapshot.parts(COST):
        for (tenant, driver), line in curves(snapshot, part).items():
            spends = dict(zip(spans, ledger.spends(line, spans), strict=True))
            account = Account(int(line.ts[0]), int(line.ts[-1]), line.interval, spends, spent(line, edges))
            found.setdefault(tenant, {})[driver] = account
    return found


def spend(snapshot: Snapshot, account: tuple[str, str], span: Milliseconds) -> Spend:
    """What one series spent in a window that was not foreseen: its tenant's curves are read again."""
    tenant, _ = account
    near = snapshot.memo.get("curves")
    if near is None or near[0] != tenant:
        near = tenant, curves(snapshot, snapshot.lot(COST, tenant))
        snapshot.memo["curves"] = near
    line: Curve = near[1][account]
    return ledger.spend(line, *span)


def merge(parts: Iterable[Accounts]) -> Accounts:
    """The accounts of several parts of one snapshot, each with tenants of its own."""
    return {tenant: own for part in parts for tenant, own in part.items()}


def _spans(snapshot: Snapshot) -> set[Milliseconds]:
    window, end = snapshot.windows[COST], until(snapshot)
    wanted = foreseen(snapshot.report, Calendar(snapshot.period, end), min(end, snapshot.period.end))
    return {
        (milliseconds(start), milliseconds(stop)) for start, stop in wanted if window.start <= start and stop <= end
    }


def curves(snapshot: Snapshot, table: pd.DataFrame) -> dict[tuple[str, str], Curve]:
    """The curve of each tenant and driver of a table of costs."""
    window = snapshot.windows[COST]
    after = max(snapshot.period.after, window.end.date())
    covered = replace(snapshot.period, label="", kind="range", first=window.start.date(), after=after)
    months = np.array([milliseconds(month.start) for month in covered.split("month")], dtype=np.int64)
    since = None if window.watched_since is None else milliseconds(window.watched_since)
    anybody = watch(snapshot, COST, window.start, window.end).since
    return {(key[0], key[1]): line for key, line in ledger.curves(table, months, since, anybody).items()}
