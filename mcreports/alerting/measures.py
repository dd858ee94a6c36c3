"""What each check measures, as PromQL: percent, USD, seconds or a multiple, for each tenant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.alerting.promql import EVERYBODY, Scope, Watch, by_tenant, events, named, percentage, series

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from mcreports.metrics import Metric
    from mcreports.settings import Settings

OPERATIONS_WINDOW, CHECKS_WINDOW, QUANTILE_WINDOW = "6h", "1d", "15m"
UNUSUAL_WINDOW, UNUSUAL_TIMES, UNUSUAL_USD = "6h", 2, 25
EARLIER = ("1w", "2w", "3w", "4w")
HOURS = "24 * scalar(days_in_month())"
# series of these appear with their first event, so that samples of another metric show that the server was watching
WITNESSES = {"autonomy.compensations": "autonomy.operations", "autonomy.violations": "autonomy.operations"}
# one event of these is a page: none may be taken for new because its tenant was not heard for a day or two
LONG_AGO = {"autonomy.violations": ("2d", "3d", "5d", "1w")}
QUANTILES = {
    "platform.replication_lag_p95": ("platform.replication_lag", ""),
    "platform.graphql_p95": ("platform.request_duration", "1000 * "),
}


@dataclass(frozen=True)
class Terms:
    """What expressions are made of: the metrics as the server calls them, budgets of the settings, whose series.

    A rate is of ``least`` events at least.
    """

    metrics: Mapping[str, Metric]
    daily: Mapping[str, Decimal]
    monthly: Mapping[str, Decimal]
    scope: Scope = EVERYBODY
    least: int = 1

    @staticmethod
    def of(settings: Settings, metrics: Mapping[str, Metric], scope: Scope = EVERYBODY) -> Terms:
        """The terms that the settings give."""
        own = settings.tenants
        daily = {name: tenant.budget_daily for name, tenant in own.items() if tenant.budget_daily is not None}
        monthly = {name: tenant.budget_monthly for name, tenant in own.items() if tenant.budget_monthly is not None}
        return Terms(metrics, daily, monthly, scope)

    def gauge(self, key: str) -> str:
        """The latest value of a gauge."""
        return by_tenant(self.metrics[key], series(self.metrics[key], self.scope))

    def limit(self, which: str) -> str:
        """What may be spent: the settings go over the gauge."""
        own = self.daily if which == "daily" else self.monthly
        metric, inside = self.metrics[f"budget.limit_{which}"], [name for name in own if self.scope.holds(name)]
        vectors = [named(f"{own[name]:f}", name) for name in inside]
        if not vectors or self.scope != Scope.only(inside[0]):
            vectors.insert(0, by_tenant(metric, series(metric, self.scope.without(inside))))
        return f"({' or '.join(vectors)})"

    def events(self, key: str, window: str, **labels: str) -> str:
        """How many events there were."""
        watch = Watch(self.metrics[WITNESSES.get(key, key)], LONG_AGO.get(key, ()))
        return events(self.metrics[key], self.scope, window, watch, **labels)

    def spend(self, function: str, window: str, later: str = "") -> str:
        """What each driver cost in a window, or each second of it."""
        metric = self.metrics["budget.cost"]
        return by_tenant(metric, f"{function}({series(metric, self.scope)}[{window}]{later})", "driver")


def utilization_daily(terms: Terms) -> str:
    """Percent of the daily limit that is spent since midnight UTC."""
    return f"100 * {terms.gauge('budget.cost_today')} / ({terms.limit('daily')} > 0)"


def burn_rate(terms: Terms) -> str:
    """How many monthly budgets a whole month at the last hour's rate would cost."""
    return f"sum by (tenant) ({terms.spend('increase', '1h')}) * {HOURS} / ({terms.limit('monthly')} > 0)"


def month_ahead(terms: Terms) -> str:
    """USD of a whole month at the pace of the last seven days."""
    return f"sum by (tenant) ({terms.spend('increase', '1w')}) / 7 * scalar(days_in_month())"


def usual_spend(terms: Terms) -> str:
    """USD of each driver in the same hours of the weeks before: the median of those that are known."""
    weeks = (
        f'label_replace({terms.spend("increase", UNUSUAL_WINDOW, f" offset {back}")}, "week", "{back}", "", "")'
        for back in EARLIER
    )
    return f"quantile by (tenant, driver) (0.5, {' or '.join(weeks)})"


def operations(terms: Terms, **labels: str) -> str:
    """Operations."""
    return terms.events("autonomy.operations", OPERATIONS_WINDOW, **labels)


def success_rate(terms: Terms) -> str:
    """Percent of operations that succeeded."""
    return percentage(operations(terms, status="success"), operations(terms), terms.least)


def compensation_rate(terms: Terms) -> str:
    """Percent of operations that had to be compensated."""
    undone = terms.events("autonomy.compensations", OPERATIONS_WINDOW)
    return percentage(undone, operations(terms), terms.least)


def policy_violations(terms: Terms) -> str:
    """Policy violations."""
    return terms.events("autonomy.violations", OPERATIONS_WINDOW, type="policy")


def residency_violations(terms: Terms) -> str:
    """Residency violations."""
    return terms.events("autonomy.violations", OPERATIONS_WINDOW, type="residency")


def answers(terms: Terms, **labels: str) -> str:
    """Answers that were checked."""
    return terms.events("grounding.checks", CHECKS_WINDOW, **labels)


def pass_rate(terms: Terms) -> str:
    """Percent of answers that were grounded."""
    return percentage(answers(terms, result="pass"), answers(terms), terms.least)


def all_answers(terms: Terms, **labels: str) -> str:
    """Answers that were checked, everybody's."""
    return f"sum({answers(terms, **labels)})"


def pass_rate_of_all(terms: Terms) -> str:
    """Percent of everybody's answers that were grounded."""
    return percentage(all_answers(terms, result="pass"), all_answers(terms), terms.least)


def deny_rate(terms: Terms, window: str) -> str:
    """Percent of policy decisions that denied."""
    denied, every = (terms.events("policy.decisions", window, **labels) for labels in ({"decision": "deny"}, {}))
    return percentage(denied, every, terms.least)


def quantile(terms: Terms, check: str, window: str = QUANTILE_WINDOW) -> str:
    """The 95th percentile in the check's own unit."""
    key, scale = QUANTILES[check]
    metric = terms.metrics[key]
    buckets = by_tenant(metric, f"rate({series(metric, terms.scope)}[{window}])", "le")
    return f"{scale}histogram_quantile(0.95, {buckets})"
