"""``mcreports autonomy validate``: a gate over one tenant's operations that leaves with 3 on fail and 4 on unknown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import now, progress, settings_of, source_of
from mcreports.cli.outcome import Told, conclude
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

app = typer.Typer(help="Autonomous operations against their four criteria.", no_args_is_help=True)

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
EARLIEST = 2000  # no Prometheus is older, and 9999 days before it are still a date
CRITERIA = ("autonomy.operations", "autonomy.compensations", "autonomy.violations", "tenant.info")


@app.callback()
def _autonomy() -> None:
    """Keep ``validate`` a command of its own."""


@app.command()
def validate(
    context: typer.Context,
    tenant: Annotated[str, typer.Option(help="Which tenant.")],
    window: Annotated[str, typer.Option(help="How far back: 30m, 6h, 7d.")] = "6h",
    at: Annotated[str | None, typer.Option(help="The window's end, 2025-10-31T12:00:00Z; else now.")] = None,
    source: options.Source = None,
    evidence: options.Evidence = None,
    json: options.Json = False,
) -> None:
    """Success at least 99.9 %, compensation at most 0.5 %, no policy and no residency violation.

    mcreports autonomy validate --tenant TENANT_003 --window 6h
    """
    from mcreports.domains.autonomy import judge_autonomy
    from mcreports.evidence.outcomes import Outcome
    from mcreports.period import Period
    from mcreports.take import Bench, Order, take

    settings, clock = settings_of(context, source, evidence=evidence), now()
    end = _instant(at, clock) if at else clock
    span = (end - _length(window), end)
    days = f"{span[0]:%Y-%m-%d}..{end:%Y-%m-%d}"
    order = Order("daily", Period.parse(days), (tenant,), windows=dict.fromkeys(CRITERIA, span))
    with progress() as tell:
        snapshot = take(order, source_of(settings, clock), settings, clock, Bench(tell=tell))
        section = judge_autonomy(snapshot, *span)
    outcome = Outcome("autonomy.validation", clock, tuple(v for v in section.verdicts if v.tenant == tenant))
    conclude(outcome, settings, Told(span, section.figures), as_json=json)


def _length(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,3})([mhd])", text, re.ASCII)
    if match is None:
        msg = f"--window {text!r} is not a length of time; write it like 30m, 6h or 7d"
        raise UsageError(msg)
    return int(match[1]) * UNITS[match[2]]


def _instant(text: str, clock: datetime) -> datetime:
    from datetime import UTC, datetime

    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        msg = f"--at {text!r} is not an instant; write it like 2025-10-31T12:00:00Z"
        raise UsageError(msg) from error
    if not EARLIEST <= at.year <= clock.year or at > clock:
        msg = f"--at {text} is not between {EARLIEST} and now; nothing was measured then"
        raise UsageError(msg)
    return at
