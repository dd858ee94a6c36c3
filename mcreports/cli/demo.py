"""``mcreports demo``: every report over an invented platform, or that platform pushed into a Prometheus."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import one_line, progress, say, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

HELP = """Every report over the embedded demo, then where to look. Needs no server.

[bold]Examples[/bold]

  mcreports demo

  mcreports demo load http://localhost:9090
"""
URL = "demo://?seed=7"
NOW = datetime(2025, 11, 3, 9, tzinfo=UTC)  # the demo's own Monday morning: October 2025 and week 44 are closed
PERIODS = {"daily": "2025-10-31", "weekly": "2025-W44", "monthly": "2025-10", "trends": "2024-11-01..2025-10-31"}

app = typer.Typer(help=HELP, rich_markup_mode="rich", invoke_without_command=True)


@app.callback()
def demo(context: typer.Context, output: options.Output = None) -> None:
    """Publish the four reports of the demo's October 2025."""
    if context.invoked_subcommand is not None:
        return
    from tempfile import TemporaryDirectory

    from mcreports.cli.demo_results import with_results
    from mcreports.period import Period
    from mcreports.reports.front_page import build
    from mcreports.reports.produce import Workshop, produce
    from mcreports.sources.demo import DemoSource
    from mcreports.sources.demo.evidence import write_evidence
    from mcreports.take import Order

    source = DemoSource.from_url(URL)
    with TemporaryDirectory() as scratch:
        evidence = Path(scratch) / "evidence"
        write_evidence(evidence, source.seed)
        settings = with_results(settings_of(context, URL, output=output, evidence=evidence), Path(scratch))
        with progress() as tell:
            for report, label in PERIODS.items():
                shop = Workshop(source, settings, NOW, partial(_tell, tell, report))
                run = produce(Order(report, Period.parse(label)), shop)
                say(f"{report:8} {label}  {run.status.upper()}: {one_line(run.headline)}")
        build(settings.report.output, NOW)
    print(f"Open {settings.report.output / 'index.html'}")


def _tell(tell: Callable[[str], None], report: str, step: str) -> None:
    tell(f"{report}: {step}")


@app.command()
def load(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="A Prometheus that takes remote write, or a VictoriaMetrics.")],
    since: Annotated[str, typer.Option(help="The first day.")] = "2024-09-01",
    until: Annotated[str, typer.Option(help="The day after the last.")] = "2025-11-02",
    source: Annotated[str, typer.Option(help="Which demo.")] = URL,
) -> None:
    """Push the demo's samples into a running server, oldest first, so that reports can be tried on it.

    mcreports demo load http://localhost:9090 --since 2025-08-31
    """
    from mcreports.cli.loading import push_demo

    settings = settings_of(context, url)
    with progress() as tell:
        count = push_demo(settings.source, source, (since, until), tell)
    print(f"{count:,} samples pushed to {url}")
