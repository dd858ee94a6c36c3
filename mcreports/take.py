"""Taking a snapshot: one pull of everything a report may see, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from mcreports import evidence, samples
from mcreports.errors import UsageError
from mcreports.metrics import remap
from mcreports.plan import REACH, TENANTS, further_back, further_on, plan
from mcreports.rules import RULES, Rule
from mcreports.snapshot import Snapshot, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping
    from decimal import Decimal

    import pandas as pd

    from mcreports.metrics import Metric
    from mcreports.period import Period
    from mcreports.plan import Span
    from mcreports.samples import Note, Pulled
    from mcreports.settings import Settings, TenantSettings
    from mcreports.sources import Source

    Labels = tuple[str, ...]
    Rows = tuple[np.ndarray, np.ndarray]

FINAL, PRELIMINARY = "final", "preliminary"
PROBE = timedelta(hours=1)
PARTIAL = "source.partial"


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
    state = _state(order, settings, now)
    metrics = remap(
        {key: own.name for key, own in settings.metrics.items() if own.name},
        {key: own.labels for key, own in settings.metrics.items() if own.labels},
    )
    tables: MutableMapping[str, pd.DataFrame] = {} if bench.tables is None else bench.tables
    windows: dict[str, Window] = {}
    notes: list[Note] = []
    seen: set[str] = set()
    for key, span in (order.windows or plan(order.report, order.period)).items():
        bench.tell(metrics[key].name)
        start, end = (min(at, now) for at in span)
        table, window, said = _pull(source, metrics[key], (start, end), order.tenants, now)
        tables[key], windows[key] = table, window
        notes += said
        seen |= set(table["tenant"].unique()) if "tenant" in table else set()
        del table
    names = expected(order, settings, seen, tables[TENANTS])
    own, read = _of(order, settings), _evidence(order, settings, names)
    snapshot = Snapshot(
        report=order.report, period=order.period, state=state, tenants=names, source=source.info, metrics=metrics,
        tables=tables, windows=windows, rules=_rules(settings, own), owners=_owners(own, tables[TENANTS]),
        budgets=_budgets(own), evidence=read, notes=tuple(notes), configured=bool(settings.report.tenants),
    )  # fmt: skip
    return replace(snapshot, state=PRELIMINARY) if _is_unfinished(snapshot) else snapshot


def _evidence(order: Order, settings: Settings, names: tuple[str, ...]) -> Mapping[str, pd.DataFrame]:
    if settings.report.evidence is None:
        return {}
    return evidence.read(settings.report.evidence, order.period.start, order.period.end, names)


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
    table = snapshot.table("budget.cost")
    return table.empty or table["ts"].max() < snapshot.period.end


def _pull(
    source: Source, metric: Metric, span: tuple[datetime, datetime], tenants: tuple[str, ...] | None, now: datetime
) -> tuple[pd.DataFrame, Window, tuple[Note, ...]]:
    """A metric's rows in a window, and of a counter the samples on the other side of both ends."""
    start, end = span
    chosen = tenants if "tenant" in metric.labels else None
    if metric.kind == "gauge":
        pulled = source.fetch(metric, start, end, chosen)
        return pulled.table, Window(start, end, _first(pulled.table)), pulled.notes
    last = min(end + REACH, max(now, end)) + timedelta(milliseconds=1)
    pulled = source.fetch(metric, start - REACH, last, chosen)
    since, notes = _first(pulled.table), pulled.notes
    first, after = (round(at.timestamp() * 1000) for at in (start, end))
    table = samples.trim(pulled.table, metric, first, after)
    del pulled  # and with it what lies beyond the window's ends
    table, said = _anchored(source, metric, (table, chosen), (start, end), (last, now))
    since = min((at for at in (since, _first(table)) if at is not None), default=None)
    if chosen is not None and (since is None or since > start):
        # one tenant's first sample does not tell a birth from a source that began to look: ask for anybody's
        before = start + PROBE if since is None else since
        probes = (start - PROBE, start + PROBE), (before - 6 * PROBE, before)
        anybody = [_first(source.fetch(metric, *probe, None).table) for probe in probes]
        since = min((at for at in (since, *anybody) if at is not None), default=None)
    return table, Window(start, end, since), (*notes, *said)


def _first(table: pd.DataFrame) -> datetime | None:
    return table["ts"].min().to_pydatetime() if len(table) else None


