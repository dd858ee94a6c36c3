"""The session of a notebook: the workbench that ``connect`` opened last, which ``mc.cost`` and the others ask.

This is the one place in the package that remembers anything between calls. Whoever needs two sources
at once keeps what ``connect`` returns, and asks that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.workbench import opening

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from mcreports.period import Period
    from mcreports.workbench.bench import Workbench
    from mcreports.workbench.explaining import Explanation
    from mcreports.workbench.finding import Anomalies
    from mcreports.workbench.names import Names
    from mcreports.workbench.passports import Passport
    from mcreports.workbench.result import Result
    from mcreports.workbench.widget import Brush
    from mcreports.workbench.widget_chart import Picture

connected: list[Workbench] = []


def connect(
    source: str | Path | None = None, *, settings: str | Path | None = None, now: datetime | None = None
) -> Workbench:
    """The workbench over a source, or over what a published run saw; from now on the one that is asked.

    ``source`` is ``demo://?seed=7``, ``http(s)://host:9090``, ``archive:PATH``, a run's directory or the
    like of ``daily/2025-10-31``; without it the settings' source, or the embedded demo where there is none.
    """
    connected[:] = [opening.connect(source, settings=settings, now=now)]
    return connected[0]


def current() -> Workbench:
    """The workbench that was connected last; a UsageError where none was."""
    if not connected:
        msg = "nothing is connected: call mc.connect() first, for the settings' source or the embedded demo"
        raise UsageError(msg)
    return connected[0]


def cost(period: str | Period, by: str | Sequence[str] = ("tenant", "driver"), tenant: str | None = None) -> Result:
    """The spend of a period in USD, a row for each of what ``by`` names: tenant, driver, hour, day, week, month."""
    return current().cost(period, by, tenant)


def rates(
    period: str | Period, by: str | Sequence[str] = "tenant", tenant: str | None = None, *, rate: str | None = None
) -> Result:
    """The rates of success, compensation and grounding in percent, with n and Wilson bounds."""
    return current().rates(period, by, tenant, rate=rate)


def raw(metric: str, period: str | Period, tenant: str | None = None) -> Result:
    """The raw samples of a metric."""
    return current().raw(metric, period, tenant)


def anomalies(period: str | Period | None = None, tenant: str | None = None) -> Anomalies:
    """What stands out in spend and rates in a period; its ``acknowledge`` keeps a note for the next report."""
    return current().anomalies(period, tenant)


def forecast(tenant: str | None = None, period: str | Period | None = None) -> Result:
    """Where a tenant's month, or that of all, is heading, as the day's report says."""
    return current().forecast(tenant, period)


def brush(period: str | Period, tenant: str | None = None, what: str = "budget.cost") -> Brush | Picture:
    """A picture of spend, of a rate or of a metric, on which a range can be brushed."""
    return current().brush(period, tenant, what)


def explain(tenant: str, period: str | Period | None = None) -> Explanation:
    """What a period's report says of a tenant, in sentences made of figures."""
    return current().explain(tenant, period)


def passport(what: object, row: int | None = None) -> Passport:
    """All that is known of a figure: of itself, of its key, of a row of an answer, of a verdict."""
    return current().passport(what, row)


def tenants() -> Names:
    """The tenants of the source that is connected, for completion."""
    return current().tenants


def catalogue() -> Names:
    """The keys of the metrics, for completion."""
    return current().catalogue
