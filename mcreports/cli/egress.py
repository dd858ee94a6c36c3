"""``mcreports egress check``: a gate over what leaves the platform that leaves with 3 on fail and 4 on unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import now, progress, settings_of
from mcreports.cli.outcome import Told, conclude, signer_of

app = typer.Typer(help="Gateways, failover and network policies, tried.", no_args_is_help=True)


@app.callback()
def _egress() -> None:
    """Keep ``check`` a command of its own."""


@app.command()
def check(
    context: typer.Context,
    failover: Annotated[
        bool, typer.Option("--failover", help="Cut a gateway off for some seconds, by the settings' commands.")
    ] = False,
    policies: Annotated[
        list[Path] | None, typer.Option(help="NetworkPolicy manifests; may be given again; else the settings'.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Health, routes and latency of both gateways, blocked providers, and what network policies really allow.

    mcreports egress check --policies deploy/networkpolicies --failover
    """
    from contextlib import nullcontext

    from mcreports.evidence.keys import load_signer
    from mcreports.operations.egress.alone import alone
    from mcreports.operations.egress.check import check as check_egress

    settings, at = settings_of(context), now()
    if settings.evidence.key_file is not None:
        load_signer(settings.evidence.key_file)  # what cannot be signed at the end must not cost a gateway first
    signer_of(settings)
    own = settings.egress
    if policies:
        own = own.model_copy(update={"policies": tuple(policies)})
    with alone(settings.evidence.out) if failover else nullcontext(), progress() as tell:
        checked = check_egress(own, at, tell, is_failover=failover)
    conclude(checked.outcome, settings, Told(lines=checked.lines), as_json=json)
