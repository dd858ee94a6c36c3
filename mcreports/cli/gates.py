"""``mcreports autonomy validate`` and ``grounding verify``: gates that leave with 3 on fail and 4 on unknown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcreports.checks import Status, worst
from mcreports.cli import options
from mcreports.cli.context import now, progress, settings_of, show_json, source_of, zone_period
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcreports.domains import Section

autonomy = typer.Typer(help="Autonomous operations against their four criteria.", no_args_is_help=True)
grounding = typer.Typer(help="Whether RAG answers rest on their sources.", no_args_is_help=True)

EXITS = {Status.FAIL: 3, Status.UNKNOWN: 4}
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
EARLIEST = 2000  # no Prometheus is older, and 9999 days before it are still a date
CRITERIA = ("autonomy.operations", "autonomy.compensations", "autonomy.violations", "tenant.info")


@autonomy.callback()
def _autonomy() -> None:
    """Keep ``validate`` a command of its own."""


@grounding.callback()
def _grounding() -> None:
    """Keep ``verify`` a command of its own."""


@autonomy.command()
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
    _leave(section, span, [v for v in section.verdicts if v.tenant == tenant], as_json=json)


@grounding.command()
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
    _leave(section, span, section.verdicts, as_json=json)


def _leave(section: Section, span: tuple[datetime, datetime], verdicts: Sequence[Any], *, as_json: bool) -> None:
    """Print the verdicts and leave with what the gravest one asks for."""
    from mcreports.figures import instant_text
    from mcreports.view.markup import visible
    from mcreports.view.words import verdict_text

    status = worst(verdict.status for verdict in verdicts)
    if as_json:
        show_json(
            {
                "status": status.value,
                "window": [instant_text(at) for at in span],
                "verdicts": [verdict.as_dict() for verdict in verdicts],
                "figures": [figure.as_dict() for figure in section.figures],
            }
        )
    else:
        print(f"{status.upper()}  {instant_text(span[0])} to {instant_text(span[1])}")
        for verdict in verdicts:
            whose = visible("all tenants" if verdict.tenant is None else verdict.tenant)
            because = f"  ({visible(verdict.reason)})" if verdict.reason else ""
            print(f"  {whose}  {verdict.check}  {verdict_text(verdict)}{because}")
    if status in EXITS:
        raise typer.Exit(EXITS[status])


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
