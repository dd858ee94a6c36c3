"""What the tenants do, in whole events: operations, decisions, checks, replication and requests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mcreports.sources.demo import noise
from mcreports.sources.demo.flow import Flow
from mcreports.sources.demo.noise import MILLION
from mcreports.sources.demo.platform import (
    BREACH,
    BREACH_COMPENSATIONS,
    BREACH_FAILURES,
    DRIFT,
    SHIFT,
    TENANTS,
    UNGROUNDED,
    day_number,
    weekly,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from mcreports.sources.demo.noise import IntArray
    from mcreports.sources.demo.platform import Tenant

OPERATION_TYPES = {"deploy": 15, "scale": 55, "remediate": 30}  # per cent of the operations
REASONS = {"rollback": 50, "timeout": 30, "capacity": 20}  # per cent of the compensations
LAG_BOUNDS = ("5", "10", "30", "60", "120", "300", "+Inf")
REQUEST_BOUNDS = ("0.05", "0.1", "0.2", "0.25", "0.3", "0.35", "0.5", "1", "2.5", "+Inf")
# Millionths of the observations that took longer than each bound.
_LAG = (450_000, 240_000, 65_000, 15_000, 4_000, 1_000, 0)
_LAG_DRIFTING = (700_000, 480_000, 220_000, 90_000, 15_000, 3_000, 0)
_REQUEST = (620_000, 330_000, 70_000, 25_000, 12_000, 7_000, 3_000, 800, 100, 0)
_REQUEST_SLOW = (800_000, 540_000, 190_000, 77_000, 29_000, 14_000, 6_000, 1_400, 170, 0)
_DENIED = 4_000
DECISIONS, REQUESTS = 3, 5  # for every operation
OPERATIONS = 8  # for every grounding check


def flows(key: str, seed: int) -> tuple[Flow, ...]:
    """Every series of an event counter or histogram of the catalogue."""
    return tuple(
        Flow((tenant.name, *labels), tenant, (seed, f"{tenant.name}|{key}", "activity"), planned)
        for tenant in TENANTS
        for labels, planned in KINDS[key](seed, tenant).items()
    )


_Plans = dict[tuple[str, ...], "Callable[[IntArray], IntArray]"]


def _operations(seed: int, tenant: Tenant) -> _Plans:
    plans: _Plans = {}
    for kind in OPERATION_TYPES:
        plans["failure", kind] = partial(_failed, seed, tenant, kind)
        plans["success", kind] = partial(_succeeded, seed, tenant, kind)
    return plans


def _volume(seed: int, tenant: Tenant, name: str, days: IntArray) -> IntArray:
    """How many operations (or so) there are on each day."""
    grown = tenant.operations * (MILLION + 400 * days) // MILLION
    chance = noise.wobble(60_000, noise.draw(seed, f"{name}|{tenant.name}", days))
    return grown * weekly("activity", days) // 1000 * chance // MILLION


def _of_kind(seed: int, tenant: Tenant, kind: str, days: IntArray) -> IntArray:
    return _volume(seed, tenant, f"operations|{kind}", days) * OPERATION_TYPES[kind] // 100


def _failed(seed: int, tenant: Tenant, kind: str, days: IntArray) -> IntArray:
    rate = tenant.failures * noise.wobble(250_000, noise.draw(seed, f"failing|{tenant.name}", days)) // MILLION
    rate = np.where(_is_breach(tenant, days), BREACH_FAILURES, rate)
    return noise.settle(
        _of_kind(seed, tenant, kind, days) * rate, noise.draw(seed, f"failed|{tenant.name}|{kind}", days)
    )


def _succeeded(seed: int, tenant: Tenant, kind: str, days: IntArray) -> IntArray:
    return _of_kind(seed, tenant, kind, days) - _failed(seed, tenant, kind, days)


def _is_breach(tenant: Tenant, days: IntArray) -> npt.NDArray[np.bool_]:
    return np.asarray((days == day_number(BREACH[1])) & (tenant.name == BREACH[0]))


def _compensations(seed: int, tenant: Tenant) -> _Plans:
    return {(reason,): partial(_compensated, seed, tenant, reason) for reason in REASONS}


def _compensated(seed: int, tenant: Tenant, reason: str, days: IntArray) -> IntArray:
    rate = tenant.compensations * noise.wobble(200_000, noise.draw(seed, f"failing|{tenant.name}", days)) // MILLION
    rate = np.where(_is_breach(tenant, days), BREACH_COMPENSATIONS, rate)
    every = sum(_of_kind(seed, tenant, kind, days) for kind in OPERATION_TYPES)
    bits = noise.draw(seed, f"compensated|{tenant.name}|{reason}", days)
    return noise.settle(every * rate * REASONS[reason] // 100, bits)


def _violations(_seed: int, tenant: Tenant) -> _Plans:
    return {
        ("policy",): np.zeros_like,
        ("residency",): lambda days: _is_breach(tenant, days).astype(np.int64),
    }


def _decisions(seed: int, tenant: Tenant) -> _Plans:
    def denied(days: IntArray) -> IntArray:
        rate = _DENIED * noise.wobble(200_000, noise.draw(seed, f"denying|{tenant.name}", days)) // MILLION
        return noise.settle(every(days) * rate, noise.draw(seed, f"denied|{tenant.name}", days))

    def every(days: IntArray) -> IntArray:
        return _volume(seed, tenant, "decisions", days) * DECISIONS

    return {("allow",): lambda days: every(days) - denied(days), ("deny",): denied}


def _checks(seed: int, tenant: Tenant) -> _Plans:
    name, since, after, raised = UNGROUNDED

    def failed(days: IntArray) -> IntArray:
        bad = (days >= day_number(since)) & (days < day_number(after)) & (tenant.name == name)
        rate = np.where(bad, raised, tenant.ungrounded)
        rate = rate * noise.wobble(80_000, noise.draw(seed, f"ungrounding|{tenant.name}", days)) // MILLION
        return noise.settle(every(days) * rate, noise.draw(seed, f"ungrounded|{tenant.name}", days))

    def every(days: IntArray) -> IntArray:
        return _volume(seed, tenant, "checks", days) // OPERATIONS

    return {("fail",): failed, ("pass",): lambda days: every(days) - failed(days)}


def _lag(seed: int, tenant: Tenant) -> _Plans:
    def slower(bound: int, days: IntArray) -> IntArray:
        usual = np.where(days == day_number(DRIFT), _LAG_DRIFTING[bound], _LAG[bound])
        return usual * noise.wobble(80_000, noise.draw(seed, f"lagging|{tenant.name}", days)) // MILLION

    def within(bound: int, days: IntArray) -> IntArray:
        return 8640 * (MILLION - slower(bound, days)) // MILLION

    return {(le,): partial(within, bound) for bound, le in enumerate(LAG_BOUNDS)}


def _requests(seed: int, tenant: Tenant) -> _Plans:
    def slower(bound: int, days: IntArray) -> IntArray:
        shifted = (days >= day_number(SHIFT[2])) & (tenant.name == SHIFT[0])
        usual = np.where(shifted, _REQUEST_SLOW[bound], _REQUEST[bound]) * tenant.slowness // 100
        return usual * noise.wobble(60_000, noise.draw(seed, f"slowing|{tenant.name}", days)) // MILLION

    def within(bound: int, days: IntArray) -> IntArray:
        every = _volume(seed, tenant, "requests", days) * REQUESTS
        return every * (MILLION - slower(bound, days)) // MILLION

    return {(le,): partial(within, bound) for bound, le in enumerate(REQUEST_BOUNDS)}


KINDS: dict[str, Callable[[int, Tenant], _Plans]] = {
    "autonomy.operations": _operations,
    "autonomy.compensations": _compensations,
    "autonomy.violations": _violations,
    "policy.decisions": _decisions,
    "grounding.checks": _checks,
    "platform.replication_lag": _lag,
    "platform.request_duration": _requests,
}
