"""``mcreports drift``: whether the configuration is what was agreed on, who approved what changed, and the way back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import now, progress, say, settings_of, show_json, source_of
from mcreports.cli.drift_approval import agreement_of, approval_of, false_claims, keep, obstacle_of, unsound
from mcreports.cli.drift_words import Approver, asked, facts, lines
from mcreports.cli.outcome import Told, conclude
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.domains.drift_witnesses import Finding
    from mcreports.evidence.configuration import Drift
    from mcreports.evidence.outcomes import Outcome
    from mcreports.figures import Figure
    from mcreports.settings import Settings

app = typer.Typer(help="The configuration that runs against the one that was agreed on.", no_args_is_help=True)

WINDOW = timedelta(hours=1)  # in which the gauge must have been seen
SKEW = timedelta(minutes=5)


@app.command()
def check(
    context: typer.Context,
    evidence: options.Evidence = None,
    source: options.Asked = None,
    json: options.Json = False,
) -> None:
    """What differs from the baseline, file by file: 3 if nobody approved it, 4 if it cannot be known.

    Beside the files the platform's gauge is asked, if a source is given or set. With CHANGE_APPROVED=1 in the
    environment what differs is approved first, by CHANGE_APPROVED_BY (else the pipeline's user, else yours),
    because of CHANGE_APPROVED_REASON.

    mcreports drift check --evidence evidence/v0.3.3 --source http://prometheus:9090
    """
    settings, at = settings_of(context, source, evidence=evidence), now()
    approver, root = asked(), _directory(settings)
    drift = gathered(root, settings, at)
    if approver is not None:
        obstacle = obstacle_of(drift)
        if obstacle:
            say(f"nothing was approved: {obstacle}")
        else:
            say(f"approved: {keep(root, approval_of(drift, approver, at), settings)}")
            drift = gathered(root, settings, at)
    outcome, told = found(drift, settings, at)
    conclude(outcome, settings, told, as_json=json)


def found(drift: Drift, settings: Settings, at: datetime) -> tuple[Outcome, Told]:
    """What the check comes to, and what is told beside it."""
    from mcreports.domains.drift import DRIFT, files_figure
    from mcreports.domains.drift_baseline import FACT, judge_baseline
    from mcreports.domains.drift_gate import judge_gate
    from mcreports.evidence.kept import latest
    from mcreports.evidence.keys import load_keyring
    from mcreports.evidence.outcomes import Outcome

    window = (at - WINDOW, at)
    gauge, figures = _gauge(settings, window)
    gate = judge_gate(drift, gauge, settings.rule(DRIFT), at)
    inputs = {place.name: document.sha256 for place, document, _ in drift.files if document is not None}
    keyring = load_keyring(settings.evidence)
    earlier = latest(settings.evidence.out, DRIFT, keyring, at) if keyring.keys else None
    agreed, remembered = judge_baseline(drift, earlier, at)
    outcome = Outcome(DRIFT, at, (*gate.verdicts, *agreed), {**facts(drift), FACT: remembered}, inputs)
    return outcome, Told(window, (files_figure(gate.files, window), *figures), tuple(lines(drift)))


@app.command()
def approve(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="Who approves.")],
    reason: Annotated[str, typer.Option(help="Why, best with the number of the change.")],
    evidence: options.Evidence = None,
    baseline: Annotated[bool, typer.Option("--baseline", help="Agree on the baseline itself instead.")] = False,
    json: options.Json = False,
) -> None:
    """Record who approved exactly what differs now, when and why; a later change of the same files is not covered.

    With --baseline it is the baseline as it is now that is agreed on, and what was before it no more.

    mcreports drift approve --evidence evidence/v0.3.3 --by "Change board" --reason "CHG-1042, raised limits"
    """
    settings, at = settings_of(context, evidence=evidence), now()
    root = _directory(settings)
    drift = gathered(root, settings, at)
    obstacle = unsound(drift) if baseline else obstacle_of(drift)
    if obstacle:
        raise UsageError(obstacle)
    whole = agreement_of(drift, Approver(by, reason), at) if baseline else approval_of(drift, Approver(by, reason), at)
    file = keep(root, whole, settings)
    drift = gathered(root, settings, at)
    if json:
        show_json({"approval": str(file), **facts(drift)})
        return
    _show(drift)
    print(f"approved: {file}")


@app.command()
def restore(
    context: typer.Context,
    evidence: options.Evidence = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it nothing is touched.")] = False,
    json: options.Json = False,
) -> None:
    """Put the baseline back as the current state, after its diff is shown and what is there is backed up.

    mcreports drift restore --evidence evidence/v0.3.3 --yes
    """
    from mcreports.evidence.configuration.restore import restore as put_back
    from mcreports.evidence.configuration.restore import sound_baseline

    settings, at = settings_of(context, evidence=evidence), now()
    root = _directory(settings)
    sound_baseline(root)
    drift = gathered(root, settings, at)
    if not json:
        _show(drift)
    if drift.is_whole and not drift.changes and not any(false_claims(drift)):
        say("nothing differs from the baseline: there is nothing to restore")
        if json:
            show_json({"restored": None, "backup": None, **facts(drift)})
        return
    if not yes:
        msg = "nothing was touched; give --yes to back up config-current.json and put the baseline's contents there"
        raise UsageError(msg)
    done = put_back(root, at)
    backup = None if done.backup is None else str(done.backup)
    if json:
        show_json({"restored": str(done.current), "backup": backup, **facts(drift)})
        return
    print(f"restored: {done.current}")
    print(f"backup: {backup}" if backup else "there was no current state to back up")


def _directory(settings: Settings) -> Path:
    root = settings.report.evidence
    if root is None:
        msg = "no directory of evidence is set: give --evidence, the one that holds config/"
        raise UsageError(msg)
    if not root.is_dir():
        msg = f"{root}: there is no such directory of evidence; give the one that holds config/"
        raise UsageError(msg)
    return root


def gathered(root: Path, settings: Settings, at: datetime) -> Drift:
    """Baseline, current state and approvals of a directory, as of now."""
    from mcreports.evidence.configuration import gather
    from mcreports.evidence.keys import load_keyring

    return gather(root, load_keyring(settings.evidence), at + SKEW)


def _gauge(settings: Settings, window: tuple[datetime, datetime]) -> tuple[Finding | None, tuple[Figure, ...]]:
    """What the platform's gauge says at the window's end; nothing where no source is given or set."""
    if "url" not in settings.source.model_fields_set:
        return None, ()
    from mcreports.domains.drift import DRIFT, gauge_figure
    from mcreports.domains.drift_witnesses import latest_gauge
    from mcreports.period import Period
    from mcreports.take import Bench, Order, take

    start, end = window
    period = Period.parse(f"{start:%Y-%m-%d}..{end:%Y-%m-%d}")
    alone = settings.model_copy(update={"report": settings.report.model_copy(update={"evidence": None})})
    with progress() as tell:
        order = Order("daily", period, windows={DRIFT: window})
        snapshot = take(order, source_of(settings, end), alone, end, Bench(tell=tell))
    gauge = latest_gauge(snapshot, start, end)
    return gauge, (gauge_figure(snapshot, gauge, window, "gauge.latest"),)


def _show(drift: Drift) -> None:
    from mcreports.view.markup import visible

    for line in lines(drift):
        print(visible(line))
