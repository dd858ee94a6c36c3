"""What a scraper sees of the platform: counters with their openings and resets, gauges, histograms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from mcreports.errors import UsageError
from mcreports.sources.demo import activity, spending
from mcreports.sources.demo.flow import days_of, level
from mcreports.sources.demo.platform import DAY, DRIFT, RESET, TENANTS, day_number

if TYPE_CHECKING:
    import numpy.typing as npt

    from mcreports.sources.demo.flow import Flow
    from mcreports.sources.demo.noise import IntArray
    from mcreports.sources.demo.platform import Tenant

    Observed = tuple[tuple[str, ...], IntArray, npt.NDArray[np.float64]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def observe(key: str, seed: int, instants: IntArray) -> list[Observed]:
    """Label values in the metric's order, Unix seconds and values of each series that there was."""
    if key == "budget.cost":
        return [_money(flow, _lived(flow.tenant, instants)) for flow in spending.flows(seed)]
    if key in activity.KINDS:
        seen = ((flow, _lived(flow.tenant, instants)) for flow in activity.flows(key, seed))
        return [(flow.labels, ts, (flow.opening + level(flow, ts)).astype(np.float64)) for flow, ts in seen]
    if key == "config.drift":
        return [((), instants, (days_of(instants) == day_number(DRIFT)).astype(np.float64))]
    if key == "budget.cost_today":
        return [_today(tenant, seed, _lived(tenant, instants)) for tenant in TENANTS]
    if key in {"budget.limit_daily", "budget.limit_monthly", "tenant.info"}:
        return [_said(key, tenant, _lived(tenant, instants)) for tenant in TENANTS]
    msg = f"the demo serves no metric {key!r}"
    raise UsageError(msg)


def _lived(tenant: Tenant, instants: IntArray) -> IntArray:
    return instants[instants >= int(tenant.born.timestamp())]


def _money(flow: Flow, instants: IntArray) -> Observed:
    units = flow.opening + level(flow, instants)
    if flow.labels == RESET[:2]:
        at = int((RESET[2] - _EPOCH).total_seconds())
        reached = flow.opening + level(flow, np.array([at], dtype=np.int64))[0]
        units = np.where(instants > at, units - reached, units)
    return flow.labels, instants, units / 1e6


def _today(tenant: Tenant, seed: int, instants: IntArray) -> Observed:
    own = [flow for flow in spending.flows(seed) if flow.tenant is tenant]
    units = sum(level(flow, instants) - level(flow, instants // DAY * DAY) for flow in own)
    return (tenant.name,), instants, np.asarray(units, dtype=np.float64) / 1e6


def _said(key: str, tenant: Tenant, instants: IntArray) -> Observed:
    if key == "tenant.info":
        return (tenant.name, tenant.owner, tenant.tier), instants, np.ones(len(instants))
    daily, monthly = spending.limits_at(tenant, instants)
    return (tenant.name,), instants, (daily if key == "budget.limit_daily" else monthly).astype(np.float64)
