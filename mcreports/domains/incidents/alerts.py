"""The runbook's alerts: which of them hold for the tenant at this instant, by the reports' own thresholds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.alerting.absence import MISSING as NO_REPORT
from mcreports.alerting.absence import SAMPLES_MISSING
from mcreports.alerting.absence import STALE as STALE_REPORT
from mcreports.alerting.alerts import ANOMALY
from mcreports.alerting.checks import CHECK_ALERTS
from mcreports.checks import Status
from mcreports.domains.accounts import COST
from mcreports.domains.autonomy import COMPENSATION, KINDS, SUCCESS, review_autonomy
from mcreports.domains.details import SOURCE
from mcreports.domains.drift import DRIFT
from mcreports.domains.incidents.alerts_money import UNUSUAL, anomaly, judge_money
from mcreports.domains.incidents.case import WINDOW, told_of
from mcreports.domains.series import lines, milliseconds, usual_interval
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mcreports.checks import Verdict
    from mcreports.domains.incidents.case import Case

ALERT = "incident.alert"
HOLDS, HOLDS_NOT = "holds", "does not hold"
BY_EVIDENCE = "holds by the evidence"  # the alert itself knows the counters alone
NOT_HERE = "not evaluated here"
STALE = 5  # a gauge that has been silent for so many intervals is not known any more
# the checks whose alerts an incident can tell of: it has their metrics, and measures them as the alerts do
CHECKED = {"budget.utilization.daily", "budget.burn_rate", "budget.forecast", SUCCESS, COMPENSATION, *KINDS, DRIFT}
BEYOND = frozenset({Status.WARN, Status.FAIL})
# why the others are not: an incident has none of their samples
UNSEEN = {SAMPLES_MISSING: "mcreports doctor knows", **dict.fromkeys((STALE_REPORT, NO_REPORT), "the portal knows")}


def alerts(case: Case, verdicts: Sequence[Verdict]) -> Iterator[Figure]:
    """Each alert as a figure that says whether its condition holds; ``verdicts`` are those of the incident."""
    judged = {(verdict.check, verdict.labels): verdict for verdict in (*judge_money(case), *_autonomy(case))}
    for alert in CHECK_ALERTS:
        warns, fails = alert.names
        for name, when in {warns: BEYOND, fails: BEYOND if warns == fails else frozenset({Status.FAIL})}.items():
            blank = _blank(case, alert.check, name)
            if alert.check not in CHECKED:
                yield replace(blank, method=NOT_HERE, reason=f"an incident has no samples of {alert.check}")
                continue
            counted, told = judged.get((alert.check, ())), judged.get((alert.check, SOURCE))
            method = f"{alert.check} is {' or '.join(sorted(when))}"
            if alert.check == DRIFT:
                yield _stated(replace(blank, method=method), "", holds=_drifting(case))
            elif told is not None and told.status in when and not (counted and counted.status in when):
                yield replace(blank, value=BY_EVIDENCE, quality=Quality.ACTUAL, method=method, reason=told.reason)
            else:
                holds = _holds(counted, when)
                reason = _before(verdicts, alert.check) if holds is False else counted.reason if counted else ""
                yield _stated(replace(blank, method=method), reason, holds=holds)
    unusual = anomaly(case)
    yield _stated(replace(_blank(case, COST, ANOMALY), method=UNUSUAL), unusual.reason, holds=unusual.holds)
    for name, reason in UNSEEN.items():
        yield replace(_blank(case, DRIFT, name), query="none", method=NOT_HERE, reason=reason)


def holding(figures: Iterable[Figure]) -> dict[str, list[str]]:
    """The alerts whose condition holds, by the words for it, and those of which it is not known."""
    found: dict[str, list[str]] = {HOLDS: [], BY_EVIDENCE: [], "": []}
    for figure in figures:
        if figure.method != NOT_HERE and figure.value != HOLDS_NOT:
            found[str(figure.value or "")].append(dict(figure.labels)["alert"])
    return found


def _blank(case: Case, check: str, name: str) -> Figure:
    """The figure of an alert that nothing is known of."""
    key = COST if check.startswith("budget.") else DRIFT if check == DRIFT else "autonomy.operations"
    metric = case.snapshot.metrics[key]
    whose = case.tenant if "tenant" in metric.labels else None
    query = metric.selector() if whose is None else metric.selector(tenant=whose)
    window, labels = (case.at - WINDOW, case.at), (("alert", name),)
    return Figure(ALERT, whose, None, "state", window, query, check, Quality.UNKNOWN, labels=labels)


def _stated(blank: Figure, reason: str, *, holds: bool | None) -> Figure:
    if holds is None:
        return replace(blank, reason=reason)
    return replace(blank, value=HOLDS if holds else HOLDS_NOT, quality=Quality.ACTUAL, reason=reason)


def _before(verdicts: Sequence[Verdict], check: str) -> str:
    """What has violated a check since the onset, but not in the hours that its alert looks at."""
    own = [v for v in verdicts if v.check == check and v.labels and v.status is Status.FAIL]
    return "; ".join(f"{told_of(v.labels)}: {v.reason}" for v in own)


def _holds(verdict: Verdict | None, when: frozenset[Status]) -> bool | None:
    """Whether the verdict is such a one; None where it is not known."""
    if verdict is None or verdict.status is Status.UNKNOWN:
        return None
    return verdict.status in when


def _autonomy(case: Case) -> Iterator[Verdict]:
    for verdict in review_autonomy(case.snapshot, case.at - WINDOW, case.at).verdicts:
        if verdict.tenant == case.tenant:
            yield verdict


def _drifting(case: Case) -> bool | None:
    """Whether the gauge's newest sample is above 0; None where it is stale, or there is none."""
    for line in lines(case.snapshot.table(DRIFT), (), usual_interval(case.snapshot, DRIFT))[:1]:
        inside = line.ts <= milliseconds(case.at)
        if inside.any() and milliseconds(case.at) - line.ts[inside][-1] <= STALE * line.interval:
            return bool(line.values[inside][-1] > 0)
    return None
