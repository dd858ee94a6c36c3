"""The autonomy simulation of TENANT_003: operations one by one, and the report that sums them up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from mcreports.figures import instant_text
from mcreports.sources.demo import noise
from mcreports.sources.demo.activity import OPERATION_TYPES, REASONS
from mcreports.sources.demo.platform import BREACH, DAY, calendar_day

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS = 7
OPERATIONS = 640  # a day, one in each 135 seconds
FAILURES = 5  # on the day of the breach: 99.22 % succeed and 0.78 % are compensated
SUCCESS_THRESHOLD, COMPENSATION_THRESHOLD = 99.9, 0.5
HOME, ABROAD = "eu-central-1", "us-east-1"

Operation = dict[str, Any]


def operations(seed: int, day: int, after: int) -> list[Operation]:
    """The operations of a numbered day, in order; ``after`` is the day on which the simulation ended."""
    bits = noise.draw(seed, "simulation", np.arange(day * OPERATIONS, (day + 1) * OPERATIONS, dtype=np.int64))
    breach = calendar_day(day) == BREACH[1]
    every = OPERATIONS // FAILURES
    failed = set(range(every // 2, OPERATIONS, every)) if breach else set()
    compensated = failed or {int(noise.below(OPERATIONS, bits[:1])[0])}
    reasons, kinds = _cycle(REASONS), _cycle(OPERATION_TYPES)
    midnight = datetime.combine(calendar_day(day), datetime.min.time(), UTC)
    pace = DAY // OPERATIONS
    draws = (noise.below(limit, noise.mix(bits + np.uint64(limit))).tolist() for limit in (pace, 100, 900))
    done = []
    for number, (delay, kind, lasting) in enumerate(zip(*draws, strict=True)):
        broken = breach and number == min(failed)
        done.append(
            {
                "operation_id": f"op-{calendar_day(day):%Y%m%d}-{number:04d}",
                "tenant": BREACH[0],
                "operation_type": kinds[kind],
                "timestamp": instant_text(midnight + timedelta(seconds=number * pace + delay)),
                "execution_time_ms": 40 + lasting,
                "success": number not in failed,
                "context": {"data_region": HOME, "processing_region": ABROAD if broken else HOME},
                "violations": {"policy": False, "residency": broken},
                "compensation": {
                    "required": number in compensated,
                    "reason": reasons[number * 37 % 100] if number in compensated else None,
                },
                "metadata": {"simulation_id": _simulation_id(after), "tier": "tier-3"},
            }
        )
    return done


def _cycle(shares: Mapping[str, int]) -> list[str]:
    return [name for name, per_cent in shares.items() for _ in range(per_cent)]


def _simulation_id(after: int) -> str:
    return f"sim-{calendar_day(after):%Y%m%d}"


def compensations(done: list[Operation]) -> list[Operation]:
    """The compensation events among a day's operations."""
    return [
        {
            "operation_id": one["operation_id"],
            "reason": one["compensation"]["reason"],
            "timestamp": one["timestamp"],
            "impact_level": "low" if one["success"] else "medium",
        }
        for one in done
        if one["compensation"]["required"]
    ]


def violations(done: list[Operation]) -> list[Operation]:
    """The violations among a day's operations."""
    return [
        {
            "operation_id": one["operation_id"],
            "violation_type": kind,
            "timestamp": one["timestamp"],
            "details": f"data of {one['context']['data_region']} processed in {one['context']['processing_region']}",
        }
        for one in done
        for kind, is_broken in one["violations"].items()
        if is_broken
    ]


def simulation(every: Mapping[int, list[Operation]]) -> dict[str, object]:
    """The simulation's own report: sums over its days' operations, each as the details give it."""
    done = [one for day in every.values() for one in day]
    first, after = min(every), max(every) + 1
    succeeded = sum(one["success"] for one in done)
    compensated = sum(one["compensation"]["required"] for one in done)
    policy, residency = (sum(one["violations"][kind] for one in done) for kind in ("policy", "residency"))
    success, compensation = 100 * succeeded / len(done), 100 * compensated / len(done)
    passed = {
        "success_rate_passed": success >= SUCCESS_THRESHOLD,
        "compensation_rate_passed": compensation <= COMPENSATION_THRESHOLD,
        "policy_violations_passed": policy == 0,
        "residency_violations_passed": residency == 0,
    }
    return {
        "simulation_metadata": {
            "simulation_id": _simulation_id(after),
            "tenant": BREACH[0],
            "start_time": f"{calendar_day(first)}T00:00:00Z",
            "end_time": f"{calendar_day(after)}T00:00:00Z",
        },
        "configuration": {
            "success_threshold": SUCCESS_THRESHOLD,
            "compensation_threshold": COMPENSATION_THRESHOLD,
        },
        "results": {
            "total_operations": len(done),
            "successful_operations": succeeded,
            "success_rate_percent": success,
            "compensation_events": compensated,
            "compensation_rate_percent": compensation,
            "policy_violations": policy,
            "residency_violations": residency,
        },
        "safety_assessment": {**passed, "overall_safety_passed": all(passed.values())},
    }
