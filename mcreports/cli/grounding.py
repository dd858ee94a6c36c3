"""``mcreports grounding verify``: a gate over a period's answers that leaves with 3 on fail and 4 on unknown."""

from __future__ import annotations

import typer

from mcreports.cli import options
from mcreports.cli.context import now, progress, settings_of, source_of, zone_period
from mcreports.cli.outcome import Told, conclude
from mcreports.errors import UsageError

app = typer.Typer(help="Whether RAG answers rest on their sources.", no_args_is_help=True)


@app.callback()
def _grounding() -> None:
    """Keep ``verify`` a command of its own."""


@app.command()
def verify(
    context: typer.Context,
    period: options.Period = None,
    tenant: options.Tenants = None,
    source: options.Source = None,
    evidence: options.Evidence = None,
    json: options.Json = False,
) -> None:
    """At least 95 % of answers grounded, per tenant and in all, in a week or any other period.

    mcreports grounding verify --period 2025-W44 --evidence evidence/
    """
    from mcreports.domains.grounding import judge_grounding
    from mcreports.evidence.outcomes import Outcome
    from mcreports.take import Bench, Order, take

    settings, at = settings_of(context, source, evidence=evidence), now()
    chosen = zone_period(period, "weekly", settings, at)
    span = (chosen.start, chosen.end)
    if chosen.end > at:
        msg = f"{chosen} is not over; choose an earlier --period"
        raise UsageError(msg)
    wanted = tuple(dict.fromkeys(tenant)) if tenant else None
    order = Order("weekly", chosen, wanted, windows={"grounding.checks": span, "tenant.info": span})
    with progress() as tell:
        snapshot = take(order, source_of(settings, at), settings, at, Bench(tell=tell))
        section = judge_grounding(snapshot, *span)
    outcome = Outcome("grounding.verification", at, section.verdicts)
    conclude(outcome, settings, Told(span, section.figures), as_json=json)
