"""Autonomy, grounding, the platform and its evidence: each verdict with the figure behind it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.book.crowds import few_verdicts, judged, note, others, rests, tallies
from mcreports.domains.derive import number
from mcreports.names import called
from mcreports.view.charts import Lines, Series
from mcreports.view.crowd import BUDGET_CHECKS, CRITERIA, GROUNDING, PLATFORM, crowd
from mcreports.view.format import figure_text
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table
from mcreports.view.words import long_day, month_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.book.crowds import Judged
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.markup import Text

MOST_LINES = 6


def _judged_table(caption: str, columns: tuple[Column, ...], report: Report, of: tuple[str, Sequence[str]]) -> Table:
    """Each tenant with a figure and the verdicts of some checks."""
    (figure_id, checks), verdicts = of, judged(report)
    among = crowd(report, report.snapshot.tenants, checks)
    rows = tuple(
        (
            Name(tenant),
            report.figures.find(figure_id, tenant),
            *(verdicts.get((check, tenant)) for check in checks),
        )
        for tenant in among.shown
    )
    left = others(among, *rests(report, [figure_id], among), *tallies(verdicts, checks, among.others))
    return Table(caption, columns, rows, empty="No tenant is known.", others=left, note=note(among))


def grounding_table(report: Report) -> Table:
    """Each tenant's grounded answers, and all of them together."""
    columns = (
        Column("Tenant", "name"),
        Column("Checks", "number"),
        Column("Pass rate", "number"),
        Column("Verdict", "verdict"),
    )
    among, verdicts = crowd(report, report.snapshot.tenants, GROUNDING), judged(report)
    left = others(among, *rests(report, ["grounding.checks"], among), None, *tallies(verdicts, GROUNDING, among.others))
    return Table(
        "RAG grounding",
        columns,
        tuple(_grounding(report, tenant, verdicts) for tenant in among.shown),
        _grounding(report, None, verdicts),
        empty="No tenant is known.",
        others=left,
        note=note(among),
    )


def _grounding(report: Report, tenant: str | None, verdicts: Judged) -> tuple[Text | None, ...]:
    find = report.figures.find
    name = Name("All tenants" if tenant is None else tenant)
    return (
        name,
        find("grounding.checks", tenant),
        find("grounding.pass_rate", tenant),
        verdicts.get(("grounding.pass_rate", tenant)),
    )


def platform_table(report: Report) -> Table:
    """Policy denies, replication lag and GraphQL latency of each tenant."""
    heads = ("Replication lag p95", "GraphQL p95")
    columns = (
        Column("Tenant", "name"),
        Column("Policy denies", "number"),
        *(Column(head, "verdict") for head in heads),
    )
    return _judged_table("Platform", columns, report, ("platform.policy_denies", PLATFORM))


def evidence_table(report: Report) -> Table:
    """What the evidence files prove, and whether the configuration is what it was."""
    checks = {"config.drift", "evidence.compliance", "autonomy.evidence_agreement", "grounding.attestation"}
    # autonomy's criteria stand beside those of the metrics
    told = (v for v in report.verdicts if v.check in checks or ("source", "evidence") in v.labels)
    verdicts = [v for v in told if v.check not in CRITERIA]
    return few_verdicts("Drift and evidence", verdicts, empty="No evidence was given.")


def budget_verdicts(report: Report) -> Table:
    """Each tenant's budget checks."""
    checks = [
        c
        for c in ("budget.utilization.daily", "budget.utilization.monthly", "budget.burn_rate", "budget.forecast")
        if _judged(report, c)
    ]
    heads = {
        "budget.utilization.daily": "Day",
        "budget.utilization.monthly": "Month to date",
        "budget.burn_rate": "Burn rate",
        "budget.forecast": "Forecast",
    }
    columns = (Column("Tenant", "name"), *(Column(heads[check], "verdict") for check in checks), Column("Used up on"))
    names = dict.fromkeys(v.tenant for v in report.verdicts if v.check == "budget.utilization.monthly")
    among, verdicts = crowd(report, [name for name in names if name is not None], BUDGET_CHECKS), judged(report)
    whole = [None] if None in names else []
    rows = tuple(
        (
            Name(name or "All tenants"),
            *(verdicts.get((check, name)) for check in checks),
            report.figures.find("budget.exhaustion_date", name),
        )
        for name in (*among.shown, *whole)
    )
    left = others(among, *tallies(verdicts, checks, among.others), None)
    return Table("Budget checks", columns, rows, empty="No tenant is known.", others=left, note=note(among))


