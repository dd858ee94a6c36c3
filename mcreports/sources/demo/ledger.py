"""The demo's own ledger of truth: what really happened, added up day by day without a counter or a scrape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.sources.demo import activity, spending
from mcreports.sources.demo.platform import DAY, ORIGIN, SLOT, TENANTS

if TYPE_CHECKING:
    from mcreports.sources.demo.flow import Flow
    from mcreports.sources.demo.platform import Tenant

_BEGIN = datetime(ORIGIN.year, ORIGIN.month, ORIGIN.day, tzinfo=UTC)


@dataclass(frozen=True)
class Ledger:
    """The truth of one seed, exact for any window; nothing is missing, reset or scraped late in it."""

    seed: int

    def spend(self, tenant: str | None, driver: str | None, start: datetime, end: datetime) -> Decimal:
        """The USD spent in [start, end), to the millionth; None stands for all of them together.

        What TENANT_006 had spent before its first sample is not part of it: see :meth:`opening`.
        """
        chosen = [flow for flow in spending.flows(self.seed) if _is(flow, (tenant, driver))]
        return Decimal(_sum(chosen, start, end)).scaleb(-6)

    def opening(self, tenant: str, driver: str) -> Decimal:
        """The USD that the tenant's counter showed when its series began."""
        (flow,) = (flow for flow in spending.flows(self.seed) if flow.labels == (tenant, driver))
        return Decimal(flow.opening).scaleb(-6)

    def monthly_limit(self, tenant: str, at: datetime) -> Decimal:
        """The tenant's budget in USD for the month (UTC) of an instant."""
        return Decimal(spending.monthly_limit(_tenant(tenant), at.astimezone(UTC).date().replace(day=1)))

    def daily_limit(self, tenant: str, at: datetime) -> Decimal:
        """The tenant's limit in USD for the day (UTC) of an instant."""
        return Decimal(spending.daily_limit(_tenant(tenant), at.astimezone(UTC).date().replace(day=1)))

    def events(self, key: str, start: datetime, end: datetime, labels: tuple[str | None, ...] = ()) -> int:
        """How many events of a counter or histogram fall in [start, end).

        ``labels`` are values in the metric's order; None, or leaving the last ones out, means all.
        """
        if key not in activity.KINDS:
            msg = f"the demo counts no events for {key!r}; it does for {', '.join(activity.KINDS)}"
            raise UsageError(msg)
        return _sum([flow for flow in activity.flows(key, self.seed) if _is(flow, labels)], start, end)


def _is(flow: Flow, labels: tuple[str | None, ...]) -> bool:
    return all(wanted in {None, own} for wanted, own in zip(labels, flow.labels, strict=False))


def _tenant(name: str) -> Tenant:
    for tenant in TENANTS:
        if tenant.name == name:
            return tenant
    msg = f"the demo has no tenant {name!r}; it has {', '.join(tenant.name for tenant in TENANTS)}"
    raise UsageError(msg)


def _sum(flows: list[Flow], start: datetime, end: datetime) -> int:
    return sum(_reached(flow, end) - _reached(flow, start) for flow in flows)


def _reached(flow: Flow, at: datetime) -> int:
    """The units from ORIGIN to an instant: whole days, then whole slots, then the share of one slot."""
    day, second = divmod(max((at - _BEGIN) // timedelta(seconds=1), 0), DAY)
    slot, rest = divmod(second, SLOT)
    amount, weights = int(flow.amounts(day, day + 1)[0]), flow.weights(day, day + 1)[0].tolist()
    low, high = (_share(amount, sum(weights[:count]), sum(weights)) for count in (slot, slot + 1))
    return int(flow.amounts(0, day).sum()) + low + (high - low) * rest // SLOT


def _share(amount: int, part: int, whole: int) -> int:
    return (amount * part + whole // 2) // whole if whole else 0
