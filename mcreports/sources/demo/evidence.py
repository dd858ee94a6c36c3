"""The evidence files that the invented platform leaves behind: its week before some midnight."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mcreports.figures import instant_text
from mcreports.sources.demo.attestation import VERSION, attest_configuration, attest_grounding
from mcreports.sources.demo.bundle import bundle, readiness
from mcreports.sources.demo.golden_set import golden_set
from mcreports.sources.demo.ledger import Ledger
from mcreports.sources.demo.platform import TENANTS, calendar_day, day_number
from mcreports.sources.demo.simulation import DAYS, compensations, operations, simulation, violations

if TYPE_CHECKING:
    from pathlib import Path

WARNING, CRITICAL = 80, 90
UNTIL = datetime(2025, 11, 1, tzinfo=UTC)


def write_evidence(directory: Path, seed: int, until: datetime = UNTIL) -> None:
    """Write the evidence of the seven days before ``until`` (its day in UTC), same seed, same bytes."""
    for name, body in documents(seed, until).items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_text(name, body), encoding="utf-8")


def _text(name: str, body: object) -> str:
    if name.endswith(".yaml"):
        import yaml

        return yaml.safe_dump(body, sort_keys=False, allow_unicode=True)
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def documents(seed: int, until: datetime) -> dict[str, object]:
    """What each evidence file says, by its path."""
    last = until.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    after = day_number(last.date())
    days = range(after - DAYS, after)
    attested = last - timedelta(hours=1)
    found: dict[str, object] = {
        "rag/grounding-final-attest.json": attest_grounding(seed, attested),
        "config/config-baseline.json": attest_configuration(attested - timedelta(days=DAYS)),
        "config/config-current.json": attest_configuration(attested),
        "trajectory/test_react.yaml": golden_set(),
    }
    every = {day: operations(seed, day, after) for day in days}
    folder = "autonomy/TENANT_003"
    for day, done in every.items():
        name = f"{calendar_day(day):%Y%m%d}"
        found[f"{folder}/operations_{name}.json"] = done
        found[f"{folder}/compensation_{name}.json"] = compensations(done)
        found[f"budgets/budget-{name}.json"] = _budgets(Ledger(seed), day)
        broken = violations(done)
        if broken:
            found[f"{folder}/violations_{name}.json"] = broken
    found[f"{folder}/simulation_report_{last:%Y%m%d}.json"] = simulation(every)
    return {
        **found,
        f"dist/evidence-{VERSION}-comprehensive.json": bundle(found, attested),
        f"out/v033-readiness-{attested:%Y%m%d}/production-readiness-report.json": readiness(found, attested),
    }


def _budgets(truth: Ledger, day: int) -> dict[str, object]:
    first = calendar_day(day)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = start + timedelta(days=1)
    used = {}
    for name in (tenant.name for tenant in TENANTS if tenant.born < end):
        per_cent = 100 * truth.spend(name, None, start, end) / truth.daily_limit(name, start)
        used[name] = float(round(per_cent, 2))
    return {
        "timestamp": instant_text(end - timedelta(seconds=1)),
        "tenants": {name: {"utilization": value, "status": _status(value)} for name, value in used.items()},
        "aggregate": {
            "avg_utilization": sum(used.values()) / len(used),
            "critical_count": sum(value >= CRITICAL for value in used.values()),
        },
    }


def _status(utilization: float) -> str:
    return "critical" if utilization >= CRITICAL else "warning" if utilization >= WARNING else "ok"
