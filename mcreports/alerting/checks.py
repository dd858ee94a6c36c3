"""The checks of the reports as alerts: under which names, measured how, told in which words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from mcreports.alerting import measures
from mcreports.alerting.measures import CHECKS_WINDOW, OPERATIONS_WINDOW, QUANTILE_WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from mcreports.alerting.measures import Terms
    from mcreports.rules import Rule

Level = Literal["warn", "fail"]
LEVELS: tuple[Level, ...] = ("warn", "fail")
BEYOND = {"<": ">=", "<=": ">", ">=": "<"}  # what is true of a value on the wrong side
# enough digits to stay on their side of a threshold; humanizePercentage would keep four
PERCENT = '{{ printf "%.6g" $value }} %'
NUMBER = '{{ printf "%.4g" $value }}'
COUNT = '{{ printf "%.0f" $value }}'
MANY = 100
USD = 'USD {{ printf "%.2f" $value }}'
BUDGETS, OUTLOOK, OPERATIONS, PLATFORM, REPORTS = (
    f"mc-{room}" for room in ("tenant-budgets", "tenant-outlook", "tenant-operations", "platform", "reports")
)


@dataclass(frozen=True)
class CheckAlert:
    """One check as an alert: ``condition`` of a threshold, ``told`` with the value, ``names`` at warn and at fail.

    ``counted`` is how many events a rate rests on: of a few it warns, of ``MANY`` it is critical.
    """

    check: str
    names: tuple[str, str]
    condition: Callable[[Terms, Rule, Decimal], str]
    told: str
    hold: str = "5m"
    group: str = OPERATIONS
    is_of_tenants: bool = True
    is_paged: bool = False
    counted: Callable[[Terms], str] | None = None


def _beyond(measure: Callable[[Terms], str], terms: Terms, rule: Rule, mark: Decimal) -> str:
    return f"{measure(terms)} {BEYOND[rule.op]} {mark:f}"


def _over_budget(terms: Terms, rule: Rule, mark: Decimal) -> str:
    """USD over the budget, where that is both the share and the amount that count."""
    budget = f"({terms.limit('monthly')} > 0)"
    least = f"clamp_min({budget} * {mark:f} / 100, {rule.least_usd or 0:f})"
    return f"{measures.month_ahead(terms)} - {budget} {BEYOND[rule.op]} {least}"


def _drifted(terms: Terms, rule: Rule, mark: Decimal) -> str:
    return f"max({terms.metrics['config.drift'].name}) {BEYOND[rule.op]} {mark:f}"


def _quantile(check: str) -> Callable[[Terms, Rule, Decimal], str]:
    return partial(_beyond, partial(measures.quantile, check=check))


def _same(name: str) -> tuple[str, str]:
    return name, name


CHECK_ALERTS = (
    CheckAlert(
        "budget.utilization.daily", ("TenantBudgetWarning80Percent", "TenantBudgetCritical90Percent"),
        partial(_beyond, measures.utilization_daily), f"{PERCENT} of the daily limit is spent since 00:00 UTC",
        "2m", BUDGETS, is_paged=True,
    ),
    CheckAlert(
        "budget.burn_rate", _same("TenantBudgetBurnRateHigh"), partial(_beyond, measures.burn_rate),
        f"a whole month at the last hour's rate costs {NUMBER} times the monthly budget", "15m", BUDGETS,
    ),
    CheckAlert(
        "budget.forecast", _same("TenantBudgetForecastExhaustion"), _over_budget,
        f"a whole month at the pace of the last seven days costs {USD} more than the monthly budget",
        "1h", OUTLOOK,
    ),
    CheckAlert(
        "autonomy.success_rate", _same("TenantAutonomyFailureRate"), partial(_beyond, measures.success_rate),
        f"{PERCENT} of the operations of the last {OPERATIONS_WINDOW} succeeded", counted=measures.operations,
    ),
    CheckAlert(
        "autonomy.compensation_rate", _same("TenantAutonomyCompensationRate"),
        partial(_beyond, measures.compensation_rate),
        f"{PERCENT} of the operations of the last {OPERATIONS_WINDOW} were compensated", counted=measures.operations,
    ),
    CheckAlert(
        "autonomy.policy_violations", _same("TenantPolicyViolation"), partial(_beyond, measures.policy_violations),
        f"policy violations in the last {OPERATIONS_WINDOW}: {COUNT}", "0s",
    ),
    CheckAlert(
        "autonomy.residency_violations", _same("TenantResidencyViolation"),
        partial(_beyond, measures.residency_violations),
        f"residency violations in the last {OPERATIONS_WINDOW}: {COUNT}", "0s",
    ),
    CheckAlert(
        "grounding.pass_rate", _same("TenantGroundingPassRate"), partial(_beyond, measures.pass_rate),
        f"{PERCENT} of the answers checked in the last {CHECKS_WINDOW} were grounded", counted=measures.answers,
    ),
    CheckAlert(
        "grounding.pass_rate", _same("PlatformGroundingPassRate"), partial(_beyond, measures.pass_rate_of_all),
        f"{PERCENT} of all answers checked in the last {CHECKS_WINDOW} were grounded", is_of_tenants=False,
        counted=measures.all_answers,
    ),
    CheckAlert(
        "platform.replication_lag_p95", _same("TenantReplicationLagHigh"), _quantile("platform.replication_lag_p95"),
        f"the replication lag p95 of the last {QUANTILE_WINDOW} is {NUMBER} s", "10m",
    ),
    CheckAlert(
        "platform.graphql_p95", _same("TenantGraphqlLatencyHigh"), _quantile("platform.graphql_p95"),
        f"the GraphQL latency p95 of the last {QUANTILE_WINDOW} is {NUMBER} ms", "10m",
    ),
    CheckAlert(
        "config.drift", _same("ConfigurationDriftDetected"), _drifted,
        "the configuration is not the agreed one; whether that is approved, mcreports drift check knows",
        "1m", PLATFORM, is_of_tenants=False,
    ),
)  # fmt: skip