def _anchored(
    source: Source, metric: Metric, pulled: tuple[pd.DataFrame, tuple[str, ...] | None], span: Span, beyond: Span
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The trimmed table with a sample on either side of the window also for series that were silent for longer."""
    table, chosen = pulled
    start, end = (round(at.timestamp() * 1000) for at in span)
    series = dict(_series(table, metric))
    tenants = {own[0] for own in series} if "tenant" in metric.labels else set()

    def ask(one: Span, wanted: set[Labels]) -> Pulled:
        names = {own[0] for own in wanted} if tenants else set()
        return source.fetch(metric, *one, chosen if names == tenants else tuple(sorted(names)))

    late = {own for own, (ts, _) in series.items() if ts[0] > start}
    early = {own for own, (ts, _) in series.items() if ts[-1] < end}
    back, said = _nearest(ask, metric, late, further_back(span[0] - REACH), slice(-1, None))
    ahead, more = _nearest(ask, metric, early, further_on(*beyond), slice(0, 1))
    if back or ahead:
        for own, rows in series.items():
            parts = [part for part in (back.get(own), rows, ahead.get(own)) if part is not None]
            series[own] = np.concatenate([ts for ts, _ in parts]), np.concatenate([values for _, values in parts])
        table = samples.tabulate(metric, [(own, ts, values) for own, (ts, values) in series.items()])
    return table, tuple(dict.fromkeys((*said, *more)))


def _nearest(
    ask: Callable[[Span, set[Labels]], Pulled],
    metric: Metric,
    lacking: set[Labels],
    spans: Iterator[Span],
    nearest: slice,
) -> tuple[dict[Labels, Rows], list[Note]]:
    """The one sample of each series that lies nearest, in slices that lead away, and what makes them partial."""
    found: dict[Labels, Rows] = {}
    notes: list[Note] = []
    while lacking - found.keys() and (one := next(spans, None)) is not None:
        pulled = ask(one, lacking - found.keys())
        notes += [note for note in pulled.notes if note.kind == PARTIAL]
        rows = {own: part for own, part in _series(pulled.table, metric) if own in lacking - found.keys()}
        found |= {own: (ts[nearest], values[nearest]) for own, (ts, values) in rows.items()}
    return found, notes


def _series(table: pd.DataFrame, metric: Metric) -> Iterator[tuple[Labels, Rows]]:
    """Each series of a conformed table: its label values, its instants in ms and its values."""
    if table.empty:
        return
    ts, values = samples.instants(table), table["value"].to_numpy()
    edges = np.zeros(len(table), bool)
    for label in metric.labels:
        codes = table[label].cat.codes.to_numpy()
        edges[1:] |= codes[1:] != codes[:-1]
    firsts = [0, *np.flatnonzero(edges).tolist()]
    for begin, stop in zip(firsts, [*firsts[1:], len(table)], strict=True):
        own = tuple(str(table[label].iloc[begin]) for label in metric.labels)
        yield own, (ts[begin:stop], values[begin:stop])


def expected(order: Order, settings: Settings, seen: set[str], info: pd.DataFrame) -> tuple[str, ...]:
    """The tenants that must be there: those asked for, else the settings', else tenant.info's, else all seen.

    A tenant that was asked for and that neither the settings nor the data know is a UsageError.
    """
    if order.tenants is None:
        return tuple(dict.fromkeys(settings.report.tenants or sorted(info["tenant"].unique()) or sorted(seen)))
    strange = [name for name in order.tenants if name not in {*settings.report.tenants, *settings.tenants, *seen}]
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
    return {check: settings.rule(check) for check in RULES} | own


def _owners(tenants: Mapping[str, TenantSettings], info: pd.DataFrame) -> dict[str, str]:
    newest = info.sort_values("ts", kind="stable").groupby("tenant", observed=True)["owner"].last()
    named = {str(tenant): str(owner) for tenant, owner in newest.items() if str(owner)}
    return named | {name: own.owner for name, own in tenants.items() if own.owner}


def _budgets(tenants: Mapping[str, TenantSettings]) -> dict[str, dict[str, Decimal]]:
    budgets = {}
    for name, own in tenants.items():
        limits = {"daily": own.budget_daily, "monthly": own.budget_monthly}
        budgets[name] = {which: amount for which, amount in limits.items() if amount is not None}
    return {name: own for name, own in budgets.items() if own}
