"""Taking a snapshot: one pull of everything a report may see, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mcreports import evidence
from mcreports.errors import UsageError
from mcreports.evidence.acknowledgements import read_acknowledgements
from mcreports.evidence.bundles.archive import CHECK as ARCHIVE
from mcreports.evidence.bundles.archive import outcome as check_archive
from mcreports.evidence.bundles.index import FILE as INDEX
from mcreports.evidence.kept import Found
from mcreports.evidence.keys import load_keyring
from mcreports.evidence.results import CARRIED, Shelf, as_of, read_results
from mcreports.haul import Errand, pull, window_of
from mcreports.metrics import remap
from mcreports.operation_sections import LEAST_ANOMALY
from mcreports.plan import TENANTS, plan
from mcreports.rules import RULES, Rule
from mcreports.shelf import owners_of, put
from mcreports.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
    from decimal import Decimal

    import pandas as pd

    from mcreports.haul import Told
    from mcreports.period import Period
    from mcreports.settings import Settings, TenantSettings
    from mcreports.sources import Source

FINAL, PRELIMINARY = "final", "preliminary"


@dataclass(frozen=True)
class Order:
    """Which report of which period is wanted, for which tenants (None: all), and whether early is fine.

    ``windows`` asks for these metrics over these spans alone, for a check that is no report.
    """

    report: str
    period: Period
    tenants: tuple[str, ...] | None = None
    provisional: bool = False
    windows: Mapping[str, tuple[datetime, datetime]] | None = None


def _nobody(_: str) -> None:
    """Who hears of progress when nobody asked to."""


@dataclass(frozen=True)
class Bench:
    """Where tables are put as they are pulled (None: in memory), and who hears of each metric."""

    tables: MutableMapping[str, pd.DataFrame] | None = None
    tell: Callable[[str], None] = _nobody


def take(order: Order, source: Source, settings: Settings, now: datetime, bench: Bench = Bench()) -> Snapshot:
    """The snapshot of a report's period as of ``now``.

    A period that is not over, or not settled, is a UsageError unless a provisional one will do.
    """
    tables: MutableMapping[str, pd.DataFrame] = {} if bench.tables is None else bench.tables
    told: dict[str, list[Told]] = {}
    asked = errands(order, source, settings, now)
    for key, errand in asked.items():
        bench.tell(errand.metric.name)
        put(tables, key, _hearing(pull(errand, order.tenants), told.setdefault(key, [])))
    return assemble(order, settings, asked, told, tables)


def errands(order: Order, source: Source, settings: Settings, now: datetime) -> dict[str, Errand]:
    """What is to be pulled for an order, by metric; a period that is too young for it is a UsageError."""
    _state(order, settings, now)
    metrics = remap(
        {key: own.name for key, own in settings.metrics.items() if own.name},
        {key: own.labels for key, own in settings.metrics.items() if own.labels},
    )
    spans = (order.windows or plan(order.report, order.period)).items()
    return {
        key: Errand(source, metrics[key], (min(start, now), min(end, now)), now, metrics) for key, (start, end) in spans
    }


def assemble(
    order: Order,
    settings: Settings,
    asked: Mapping[str, Errand],
    told: Mapping[str, Sequence[Told]],
    tables: Mapping[str, pd.DataFrame],
) -> Snapshot:
    """The snapshot of what was pulled, from its tables and from what was told beside them."""
    errand = next(iter(asked.values()))
    own, named = _of(order, settings), owners_of(tables, TENANTS)
    seen = {name for parts in told.values() for one in parts for name in one.tenants}
    names = expected(order, settings, seen, named)
    notes = [note for parts in told.values() for note in dict.fromkeys(note for one in parts for note in one.notes)]
    acknowledged, unread = read_acknowledgements(settings.anomalies.acknowledgements, errand.now, order.tenants)
    snapshot = Snapshot(
        report=order.report, period=order.period, state=_state(order, settings, errand.now), tenants=names,
        source=errand.source.info, metrics=errand.catalogue, tables=tables,
        windows={key: window_of(one, order.tenants, told[key]) for key, one in asked.items()},
        rules=_rules(settings, own), owners=_owners(own, named), budgets=_budgets(own),
        evidence={**_evidence(order, settings, names, errand.now), **acknowledged}, notes=(*notes, *unread),
        configured=bool(settings.report.tenants),
    )  # fmt: skip
    return replace(snapshot, state=PRELIMINARY) if _is_unfinished(snapshot) else snapshot


def _hearing(parts: Iterator[tuple[pd.DataFrame, Told]], told: list[Told]) -> Iterator[pd.DataFrame]:
    for table, said in parts:
        told.append(said)
        yield table


def _evidence(order: Order, settings: Settings, names: tuple[str, ...], now: datetime) -> Mapping[str, pd.DataFrame]:
    """What the evidence says of these tenants, and for a report of all of them the latest results of checks."""
    directory, period, own = settings.report.evidence, order.period, settings.evidence
    keyring = load_keyring(own)
    whose = names if order.tenants is not None else evidence.Everyone(names)
    tables = {} if directory is None else evidence.read(directory, (period.start, period.end), whose, keyring, now)
    if order.tenants is not None or order.windows is not None:
        return tables
    looked, again = as_of(period.end, now), {}
    if ARCHIVE in CARRIED.get(order.report, ()):
        # what an earlier check said of the archive is not believed: it is checked again, up to the period's end
        found = replace(check_archive(own.archives, keyring, now, period.end), at=looked)
        again = {ARCHIVE: Found(ARCHIVE, found, f"{own.archives.name}/{INDEX}")}
    shelf = Shelf(own.out, keyring, {"autonomy.validation": settings.schedule.autonomy_tenant})
    return tables | read_results(order.report, shelf, looked, again)


def _state(order: Order, settings: Settings, now: datetime) -> str:
    if order.windows is not None:
        return FINAL
    settled = order.period.end + max(settings.report.settle, timedelta(0))
    if now >= settled:
        return FINAL
    if order.provisional:
        if now <= order.period.start:
            msg = f"{order.period} has not begun; choose an earlier --period"
            raise UsageError(msg)
        return PRELIMINARY
    what = "is not over" if now < order.period.end else "is over but not settled"
    msg = f"{order.period} {what}: it settles at {settled:%Y-%m-%d %H:%M} UTC; wait, or ask for --provisional"
    raise UsageError(msg)


def _is_unfinished(snapshot: Snapshot) -> bool:
    """Whether no cost of any series was seen at or after the period's end: more may still come."""
    _, last = snapshot.reach("budget.cost")
    return last is None or last < snapshot.period.end


