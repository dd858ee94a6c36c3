"""What is wrong with settings whose values are right one by one: names that nobody knows, thresholds that clash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.metrics import CATALOGUE
from mcreports.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mcreports.origin import Origin
    from mcreports.settings import Settings

SIDES = {"<": "at", "<=": "above", ">=": "below"}  # of a threshold, where a value is no longer right


def faults(settings: Settings, where: Origin) -> Iterator[str]:
    """Each fault with its line and its key."""
    yield from _of_metrics(settings, where)
    yield from _of_thresholds(settings, where, None)
    for tenant in settings.tenants:
        yield from _of_thresholds(settings, where, tenant)


def _of_metrics(settings: Settings, where: Origin) -> Iterator[str]:
    for key, own in settings.metrics.items():
        path = ("metrics", key)
        if key not in CATALOGUE:
            yield f"{where.of(path)}: {_unknown('metric', key, CATALOGUE)}"
            continue
        for label in own.labels:
            if label not in CATALOGUE[key].labels:
                said = _unknown(f"label of metric {key}", label, CATALOGUE[key].labels)
                yield f"{where.of((*path, 'labels', label))}: {said}"


def _of_thresholds(settings: Settings, where: Origin, tenant: str | None) -> Iterator[str]:
    """The faults of what is set for all, or for one tenant."""
    above = ("thresholds",) if tenant is None else ("tenants", tenant, "thresholds")
    for check, own in (settings.thresholds if tenant is None else settings.tenants[tenant].thresholds).items():
        path = (*above, check)
        if check not in RULES:
            yield f"{where.of(path)}: {_unknown('check', check, RULES)}"
            continue
        if own.least_usd is not None and RULES[check].least_usd is None:
            yield f"{where.of((*path, 'least_usd'))}: {'.'.join(path)}: only a forecast has a least_usd; leave it out"
        clash = _clash(settings, check, tenant)
        if clash:
            key = "fail" if own.warn is None else "warn"
            yield f"{where.of((*path, key))}: {'.'.join(path)}: {clash}"


def _clash(settings: Settings, check: str, tenant: str | None) -> str:
    """Why a warning is never given; empty where it comes before the failure, or there is none."""
    rule = settings.rule(check, tenant)
    is_rising = rule.op != ">="
    if rule.warn is None or rule.warn == rule.fail or (rule.warn < rule.fail) == is_rising:
        return ""
    side, order = SIDES[rule.op], "below" if is_rising else "above"
    return f"a warning {side} {rule.warn:f} comes after the failure {side} {rule.fail:f}; set warn {order} fail"


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    return f"there is no {what} {name!r}; there are {', '.join(known) or 'none'}"
