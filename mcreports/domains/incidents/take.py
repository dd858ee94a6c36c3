"""Taking the snapshot of an incident: one tenant as of an instant, with the contacts that the settings name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pandas as pd

from mcreports.domains.details import LISTS
from mcreports.evidence.tables import clean
from mcreports.period import Period, check_zone
from mcreports.plan import FARTHEST, HELD
from mcreports.take import Bench, Order, errands, expected, take

if TYPE_CHECKING:
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot
    from mcreports.sources import Source

TABLE = "contacts"
COLUMNS = ("area", "level", "name", "address", "within")


def order_of(subject: str, tenant: str, at: datetime, zone: str) -> Order:
    """What is to be taken: the day that holds the instant; of a midnight the day that it ends."""
    check_zone(zone)
    day = (at - timedelta(milliseconds=1)).astimezone(ZoneInfo(zone)).date()
    return Order(f"incident-{subject}", Period.containing("day", day, zone), (tenant,), provisional=True)


def take_as_of(order: Order, source: Source, settings: Settings, at: datetime, bench: Bench | None = None) -> Snapshot:
    """The snapshot of an incident: nothing that was sampled or written after its instant is in it."""
    taken = take(order, source, settings, at, bench or Bench())
    return replace(taken, evidence={**_until(taken, at), TABLE: contacts_of(settings)})


def _until(snapshot: Snapshot, at: datetime) -> dict[str, pd.DataFrame]:
    """The evidence without files that were begun later, and without later rows of those that were not."""
    now, files = pd.Timestamp(at), snapshot.evidence.get("files")
    if files is None:
        return dict(snapshot.evidence)
    later, kept = set(files.loc[files["since"] > now, "file"]), {}
    for name, table in snapshot.evidence.items():
        stays = ~table["file"].isin(later)
        if name == "faults":
            # what is cut off here is no doubt about the rest
            cut = table["file"].isin(files.loc[files["ts"] > now, "file"]) & (table["field"] == "timestamp")
            stays = ~(cut & table["kind"].isin(LISTS))
        elif "ts" in table and name != "files":
            stays &= ~(table["ts"] > now)
        kept[name] = table[stays].reset_index(drop=True)
    return kept


def check_tenant(order: Order, source: Source, settings: Settings, at: datetime) -> None:
    """Refuse a tenant that neither the settings nor the source know, before anything is made for it."""
    wanted, seen = set(order.tenants or ()), {*settings.report.tenants, *settings.tenants}
    metrics = [one.metric for one in errands(order, source, settings, at).values() if "tenant" in one.metric.labels]
    for back in (HELD, FARTHEST):  # most are seen in a day of the first metric
        for metric in metrics:
            if wanted <= seen:
                return
            seen |= set(source.tenants(metric, at - back, at + timedelta(milliseconds=1)))
    expected(order, settings, seen, {})


def contacts_of(settings: Settings) -> pd.DataFrame:
    """The settings' contacts as a table that travels in a snapshot."""
    rows = [
        (area, level, clean(one.name), clean(one.address), one.within.total_seconds())
        for area in ("budget", "security", "technical")
        for level, one in enumerate(getattr(settings.escalation, area), start=1)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"area": "str", "level": "int64", "name": "str", "address": "str", "within": "float64"})
