"""``mcreports anomalies``: what stands out in a period, and saying that one knows of it."""

from __future__ import annotations

from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcreports.cli import options
from mcreports.cli.context import as_utc, now, one_line, progress, say, settings_of, show_json, source_of, zone_period
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.domains.anomalies.figures import Told
    from mcreports.domains.anomalies.find import Findings
    from mcreports.settings import Settings
    from mcreports.snapshot import Snapshot

app = typer.Typer(help="What stands out in spend and rates, and who knows of it.", no_args_is_help=True)


@app.command("list")
def list_all(
    context: typer.Context,
    period: options.Period = None,
    tenant: options.Tenants = None,
    source: options.Source = None,
    json: options.Json = False,
) -> None:
    """The anomalies of a period, the gravest first; those that somebody has acknowledged last, with the note.

    mcreports anomalies list --period 2025-10 --tenant TENANT_002
    """
    settings, at = settings_of(context, source), now()
    snapshot = _looked(settings, at, period, tenant)
    if json:
        show_json(_data(snapshot))
        return
    _show(snapshot)


@app.command()
def acknowledge(
    context: typer.Context,
    anomaly: Annotated[
        str, typer.Argument(metavar="ID", help="The anomaly's id, as the list and the reports have it.")
    ],
    note: Annotated[str, typer.Option(help="What is known of it.")],
    by: Annotated[str | None, typer.Option(help="Who knows of it; else your user's name.")] = None,
    until: Annotated[
        str | None, typer.Option(help="2025-11-07: until when the same series may stand out; else only this time.")
    ] = None,
    period: options.Period = None,
    tenant: options.Tenants = None,
    source: options.Source = None,
    json: options.Json = False,
) -> None:
    """Say that an anomaly is known: reports that are made from now on no longer count it, and carry the note.

    mcreports anomalies acknowledge dedff816 --period 2025-10-21 --note "load test, CHG-1042"
    """
    from mcreports.domains.anomalies.acknowledge import Word
    from mcreports.domains.anomalies.acknowledge import acknowledge as keep
    from mcreports.domains.anomalies.find import find
    from mcreports.domains.anomalies.look import named

    settings, at = settings_of(context, source), now()
    word = Word(note, by or _user(), None if until is None else _until(until))
    chosen = named(find(_looked(settings, at, period, tenant)), anomaly)
    file = keep(settings.anomalies.acknowledgements, chosen, word, at)
    if json:
        show_json({"acknowledgement": str(file), "anomaly": chosen.id, "tenant": chosen.tenant})
        return
    say("reports that are made from now on carry it; a report that is published stays as it is")
    print(f"acknowledged: {file}")


def _looked(settings: Settings, at: datetime, period: str | None, tenant: list[str] | None) -> Snapshot:
    """What a period's anomalies are found in."""
    from mcreports.domains.anomalies.look import order_of
    from mcreports.take import Bench, take

    chosen = zone_period(period, "daily", settings, at)
    if chosen.start >= at:
        msg = f"{chosen} has not begun; choose an earlier --period"
        raise UsageError(msg)
    with progress() as tell:
        order = order_of(chosen, tuple(dict.fromkeys(tenant)) if tenant else None)
        return take(order, source_of(settings, at), settings, at, Bench(tell=tell))


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError) as error:  # a container may run as a user without a name
        msg = "nobody knows who you are: give --by, the name of whoever knows of it"
        raise UsageError(msg) from error


def _until(text: str) -> datetime:
    try:
        return as_utc(text)
    except (ValueError, OverflowError) as error:
        msg = f"--until {text!r} is no day and no instant; write it like 2025-11-07"
        raise UsageError(msg) from error


def _data(snapshot: Snapshot) -> dict[str, Any]:
    """All of it for a program: the figures have every number."""
    from mcreports.domains.anomalies.assess import told_of
    from mcreports.domains.anomalies.figures import counts
    from mcreports.domains.anomalies.find import find
    from mcreports.figures import instant_text

    found = find(snapshot)
    return {
        "period": {"label": snapshot.period.label, "zone": snapshot.period.zone},
        "window": [instant_text(end) for end in found.window],
        "anomalies": [_entry(each) for each in told_of(snapshot)],
        "counts": [figure.as_dict() for figure in counts(snapshot, found)],
        "notes": [note.text for note in snapshot.notes],
    }


def _entry(told: Told) -> dict[str, Any]:
    from mcreports.domains.anomalies.words import why
    from mcreports.figures import instant_text
    from mcreports.view.closing import sentence_text

    one, known = told.anomaly, told.anomaly.known
    return {
        "id": one.id, "tenant": one.tenant, "what": one.what, "driver": one.main, "side": one.side,
        "severity": one.severity, "start": instant_text(one.start),
        "end": None if one.end is None else instant_text(one.end), "why": sentence_text(why(told)),
        "acknowledged": None if known is None else {
            "note": known.note, "by": known.by, "at": instant_text(known.at), "until": instant_text(known.until),
            "file": known.file,
        },
        "figures": [figure.as_dict() for figure in told.every()],
    }  # fmt: skip


def _show(snapshot: Snapshot) -> None:
    from mcreports.domains.anomalies.assess import told_of
    from mcreports.domains.anomalies.find import find
    from mcreports.domains.anomalies.words import why
    from mcreports.view.closing import sentence_text
    from mcreports.view.markup import visible

    told, found = told_of(snapshot), find(snapshot)
    for each in told:
        known = each.anomaly.known
        word = each.anomaly.severity.upper() if known is None else "KNOWN"
        print(visible(one_line(f"{each.anomaly.id}  {word:6}  {sentence_text(why(each))}")))
        if known is not None:
            print(visible(one_line(f"          {known.by}, {known.at:%Y-%m-%d %H:%M} UTC: {known.note}")))
    more = len(found.anomalies) - len(told)
    if more:
        say(f"and {more:,} smaller ones; a shorter --period tells of all of them")
    for line in _doubts(snapshot, found):
        say(line)


def _doubts(snapshot: Snapshot, found: Findings) -> list[str]:
    """What could not be judged, and what the source and the acknowledgements have to say."""
    from mcreports.domains.anomalies.figures import counts

    whole = next(counts(snapshot, found))
    lines = (
        [] if found.anomalies else ["no anomaly" if whole.value is not None else "not known: no history to judge by"]
    )
    return [*lines, *([whole.reason] if whole.reason else []), *(note.text for note in snapshot.notes)]