def _judged(report: Report, check: str) -> bool:
    return any(v.check == check for v in report.verdicts)


def rate_verdicts(report: Report) -> Table:
    """Each tenant against the criteria of autonomy and grounding, without the figures behind them."""
    heads = ("Success", "Compensated", "Policy violations", "Residency violations", "Grounded")
    columns = (Column("Tenant", "name"), *(Column(head, "verdict") for head in heads))
    checks = (*CRITERIA, *GROUNDING)
    among, verdicts = crowd(report, report.snapshot.tenants, checks), judged(report)
    rows = tuple((Name(tenant), *(verdicts.get((check, tenant)) for check in checks)) for tenant in among.shown)
    left = others(among, *tallies(verdicts, checks, among.others))
    return Table("Autonomy and grounding", columns, rows, empty="No tenant is known.", others=left, note=note(among))


def rate_trend(report: Report, figure_id: str, label: str, name: str) -> Lines:
    """A rate over the report's days or months, of the lowest tenants and of all, against its target."""
    series, target = [], report.snapshot.rule(figure_id).fail
    parts: dict[str | None, list[Figure]] = {tenant: [] for tenant in (*report.snapshot.tenants, None)}
    for figure in report.figures.where(figure_id):
        if list(dict(figure.labels)) == [label]:
            parts.setdefault(figure.tenant, []).append(figure)
    lows = {tenant: min(known) for tenant, own in parts.items() if tenant is not None and (known := _known(own))}
    shown = sorted(lows, key=lambda tenant: lows[tenant])[:MOST_LINES]
    for tenant in shown:
        own = parts[tenant]
        dates = tuple(_date(f, label) for f in own)
        series.append(Series(tenant, "prior", dates, tuple(own), label=lows[tenant] < target))
    whole = parts[None]
    dates = tuple(_date(f, label) for f in whole)
    series.append(Series("All tenants", "actual", dates, tuple(whole)))
    series.append(Series("Target", "target", dates, tuple(float(target) for _ in dates)))
    which = f"; the {MOST_LINES} lowest of {len(lows)} tenants" if len(lows) > MOST_LINES else ""
    title = f"{name} {_held(report, {tenant: own for tenant, own in parts.items() if tenant is not None}, label)}"
    # a year of months needs the whole width: on half of a printed page their names would overlap
    return Lines(title, f"%, by {label}{which}", tuple(series), unit="%", zero=False, half=label == "day")


def _held(report: Report, parts: dict[str, list[Figure]], label: str) -> str:
    """What a rate's title says of all tenants: the lowest that was below its target, or that none was."""
    every = [(tenant, figure, number(figure.value)) for tenant, own in parts.items() for figure in own]
    known = [(value, tenant, figure) for tenant, figure, value in every if value is not None]
    below = [one for one in known if one[0] < Fraction(report.snapshot.rule(one[2].id, one[1]).fail)]
    if below:
        _, tenant, figure = min(below, key=lambda one: one[0])
        day = _date(figure, label)
        when = f"in {month_text(day)}" if label == "month" else f"on {long_day(day, year=False)}"
        return f"was below its target: {called(tenant)}, {figure_text(figure)} {when}"
    if not known:
        return "is not known"
    return f"kept its target {f'in every {label}' if len(known) == len(every) else 'wherever it is known'}"


def _known(figures: list[Figure]) -> list[Fraction]:
    return [value for figure in figures if (value := number(figure.value)) is not None]


def _date(figure: Figure, label: str) -> date:
    text = dict(figure.labels)[label]
    return date.fromisoformat(text if label == "day" else f"{text}-01")
