"""A year at a glance: spend, unit cost and rates by month, the rhythm of the week, the largest changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains import Section, bridge, budget, error_budgets, quality_cost
from mcreports.domains.autonomy import judge_autonomy
from mcreports.domains.calendar import Calendar
from mcreports.domains.compared import whole_months
from mcreports.domains.coverage import judge_coverage
from mcreports.domains.derive import money
from mcreports.domains.grounding import judge_grounding
from mcreports.domains.money import open_books
from mcreports.domains.year_ahead import year_ahead
from mcreports.domains.year_changes import year_changes
from mcreports.figures import Figure, Figures, Quality

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.checks import Verdict
    from mcreports.domains.money import Books
    from mcreports.period import Period
    from mcreports.snapshot import Snapshot

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def assess(snapshot: Snapshot) -> Section:
    """Figures by month, each labelled with its month; verdicts on the newest month alone."""
    books, calendar = open_books(snapshot), Calendar(snapshot.period)
    figures: list[Figure] = []
    for tenant in (None, *books.tenants):
        figures.append(books.figure("budget.spend.period", tenant, calendar.span))
        figures.append(books.opening(tenant, calendar.span))
        drivers = [{"driver": driver} for driver in books.drivers]
        figures += [books.figure("budget.spend.period", tenant, calendar.span, **labels) for labels in drivers]
    verdicts: tuple[Verdict, ...] = ()
    months = whole_months(snapshot)
    for month in months:
        part, verdicts = _month(books, month)
        figures += part
    for month in months[-1:]:
        seen = judge_coverage(snapshot, month.start, month.end)
        figures += seen.figures
        verdicts += seen.verdicts
    figures += quality_cost.assess(books).figures
    figures += error_budgets.assess(snapshot).figures
    figures += _weekdays(books)
    figures += year_changes(books, Figures(figures))
    figures += year_ahead(books)
    sums = budget.reconcile(books, calendar, Figures(figures, calendar.span))
    return Section(tuple(figures), verdicts, sums) + bridge.assess(snapshot)


def _month(books: Books, month: Period) -> tuple[list[Figure], tuple[Verdict, ...]]:
    span, snapshot = (month.start, month.end), books.snapshot
    figures = [books.figure("budget.spend.month", tenant, span, month=month.label) for tenant in (None, *books.tenants)]
    for driver in books.drivers:
        named = {"driver": driver, "month": month.label}
        figures += [books.figure("budget.spend.month", tenant, span, **named) for tenant in (None, *books.tenants)]
    rates = judge_autonomy(snapshot, *span) + judge_grounding(snapshot, *span)
    label = ("month", month.label)
    labelled = [replace(figure, labels=tuple(sorted((*figure.labels, label)))) for figure in rates.figures]
    return [*figures, *labelled], rates.verdicts


def _weekdays(books: Books) -> Iterable[Figure]:
    """The platform's mean spend on each day of the week."""
    period = books.snapshot.period
    days = [day for day in period.split("day") if day.end <= period.end]
    usd = books.daily(None, [(day.start, day.end) for day in days])
    whole = books.figure("budget.spend.period", None, (period.start, period.end))
    for weekday, name in enumerate(WEEKDAYS):
        own = usd[[day.first.weekday() == weekday for day in days]]
        own = own[~np.isnan(own)]
        mean = money(float(own.mean())) if len(own) else None
        yield replace(
            whole, id="budget.spend.weekday_mean", value=mean, bounds=None, samples=len(own),
            quality=whole.quality if len(own) else Quality.UNKNOWN, method=f"mean of {len(own)} days",
            labels=(("weekday", name),),
        )  # fmt: skip
