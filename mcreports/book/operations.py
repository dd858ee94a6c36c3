"""Autonomy, grounding, the platform and its evidence: each verdict with the figure behind it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mcreports.domains.derive import number
from mcreports.view.charts import Lines, Series
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table, verdict_table

if TYPE_CHECKING:
    from fractions import Fraction

    from mcreports.checks import Verdict
    from mcreports.domains.compose import Report
    from mcreports.figures import Figure
    from mcreports.view.markup import Text

MOST_LINES = 10
CRITERIA = (
    "autonomy.success_rate",
    "autonomy.compensation_rate",
    "autonomy.policy_violations",
    "autonomy.residency_violations",
)


def autonomy_table(report: Report) -> Table:
    """Each tenant against the four criteria, over so many operations."""
    heads = ("Success", "Compensated", "Policy violations", "Residency violations")
    columns = (Column("Tenant", "name"), Column("Operations", "number"), *(Column(head, "verdict") for head in heads))
    rows = tuple(
        (
            Name(tenant),
            report.figures.find("autonomy.operations", tenant),
            *(_verdict(report, check, tenant) for check in CRITERIA),
        )
        for tenant in report.snapshot.tenants
    )
    return Table("Autonomy against its four criteria", columns, rows, empty="No tenant is known.")


def _verdict(report: Report, check: str, tenant: str | None) -> Verdict | None:
    return next((v for v in report.verdicts if (v.check, v.tenant) == (check, tenant) and not v.labels), None)


def grounding_table(report: Report) -> Table:
    """Each tenant's grounded answers, and all of them together."""
    columns = (
        Column("Tenant", "name"),
        Column("Checks", "number"),
        Column("Pass rate", "number"),
        Column("Verdict", "verdict"),
    )
    return Table(
        "RAG grounding",
        columns,
        tuple(_grounding(report, tenant) for tenant in report.snapshot.tenants),
        _grounding(report, None),
        empty="No tenant is known.",
    )


def _grounding(report: Report, tenant: str | None) -> tuple[Text | None, ...]:
    find = report.figures.find
    name = Name("All tenants" if tenant is None else tenant)
    return (
        name,
        find("grounding.checks", tenant),
        find("grounding.pass_rate", tenant),
        _verdict(report, "grounding.pass_rate", tenant),
    )


def platform_table(report: Report) -> Table:
    """Policy denies, replication lag and GraphQL latency of each tenant."""
    heads = ("Replication lag p95", "GraphQL p95")
    columns = (
        Column("Tenant", "name"),
        Column("Policy denies", "number"),
        *(Column(head, "verdict") for head in heads),
    )
    checks = ("platform.replication_lag_p95", "platform.graphql_p95")
    rows = tuple(
        (
            Name(tenant),
            report.figures.find("platform.policy_denies", tenant),
            *(_verdict(report, check, tenant) for check in checks),
        )
        for tenant in report.snapshot.tenants
    )
    return Table("Platform", columns, rows, empty="No tenant is known.")


def unit_cost_table(report: Report) -> Table:
    """USD for each operation that succeeded and was not compensated."""
    columns = (Column("Tenant", "name"), Column("USD per good operation", "number"))
    rows = [
        (Name(tenant), report.figures.find("budget.cost_per_good_operation", tenant))
        for tenant in report.snapshot.tenants
    ]
    total = (Name("Total"), report.figures.find("budget.cost_per_good_operation"))
    return Table("Cost of a good operation", columns, tuple(rows), total, empty="No tenant is known.")


def evidence_table(report: Report) -> Table:
    """What the evidence files prove, and whether the configuration is what it was."""
    checks = {"config.drift", "evidence.compliance", "autonomy.evidence_agreement", "grounding.attestation"}
    verdicts = [v for v in report.verdicts if v.check in checks or ("source", "evidence") in v.labels]
    return verdict_table("Drift and evidence", verdicts, empty="No evidence was given.")


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
    names = list(dict.fromkeys(v.tenant for v in report.verdicts if v.check == "budget.utilization.monthly"))
    rows = tuple(
        (
            Name(name or "All tenants"),
            *(_verdict(report, check, name) for check in checks),
            report.figures.find("budget.exhaustion_date", name),
        )
        for name in names
    )
    return Table("Budget checks", columns, rows, empty="No tenant is known.")


def _judged(report: Report, check: str) -> bool:
    return any(v.check == check for v in report.verdicts)


def rate_verdicts(report: Report) -> Table:
    """Each tenant against the criteria of autonomy and grounding, without the figures behind them."""
    heads = ("Success", "Compensated", "Policy violations", "Residency violations", "Grounded")
    columns = (Column("Tenant", "name"), *(Column(head, "verdict") for head in heads))
    checks = (*CRITERIA, "grounding.pass_rate")
    rows = tuple(
        (Name(tenant), *(_verdict(report, check, tenant) for check in checks)) for tenant in report.snapshot.tenants
    )
    return Table("Autonomy and grounding", columns, rows, empty="No tenant is known.")


def rate_trend(report: Report, figure_id: str, label: str, title: str) -> Lines:
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
    # a year of months needs the whole width: on half of a printed page their names would overlap
    return Lines(title, f"%, by {label}{which}", tuple(series), unit="%", zero=False, half=label == "day")


def _known(figures: list[Figure]) -> list[Fraction]:
    return [value for figure in figures if (value := number(figure.value)) is not None]


def _date(figure: Figure, label: str) -> date:
    text = dict(figure.labels)[label]
    return date.fromisoformat(text if label == "day" else f"{text}-01")
