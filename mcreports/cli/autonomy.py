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

    from mcreports.checks import Verdict
    from mcreports.domains import Section
    from mcreports.snapshot import Snapshot

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

    By the metrics and, where evidence is given, by its operations; where they disagree, that fails. A rate that
    passes on too few operations to prove it at 95 % says so, and how many would.

    mcreports autonomy validate --tenant TENANT_003 --window 6h --evidence evidence/
    """
    from mcreports.cli.autonomy_words import Words
    from mcreports.domains.autonomy import review_autonomy
    from mcreports.evidence.outcomes import Outcome
    from mcreports.figures import Figures
    from mcreports.period import Period
    from mcreports.take import Bench, Order, take

    settings, clock = settings_of(context, source, evidence=evidence), now()
    end = _instant(at, clock) if at else clock
    span = (end - _length(window), end)
    days = f"{span[0]:%Y-%m-%d}..{end:%Y-%m-%d}"
    order = Order("daily", Period.parse(days), (tenant,), windows=dict.fromkeys(CRITERIA, span))
    with progress() as tell:
        snapshot = take(order, source_of(settings, clock), settings, clock, Bench(tell=tell))
        section = review_autonomy(snapshot, *span)
    words = Words(Figures(section.figures, span), tenant, snapshot.evidence != {})
    verdicts = _verdicts(snapshot, section, (tenant, span))
    outcome = Outcome("autonomy.validation", clock, verdicts, words.facts(), _inputs(snapshot))
    conclude(outcome, settings, Told(span, section.figures, tuple(words.lines())), as_json=json)


def _verdicts(snapshot: Snapshot, section: Section, of: tuple[str, tuple[datetime, datetime]]) -> tuple[Verdict, ...]:
    """The tenant's verdicts; evidence that was given and says nothing of the window is one of them."""
    from mcreports.domains.agreement import AGREEMENT, unheard

    tenant, span = of
    own = tuple(verdict for verdict in section.verdicts if verdict.tenant == tenant)
    is_heard = not snapshot.evidence or any(verdict.check == AGREEMENT for verdict in own)
    return own if is_heard else (*own, unheard(tenant, span))


def _inputs(snapshot: Snapshot) -> dict[str, str]:
    """The SHA-256 of each evidence file of operations, compensations and violations."""
    from mcreports.domains.details import LISTS

    files = snapshot.evidence.get("files")
    own = () if files is None else files[files["kind"].isin(LISTS)].itertuples()
    return {str(file.file): str(file.sha256) for file in own if file.sha256}


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
