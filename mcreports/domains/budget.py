"""Budgets: what was spent, what may be spent, and where the month is heading, for every tenant."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.checks import Reconciliation, Status, Verdict
from mcreports.domains import Section, limits, outlook, outlook_ahead
from mcreports.domains.calendar import Calendar
from mcreports.domains.derive import difference, number, share
from mcreports.domains.money import open_books
from mcreports.figures import Figure, Figures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.domains.money import Books
    from mcreports.snapshot import Snapshot


def assess(snapshot: Snapshot) -> Section:
    """Spend, limits, utilisation, variance, forecast and drivers of the snapshot's period."""
    books = open_books(snapshot)
    calendar = Calendar(snapshot.period, books.until)
    spend = _spend(books, calendar)
    section = Section(tuple(spend), _unexpected(books, calendar))
    heading: list[outlook_ahead.Outlook] = []
    allowed: list[Figure] = []
    present = books.present(calendar.to_date)
    for tenant in books.tenants:
        own = limits.limit(snapshot, tenant, "monthly", calendar.span)
        part, ahead = _month(books, calendar, tenant, own)
        if snapshot.report == "daily":
            part += _day(books, calendar, tenant, own)
        if tenant in present:
            heading.append(ahead)
            allowed.append(own)
            section += part
        else:
            section += Section(part.figures)  # gone before this month, and not waited for
    if not books.tenants:
        section += Section(verdicts=tuple(_nobody(snapshot)))
    whole = limits.total("budget.limit.monthly", allowed, calendar.span)
    spent = books.figure("budget.spend.mtd", None, calendar.to_date)
    ahead = outlook_ahead.platform(books, heading, spent, whole)
    section += Section(tuple(_against(calendar, spent, whole, ahead)))
    return section + Section(reconciliation=reconcile(books, calendar, Figures(section.figures, calendar.span)))


def _spend(books: Books, calendar: Calendar) -> Iterable[Figure]:
    """Period, month to date and what went before, of the platform, each tenant and each driver."""
    previous = calendar.period.previous()
    for tenant in (None, *books.tenants):
        for labels in ({}, *({"driver": driver} for driver in books.drivers)):
            now = books.figure("budget.spend.period", tenant, calendar.span, **labels)
            before = books.figure("budget.spend.previous", tenant, (previous.start, previous.end), **labels)
            month = books.figure("budget.spend.mtd", tenant, calendar.to_date, **labels)
            earlier = books.figure("budget.spend.previous_mtd", tenant, calendar.previous_to_date, **labels)
            change = difference("budget.change.mtd", month, earlier)
            yield from (now, before, month, earlier, change, difference("budget.change.period", now, before))
            if not labels:
                yield share("budget.change.mtd_percent", change, earlier)
                yield share("budget.change.period_percent", difference("budget.change.period", now, before), before)
        yield books.opening(tenant, calendar.span)


def _month(books: Books, calendar: Calendar, tenant: str, allowed: Figure) -> tuple[Section, outlook_ahead.Outlook]:
    """A tenant's month against its budget."""
    spent = books.figure("budget.spend.mtd", tenant, calendar.to_date)
    ahead = outlook_ahead.outlook(books, tenant, spent, allowed)
    snapshot = books.snapshot
    verdicts = (
        limits.judge_utilization(
            "monthly", _with_today(books, calendar, spent), allowed, snapshot.rule("budget.utilization.monthly", tenant)
        ),
        outlook.judge_forecast(ahead.month_end, allowed, snapshot.rule("budget.forecast", tenant)),
    )
    return Section(tuple(_against(calendar, spent, allowed, ahead)), verdicts), ahead


def _with_today(books: Books, calendar: Calendar, spent: Figure) -> Figure:
    """The month to date, with what a day that is not over has cost already as its bound."""
    more = books.figure(spent.id, spent.tenant, (calendar.month.start, books.end))
    if books.end <= spent.window[1] or spent.value is None or more.value is None:
        return spent
    low = spent.value if spent.bounds is None else spent.bounds[0]
    return replace(spent, bounds=(low, more.value), reason="the day that is not over has its share")


def _against(calendar: Calendar, spent: Figure, allowed: Figure, ahead: outlook_ahead.Outlook) -> Iterable[Figure]:
    days = calendar.month.split("day")
    due = limits.to_date(allowed, calendar.elapsed, len(days))
    yield from (allowed, due, limits.utilization("monthly", spent, allowed), *ahead.figures)
    for name, actual, target in (("mtd", spent, due), ("month", ahead.month_end, allowed)):
        over = difference(f"budget.variance.{name}", actual, target)
        yield over
        yield share(f"budget.variance.{name}_percent", over, target)


def _day(books: Books, calendar: Calendar, tenant: str, monthly: Figure) -> Section:
    """A tenant's day against its daily limit, and the pace of its last hour."""
    snapshot = books.snapshot
    spent = books.figure("budget.spend.period", tenant, calendar.span)
    daily = limits.limit(snapshot, tenant, "daily", calendar.span)
    pace = outlook.burn_rate(books, tenant, calendar.month, monthly)
    verdicts = (
        limits.judge_utilization("daily", spent, daily, snapshot.rule("budget.utilization.daily", tenant)),
        outlook.judge_burn_rate(pace, snapshot.rule("budget.burn_rate", tenant)),
    )
    return Section((daily, limits.utilization("daily", spent, daily), pace.figure), verdicts)


def _nobody(snapshot: Snapshot) -> Iterable[Verdict]:
    """Without a single tenant every check of the platform is unknown."""
    for check in ("budget.utilization.daily", "budget.utilization.monthly", "budget.forecast", "budget.burn_rate"):
        rule = snapshot.rule(check)
        reason = "no tenant is configured and no data name one"
        yield Verdict(check, None, Status.UNKNOWN, None, f"{rule.warn}", rule.op, rule.unit, reason)


def _unexpected(books: Books, calendar: Calendar) -> tuple[Verdict, ...]:
    if not books.snapshot.configured and not books.snapshot.tenants:
        return ()
    reason = "it has costs, and nobody configured it"
    return tuple(
        Verdict("tenants.expected", tenant, Status.WARN, "1", "0", "<=", "", reason, ("budget.spend.period",))
        for tenant in books.present(calendar.to_date)[len(books.snapshot.tenants) :]
    )


def reconcile(books: Books, calendar: Calendar, figures: Figures) -> tuple[Reconciliation, ...]:
    """The same money by other ways: over tenants, over drivers, over days."""
    whole = number(figures.find("budget.spend.period").value)
    names = ("tenants sum to total", "drivers sum to total", "days sum to period")
    if whole is None:
        return tuple(Reconciliation(name, "n/a", Status.UNKNOWN) for name in names)
    start, end = calendar.span
    days = [(max(day.start, start), min(day.end, end)) for day in calendar.period.split("day")]
    every = figures.where("budget.spend.period")
    sums = (
        sum((number(f.value) or 0 for f in every if f.tenant is not None and not f.labels), Fraction()),
        sum((number(f.value) or 0 for f in every if f.tenant is not None and f.labels), Fraction()),
        Fraction(sum(books.spend_total(None, day) or 0 for day in days), 100),
    )
    return tuple(_agree(name, way - whole) for name, way in zip(names, sums, strict=True))


def _agree(name: str, difference: Fraction) -> Reconciliation:
    return Reconciliation(name, f"{float(difference):.2f}", Status.PASS if difference == 0 else Status.FAIL)
