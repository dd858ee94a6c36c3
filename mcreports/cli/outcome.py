"""How a gate ends: its verdicts are told, its result is kept and signed, and it leaves with 3 or 4."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from mcreports.checks import Status
from mcreports.cli.context import say, show_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from securesystemslib.signer import Signer

    from mcreports.evidence.outcomes import Outcome
    from mcreports.figures import Figure
    from mcreports.settings import Settings

EXITS = {Status.FAIL: 3, Status.UNKNOWN: 4}


@dataclass(frozen=True)
class Told:
    """What is told beside the verdicts: the window they are of, their figures, more lines, more JSON."""

    window: tuple[datetime, datetime] | None = None
    figures: tuple[Figure, ...] = ()
    lines: tuple[str, ...] = ()
    data: Mapping[str, object] | None = None


def conclude(
    outcome: Outcome, settings: Settings, told: Told | None = None, *, as_json: bool, is_kept: bool = True
) -> None:
    """Print the verdicts, keep the outcome and its page, and leave with what the gravest verdict asks for.

    What was found out is told even if it cannot be kept; that is an error then.
    """
    told = told or Told()
    outcome = stated(outcome, told)
    if as_json:
        show_json(_data(outcome, told))
    else:
        _print(outcome, told)
    if is_kept:
        keep(outcome, settings, told)
    if outcome.status in EXITS:
        raise typer.Exit(EXITS[outcome.status])


def stated(outcome: Outcome, told: Told) -> Outcome:
    """The outcome with the window that it speaks of: found out now, it may be of long ago."""
    from mcreports.figures import instant_text

    if told.window is None:
        return outcome
    return replace(outcome, facts={"window": [instant_text(at) for at in told.window], **outcome.facts})


def keep(outcome: Outcome, settings: Settings, told: Told) -> None:
    """Keep an outcome, signed if there is a key, with its page beside it."""
    from mcreports.evidence.outcomes import write
    from mcreports.reports.outcome_page import write_page

    signer = signer_of(settings)
    file = write(outcome, settings.evidence.out, signer)
    write_page(outcome, file, told.window, told.figures, told.lines)
    say(f"kept: {file}" + ("" if signer else ", unsigned: reports call it unknown until evidence.key_file is set"))


def signer_of(settings: Settings) -> Signer | None:
    """The key that signs results, if one is set; asked for early, a wrong one is told before anything is tried."""
    from mcreports.evidence.keys import load_signer

    key = settings.evidence.key_file
    return None if key is None else load_signer(key)


def _data(outcome: Outcome, told: Told) -> dict[str, object]:
    from mcreports.figures import instant_text

    window = {} if told.window is None else {"window": [instant_text(at) for at in told.window]}
    figures = {"figures": [figure.as_dict() for figure in told.figures]} if told.figures else {}
    return {
        "check": outcome.check,
        "status": outcome.status.value,
        "at": instant_text(outcome.at),
        **window,
        "verdicts": [verdict.as_dict() for verdict in outcome.verdicts],
        **figures,
        "facts": dict(outcome.facts),
        **(told.data or {}),
    }


def _print(outcome: Outcome, told: Told) -> None:
    from mcreports.figures import instant_text
    from mcreports.view.markup import visible
    from mcreports.view.words import because, verdict_text

    when = told.window or (outcome.at,)
    print(f"{outcome.status.upper()}  {' to '.join(instant_text(at) for at in when)}")
    for verdict in outcome.verdicts:
        whose = visible("the platform" if verdict.tenant is None else verdict.tenant)
        named = "".join(f" {visible(value)}" for _, value in verdict.labels)
        reason = "" if verdict.status is Status.UNKNOWN else visible(because(verdict))
        why = f"  ({reason})" if reason else ""
        print(f"  {whose}  {verdict.check}{named}  {visible(verdict_text(verdict))}{why}")
    for line in told.lines:
        print(visible(line))
