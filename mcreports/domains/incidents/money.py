"""A budget incident: what is spent of the day and the month, since when it is too much, and on what."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from mcreports.checks import Status, Verdict
from mcreports.domains import Section, limits, outlook, outlook_ahead
from mcreports.domains.accounts import COST
from mcreports.domains.anomalies.assess import assess as assess_anomalies
from mcreports.domains.derive import difference, number, share
from mcreports.domains.incidents.case import FAIL, OVERRUN, WARN, Onset
from mcreports.domains.incidents.spans import foresee
from mcreports.domains.money import open_books
from mcreports.domains.scrapes import GAP
from mcreports.domains.series import EPOCH, MILLISECOND, milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mcreports.domains.incidents.case import Case
    from mcreports.domains.money import Books, Span
    from mcreports.figures import Figure
    from mcreports.rules import Rule

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
STEP, FARTHEST = timedelta(minutes=5), timedelta(days=1)
WHOLE = 100
CROSSED = "the first cent of counter.curve that is beyond the threshold"
# each change and what it is against: the same part of the day before, of that day a week ago, of the month before
AGAINST = {
    "budget.change.day_before": ("budget.spend.period", "budget.spend.day_before"),
    "budget.change.week_before": ("budget.spend.period", "budget.spend.week_before"),
    "budget.change.mtd": ("budget.spend.mtd", "budget.spend.previous_mtd"),
}


def heard(case: Case) -> datetime:
    """The newest instant that every cost series of the tenant has reached."""
    return open_books(case.snapshot).heard(case.tenant, case.at)


def assess(case: Case) -> Section:
    """The tenant's budget as it stands, and as it stood on the days before."""
    books, tenant, snapshot = open_books(case.snapshot), case.tenant, case.snapshot
    end, month, day = heard(case), snapshot.period.month(), snapshot.period
    spans = {"daily": (day.start, max(day.start, end)), "monthly": (month.start, max(month.start, end))}
    held = case.at - timedelta(days=1), case.at
    allowed = {which: limits.limit(snapshot, tenant, which, held) for which in spans}
    figures: list[Figure] = [*allowed.values(), *_spend(books, case, end)]
    verdicts, onsets = list[Verdict](), list[Onset]()
    for which, span in spans.items():
        check = f"budget.utilization.{which}"
        spent = books.figure("budget.spend.period" if which == "daily" else "budget.spend.mtd", tenant, span)
        figures.append(limits.utilization(which, spent, allowed[which]))
        verdicts.append(limits.judge_utilization(which, spent, allowed[which], snapshot.rule(check, tenant)))
        onsets += _crossings(case, span, allowed[which], (check, snapshot.rule(check, tenant)))
    pace = outlook.burn_rate(books, tenant, month, allowed["monthly"])
    verdicts.append(outlook.judge_burn_rate(pace, snapshot.rule("budget.burn_rate", tenant)))
    figures += [pace.figure, books.figure("budget.spend.last_hour", tenant, (end - HOUR, end))]
    onsets += _burning(case, pace, allowed["monthly"], end)
    part = _ahead(books, case, books.figure("budget.spend.mtd", tenant, spans["monthly"]), allowed["monthly"])
    query = snapshot.metrics[COST].selector(tenant=tenant)
    began = [onset.figure(case, tenant, query, CROSSED) for onset in onsets]
    unusual = (figure for figure in assess_anomalies(snapshot).figures if figure.tenant == tenant)
    return Section((*figures, *_days(books, case, end), *unusual, *began), tuple(verdicts)) + part


def _ahead(books: Books, case: Case, spent: Figure, allowed: Figure) -> Section:
    """Where the month is heading, and when its budget is used up."""
    rule = case.snapshot.rule("budget.forecast", case.tenant)
    ahead = outlook_ahead.outlook(books, case.tenant, spent, allowed)
    over = difference("budget.variance.month", ahead.month_end, allowed)
    figures = (*ahead.figures, over, share("budget.variance.month_percent", over, allowed))
    return Section(figures, (outlook.judge_forecast(ahead.month_end, allowed, rule),))


