"""``mcreports verify`` and ``mcreports replay``: is a run whole, and does its snapshot still give its figures."""

from __future__ import annotations

import json as jsonlib
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import say, settings_of, show_json

if TYPE_CHECKING:
    from pathlib import Path

VERIFY = """Check every file of a run against its manifest.

[bold]Examples[/bold]

  mcreports verify daily/2025-10-31

  mcreports verify output/daily/2025-10-31/r1
"""
REPLAY = """Rebuild a run's figures from its own snapshot and say whether they are identical.

[bold]Example[/bold]

  mcreports replay monthly/2025-10
"""
FAILED = 3

Run = Annotated[str, typer.Argument(help="A path, or the like of daily/2025-10-31 or daily/2025-10-31/r2.")]


def verify(context: typer.Context, run: Run, output: options.Output = None, json: options.Json = False) -> None:
    """Exit 0 if every file is what the manifest says, 3 if not."""
    from mcreports.reports.verification import verify as check

    result = check(_find(context, run, output))
    faults = [f"{fault.file}: {fault.said}" for fault in result.faults]
    if json:
        show_json({"run": str(result.path), "whole": result.is_whole, "files": result.files, "faults": faults})
    else:
        print(f"{result.path}: {f'whole, {result.files} files' if result.is_whole else 'NOT WHOLE'}")
        for fault in faults:
            print(f"  {fault}")
    if not result.is_whole:
        raise typer.Exit(FAILED)


def replay(context: typer.Context, run: Run, output: options.Output = None, json: options.Json = False) -> None:
    """Exit 0 if the snapshot gives the published figures again, 3 if not."""
    from mcreports.reports.replay import replay as rebuild

    path = _find(context, run, output)
    differences = rebuild(path)
    if json:
        show_json({"run": str(path), "identical": not differences, "differences": differences})
    elif differences:
        print(f"{path}: NOT IDENTICAL, {len(differences)} differences")
        for difference in differences[:20]:
            print(f"  {jsonlib.dumps(difference)}")
    else:
        print(f"{path}: identical")
    if differences:
        raise typer.Exit(FAILED)


def _find(context: typer.Context, run: str, output: Path | None) -> Path:
    from mcreports.reports.runs import find_run

    path = find_run(run, settings_of(context, output=output).report.output)
    say(f"run: {path}")
    return path
