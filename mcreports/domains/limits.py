"""Budgets: what a tenant may spend, read from its gauge or set by hand, and how much of it is used."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from mcreports import rules
from mcreports.domains.derive import money, number, ratio, share
from mcreports.domains.money import milliseconds
from mcreports.figures import Figure, Quality
from mcreports.rules import Rule, Subject
from mcreports.samples import instants, interval_of

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.money import Span
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
    blank = Figure(
        figure_id, tenant, None, "USD", span, snapshot.metrics[key].selector(tenant=tenant), "gauge.last", Quality.UNKNOWN
    )
    table = snapshot.table(key)
    table = table[(table["tenant"] == tenant) & (table["ts"] >= span[0]) & (table["ts"] < span[1])]
    valid = np.isfinite(table["value"].to_numpy()) & (table["value"].to_numpy() >= 0)
    table = table[valid]
    if table.empty:
        return replace(blank, reason="no limit is set" if valid.all() else "its limit is not a number")
    ts = instants(table)
    step = interval_of(ts)
    until = milliseconds(min(span[1], snapshot.windows[key].end))
    known = replace(blank, samples=len(ts))
    if len(ts) > 1:
        # a gauge counts from its first sample on, as a tenant's counters do
        coverage = min(1.0, len(ts) / max(1, int((until - ts[0]) / step)))
        known = replace(known, coverage=coverage)
        if until - ts[-1] > STALE * step:
            return replace(known, reason=f"its limit was last seen at {table['ts'].iloc[-1]:%Y-%m-%d %H:%M} UTC")
        if coverage * 100 < snapshot.rule("data.coverage", tenant).fail:
            return replace(known, reason=f"only {100 * coverage:.1f} % of its limit's samples are there")
    return replace(known, value=money(float(table["value"].iloc[-1])), quality=Quality.ACTUAL)


def total(figure_id: str, parts: list[Figure], span: Span) -> Figure:
    """The sum of the tenants' limits; unknown where one of them is."""
    missing = [str(part.tenant) for part in parts if part.value is None]
    value = None if missing or not parts else sum((Decimal(str(part.value)) for part in parts), Decimal())
    reason = f"no limit of {', '.join(missing)}" if missing else "" if parts else "no tenants"
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
        return rules.judge(check, rule, None, subject, spent.reason or allowed.reason or "its limit is 0")
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
