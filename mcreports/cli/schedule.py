"""``mcreports schedule``: what is due, and what to install so that it is published by itself."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import now, say, settings_of, show_json
from mcreports.cli.report import report
from mcreports.errors import UsageError
from mcreports.origin import PREFIX

if TYPE_CHECKING:
    from mcreports.settings import Settings

app = typer.Typer(help="What is due, and what to install so that it is published by itself.", no_args_is_help=True)


class System(StrEnum):
    """What can run a command at a time."""

    CRON = "cron"
    SYSTEMD = "systemd"
    KUBERNETES = "kubernetes"


@app.command()
def show(context: typer.Context, output: options.Output = None, json: options.Json = False) -> None:
    """List what is due now, oldest first.

    mcreports schedule show --json
    """
    from mcreports import schedule
    from mcreports.reports.runs import published

    settings = settings_of(context, output=output)
    due = schedule.due(now(), published(settings.report.output).runs, schedule.plan(settings.report))
    if json:
        show_json([{"report": each.report, "period": each.period.label} for each in due])
        return
    for each in due:
        print(f"{each.report} {each.period}")
    if not due:
        print("nothing is due")


@app.command()
def run(context: typer.Context, source: options.Source = None, output: options.Output = None) -> None:
    """Publish what is due: the same as mcreports report --due.

    mcreports schedule run
    """
    report(context, source=source, output=output, due=True)


@app.command()
def export(
    context: typer.Context,
    system: Annotated[System, typer.Argument(help="For which system.")],
    command: Annotated[str | None, typer.Option(help="Where the mcreports command lies.")] = None,
    directory: Annotated[str | None, typer.Option(help="Where it is to run: settings and output.")] = None,
    image: Annotated[str | None, typer.Option(help="The image, for Kubernetes.")] = None,
) -> None:
    """Print what to install; how to is in its first lines. The jobs run under the settings of this command.

    (crontab -l; mcreports schedule export cron) | crontab -
    """
    from mcreports import schedule_export

    write = {
        System.CRON: schedule_export.cron,
        System.SYSTEMD: schedule_export.systemd,
        System.KUBERNETES: schedule_export.kubernetes,
    }[system]
    settings, config = settings_of(context), context.obj.config
    _warn_of_another_source(settings)
    # unless told otherwise, what was called to print this, and where it was called
    here = Path(sys.argv[0]).resolve()
    given = {
        "command": command or (str(here) if here.name == "mcreports" else None),
        "directory": directory or str(Path.cwd()),
        "image": image,
        "config": config and str(config.absolute()),
    }
    install = schedule_export.Install(**{name: value for name, value in given.items() if value is not None})
    print(write(settings, install), end="")


def _warn_of_another_source(settings: Settings) -> None:
    """Nobody hears a job that shows the demo, or that has not the variables of this shell."""
    if "url" not in settings.source.model_fields_set:
        msg = (
            "no source is set, so the jobs would have none: put url into the [source] section of mcreports.toml, "
            "or name the settings before the command, mcreports --config FILE schedule export"
        )
        raise UsageError(msg)
    if settings.source.url.strip().lower().startswith("demo:"):
        say("the source of these settings is the demo: the jobs will publish its invented data")
    own = sorted(name for name in os.environ if name.upper().startswith(PREFIX))
    if own:
        say(f"no job has the variables of this shell; put into the settings file: {', '.join(own)}")
