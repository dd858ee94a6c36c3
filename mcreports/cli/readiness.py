"""``mcreports readiness``: the twelve validations of the runbook; it leaves with 3 unless each of them is proven."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import metrics_of, now, progress, settings_of
from mcreports.cli.outcome import Told, conclude

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.evidence.outcomes import Outcome
    from mcreports.settings import Settings

HELP = """Whether the platform is ready for production: twelve validations, each proven by an outcome.

What is not proven has not passed: leaves with 3 unless all twelve are.

[bold]Example[/bold]

  mcreports readiness --source http://prometheus:9090 --evidence evidence/
"""


def readiness(
    context: typer.Context,
    evidence: options.Evidence = None,
    source: options.Server = None,
    output: Annotated[
        Path | None, typer.Option(help="Where the result is kept; else the settings' evidence.out.", file_okay=False)
    ] = None,
    json: options.Json = False,
) -> None:
    """Try all twelve, keep the result, its page and the runbook's report."""
    settings, at = settings_of(context, source, evidence=evidence), now()
    outcome, told = found(settings, at, output)
    conclude(outcome, settings if output is None else _elsewhere(settings, output), told, as_json=json)


def found(settings: Settings, at: datetime, output: Path | None = None) -> tuple[Outcome, Told]:
    """What the twelve come to, and what is told beside them; the runbook's report is put where results are kept."""
    from mcreports.evidence.keys import load_keyring
    from mcreports.operations.readiness.grounds import Grounds
    from mcreports.operations.readiness.report import CHECK, document, keep, outcome
    from mcreports.operations.readiness.validations import validate

    grounds = Grounds(settings, metrics_of(settings), load_keyring(settings.evidence), at)
    with progress() as tell:
        validations = validate(grounds, tell)
    told = document(validations, at)
    file = keep(told, output or settings.evidence.out, at)
    found = outcome(validations, settings.rule(CHECK), at)
    return found, Told(lines=(f"report: {file}",), data={"report": told})


def _elsewhere(settings: Settings, output: Path) -> Settings:
    return settings.model_copy(update={"evidence": settings.evidence.model_copy(update={"out": output})})
