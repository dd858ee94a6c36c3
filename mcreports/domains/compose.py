"""What each report is made of: which domains, over which windows, side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcreports.domains import Section, bridge, budget, error_budgets, facts, limits, quality_cost, trends
from mcreports.domains.anomalies.assess import assess as assess_anomalies
from mcreports.domains.anomalies.assess import first_sentence
from mcreports.domains.autonomy import judge_autonomy, review_autonomy
from mcreports.domains.calendar import Calendar
from mcreports.domains.coverage import judge_coverage
from mcreports.domains.drift import judge_drift
from mcreports.domains.evidence import judge_evidence
from mcreports.domains.facts import seen_part
from mcreports.domains.grounding import judge_grounding
from mcreports.domains.headline import Headline, headline
from mcreports.domains.incidents import assessment
from mcreports.domains.money import open_books
from mcreports.domains.operations import judge_operations
from mcreports.domains.platform import judge_platform
from mcreports.figures import Figure, Figures
from mcreports.plan import INCIDENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mcreports.checks import Reconciliation, Verdict
    from mcreports.domains.money import Books
    from mcreports.period import Period
    from mcreports.snapshot import Snapshot


@dataclass(frozen=True)
class Report:
    """All that a report says: figures, verdicts, reconciliations and one headline, from one snapshot."""

    snapshot: Snapshot
    figures: Figures
    verdicts: tuple[Verdict, ...]
    reconciliation: tuple[Reconciliation, ...]
    headline: Headline


def compose(snapshot: Snapshot) -> Report:
    """The report of a snapshot; the same snapshot always gives the same report."""
    facts.remember(snapshot)
    section = _REPORTS[snapshot.report](snapshot)
    if snapshot.report not in INCIDENTS:
        section += assess_anomalies(snapshot)
    figures = Figures(section.figures, (snapshot.period.start, snapshot.period.end))
    if snapshot.report in INCIDENTS:
        said = assessment.incident_headline(snapshot, figures, section.verdicts)
    else:
        unusual = first_sentence(snapshot)
        said = headline(snapshot, figures, section.verdicts, section.reconciliation, unusual)
    return Report(snapshot, figures, section.verdicts, section.reconciliation, said)


def _now(snapshot: Snapshot) -> Section:
    """Every domain over the period itself."""
    span = seen_part(snapshot, snapshot.period)
    section = budget.assess(snapshot)
    judges = [review_autonomy, judge_grounding, judge_platform, judge_drift, judge_coverage]
    # evidence is reviewed weekly; a day without any is a day like most
    judges += [judge_evidence] if "files" in snapshot.evidence or snapshot.report != "daily" else []
    judges += [judge_operations]
    for judge in judges:
        section += judge(snapshot, *span)
    section += quality_cost.assess(open_books(snapshot)) + error_budgets.assess(snapshot)
    return section + bridge.assess(snapshot)


def _daily(snapshot: Snapshot) -> Section:
    return _now(snapshot) + _by_day(snapshot, snapshot.period.month()) + Section(tuple(_month_line(snapshot)))


def _weekly(snapshot: Snapshot) -> Section:
    before = snapshot.period.previous()
    section = _now(snapshot) + _by_day(snapshot, snapshot.period) + Section(tuple(_month_line(snapshot)))
    section += Section(tuple(_rates(snapshot, before, "week")))
    for day in snapshot.period.split("day"):
        section += Section(tuple(_rates(snapshot, day, "day")))
    return section


def _monthly(snapshot: Snapshot) -> Section:
    section = _now(snapshot) + _by_day(snapshot, snapshot.period) + Section(tuple(_month_line(snapshot)))
    section += Section(tuple(_rates(snapshot, snapshot.period.previous(), "month")))
    # opened last: one set of curves at a time is what a month of minutes should take of memory
    books, calendar = open_books(snapshot), Calendar(snapshot.period)
    for kind, figure_id in (("quarter", "budget.spend.qtd"), ("year", "budget.spend.ytd")):
        whole = calendar.period.containing(kind, calendar.month.first, calendar.period.zone)
        span = whole.start, snapshot.period.end
        section += Section(tuple(books.figure(figure_id, tenant, span) for tenant in (None, *books.tenants)))
    return section


def _by_day(snapshot: Snapshot, whole: Period) -> Section:
    """Spend of each day, of the platform, its drivers and each tenant."""
    books = open_books(snapshot)
    days = [day for day in whole.split("day") if day.end <= books.end]
    return Section(tuple(figure for day in days for figure in _day(books, day)))


def _month_line(snapshot: Snapshot) -> Iterable[Figure]:
    """The platform's spend since the month began, and its budget, day after day."""
    books, calendar = open_books(snapshot), Calendar(snapshot.period)
    month, days = calendar.month, calendar.month.split("day")
    own = [limits.limit(snapshot, name, "monthly", calendar.span) for name in books.present(calendar.to_date)]
    allowed = limits.total("budget.limit.monthly", own, calendar.span)
    for count, day in enumerate(days, start=1):
        labels = (("day", day.label),)
        yield replace(limits.to_date(allowed, count, len(days)), labels=labels, window=(month.start, day.end))
        if day.end <= books.end:
            yield books.figure("budget.spend.cumulative", None, (month.start, day.end), day=day.label)


def _day(books: Books, day: Period) -> Iterable[Figure]:
    span = day.start, day.end
    for tenant in (None, *books.tenants):
        yield books.figure("budget.spend.day", tenant, span, day=day.label)
    for driver in books.drivers:
        yield books.figure("budget.spend.day", None, span, day=day.label, driver=driver)


def _rates(snapshot: Snapshot, part: Period, label: str) -> Iterable[Figure]:
    """Autonomy and grounding over another window, told apart by a label."""
    for judge in (judge_autonomy, judge_grounding):
        for figure in judge(snapshot, *seen_part(snapshot, part)).figures:
            yield replace(figure, labels=tuple(sorted((*figure.labels, (label, part.label)))))


_REPORTS: dict[str, Callable[[Snapshot], Section]] = {
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
    "trends": trends.assess,
    **dict.fromkeys(INCIDENTS, assessment.assess),
}
