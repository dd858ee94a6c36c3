"""The samples behind an answer: pulled once from the source and kept, or as a published run saw them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.domains.compose import compose
from mcreports.domains.series import milliseconds
from mcreports.errors import UsageError
from mcreports.figures import instant_text
from mcreports.period import Period
from mcreports.plan import MONEY, TENANTS
from mcreports.samples import trim
from mcreports.take import FINAL, PRELIMINARY, Order, take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mcreports.domains.compose import Report
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot
    from mcreports.workbench.asked import Asked
    from mcreports.workbench.bench import Workbench

    Windows = dict[str, tuple[datetime, datetime]]

REPORTS = {"day": "daily", "week": "weekly"}


@dataclass(frozen=True)
class Kept:
    """What was pulled: the metrics' windows, whose samples (None: all tenants'), and the snapshot."""

    windows: Windows
    tenants: tuple[str, ...] | None
    snapshot: Snapshot

    def has(self, windows: Windows, tenants: tuple[str, ...] | None) -> bool:
        """Whether what is wanted is part of it."""
        is_theirs = self.tenants is None or (tenants is not None and set(tenants) <= set(self.tenants))
        return is_theirs and all(
            key in self.windows and self.windows[key][0] <= start and end <= self.windows[key][1]
            for key, (start, end) in windows.items()
        )


def pull(bench: Workbench, keys: Sequence[str], asked: Asked, tenant: str | None) -> tuple[Snapshot, Asked]:
    """The snapshot that answers a question about some metrics, and how much of the time asked about it knows.

    A time that has not begun, or that a published run did not see, is a UsageError.
    """
    if bench.opened is not None:
        return _opened(bench.opened, keys, asked)
    if asked.start >= bench.now:
        msg = f"{asked.label} has not begun at {instant_text(bench.now)}; ask for an earlier time"
        raise UsageError(msg)
    windows = {key: _window(key, asked) for key in (*keys, TENANTS)}
    tenants = None if tenant is None else (tenant,)
    found = next((_cut(one.snapshot, windows) for one in bench.kept if one.has(windows, tenants)), None)
    if found is None:
        order = Order("monthly", asked.period, tenants, provisional=True, windows=windows)
        found = take(order, bench.source, _quiet(bench, tenants), bench.now)
        bench.kept.append(Kept(windows, tenants, found))
    state = FINAL if bench.now >= asked.end + max(bench.settings.report.settle, timedelta(0)) else PRELIMINARY
    names = _expected(bench, found, windows) if tenants is None else tenants
    return replace(found, period=asked.period, tenants=names, state=state), asked.until(bench.now)


def _cut(found: Snapshot, windows: Windows) -> Snapshot:
    """As if no more had been pulled than is asked for: bounds hang on all that a curve is made of."""
    tables = {
        key: trim(found.table(key), found.metrics[key], milliseconds(start), milliseconds(end))
        for key, (start, end) in windows.items()
    }
    reached = {
        key: replace(found.windows[key], start=start, end=min(end, found.windows[key].end))
        for key, (start, end) in windows.items()
    }
    return replace(found, tables=tables, windows=reached)


def _expected(bench: Workbench, found: Snapshot, windows: Windows) -> tuple[str, ...]:
    """The tenants that must be there in the time asked about, whatever longer time was pulled."""
    if bench.settings.report.tenants:
        return tuple(dict.fromkeys(bench.settings.report.tenants))
    for keys in ((TENANTS,), tuple(windows)):
        tables = ((found.table(key), windows[key]) for key in keys if "tenant" in found.metrics[key].labels)
        seen = (table.loc[(table["ts"] >= start) & (table["ts"] < end), "tenant"] for table, (start, end) in tables)
        if names := sorted({str(name) for one in seen for name in one.unique()}):
            return tuple(names)
    return ()


def _quiet(bench: Workbench, tenants: tuple[str, ...] | None) -> Settings:
    """The settings without evidence; a tenant that is known and silent in the time asked about is no mistake."""
    own = bench.settings.report
    named = own.tenants if tenants is None else (*own.tenants, *tenants)
    return bench.settings.model_copy(update={"report": own.model_copy(update={"evidence": None, "tenants": named})})


def taken(bench: Workbench, text: str | Period | None, order: Callable[[Period], Order] | None = None) -> Snapshot:
    """What a report of a period sees; without a period the last closed day's, of a published run its own.

    ``order`` asks for less of it, where the whole is not there already.
    """
    period = _period(bench, text)
    if bench.opened is not None and period != bench.opened.period:
        msg = f"this run is of {bench.opened.period}; connect to its source to ask about {period}"
        raise UsageError(msg)
    if period.start >= bench.now:
        msg = f"{period} has not begun at {instant_text(bench.now)}; ask for an earlier one"
        raise UsageError(msg)
    names = [period.label] if order is None else [period.label, f"{period.label} {order.__name__}"]
    found = next((bench.snapshots[name] for name in names if name in bench.snapshots), None)
    if found is None:
        asking = (order or _order)(period)
        found = bench.opened or take(asking, bench.source, bench.settings, bench.now)
        if asking.windows is not None and bench.now < period.end + max(bench.settings.report.settle, timedelta(0)):
            found = replace(found, state=PRELIMINARY)
        bench.snapshots[names[-1]] = found
    return found


def _order(period: Period) -> Order:
    return Order(REPORTS.get(period.kind, "monthly"), period, provisional=True)


def report(bench: Workbench, text: str | Period | None) -> Report:
    """The report of a period as it would be published."""
    snapshot = taken(bench, text)
    made: Report = snapshot.once("report", lambda: compose(snapshot))
    return made


def _period(bench: Workbench, text: str | Period | None) -> Period:
    if isinstance(text, Period):
        return text
    if text is not None:
        return Period.parse(text, bench.zone)
    if bench.opened is not None:
        return bench.opened.period
    return Period.last_closed("day", bench.now - max(bench.settings.report.settle, timedelta(0)), bench.zone)


def _window(key: str, asked: Asked) -> tuple[datetime, datetime]:
    """The days of a question; of money also the month before its first, as every report reads it."""
    period = asked.period
    if key not in MONEY:
        return period.start, period.end
    month = Period.containing("month", period.first, period.zone).previous()
    return month.start, period.end


def _opened(snapshot: Snapshot, keys: Sequence[str], asked: Asked) -> tuple[Snapshot, Asked]:
    lacking = []
    until = asked.end
    for key in keys:
        window = snapshot.windows.get(key)
        if window is None:
            lacking.append(f"nothing of {key}")
            continue
        reached = asked.end if snapshot.state == PRELIMINARY and asked.end <= snapshot.period.end else window.end
        if asked.start < window.start or asked.end > reached or asked.start >= window.end:
            lacking.append(f"{key} from {instant_text(window.start)} to {instant_text(window.end)}")
        until = min(until, window.end)
    if lacking:
        msg = f"{asked.label} is not part of this run of {snapshot.report} {snapshot.period}, which holds"
        msg = f"{msg} {', '.join(dict.fromkeys(lacking))}; ask for that, or connect to its source"
        raise UsageError(msg)
    return replace(snapshot, period=asked.period), asked.until(until)
