"""The first screen: the verdict, the figures one looks for, and what needs action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.domains.anomalies.assess import grave
from mcreports.domains.derive import number
from mcreports.domains.sentence import Said
from mcreports.domains.story import main_driver, side
from mcreports.figures import Figure
from mcreports.names import called
from mcreports.view.closing import SIGNED as SENTENCE
from mcreports.view.format import Shape
from mcreports.view.markup import Name, Shown, Strong
from mcreports.view.page import Band, Card, Cards
from mcreports.view.tables import Column, Table

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.compose import Report
    from mcreports.domains.sentence import Sentence
    from mcreports.view.markup import Part, Text

MOST_ACTIONS = 10
NAMES = {"daily": "The day", "weekly": "The week", "monthly": "The month"}
SIGNED = Shape("amount", sign=True)
OVER = (Status.WARN, Status.FAIL)


def band(report: Report) -> Band:
    """The report's verdict in one sentence, and the sentences that carry it."""
    said = report.headline
    return Band(said.status, said.text, tuple(_sentence(sentence) for sentence in said.sentences))


def _sentence(sentence: Sentence) -> Text:
    return (*map(_part, sentence), " ")


def _part(part: str | Figure | Said) -> Part:
    match part:
        case Figure():
            return Strong(part)
        case Said():
            return Strong(Shown(part.figure, SENTENCE))
        case _:
            return part


def cards(report: Report) -> Cards:
    """Month to date, forecast, the period, autonomy and grounding."""
    figures = report.figures
    month = (
        Card(
            "Month to date",
            figures.find("budget.spend.mtd"),
            _against(figures.find("budget.variance.mtd_percent"), "the budget to date"),
        ),
        Card(
            "Month end",
            figures.find("budget.forecast.month_end"),
            _against(figures.find("budget.variance.month_percent"), "the budget"),
        ),
        Card(
            NAMES[report.snapshot.report],
            figures.find("budget.spend.period"),
            (Shown(figures.find("budget.change.period_percent"), SIGNED), " against the one before"),
        ),
    )
    worst = gravest(report, "autonomy.success_rate")
    words: Text = ("lowest: ", Name(worst.tenant or ""), " ", worst) if worst else "no tenant is known"
    rates = (
        Card("Autonomy", figures.find("autonomy.success_rate"), words),
        Card("RAG grounding", figures.find("grounding.pass_rate"), "", platform_verdict(report, "grounding.pass_rate")),
    )
    return Cards(month + rates)


def _against(variance: Figure, reference: str) -> Text:
    if not variance.is_known:
        return (variance, f" against {reference}")
    return (Shown(variance, SIGNED), f" {side(variance)} {reference}") if variance.value else (f"at {reference}",)


def platform_verdict(report: Report, check: str) -> Verdict | None:
    """The verdict on the platform as a whole, where there is one."""
    return next((v for v in report.verdicts if v.check == check and v.tenant is None), None)


def gravest(report: Report, check: str) -> Verdict | None:
    """The worst verdict of a check over all tenants, the lowest value among equals; evidence is not the metric."""
    order = (Status.FAIL, Status.UNKNOWN, Status.WARN, Status.PASS)
    own = [v for v in report.verdicts if v.check == check and v.tenant is not None and not v.labels]
    return min(own, key=lambda v: (order.index(v.status), float(v.value or 0)), default=None)


def needs_action(report: Report) -> Table:
    """Tenants whose month is over budget beyond the thresholds, the most money first."""
    judged = [v for v in report.verdicts if v.check == "budget.forecast" and v.status in OVER]
    figures = report.figures
    judged.sort(key=lambda v: -(number(figures.find("budget.variance.month", v.tenant).value) or 0))
    columns = (
        Column("Tenant", "name"),
        Column("Verdict", "verdict"),
        Column("Month end", "number"),
        Column("Budget", "number"),
        Column("Over by, USD", "number", shape=SIGNED),
        Column("Over by, %", "number", shape=SIGNED),
        Column("Main driver"),
        Column("Used up on"),
        Column("Owner", "name"),
    )
    rows = tuple(_action(report, verdict) for verdict in judged[:MOST_ACTIONS])
    more = f"{MOST_ACTIONS} of {len(judged):,} tenants that need action are named, the most money first. All of them:"
    said = more if len(judged) > MOST_ACTIONS else ""
    return Table("Needs action", columns, rows, empty=_no_action(report), note=said)


def _no_action(report: Report) -> str:
    """Without a forecast nobody knows that nothing needs action."""
    forecasts = [v for v in report.verdicts if v.check == "budget.forecast"]
    unknown = [v for v in forecasts if v.status is Status.UNKNOWN]
    if forecasts and not unknown:
        return "No forecast is so far over its budget." if grave(report.snapshot) else "Nothing needs action."
    names = [_whose(v.tenant) for v in unknown]
    more = f" and {len(names) - MOST_ACTIONS} more" if len(names) > MOST_ACTIONS else ""
    return f"Not known: no forecast for {', '.join(names[:MOST_ACTIONS]) or 'any tenant'}{more}."


def _whose(tenant: str | None) -> str:
    return "all tenants" if tenant is None else called(tenant)


def _graver(report: Report, forecast: Verdict) -> Verdict:
    """The tenant's month so far where it is worse than its forecast."""
    spent = [v for v in report.verdicts if (v.check, v.tenant) == ("budget.utilization.monthly", forecast.tenant)]
    failed = [v for v in spent if v.status is Status.FAIL and forecast.status is not Status.FAIL]
    return failed[0] if failed else forecast


def _action(report: Report, verdict: Verdict) -> tuple[Text | None, ...]:
    figures, tenant = report.figures, verdict.tenant
    driver = main_driver(figures, tenant)
    month_end, allowed, over, percent, used_up = (
        figures.find(name, tenant)
        for name in (
            "budget.forecast.month_end",
            "budget.limit.monthly",
            "budget.variance.month",
            "budget.variance.month_percent",
            "budget.exhaustion_date",
        )
    )
    why: Text = (
        "no driver grew" if driver is None else (Name(dict(driver.labels)["driver"]), " ", Shown(driver, SIGNED))
    )
    owner = report.snapshot.owners.get(tenant or "", "")
    return (
        "All tenants" if tenant is None else Name(tenant),
        _graver(report, verdict),
        month_end,
        allowed,
        over,
        percent,
        why,
        used_up,
        Name(owner) if owner else None,
    )
