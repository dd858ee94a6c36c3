"""``mcreports grounding verify``: a gate over a period's answers that leaves with 3 on fail and 4 on unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from mcreports.cli import options
from mcreports.cli.context import now, progress, settings_of, source_of, zone_period
from mcreports.cli.outcome import Told, conclude, signer_of
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.evidence.outcomes import Outcome
    from mcreports.period import Period
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot

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
    """At least 95 % of answers grounded, per tenant and in all, in a week or any other period, against the one before.

    With evidence also the attestations, their scores and claims, and the ReAct golden set, all of whose cases
    must keep the rules. Without a golden set that is said, and fails nothing.

    mcreports grounding verify --period 2025-W44 --evidence evidence/
    """
    settings, at = settings_of(context, source, evidence=evidence), now()
    signer_of(settings)  # a key that cannot sign is told before anything is pulled
    chosen = zone_period(period, "weekly", settings, at)
    if chosen.end > at:
        msg = f"{chosen} is not over; choose an earlier --period"
        raise UsageError(msg)
    outcome, told = found(chosen, tuple(dict.fromkeys(tenant)) if tenant else None, settings, at)
    conclude(outcome, settings, told, as_json=json)


def found(chosen: Period, wanted: tuple[str, ...] | None, settings: Settings, at: datetime) -> tuple[Outcome, Told]:
    """What the verification of a period comes to, and what is told beside it."""
    from mcreports.cli.grounding_words import facts, lines
    from mcreports.domains.grounding import PASS_RATE
    from mcreports.domains.verification import verify_grounding
    from mcreports.evidence import read_golden_set
    from mcreports.evidence.outcomes import Outcome

    snapshot = _taken(chosen, wanted, settings, at)
    file = settings.evidence.golden_set
    # the golden set is of the whole platform: its texts are not for a single tenant
    golden = {} if wanted else snapshot.evidence if file is None else read_golden_set(file)
    verified = verify_grounding(snapshot, chosen, golden)
    verdicts, figures = verified.section.verdicts, verified.section.figures
    if wanted:  # a few tenants are not the platform
        verdicts = tuple(one for one in verdicts if one.tenant in wanted or one.check != PASS_RATE)
        figures = tuple(figure for figure in figures if figure.tenant in wanted)
    told = Told((chosen.start, chosen.end), figures, tuple(lines(verified, is_whole=not wanted)))
    known = facts(verified) | {"source": {"kind": snapshot.source.kind, "url": snapshot.source.url}}
    subject = ", ".join(sorted(wanted or ()))
    return Outcome("grounding.verification", at, verdicts, known, verified.inputs(), subject), told


def _taken(chosen: Period, wanted: tuple[str, ...] | None, settings: Settings, at: datetime) -> Snapshot:
    """The samples and the evidence of the period and of the one before it."""
    from mcreports.evidence import Everyone, read
    from mcreports.take import Bench, Order, take

    directory, start = settings.report.evidence, chosen.previous().start
    alone = settings.model_copy(update={"report": settings.report.model_copy(update={"evidence": None})})
    windows = {"grounding.checks": (start, chosen.end), "tenant.info": (chosen.start, chosen.end)}
    with progress() as tell:
        order = Order("weekly", chosen, wanted, windows=windows)
        snapshot = take(order, source_of(settings, at), alone, at, Bench(tell=tell))
    if directory is None:
        return snapshot
    tenants = snapshot.tenants if wanted else Everyone(snapshot.tenants)
    return replace(snapshot, evidence=read(directory, (start, chosen.end), tenants, now=at))
