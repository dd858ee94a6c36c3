"""What the tenants spend, in millionths of a dollar, and the limits that are set for them."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mcreports.sources.demo import noise
from mcreports.sources.demo.flow import Flow, Surge, calm, days_of
from mcreports.sources.demo.noise import MILLION
from mcreports.sources.demo.platform import (
    BORN_WITH,
    DRIVERS,
    SHIFT,
    SPIKE,
    SPIKE_SLOTS,
    TENANTS,
    Tenant,
    calendar_day,
    day_number,
    weekly,
)

if TYPE_CHECKING:
    from mcreports.sources.demo.noise import IntArray

CENT = 10_000
_UNEVEN = {"compute": 38_000, "storage": 8_000, "network": 55_000}  # day to day, in millionths


def flows(seed: int) -> tuple[Flow, ...]:
    """What each tenant spends on each driver; whole cents a day, so that midnights add up to the cent."""
    return tuple(_flow(seed, tenant, driver) for tenant in TENANTS for driver in DRIVERS)


def _flow(seed: int, tenant: Tenant, driver: str) -> Flow:
    name = f"{tenant.name}|{driver}"
    opening = noise.below(800_000, noise.draw(seed, f"opening|{name}", np.array([0]))) + 100_000
    young = BORN_WITH if driver == DRIVERS[0] else 0
    return Flow(
        labels=(tenant.name, driver),
        tenant=tenant,
        shape=(seed, name, driver),
        planned=partial(_spent, seed, tenant, driver),
        surges=partial(_spikes, seed) if (tenant.name, driver) == SPIKE[:2] else calm,
        grain=CENT,
        opening=CENT * (int(opening[0]) if tenant.born_day == 0 else young),
    )


def _spent(seed: int, tenant: Tenant, driver: str, days: IntArray) -> IntArray:
    """An ordinary day's spend: what was planned, give or take a few per cent."""
    name = f"{tenant.name}|{driver}"
    chance = noise.wobble(_UNEVEN[driver], noise.draw(seed, f"day|{name}", days))
    return _planned(tenant, driver, days, days) * chance // MILLION


def _planned(tenant: Tenant, driver: str, days: IntArray, known: IntArray) -> IntArray:
    """Each day's spend without chance, as it was expected on the day ``known``."""
    grown = tenant.daily_cents[driver] * CENT * (MILLION + tenant.growth * days) // MILLION
    usual = grown * weekly(driver, days) // 1000
    name, shifted, since, per_cent = SHIFT
    if (tenant.name, driver) != (name, shifted):
        return usual
    return np.where(known >= day_number(since), usual * per_cent // 100, usual)


def _spikes(seed: int, first: int, after: int) -> tuple[Surge, ...]:
    """The spikes in [first, after): SPIKE itself, and one on some day of every other month."""
    found = []
    month = calendar_day(first).replace(day=1)
    while day_number(month) < after:
        day, slots = _spike(seed, month)
        if first <= day < after:
            found.append(Surge(day, *slots, SPIKE[3]))
        month = next_month(month)
    return tuple(found)


def _spike(seed: int, month: date) -> tuple[int, tuple[int, int]]:
    if month == SPIKE[2].replace(day=1):
        return day_number(SPIKE[2]), SPIKE_SLOTS
    bits = noise.draw(seed, f"spike|{month}", np.arange(2))
    day, hour = int(noise.below(25, bits)[0]), int(noise.below(18, bits)[1])
    return day_number(month) + 2 + day, (hour * 12, hour * 12 + 72)


def next_month(month: date) -> date:
    """The first day of the month after the one that begins on this day."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def monthly_limit(tenant: Tenant, month: date) -> int:
    """The tenant's budget in USD for the month that begins on this day.

    It is set from what that month was planned to cost on its eve; TENANT_005's once a year, from
    its October.
    """
    return round(_plan(tenant, month) * 100 / tenant.monthly_use / MILLION / 100) * 100


def daily_limit(tenant: Tenant, month: date) -> int:
    """The tenant's limit in USD for each day of the month that begins on this day."""
    first = _reference(tenant, month)
    per_day = _plan(tenant, month) / (next_month(first) - first).days
    return round(per_day * 100 / tenant.daily_use / MILLION / 5) * 5


def _plan(tenant: Tenant, month: date) -> int:
    first = _reference(tenant, month)
    days = np.arange(day_number(first), day_number(next_month(first)), dtype=np.int64)
    eve = np.full(len(days), day_number(month))
    return sum(int(_planned(tenant, driver, days, eve).sum()) for driver in DRIVERS)


def _reference(tenant: Tenant, month: date) -> date:
    return month.replace(month=10) if tenant.yearly_limits else month


def limits_at(tenant: Tenant, seconds: IntArray) -> tuple[IntArray, IntArray]:
    """The daily and the monthly limit in USD at each Unix second, in rising order."""
    days = days_of(seconds)
    months = [calendar_day(int(days[0])).replace(day=1)] if len(days) else []
    while months and day_number(next_month(months[-1])) <= days[-1]:
        months.append(next_month(months[-1]))
    which = np.searchsorted([day_number(month) for month in months], days, side="right") - 1
    daily, monthly = (
        np.array([limit(tenant, month) for month in months], dtype=np.int64) for limit in (daily_limit, monthly_limit)
    )
    return daily[which], monthly[which]
