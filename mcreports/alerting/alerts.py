"""The model that rule files are written from: every alert, its expression, its labels, what it tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.alerting.absence import absences
from mcreports.alerting.checks import CHECK_ALERTS, LEVELS, OUTLOOK, USD
from mcreports.alerting.measures import UNUSUAL_TIMES, UNUSUAL_USD, UNUSUAL_WINDOW, Terms, usual_spend
from mcreports.alerting.promql import Scope
from mcreports.alerting.wording import Links, Notice, address, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from mcreports.alerting.checks import CheckAlert, Level
    from mcreports.alerting.wording import Alert
    from mcreports.metrics import Metric
    from mcreports.rules import Rule
    from mcreports.settings import Settings

SEVERITIES: dict[Level, str] = {"warn": "warning", "fail": "critical"}
SIDES = {"<": "at or above", "<=": "above", ">=": "below"}
TENANT = "{{ $labels.tenant }}"


def alerts(settings: Settings, metrics: Mapping[str, Metric], links: Links | None = None) -> tuple[Alert, ...]:
    """Every alert that the settings' thresholds give, in the order in which they are written."""
    links, terms = links or Links(str(settings.report.output)), Terms.of(settings, metrics)
    notices = [notice for spec in CHECK_ALERTS for notice in _of_check(spec, settings, terms)]
    notices += [_anomaly(terms), *absences(settings, terms)]
    return tuple(address(notice, settings.escalation, links) for notice in notices)


def alert_names(settings: Settings, metrics: Mapping[str, Metric]) -> tuple[str, ...]:
    """The name of each alert, once: they stay whatever the thresholds are."""
    return tuple(dict.fromkeys(one.name for one in alerts(settings, metrics)))


def expressions(settings: Settings, metrics: Mapping[str, Metric]) -> tuple[tuple[str, str], ...]:
    """The name and expression of each rule; a server writes them its own way, so compare ``comparison.normal``."""
    return tuple((one.name, one.expr) for one in alerts(settings, metrics))


def _of_check(spec: CheckAlert, settings: Settings, terms: Terms) -> Iterator[Notice]:
    """A rule for all tenants, and one for each tenant whose own threshold is another."""
    usual = settings.rule(spec.check)
    own = {name: settings.rule(spec.check, name) for name in settings.tenants} if spec.is_of_tenants else {}
    for level in LEVELS:
        others = {name: rule for name, rule in own.items() if _threshold(rule, level) != _threshold(usual, level)}
        for tenant, rule in ((None, usual), *others.items()):
            scope = Scope.but(others) if tenant is None else Scope.only(tenant)
            mark = _mark(rule, level)
            if mark is not None:
                notice = _notice(spec, rule, level, spec.condition(replace(terms, scope=scope), rule, mark))
                # promtool takes two rules of the same labels for one
                more = () if tenant is None else (("tenant", plain(tenant)),)
                yield replace(notice, labels=(*notice.labels, *more))


def _notice(spec: CheckAlert, rule: Rule, level: Level, expr: str) -> Notice:
    paged = (("pager", "pagerduty"),) if spec.is_paged and level == "fail" else ()
    return Notice(
        name=spec.names[LEVELS.index(level)],
        expr=expr,
        severity=SEVERITIES[level],
        to=(spec.area, spec.first_level + LEVELS.index(level)),
        hold=spec.hold,
        group=spec.group,
        summary=f"{TENANT if spec.is_of_tenants else 'The platform'}: {spec.told}",
        description=f"{spec.told}. The threshold of {spec.check} is {SIDES[rule.op]} {_threshold(rule, level)}.",
        labels=(("check", spec.check), *paged),
    )


def _mark(rule: Rule, level: Level) -> Decimal | None:
    return rule.warn if level == "warn" else rule.fail


def _threshold(rule: Rule, level: Level) -> str:
    mark = _mark(rule, level)
    least = "" if rule.least_usd is None else f" and USD {rule.least_usd:f}"
    return "none" if mark is None else f"{mark:f} {'times' if rule.unit == 'x' else rule.unit}{least}"


def _anomaly(terms: Terms) -> Notice:
    now, usual = terms.spend("increase", UNUSUAL_WINDOW), usual_spend(terms)
    more = f"the last {UNUSUAL_WINDOW} cost {USD} more than usual"
    return Notice(
        name="TenantCostAnomaly",
        expr=f"{now} - {usual} >= clamp_min({usual} * {UNUSUAL_TIMES - 1}, {UNUSUAL_USD})",
        severity="warning",
        to=("budget", 0),
        hold="15m",
        group=OUTLOOK,
        summary=f"{TENANT}, {{{{ $labels.driver }}}}: {more}",
        description=f"{more}, the median of the same hours of the last four weeks. The threshold is "
        f"{UNUSUAL_TIMES} times as much and at least USD {UNUSUAL_USD} more.",
    )
