"""``mcreports export``: alerts and a dashboard as code, from the thresholds that the reports judge by."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcreports.cli.context import metrics_of, say, settings_of

app = typer.Typer(
    help="Alerts and a dashboard as code, from the thresholds that the reports judge by.", no_args_is_help=True
)

File = Annotated[Path | None, typer.Option("--output", help="The file to write; else stdout.", dir_okay=False)]


class Kind(StrEnum):
    """What takes the rules."""

    KUBERNETES = "kubernetes"
    PROMETHEUS = "prometheus"


@app.command()
def rules(
    context: typer.Context,
    kind: Annotated[Kind, typer.Option("--format", help="A PrometheusRule, or a plain rule file.")] = Kind.KUBERNETES,
    portal: Annotated[str | None, typer.Option(help="Where the portal is served, for links; else its path.")] = None,
    grafana: Annotated[str, typer.Option(help="Where Grafana is served, for links.")] = "",
    output: File = None,
) -> None:
    """Write the alerting rules of the settings' thresholds and budgets.

    mcreports export rules --format prometheus --output rules/mc-tenant-budgets.yml
    """
    from mcreports.alerting import rule_file
    from mcreports.alerting.alerts import alerts
    from mcreports.alerting.wording import Links

    settings = settings_of(context)
    links = Links(portal or str(settings.report.output), grafana)
    write = {Kind.KUBERNETES: rule_file.kubernetes, Kind.PROMETHEUS: rule_file.prometheus}[kind]
    _deliver(write(alerts(settings, metrics_of(settings), links)), output)


@app.command()
def dashboard(context: typer.Context, output: File = None) -> None:
    """Write the Grafana dashboard "Tenant Drilldowns", to be imported or provisioned.

    mcreports export dashboard --output mc-tenant-drilldowns.json
    """
    from mcreports.alerting.dashboard import dashboard, written

    settings = settings_of(context)
    _deliver(written(dashboard(settings, metrics_of(settings))), output)


@app.command("metrics")
def published_through(
    context: typer.Context,
    runs: Annotated[Path | None, typer.Option(help="Where runs are published; else the settings'.")] = None,
    output: File = None,
) -> None:
    """Write how far each report is published, for node_exporter's textfile collector: ReportStale rests on it.

    The same lies beside the portal, as mcreports.prom, after every run.

    mcreports export metrics --output /var/lib/node_exporter/mcreports.prom
    """
    from mcreports.reports.feed import metrics
    from mcreports.reports.runs import published

    found = published(settings_of(context, output=runs).report.output)
    for damaged in found.damaged:
        say(f"{damaged.path} is not counted: {damaged.said}")
    _deliver(metrics(found.runs), output)


def _deliver(text: str, file: Path | None) -> None:
    from mcreports.evidence.place import put

    if file is None:
        print(text, end="")
    else:
        put(file.parent, file.name, text.encode())
        say(f"written: {file}")
