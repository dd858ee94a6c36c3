"""``mcreports autonomy validate``: a gate over one tenant's operations that leaves with 3 on fail and 4 on unknown."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import instant_of, now, progress, settings_of, source_of
from mcreports.cli.outcome import Told, conclude, signer_of
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.domains import Section
    from mcreports.evidence.outcomes import Outcome
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot

app = typer.Typer(help="Autonomous operations against their four criteria.", no_args_is_help=True)

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
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
    settings, clock = settings_of(context, source, evidence=evidence), now()
    signer_of(settings)  # a key that cannot sign is told before anything is pulled
    end = instant_of(at, clock) if at else clock
    outcome, told = found(tenant, (end - _length(window), end), settings, clock)
    # a look at an earlier time is no result of now
    conclude(outcome, settings, told, as_json=json, is_kept=at is None)


def found(tenant: str, span: tuple[datetime, datetime], settings: Settings, clock: datetime) -> tuple[Outcome, Told]:
    """What the validation of a window comes to, and what is told beside it."""
    from mcreports.cli.autonomy_words import Words
    from mcreports.domains.autonomy import review_autonomy
    from mcreports.evidence.outcomes import Outcome
    from mcreports.figures import Figures
    from mcreports.period import Period
    from mcreports.take import Bench, Order, take

    end = span[1]
    days = f"{span[0]:%Y-%m-%d}..{end:%Y-%m-%d}"
    order = Order("daily", Period.parse(days), (tenant,), windows=dict.fromkeys(CRITERIA, span))
    with progress() as tell:
        snapshot = take(order, source_of(settings, clock), settings, clock, Bench(tell=tell))
        section = review_autonomy(snapshot, *span)
    words = Words(Figures(section.figures, span), tenant, "files" in snapshot.evidence)
    verdicts = _verdicts(snapshot, section, (tenant, span))
    known = words.facts() | {"source": {"kind": snapshot.source.kind, "url": snapshot.source.url}}
    own = tuple(figure for figure in section.figures if figure.tenant == tenant)
    outcome = Outcome("autonomy.validation", clock, verdicts, known, _inputs(snapshot), tenant)
    return outcome, Told(span, own, tuple(words.lines()))


def _verdicts(snapshot: Snapshot, section: Section, of: tuple[str, tuple[datetime, datetime]]) -> tuple[Verdict, ...]:
    """The tenant's verdicts; evidence that was given and says nothing of the window is one of them."""
    from mcreports.domains.agreement import AGREEMENT, unheard

    tenant, span = of
    own = tuple(verdict for verdict in section.verdicts if verdict.tenant == tenant)
    is_heard = "files" not in snapshot.evidence or any(verdict.check == AGREEMENT for verdict in own)
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
