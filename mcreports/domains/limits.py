"""Budgets: what a tenant may spend, read from its gauge or set by hand, and how much of it is used."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from mcreports import rules
from mcreports.checks import Status
from mcreports.domains.coverage import judge_sight
from mcreports.domains.derive import money, number, ratio, share
from mcreports.domains.series import Seen, instant, lines, seen, usual_interval, watch
from mcreports.figures import Figure, Quality
from mcreports.names import several
from mcreports.rules import Rule, Subject

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.money import Span
    from mcreports.domains.series import Line, Watch
    from mcreports.snapshot import Snapshot

KEYS = {"daily": "budget.limit_daily", "monthly": "budget.limit_monthly"}
STALE = 5  # a gauge that has been silent for so many intervals before the end is not known any more


def limit(snapshot: Snapshot, tenant: str, which: str, span: Span) -> Figure:
    """A tenant's daily or monthly limit in USD at the window's end; the settings go over the gauge."""
    key, figure_id = KEYS[which], f"budget.limit.{which}"
    own = snapshot.budgets.get(tenant, {}).get(which)
    if own is not None:
        query = f"settings: tenants.{tenant}.budget_{which}"
        return Figure(figure_id, tenant, money(Decimal(own)), "USD", span, query, "settings")
    query = snapshot.metrics[key].selector(tenant=tenant)
    blank = Figure(figure_id, tenant, None, "USD", span, query, "gauge.last", Quality.UNKNOWN)
    window = watch(snapshot, key, *span)
    for line in lines(snapshot.lot(key, tenant), snapshot.metrics[key].labels, usual_interval(snapshot, key)):
        if len(_inside(line, window)):
            return _read(snapshot, blank, key, line)
    return replace(blank, reason="no limit is set, or its samples are missing")


def _inside(line: Line, window: Watch) -> np.ndarray:
    return np.flatnonzero((line.ts >= window.start) & (line.ts < window.end))


def _read(snapshot: Snapshot, blank: Figure, key: str, line: Line) -> Figure:
    """The gauge's last value, unless it is stale, thin or not a number: then unknown, and why."""
    window = watch(snapshot, key, *blank.window)
    valid = np.isfinite(line.values) & (line.values >= 0)
    line = replace(line, ts=line.ts[valid], values=line.values[valid])
    inside, sight = _inside(line, window), seen(line, window) if valid.any() else Seen()
    known = replace(blank, samples=sight.samples, coverage=sight.share)
    if not len(inside):
        return replace(known, reason="its limit is not a number")
    if np.isnan(line.interval):
        return replace(known, reason="a single sample shows no interval: its limit may be stale")
    last = int(inside[-1])
    if window.end - line.ts[last] > STALE * line.interval:
        return replace(known, reason=f"its limit was last seen at {instant(int(line.ts[last]))}")
    if judge_sight(snapshot, key, blank.tenant, sight).status in {Status.FAIL, Status.UNKNOWN}:
        return replace(known, reason=f"only {100 * (sight.share or 0):.1f} % of its limit's samples are there")
    return replace(known, value=money(float(line.values[last])), quality=Quality.ACTUAL)


def total(figure_id: str, parts: list[Figure], span: Span) -> Figure:
    """The sum of the tenants' limits; unknown where one of them is."""
    missing = [str(part.tenant) for part in parts if part.value is None]
    value = None if missing or not parts else sum((Decimal(str(part.value)) for part in parts), Decimal())
    reason = f"no limit of {several(missing)}" if missing else "" if parts else "no tenants"
    known = Quality.UNKNOWN if value is None else Quality.ACTUAL
    query = parts[0].query.split("{")[0] if parts else "none"
    return Figure(figure_id, None, value, "USD", span, query, "sum", known, reason=reason)


def to_date(whole: Figure, elapsed: int, days: int) -> Figure:
    """The part of a monthly limit that belongs to the days gone by, in equal parts per day."""
    value = number(whole.value)
    part = None if value is None else money(value * elapsed / days)
    return replace(whole, id="budget.limit.to_date", value=part, method=f"limit * {elapsed} / {days} days")


def utilization(which: str, spent: Figure, allowed: Figure) -> Figure:
    """Spend as a percentage of its limit."""
    return share(f"budget.utilization.{which}", spent, allowed)


def judge_utilization(which: str, spent: Figure, allowed: Figure, rule: Rule) -> Verdict:
    """The verdict on spend against its limit, from unrounded values."""
    check = f"budget.utilization.{which}"
    value = ratio(spent, allowed)
    subject = Subject(spent.tenant, (check, spent.id, allowed.id))
    if value is None:
        silent = spent if spent.value is None else allowed
        return rules.judge(check, rule, None, subject, silent.reason or "its limit is 0")
    return rules.judge(check, rule, value, subject, doubt(utilization(which, spent, allowed), rule))


def doubt(figure: Figure, rule: Rule) -> str:
    """Why a bounded figure may lie on another side of the thresholds than its value; empty if it cannot."""
    if figure.bounds is None or figure.value is None:
        return ""
    ends = [number(end) for end in figure.bounds]
    sides = {rule.status(end) for end in ends if end is not None}
    if None not in ends and sides == {rule.status(number(figure.value) or 0)}:
        return ""
    low, high = ("unknown" if end is None else f"{float(end):.1f}" for end in ends)
    return f"the truth lies between {low} and {high} {figure.unit}: {figure.reason or 'estimated'}"
