"""Validations that rest on the latest kept result of another check: signed, young enough, and passing."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from mcreports.evidence.kept import latest
from mcreports.evidence.outcomes import CHECKS, COMMANDS
from mcreports.evidence.results import FRESH
from mcreports.figures import instant_text
from mcreports.operations.readiness.finding import Finding, Piece, age_words, counted, of_verdicts

if TYPE_CHECKING:
    from mcreports.operations.readiness.grounds import Grounds

INVENTED = "demo"


def kept(grounds: Grounds, check: str, tenant: str | None = None) -> Finding:
    """What the latest result of a check, of a tenant, proves now; one that failed stays a failure at any age."""
    out = grounds.settings.evidence.out
    found = latest(out, check, grounds.keyring, grounds.now, tenant or "")
    if found.outcome is None:
        pieces = (Piece(found.file),) if found.file else ()
        return Finding("", doubts=(f"{CHECKS[check]}: {found.doubt}",), pieces=pieces)
    outcome, age = found.outcome, grounds.now - found.outcome.at
    piece = Piece(found.file, sha256((out / found.file).read_bytes()).hexdigest(), outcome.at)
    most = min(FRESH[check], grounds.settings.readiness.max_age)
    doubts = []
    if age > most:
        aged = f"{instant_text(outcome.at)}, {age_words(age)} old where {age_words(most)} is the most"
        doubts.append(f"{found.file} is of {aged}: run mcreports {COMMANDS[check]}")
    if outcome.at - outcome.speaks_until > most:
        ended = instant_text(outcome.speaks_until)
        doubts.append(f"{found.file} speaks of what ended at {ended}, not of its own time")
    if outcome.source == INVENTED and not grounds.settings.source.url.startswith(f"{INVENTED}:"):
        doubts.append(f"{found.file} rests on the demo's invented samples")
    told = f"{found.file}: {counted(len(outcome.verdicts), 'verdict')}, none against it, signed by {found.keyid[:16]}"
    return of_verdicts(outcome.verdicts, told, (piece,), outcome.at, doubts)


def gateway_validation(grounds: Grounds) -> Finding:
    """Gateways, failover and providers as the latest egress check found them."""
    return kept(grounds, "egress")


def autonomy_validation(grounds: Grounds) -> Finding:
    """The four criteria as the latest autonomy validation found them."""
    return kept(grounds, "autonomy.validation", grounds.settings.schedule.autonomy_tenant)
