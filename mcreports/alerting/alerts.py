"""The model that rule files are written from: every alert, its expression, its labels, what it tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.alerting.absence import absences
from mcreports.alerting.checks import CHECK_ALERTS, LEVELS, MANY, OUTLOOK, USD
from mcreports.alerting.measures import UNUSUAL_TIMES, UNUSUAL_USD, UNUSUAL_WINDOW, Terms, usual_spend
from mcreports.alerting.promql import Scope
from mcreports.alerting.wording import Links, Notice, address, plain
from mcreports.escalation import OPERATORS, places

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
ANOMALY = "TenantCostAnomaly"
TENANT = "{{ $labels.tenant }}"
THIS = Scope((("=", "%+[1]q"),))  # for printf


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
        common = _threshold(spec, usual, level)
        others = {name: rule for name, rule in own.items() if _threshold(spec, rule, level) != common}
        for tenant, rule in ((None, usual), *others.items()):
            scoped = replace(terms, scope=Scope.but(others) if tenant is None else Scope.only(tenant))
            if _mark(spec, rule, level) is not None:
                notice = _notice(spec, rule, level, scoped)
                # promtool takes two rules of the same labels for one
                more = () if tenant is None else (("tenant", plain(tenant)),)
                yield replace(notice, labels=(*notice.labels, *more))


def _notice(spec: CheckAlert, rule: Rule, level: Level, terms: Terms) -> Notice:
    paged = (("pager", "pagerduty"),) if spec.is_paged and level == "fail" else ()
    return Notice(
        name=spec.names[LEVELS.index(level)],
        expr=_expression(spec, rule, level, terms),
        severity=SEVERITIES[level],
        to=places(spec.check, level),
        hold=spec.hold,
        group=spec.group,
        summary=f"{TENANT if spec.is_of_tenants else 'The platform'}: {spec.told}",
        description=f"{spec.told}{_number(spec, terms)}. The threshold of {spec.check} is {SIDES[rule.op]} "
        f"{_threshold(spec, rule, level)}.",
        labels=(("check", spec.check), *paged),
    )


def _mark(spec: CheckAlert, rule: Rule, level: Level) -> Decimal | None:
    """The threshold of a level; a rate warns of a failure as well, which is critical in many events alone."""
    is_failure = level == "fail" or (rule.warn is None and spec.counted is not None)
    return rule.fail if is_failure else rule.warn


def _expression(spec: CheckAlert, rule: Rule, level: Level, terms: Terms) -> str:
    mark = _mark(spec, rule, level)
    least = MANY if spec.counted and level == "fail" else terms.least
    return "" if mark is None else spec.condition(replace(terms, least=least), rule, mark)


def _number(spec: CheckAlert, terms: Terms) -> str:
    """A template that tells how many events a rate rests on: it asks the server, whose alert has but one value."""
    if spec.counted is None:
        return ""
    asked = f"`{spec.counted(terms)}`"
    if spec.is_of_tenants:
        # quoted by Go, whose strings are PromQL's
        asked = f"(printf `{spec.counted(replace(terms, scope=THIS))}` $labels.tenant)"
    told = f'{{{{ with query {asked} }}}} (of {{{{ . | first | value | printf "%.0f" }}}}){{{{ end }}}}'
    return f"{told}; of fewer than {MANY} it only warns"


def _threshold(spec: CheckAlert, rule: Rule, level: Level) -> str:
    mark = _mark(spec, rule, level)
    least = "" if rule.least_usd is None else f" and USD {rule.least_usd:f}"
    return "none" if mark is None else f"{mark:f} {'times' if rule.unit == 'x' else rule.unit}{least}"


def _anomaly(terms: Terms) -> Notice:
    now, usual = terms.spend("increase", UNUSUAL_WINDOW), usual_spend(terms)
    more = f"the last {UNUSUAL_WINDOW} cost {USD} more than usual"
    return Notice(
        name=ANOMALY,
        expr=f"{now} - {usual} >= clamp_min({usual} * {UNUSUAL_TIMES - 1}, {UNUSUAL_USD})",
        severity="warning",
        to=(OPERATORS,),
        hold="15m",
        group=OUTLOOK,
        summary=f"{TENANT}, {{{{ $labels.driver }}}}: {more}",
        description=f"{more}, the median of the same hours of the last four weeks. The threshold is "
        f"{UNUSUAL_TIMES} times as much and at least USD {UNUSUAL_USD} more.",
    )
