"""Which samples a report needs: for each metric the window that its figures reach into."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.period import Period

Span = tuple[datetime, datetime]

FORECAST_WEEKS = 8
# what error budgets and the usual rate of an hour rest on
RATE_DAYS = timedelta(days=28)
MONEY = ("budget.cost",)
LIMITS = ("budget.limit_daily", "budget.limit_monthly")
RATES = ("autonomy.operations", "autonomy.compensations", "autonomy.violations", "grounding.checks")
PLATFORM = ("policy.decisions", "platform.replication_lag", "platform.request_duration", "config.drift")
TENANTS = "tenant.info"
INCIDENTS = ("incident-budget", "incident-autonomy", "incident-drift")
# how far an incident looks back for what is usual and for when it began, and for a limit that holds
BEFORE, HELD = timedelta(days=35), timedelta(days=1)

# how far a source is asked beyond a counter's window for the sample on the other side of a gap
REACH = timedelta(days=4)
# how far it is asked for series that were silent for longer, and in which slices: raw samples are many
FARTHEST = timedelta(days=400)
NARROW, WIDE = timedelta(days=8), timedelta(days=32)


def plan(report: str, period: Period) -> dict[str, Span]:
    """The window of each metric that a report is made of, without the reach beyond its ends."""
    own = period.start, period.end
    if report in INCIDENTS:
        return _incident(report, period)
    windows = dict.fromkeys(MONEY, (_money_from(report, period), period.end))
    windows |= dict.fromkeys(RATES, (_rates_from(report, period), period.end))
    windows[TENANTS] = (period.month().start, period.end) if report == "trends" else own
    if report != "trends":
        windows |= dict.fromkeys((*LIMITS, *PLATFORM), own)
    return windows


def _incident(report: str, period: Period) -> dict[str, Span]:
    """All that the runbook's alerts look at, back to before it began."""
    windows = dict.fromkeys(MONEY, (_money_from(report, period), period.end))
    autonomy = [key for key in RATES if key.startswith("autonomy.")]
    windows |= dict.fromkeys((*autonomy, "config.drift"), (period.start - BEFORE, period.end))
    return windows | dict.fromkeys((*LIMITS, TENANTS), (period.start - HELD, period.end))


def _money_from(report: str, period: Period) -> datetime:
    """The start of a month, so that every report finds the same cents in it."""
    month = period.month()
    if report == "trends":
        reached = period.first
    elif report == "monthly":
        year = period.containing("year", month.first, period.zone)
        reached = min(month.previous().first, year.first, period.previous().first)
    else:
        history = period.after - timedelta(weeks=FORECAST_WEEKS, days=1)
        reached = min(month.previous().first, history, period.previous().first)
    return period.containing("month", reached, period.zone).start


def _rates_from(report: str, period: Period) -> datetime:
    """Weeks and months are held against the one before; an error budget is the whole month's."""
    if report == "trends":
        return period.start
    before = period.previous().start if report in {"weekly", "monthly"} else period.start
    return min(before, period.month().start, period.end - RATE_DAYS)


def further_back(start: datetime) -> Iterator[Span]:
    """Slices before an instant, newest first, each twice as wide until they are wide enough."""
    limit, at, width = start - FARTHEST, start, NARROW
    while at > limit:
        before = max(at - width, limit)
        yield before, at
        at, width = before, min(2 * width, WIDE)


def further_on(end: datetime, now: datetime) -> Iterator[Span]:
    """Slices after an instant up to now, oldest first, each twice as wide until they are wide enough."""
    limit, at, width = min(end + FARTHEST, now), end, NARROW
    while at < limit:
        after = min(at + width, limit)
        yield at, after
        at, width = after, min(2 * width, WIDE)
