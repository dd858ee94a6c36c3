"""The budget's alerts at an instant, by the alerts' own arithmetic off the exact curve."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from mcreports.alerting.measures import EARLIER, UNUSUAL_TIMES, UNUSUAL_USD, UNUSUAL_WINDOW
from mcreports.domains import limits, outlook
from mcreports.domains.derive import ends, money, number
from mcreports.domains.incidents.money import heard
from mcreports.domains.incidents.spans import foresee
from mcreports.domains.money import open_books
from mcreports.names import UNALLOCATED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.domains.incidents.case import Case
    from mcreports.figures import Figure, Value

WEEK = timedelta(weeks=1)
UNUSUAL = (
    f"a driver's last {UNUSUAL_WINDOW} cost {UNUSUAL_TIMES} times the median of {len(EARLIER)} weeks "
    f"and USD {UNUSUAL_USD} more"
)
HOURS = timedelta(hours=int(UNUSUAL_WINDOW.removesuffix("h")))


def judge_money(case: Case) -> Iterator[Verdict]:
    """Today's share of the daily limit, the last hour's burn rate, and the month at the pace of seven days."""
    books, snapshot, tenant = open_books(case.snapshot), case.snapshot, case.tenant
    end, held, month = heard(case), (case.at - timedelta(days=1), case.at), case.snapshot.period.month()
    monthly, daily = (limits.limit(snapshot, tenant, which, held) for which in ("monthly", "daily"))
    spent = books.figure("budget.spend.period", tenant, (snapshot.period.start, max(snapshot.period.start, end)))
    yield limits.judge_utilization("daily", spent, daily, snapshot.rule("budget.utilization.daily", tenant))
    rule = snapshot.rule("budget.burn_rate", tenant)
    yield outlook.judge_burn_rate(outlook.burn_rate(books, tenant, month, monthly), rule)
    week = books.figure("budget.forecast.month_end", tenant, (end - WEEK, end))
    ahead = _stretched(week, len(month.split("day")))
    verdict = outlook.judge_forecast(ahead, monthly, snapshot.rule("budget.forecast", tenant))
    # the forecast of the reports is another number
    yield replace(verdict, reason=f"at the pace of seven days: {verdict.reason}" if verdict.reason else "")


def _stretched(week: Figure, days: int) -> Figure:
    """A month of so many days at the pace of a week."""

    def stretch(value: Value) -> Value:
        usd = number(value)
        return None if usd is None else money(usd * days / 7)

    low, high = ends(week)
    bounds = None if week.bounds is None else (stretch(money(low)), stretch(money(high)))
    return replace(week, value=stretch(week.value), bounds=bounds)


@dataclass(frozen=True)
class Anomaly:
    """Whether a driver costs far more than usual, None where nobody can tell, and which."""

    holds: bool | None
    reason: str


def anomaly(case: Case) -> Anomaly:
    """The last hours of each driver against the median of the same hours of the weeks before."""
    books, end = open_books(case.snapshot), heard(case)
    spans = [(end - back * WEEK - HOURS, end - back * WEEK) for back in range(len(EARLIER) + 1)]
    foresee(case, spans)
    told, blind = [], []
    for driver in books.drivers:
        now, *past = (_usd(case, driver, span) for span in spans)
        known = [usd for usd in past if usd is not None]
        if now is None or not known:
            blind.append(driver or UNALLOCATED)
        elif now - median(known) >= max(median(known) * (UNUSUAL_TIMES - 1), UNUSUAL_USD):
            told.append(
                f"{driver or UNALLOCATED} cost USD {now:,.2f} in {UNUSUAL_WINDOW}, usually {median(known):,.2f}"
            )
    unseen = f"nothing to compare for {', '.join(blind)}" if blind else ""
    is_known = bool(books.drivers) and not blind
    return Anomaly(True if told else False if is_known else None, "; ".join(filter(None, [*told, unseen])))


def _usd(case: Case, driver: str, span: tuple[datetime, datetime]) -> float | None:
    spent = open_books(case.snapshot).spend(case.tenant, driver, span)
    return spent.cents / 100 if spent.samples and spent.cents is not None else None