def _spend(books: Books, case: Case, end: datetime) -> Iterator[Figure]:
    """Day and month so far, by driver and in all, against the same hours and days before."""
    period, month = case.snapshot.period, case.snapshot.period.month()
    gone, elapsed = max(end, period.start) - period.start, max(end, month.start) - month.start
    previous, earlier = period.previous(), month.previous()
    spans = {
        "budget.spend.period": (period.start, period.start + gone),
        "budget.spend.day_before": (previous.start, min(previous.start + gone, previous.end)),
        "budget.spend.week_before": (period.start - WEEK, period.start - WEEK + gone),
        "budget.spend.mtd": (month.start, month.start + elapsed),
        "budget.spend.previous_mtd": (earlier.start, min(earlier.start + elapsed, earlier.end)),
    }
    for labels in ({}, *({"driver": driver} for driver in books.drivers)):
        found = {name: books.figure(name, case.tenant, span, **labels) for name, span in spans.items()}
        yield from found.values()
        for name, (now, before) in AGAINST.items():
            change = difference(name, found[now], found[before])
            yield change
            yield share(f"{name}_percent", change, found[before])


def _days(books: Books, case: Case, end: datetime) -> Iterator[Figure]:
    """The month so far, day after day, and its budget in equal parts."""
    month = case.snapshot.period.month()
    for day in month.split("day"):
        until = min(day.end, end)
        if day.start < until:
            yield books.figure("budget.spend.cumulative", case.tenant, (month.start, until), day=day.label)


def _crossings(case: Case, span: Span, allowed: Figure, judged: tuple[str, Rule]) -> Iterator[Onset]:
    """When the curve reached each share of a limit that it is beyond; the limit is the one that holds now."""
    (check, rule), budget = judged, number(allowed.value)
    if not budget:
        return
    marks = {WARN: rule.warn, FAIL: rule.fail, OVERRUN: Fraction(WHOLE)}
    for level, mark in marks.items():
        if mark is not None and (at := crossing(case, span, Fraction(mark) * budget)) is not None:
            between = _around(case, at)
            wide = between[1] - between[0] > GAP * _interval(case)
            yield Onset(check, level, at, between, "it lies in a gap between samples" if wide else "")


def crossing(case: Case, span: Span, cents: Fraction) -> datetime | None:
    """The first instant at which so many cents were spent since the window's start; None if they are not."""
    books = open_books(case.snapshot)
    start, end = (milliseconds(at) for at in span)

    def reached(at: int) -> int:
        if at == start:
            return 0
        return books.spend(case.tenant, None, (span[0], EPOCH + at * MILLISECOND)).cents or 0

    if end <= start or reached(end) < cents:
        return None
    found = bisect_left(range(start, end + 1), ceil(cents), key=reached)
    return EPOCH + (start + found) * MILLISECOND


def _samples(case: Case) -> np.ndarray:
    ts: np.ndarray = case.snapshot.once(
        "incident.samples",
        lambda: np.unique(case.snapshot.lot(COST, case.tenant)["ts"].astype("int64").to_numpy()),
    )
    return ts


def _interval(case: Case) -> timedelta:
    window = case.snapshot.windows[COST]
    return timedelta(milliseconds=window.interval or 0)


def _around(case: Case, at: datetime) -> Span:
    """The samples before and after an instant."""
    ts, now = _samples(case), milliseconds(at)
    right = int(np.searchsorted(ts, now, side="left"))
    after = int(ts[min(right, len(ts) - 1)])
    before = after if after == now else int(ts[max(right - 1, 0)])
    return EPOCH + before * MILLISECOND, EPOCH + after * MILLISECOND


def _burning(case: Case, pace: outlook.Pace, allowed: Figure, end: datetime) -> Iterable[Onset]:
    """Since when the last hour has been too dear, looked at every five minutes of the day before."""
    budget, check = number(allowed.value), "budget.burn_rate"
    rule = case.snapshot.rule(check, case.tenant)
    if pace.exact is None or not budget or rule.status(pace.exact) is Status.PASS:
        return []
    books, month = open_books(case.snapshot), case.snapshot.period.month()
    factor = Fraction(milliseconds(month.end) - milliseconds(month.start), 3_600_000) / budget / WHOLE
    level = FAIL if rule.status(pace.exact) is Status.FAIL else WARN
    holds = {Status.FAIL} if level == FAIL else {Status.FAIL, Status.WARN}
    at = end
    foresee(case, [(at - back * STEP - HOUR, at - back * STEP) for back in range(FARTHEST // STEP + 1)])
    while end - at < FARTHEST:
        before = at - STEP
        spent = books.spend(case.tenant, None, (before - HOUR, before)).cents
        if spent is None or rule.status(spent * factor) not in holds:
            return [Onset(check, level, at, (before, at))]
        at = before
    return [Onset(check, level, at, None, "it held for a whole day, and may have begun before")]
