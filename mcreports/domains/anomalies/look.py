"""Looking at anomalies without a report: what is asked of a source, and one of those that were found."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.names import called, several
from mcreports.plan import MONEY, RATES, plan
from mcreports.take import Order

if TYPE_CHECKING:
    from mcreports.domains.anomalies.anomaly import Anomaly
    from mcreports.domains.anomalies.find import Findings
    from mcreports.period import Period

REPORTS = {"day": "daily", "week": "weekly", "month": "monthly"}
LONG = timedelta(days=62)  # from here on days are looked at, and not hours


def order_of(period: Period, tenants: tuple[str, ...] | None = None) -> Order:
    """What to ask a source for, so that the anomalies of a period are those that its report tells."""
    report = REPORTS.get(period.kind, "trends" if period.after - period.first > LONG else "weekly")
    windows = {key: span for key, span in plan(report, period).items() if key in {*MONEY, *RATES}}
    return Order(report, period, tenants, windows=windows)


def named(found: Findings, name: str) -> Anomaly:
    """The anomaly of this id; a UsageError names those that there are."""
    chosen = next((one for one in found.anomalies if one.id == name), None)
    if chosen is None:
        known = several([f"{one.id} ({called(one.tenant)})" for one in found.anomalies])
        msg = f"no anomaly is called {name!r} in this period; there {f'are {known}' if known else 'is none'}"
        raise UsageError(msg)
    return chosen