def expected(order: Order, settings: Settings, seen: set[str], named: Mapping[str, str]) -> tuple[str, ...]:
    """The tenants that must be there: those asked for, else the settings', else tenant.info's, else all seen.

    A tenant that was asked for and that neither the settings nor the data know is a UsageError.
    """
    if order.tenants is None:
        return tuple(dict.fromkeys(settings.report.tenants or sorted(named) or sorted(seen)))
    configured = {*settings.report.tenants, *settings.tenants, settings.schedule.autonomy_tenant}
    strange = [name for name in order.tenants if name not in configured | seen]
    if strange:
        known = ", ".join(settings.report.tenants) or "those that the source has data of"
        msg = f"no tenant is called {', '.join(map(repr, strange))}; the tenants are {known}"
        raise UsageError(msg)
    return tuple(dict.fromkeys(order.tenants))


def _of(order: Order, settings: Settings) -> dict[str, TenantSettings]:
    """What is set for single tenants, but nothing of one that was not asked for."""
    return {name: own for name, own in settings.tenants.items() if order.tenants is None or name in order.tenants}


def _rules(settings: Settings, tenants: Mapping[str, TenantSettings]) -> dict[str, Rule]:
    own = {f"{check}|{name}": settings.rule(check, name) for name in tenants for check in tenants[name].thresholds}
    return {check: settings.rule(check) for check in RULES} | own | {LEAST_ANOMALY: settings.anomalies.rule}


def _owners(tenants: Mapping[str, TenantSettings], named: Mapping[str, str]) -> dict[str, str]:
    known = {name: owner for name, owner in named.items() if owner}
    return known | {name: own.owner for name, own in tenants.items() if own.owner}


def _budgets(tenants: Mapping[str, TenantSettings]) -> dict[str, dict[str, Decimal]]:
    budgets = {}
    for name, own in tenants.items():
        limits = {"daily": own.budget_daily, "monthly": own.budget_monthly}
        budgets[name] = {which: amount for which, amount in limits.items() if amount is not None}
    return {name: own for name, own in budgets.items() if own}
