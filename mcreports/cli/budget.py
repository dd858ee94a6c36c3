"""``mcreports budget``: the tenants' budgets on a terminal or for a program, without publishing anything."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcreports.cli import options
from mcreports.cli.context import now, progress, say, settings_of, show_json, source_of, zone_period

if TYPE_CHECKING:
    from mcreports.domains.compose import Report

HELP = """The tenants' budgets, without publishing anything.

[bold]Examples[/bold]

  mcreports budget --format daily

  mcreports budget --tenant TENANT_005 --period 2025-10-31 --format json
"""
WIDE = 200  # where there is no terminal nothing is cut
COLUMNS = {
    "Spent": "budget.spend.period",
    "Daily limit": "budget.limit.daily",
    "Used": "budget.utilization.daily",
    "Month to date": "budget.spend.mtd",
    "Monthly budget": "budget.limit.monthly",
    "Used ": "budget.utilization.monthly",
    "Month end": "budget.forecast.month_end",
    "Used up on": "budget.exhaustion_date",
}


class Form(StrEnum):
    """How budgets are printed."""

    DAILY = "daily"
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def budget(
    context: typer.Context,
    form: Annotated[Form, typer.Option("--format", help="daily: a line per tenant; or table, json, csv.")] = Form.TABLE,
    tenant: options.Tenants = None,
    period: options.Period = None,
    source: options.Source = None,
    provisional: Annotated[bool, typer.Option("--provisional", help="Also of a day that is not over.")] = False,
    json: options.Json = False,
) -> None:
    """Print each tenant's day and month against its limits."""
    from mcreports.domains.compose import compose
    from mcreports.schedule import check_kind
    from mcreports.take import Bench, Order, take

    settings, at = settings_of(context, source), now()
    wanted = tuple(dict.fromkeys(tenant)) if tenant else None
    with progress() as tell:
        chosen = zone_period(period, "daily", settings, at)
        check_kind("daily", chosen)
        order = Order("daily", chosen, wanted, provisional)
        report = compose(take(order, source_of(settings, at), settings, at, Bench(tell=tell)))
    if json or form is Form.JSON:
        show_json(_data(report))
    elif form is Form.CSV:
        from mcreports.reports.record import figures_csv

        sys.stdout.write(figures_csv(_data(report)["figures"]))
    elif form is Form.TABLE:
        _table(report)
    else:
        _lines(report)


def _data(report: Report) -> dict[str, Any]:
    period = report.snapshot.period
    return {
        "period": {"label": period.label, "zone": period.zone},
        "state": report.snapshot.state,
        "figures": [figure.as_dict() for figure in report.figures if figure.id.startswith("budget.")],
        "verdicts": [verdict.as_dict() for verdict in report.verdicts if verdict.check.startswith("budget.")],
    }


def _tenants(report: Report) -> list[str | None]:
    verdicts = (v.tenant for v in report.verdicts if v.check == "budget.utilization.daily")
    return list(dict.fromkeys(verdicts))


def _lines(report: Report) -> None:
    from mcreports.view.format import figure_text
    from mcreports.view.markup import visible
    from mcreports.view.words import verdict_text

    print(f"{report.snapshot.period} ({report.snapshot.state})")
    for tenant in _tenants(report):
        spent = "no tenant" if tenant is None else figure_text(report.figures.find("budget.spend.period", tenant))
        print(f"{visible(tenant or 'all tenants')}: {spent}")
        for verdict in report.verdicts:
            if verdict.tenant == tenant and verdict.check.startswith("budget."):
                print(f"  {verdict.check.removeprefix('budget.'):20} {verdict_text(verdict)}")


def _table(report: Report) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mcreports.view.format import Shape, figure_text
    from mcreports.view.markup import visible
    from mcreports.view.words import verdict_text

    table = Table(
        box=box.SIMPLE_HEAD, title=f"{report.snapshot.period} ({report.snapshot.state}), USD", title_justify="left"
    )
    for head in ("Tenant", *COLUMNS, "Day", "Month"):
        table.add_column(head.strip(), justify="right" if head in COLUMNS else "left", overflow="fold")
    for tenant in _tenants(report):
        if tenant is not None:
            judged = {v.check: verdict_text(v).split(":")[0] for v in report.verdicts if v.tenant == tenant}
            cells = [figure_text(report.figures.find(name, tenant), Shape("amount")) for name in COLUMNS.values()]
            words = [judged["budget.utilization.daily"], judged["budget.utilization.monthly"]]
            table.add_row(*(Text(text) for text in (visible(tenant), *cells, *words)))
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    if table.row_count:
        console.print(table)
    else:
        say("no tenant is known: nothing to print")
