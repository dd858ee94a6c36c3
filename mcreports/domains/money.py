"""The books of a snapshot: every cost series as a curve, and figures of spend read off them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains import ledger
from mcreports.domains.accounts import COST, accounts, spend, until
from mcreports.domains.series import milliseconds
from mcreports.figures import Figure, Quality
from mcreports.names import UNALLOCATED, several
from mcreports.plan import REACH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcreports.domains.accounts import Account, Accounts
    from mcreports.domains.ledger import Spend
    from mcreports.snapshot import Snapshot

METHOD = "counter.curve"
STALE = 5  # a series that has been silent for so many intervals is not waited for

TOO_FAR = ledger.Spend(None, reasons=("the snapshot does not reach back so far",))

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Books:
    """Accounts by tenant and driver, and the tenants that a report speaks of, expected ones first."""

    snapshot: Snapshot
    accounts: Mapping[str, Mapping[str, Account]]
    tenants: tuple[str, ...]
    drivers: tuple[str, ...]
    known: dict[tuple[str, str | None, Span], Spend] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unexpected(self) -> tuple[str, ...]:
        """Tenants that have costs and that nobody configured."""
        return self.tenants[len(self.snapshot.tenants) :]

    @property
    def until(self) -> datetime:
        """The end of what the source was asked for: before the period's end while that is still to come."""
        return until(self.snapshot)

    @property
    def end(self) -> datetime:
        """The period's end, or the end of what was asked for while the period is not over."""
        return min(self.snapshot.period.end, self.until)

    def present(self, span: Span) -> tuple[str, ...]:
        """The tenants to judge: expected ones, and others that have costs in the window."""
        others = [name for name in self.unexpected if self.spend(name, None, span).cents is not None]
        return (*self.snapshot.tenants, *others)

    def heard(self, tenant: str, at: datetime) -> datetime:
        """The newest instant up to ``at`` that every series of a tenant has reached, stale ones apart."""
        now = milliseconds(at)
        own = self.accounts.get(tenant, {}).values()
        last = [one.last for one in own if now - STALE * one.interval <= one.last < now]
        return at - timedelta(milliseconds=now - min(last)) if last else at

    def spend(self, tenant: str, driver: str | None, span: Span) -> Spend:
        """What a tenant spent in a window, for one driver or for all."""
        asked = tenant, driver, span
        if asked not in self.known:
            self.known[asked] = self._spend(tenant, driver, span)
        return self.known[asked]

    def _spend(self, tenant: str, driver: str | None, span: Span) -> Spend:
        start, end = (milliseconds(at) for at in span)
        window = self.snapshot.windows.get(COST)
        if window is not None and span[0] < window.start:
            return TOO_FAR
        own = {name: one for name, one in self.accounts.get(tenant, {}).items() if driver in {None, name}}
        parts = {name: self._read(tenant, name, (start, end)) for name in own}
        whole = ledger.total(parts.values()) if len(parts) != 1 else next(iter(parts.values()))
        over = start - REACH // timedelta(milliseconds=1)  # a series that ended before has no part in the window
        silent = [
            name for name, one in own.items() if parts[name].cents is None and one.first < end and one.last >= over
        ]
        if whole.cents is None or not silent:
            return whole
        reason = f"nothing is known of {', '.join(name or UNALLOCATED for name in silent)}"
        return replace(whole, quality=Quality.ESTIMATED, high=None, reasons=(*whole.reasons, reason))

    def _read(self, tenant: str, driver: str, span: tuple[int, int]) -> Spend:
        spends = self.accounts[tenant][driver].spends
        if span not in spends:
            spends[span] = spend(self.snapshot, (tenant, driver), span)
        return spends[span]

    def figure(self, figure_id: str, tenant: str | None, span: Span, **labels: str) -> Figure:
        """Spend as a figure: of a tenant or of all, of the driver among the labels or of all."""
        driver = labels.get("driver")
        if tenant is not None:
            return self._figure(figure_id, tenant, span, labels, self.spend(tenant, driver, span))
        whole = ledger.total(self.spend(name, driver, span) for name in self.tenants)
        silent = [name for name in self.snapshot.tenants if self._is_silent(name, span)]
        if whole.cents is not None and silent:
            reason = f"no data of {several(silent)}"
            whole = replace(whole, quality=Quality.ESTIMATED, high=None, reasons=(*whole.reasons, reason))
        return self._figure(figure_id, None, span, labels, whole)

    def _is_silent(self, tenant: str, span: Span) -> bool:
        """Whether nothing is known of a tenant's window, unless it came later to a source that was watching."""
        if self.spend(tenant, None, span).cents is not None:
            return False
        born = [one.first for one in self.accounts.get(tenant, {}).values()]
        since = self.snapshot.windows[COST].watched_since if COST in self.snapshot.windows else None
        is_unborn = bool(born) and min(born) >= milliseconds(span[1]) and since is not None and since < span[1]
        return not is_unborn

    def _figure(
        self, figure_id: str, tenant: str | None, span: Span, labels: Mapping[str, str], spent: Spend
    ) -> Figure:
        named = {} if tenant is None else {"tenant": tenant}
        selected = {**named, **{key: labels[key] for key in labels if key == "driver"}}
        bounds = None
        if spent.cents is not None and (spent.low, spent.high) != (spent.cents, spent.cents):
            bounds = (usd(spent.low), usd(spent.high))
        return Figure(
            id=figure_id, tenant=tenant, value=usd(spent.cents), unit="USD", window=span,
            query=self.snapshot.metrics[COST].selector(**selected), method=METHOD, quality=spent.quality,
            bounds=bounds, coverage=spent.coverage, samples=spent.samples, resets=spent.resets,
            labels=tuple(sorted(labels.items())), reason="; ".join(spent.reasons) or _silence(spent),
        )  # fmt: skip

    def opening(self, tenant: str | None, span: Span) -> Figure:
        """What counters held on the first sample of series that began in the window: nobody's spend."""
        names = self.tenants if tenant is None else (tenant,)
        spent = ledger.total(self.spend(name, None, span) for name in names)
        figure = self._figure("budget.opening_unattributed", tenant, span, {}, spent)
        value = None if spent.cents is None else usd(spent.opening)
        return replace(figure, value=value, bounds=None, method="counter.first")

    def daily(self, tenant: str | None, spans: Sequence[Span]) -> np.ndarray:
        """USD per window; NaN where nothing is known, not the whole of it, or only a line through a gap."""
        known = [self._whole(tenant, span) for span in spans]
        partly = {ledger.CUT_OFF, ledger.NOT_YET}
        return np.array(
            [
                np.nan if part.cents is None or not part.samples or partly & set(part.reasons) else part.cents / 100
                for part in known
            ]
        )

    def spend_total(self, tenant: str | None, span: Span) -> int | None:
        """Cents in a window, of a tenant or of all."""
        return self._whole(tenant, span).cents

    def _whole(self, tenant: str | None, span: Span) -> Spend:
        names = self.tenants if tenant is None else (tenant,)
        return ledger.total(self.spend(name, None, span) for name in names)


def open_books(snapshot: Snapshot) -> Books:
    """The books of a snapshot; opened once, for its figures ask again and again."""
    opened: Books = snapshot.once("books", lambda: _open(snapshot))
    return opened


def _open(snapshot: Snapshot) -> Books:
    if COST not in snapshot.windows:
        return Books(snapshot, {}, snapshot.tenants, ())
    own: Accounts = snapshot.once("accounts", lambda: accounts(snapshot))
    unexpected = sorted(own.keys() - set(snapshot.tenants))
    drivers = tuple(sorted({driver for one in own.values() for driver in one}, key=_driver_order))
    return Books(snapshot, own, (*snapshot.tenants, *unexpected), drivers)


def _driver_order(driver: str) -> tuple[int, str]:
    usual = ("compute", "storage", "network")
    return (usual.index(driver) if driver in usual else len(usual), driver)


def _silence(spent: Spend) -> str:
    return "no sample in it" if spent.cents is None else ""


def usd(cents: int | None) -> Decimal | None:
    """Cents as a Decimal of USD."""
    return None if cents is None else Decimal(cents).scaleb(-2)
