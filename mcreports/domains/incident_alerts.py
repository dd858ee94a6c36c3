"""The runbook's alerts: which of them hold for the tenant at this instant, by the reports' own thresholds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.alerting.checks import CHECK_ALERTS
from mcreports.checks import Status
from mcreports.domains import limits, outlook
from mcreports.domains.accounts import COST
from mcreports.domains.autonomy import COMPENSATION, KINDS, SUCCESS, judge_autonomy
from mcreports.domains.drift import DRIFT
from mcreports.domains.incident_case import WINDOW
from mcreports.domains.incident_money import heard
from mcreports.domains.money import open_books
from mcreports.domains.series import lines, milliseconds, usual_interval
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.checks import Verdict
    from mcreports.domains.incident_case import Case

ALERT = "incident.alert"
HOLDS, HOLDS_NOT = "holds", "does not hold"
STALE = 5  # a gauge that has been silent for so many intervals is not known any more
# the checks whose alerts an incident can tell of: it has their metrics, and measures them as the alerts do
CHECKED = {"budget.utilization.daily", "budget.burn_rate", SUCCESS, COMPENSATION, *KINDS, DRIFT}
BEYOND = frozenset({Status.WARN, Status.FAIL})


def alerts(case: Case) -> Iterator[Figure]:
    """Each alert as a figure that says whether its condition holds."""
    verdicts = {verdict.check: verdict for verdict in (*_budget(case), *_autonomy(case))}
    drifting = _drifting(case)
    for alert in CHECK_ALERTS:
        if alert.check not in CHECKED:
            continue
        verdict, (warns, fails) = verdicts.get(alert.check), alert.names
        for name, when in {warns: BEYOND, fails: BEYOND if warns == fails else frozenset({Status.FAIL})}.items():
            holds = drifting if alert.check == DRIFT else _holds(verdict, when)
            yield replace(
                _blank(case, alert.check), labels=(("alert", name),),
                reason=verdict.reason if verdict and holds is not False else "",
                value=None if holds is None else HOLDS if holds else HOLDS_NOT,
                quality=Quality.UNKNOWN if holds is None else Quality.ACTUAL,
                method=f"{alert.check} is {' or '.join(sorted(when))}",
            )  # fmt: skip


def _blank(case: Case, check: str) -> Figure:
    """The figure of an alert that nothing is known of."""
    key = COST if check.startswith("budget.") else DRIFT if check == DRIFT else "autonomy.operations"
    metric = case.snapshot.metrics[key]
    whose = case.tenant if "tenant" in metric.labels else None
    query = metric.selector() if whose is None else metric.selector(tenant=whose)
    return Figure(ALERT, whose, None, "state", (case.at - WINDOW, case.at), query, check, Quality.UNKNOWN)


def _holds(verdict: Verdict | None, when: frozenset[Status]) -> bool | None:
    """Whether the verdict is such a one; None where it is not known."""
    if verdict is None or verdict.status is Status.UNKNOWN:
        return None
    return verdict.status in when


def _budget(case: Case) -> Iterator[Verdict]:
    books, snapshot, tenant = open_books(case.snapshot), case.snapshot, case.tenant
    end, held, month = heard(case), (case.at - timedelta(days=1), case.at), case.snapshot.period.month()
    monthly, daily = (limits.limit(snapshot, tenant, which, held) for which in ("monthly", "daily"))
    spent = books.figure("budget.spend.period", tenant, (snapshot.period.start, max(snapshot.period.start, end)))
    yield limits.judge_utilization("daily", spent, daily, snapshot.rule("budget.utilization.daily", tenant))
    rule = snapshot.rule("budget.burn_rate", tenant)
    yield outlook.judge_burn_rate(outlook.burn_rate(books, tenant, month, monthly), rule)


def _autonomy(case: Case) -> Iterator[Verdict]:
    for verdict in judge_autonomy(case.snapshot, case.at - WINDOW, case.at).verdicts:
        if verdict.tenant == case.tenant and not verdict.labels:
            yield verdict


def _drifting(case: Case) -> bool | None:
    """Whether the gauge's newest sample is above 0; None where it is stale, or there is none."""
    for line in lines(case.snapshot.table(DRIFT), (), usual_interval(case.snapshot, DRIFT))[:1]:
        inside = line.ts <= milliseconds(case.at)
        if inside.any() and milliseconds(case.at) - line.ts[inside][-1] <= STALE * line.interval:
            return bool(line.values[inside][-1] > 0)
    return None
