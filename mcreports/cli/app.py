"""The tree of commands, and the options that come before them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcreports import __version__
from mcreports.cli import (
    anomalies,
    archive,
    ask,
    autonomy,
    budget,
    config,
    demo,
    doctor,
    drift,
    egress,
    evaluate,
    evidence,
    export,
    grounding,
    incident,
    lab,
    portal,
    pull,
    readiness,
    report,
    runs,
    schedule,
)
from mcreports.cli.context import Context

HELP = """Exact, provable budget, autonomy and grounding reports from a platform's metrics.

Try [bold]mcreports demo[/bold] first: every report over an invented platform, no server needed.
"""

app = typer.Typer(
    help=HELP, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False, add_completion=True
)
app.add_typer(demo.app, name="demo")
app.command("report", help=report.HELP)(report.report)
app.command("budget", help=budget.HELP)(budget.budget)
app.command("cost", help=ask.COST)(ask.cost)
app.command("rates", help=ask.RATES)(ask.rates)
app.command("raw", help=ask.RAW)(ask.raw)
app.add_typer(autonomy.app, name="autonomy")
app.add_typer(grounding.app, name="grounding")
app.add_typer(drift.app, name="drift")
app.add_typer(egress.app, name="egress")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(evidence.app, name="evidence")
app.command("readiness", help=readiness.HELP)(readiness.readiness)
app.command("verify", help=runs.VERIFY)(runs.verify)
app.command("replay", help=runs.REPLAY)(runs.replay)
app.add_typer(schedule.app, name="schedule")
app.add_typer(portal.app, name="portal")
app.command("pull", help=pull.HELP)(pull.pull)
app.add_typer(archive.app, name="archive")
app.add_typer(export.app, name="export")
app.add_typer(incident.app, name="incident")
app.add_typer(anomalies.app, name="anomalies")
app.command("lab", help=lab.HELP)(lab.lab)
app.add_typer(config.app, name="config")
app.command("doctor", help=doctor.HELP)(doctor.doctor)


def _version(asked: bool) -> None:
    if asked:
        print(f"mcreports {__version__}")
        raise typer.Exit


@app.callback()
def settings(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="The settings file; else mcreports.toml, if it is here.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Remember which settings were asked for; they are read when a command needs them."""
    del version
    context.obj = Context(config)
