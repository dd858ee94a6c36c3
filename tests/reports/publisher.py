"""A publisher as small as can be, which the tests call, and run as a process that is killed."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mcreports.errors import PublishError
from mcreports.period import Period
from mcreports.reports.publish import RunRecord, Slot, Target, reserve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.reports.runs import PublishedRun

BEGIN = "/publishing begins here"


def target(output: Path, day: str = "2025-10-31", scope: tuple[str, ...] = (), report: str = "daily") -> Target:
    return Target(output, report, Period.parse(day), scope)


def record(definition: str = "sha256:one", state: str = "final") -> RunRecord:
    at = datetime(2025, 11, 1, 0, 20, tzinfo=UTC)
    return RunRecord(definition, state, "fail", "TENANT_005 spent 91.4 %", at, 1.5, ("TENANT_001", "TENANT_005"))


def fill(slot: Slot, spend: str, said: RunRecord, directory: Path | None = None) -> None:
    directory = directory or slot.staging
    period = slot.target.period
    figure = {"id": "budget.spend.period", "tenant": "TENANT_001", "value": spend, "quality": "actual", "bounds": None}
    verdict = {"check": "budget.utilization.daily", "tenant": "TENANT_001", "status": "pass", "value": spend}
    body = {
        "schema": "mcreports.report/1",
        "report": slot.target.report,
        "period": {"label": period.label, "zone": period.zone},
        "state": said.state,
        "revision": slot.revision,
        "definition": said.definition,
        "verdict": {"status": said.status, "headline": said.headline},
        "figures": [figure],
        "verdicts": [verdict],
    }
    (directory / "snapshot").mkdir()
    (directory / "snapshot" / "metric.budget.cost.parquet").write_bytes(f"rows of {spend}".encode() * 99)
    (directory / "snapshot.json").write_text(json.dumps({"state": said.state}))
    (directory / "report.json").write_text(json.dumps(body))
    (directory / "report.html").write_text(f"<p>{spend}</p>")


def publish(where: Target, spend: str, said: RunRecord | None = None, tenants: Sequence[str] = ()) -> PublishedRun:
    said = said or record()
    with reserve(where, patience=20) as slot:
        fill(slot, spend, said)
        for tenant in tenants:
            fill(slot, f"{spend} of {tenant}", said, slot.tenant_directory(tenant))
        return slot.publish(said, dict.fromkeys(tenants, said))


if __name__ == "__main__":
    place = target(Path(sys.argv[1]))
    os.access(BEGIN, os.F_OK)
    try:
        publish(place, sys.argv[2], tenants=sys.argv[3:])
    except PublishError as error:
        sys.exit(str(error))
