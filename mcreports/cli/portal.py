"""``mcreports portal``: the page that lists every run."""

from __future__ import annotations

import typer

from mcreports.cli import options
from mcreports.cli.context import now, settings_of

app = typer.Typer(help="The page that lists every run.", no_args_is_help=True)


@app.command()
def build(context: typer.Context, output: options.Output = None) -> None:
    """Write index.html, verdicts.json and feed.atom over all published runs.

    mcreports portal build --output output
    """
    from mcreports.reports.front_page import build as write

    settings = settings_of(context, output=output)
    write(settings.report.output, now())
    print(settings.report.output / "index.html")
