"""A brushed range: what is in it, and the PromQL and the command line that show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.domains.accounts import COST
from mcreports.workbench.asked import between
from mcreports.workbench.cost import cost
from mcreports.workbench.rates import RATES, rates
from mcreports.workbench.raw import raw

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.workbench.bench import Workbench
    from mcreports.workbench.result import Result


@dataclass(frozen=True)
class Selection:
    """A range of one series: its rows, the PromQL of the raw samples behind them, and the command line."""

    key: str
    tenant: str | None
    start: datetime
    end: datetime
    frame: Result
    promql: str
    command: str


def select(bench: Workbench, key: str, tenant: str | None, start: datetime, end: datetime) -> Selection:
    """What [start, end) holds: of money its hours by driver, of a rate its hours, of any other metric its samples."""
    about = between(start, end, bench.zone)
    if key == COST:
        frame = cost(bench, about.label, ("hour", "driver"), tenant)
    elif key in RATES:
        frame = rates(bench, about.label, "hour", tenant, rate=key)
    else:
        frame = raw(bench, key, about.label, tenant)
    return Selection(key, tenant, about.start, about.end, frame, frame.promql, frame.command)
