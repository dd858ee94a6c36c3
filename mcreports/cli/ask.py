"""``mcreports cost``, ``rates`` and ``raw``: the workbench's answers on a terminal, and for programs."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import now, say, settings_of, show_json

if TYPE_CHECKING:
    from mcreports.workbench.bench import Workbench
    from mcreports.workbench.result import Result

COST = """The spend of any time, by tenant, driver, hour, day, week or month; rows add up to the cent.

[bold]Examples[/bold]

  mcreports cost --period 2025-10 --by tenant --by driver

  mcreports cost --period 2025-10-20T14:00Z..2025-10-20T18:00Z --tenant TENANT_002 --by hour --json
"""
RATES = """The rates of success, compensation and grounding, each with its n and its interval.

[bold]Example[/bold]

  mcreports rates --period 2025-W44 --by tenant --by day
"""
RAW = """The raw samples of a metric, as they were scraped.

[bold]Example[/bold]

  mcreports raw --metric budget.cost --period 2025-10-30 --tenant TENANT_004 --format csv
"""


class Form(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


Time = Annotated[str, typer.Option(help="2025-10-31, 2025-W44, 2025-10, ... or two instants with .. between them.")]
By = Annotated[list[str] | None, typer.Option(help="What each row is of; may be given again.")]
Source = Annotated[
    str | None,
    typer.Option(help="demo://?seed=7, http(s)://host:9090, archive:PATH or a published run; else the settings'."),
]
Shown = Annotated[Form, typer.Option("--format", help="table, json or csv.")]


def cost(
    context: typer.Context,
    period: Time,
    by: By = None,
    tenant: options.Tenant = None,
    source: Source = None,
    form: Shown = Form.TABLE,
    json: options.Json = False,
) -> None:
    """Print what was spent."""
    _print(_bench(context, source).cost(period, by or (), tenant), Form.JSON if json else form)


def rates(
    context: typer.Context,
    period: Time,
    by: By = None,
    tenant: options.Tenant = None,
    rate: Annotated[str | None, typer.Option(help="Only this one, such as grounding.pass_rate.")] = None,
    source: Source = None,
    form: Shown = Form.TABLE,
    json: options.Json = False,
) -> None:
    """Print the rates of events."""
    _print(_bench(context, source).rates(period, by or (), tenant, rate=rate), Form.JSON if json else form)


def raw(
    context: typer.Context,
    metric: Annotated[str, typer.Option(help="A metric's key, such as budget.cost.")],
    period: Time,
    tenant: options.Tenant = None,
    source: Source = None,
    form: Shown = Form.TABLE,
    json: options.Json = False,
) -> None:
    """Print raw samples."""
    _print(_bench(context, source).raw(metric, period, tenant), Form.JSON if json else form)


def _bench(context: typer.Context, source: str | None) -> Workbench:
    from mcreports.workbench.opening import connect

    if source is None and "url" not in settings_of(context).source.model_fields_set:
        say("no source is set: these are the invented data of the embedded demo")
    return connect(source, settings=context.obj.config, now=now())


def _print(result: Result, form: Form) -> None:
    from mcreports.workbench.printed import as_csv, as_data, as_text

    if form is Form.JSON:
        show_json(as_data(result))
    elif form is Form.CSV:
        sys.stdout.write(as_csv(result))
    else:
        sys.stdout.write(as_text(result))
