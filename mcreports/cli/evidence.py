"""``mcreports evidence``: pack what was proven into one signed file, verify such a file, archive each month's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import evidence_keys, options
from mcreports.cli.context import now, say, settings_of, show_json, zone_period
from mcreports.cli.outcome import EXITS, Told, conclude, keep, stated
from mcreports.errors import EvidenceError, SettingsError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.evidence.bundles.pack import Packed
    from mcreports.evidence.bundles.verify import Verified
    from mcreports.evidence.outcomes import Outcome
    from mcreports.period import Period
    from mcreports.settings import Settings

app = typer.Typer(help="Evidence that proves itself: signed bundles, their archive, their keys.", no_args_is_help=True)
app.add_typer(evidence_keys.app, name="key")

File = Annotated[
    Path | None, typer.Argument(help="The bundle; else the last one that was packed.", exists=True, dir_okay=False)
]
Directory = Annotated[Path | None, typer.Option("--output", help="Where bundles are put; else the settings'.")]


@app.command()
def pack(
    context: typer.Context,
    evidence: options.Evidence = None,
    period: options.Period = None,
    output: Directory = None,
    json: options.Json = False,
) -> None:
    """Pack a directory of evidence with what it proves of a week or any other period, and verify what was packed.

    The result is kept for the next report. Without a key nothing signs the bundle, and it leaves with 4.

    mcreports evidence pack --evidence evidence/ --period 2025-10
    """
    from mcreports.checks import Status

    settings, at = settings_of(context, evidence=evidence), now()
    packed, path, is_new = pack_period(settings, at, zone_period(period, "weekly", settings, at), output)
    is_signed = settings.evidence.key_file is not None
    _tell(packed, path, is_signed=is_signed, as_json=json)
    say("packed" if is_new else "the same bundle lies there already")
    if not is_signed:
        say("UNSIGNED: it proves nothing to anybody; run `mcreports evidence key new`, and set evidence.key_file")
        raise typer.Exit(EXITS[Status.UNKNOWN])
    outcome, told = verified_result(settings, at, (path, None), None)
    keep(stated(outcome, told), settings, told)


@app.command()
def verify(
    context: typer.Context,
    bundle: File = None,
    period: Annotated[str | None, typer.Option(help="The period that it must be of; else it must be fresh.")] = None,
    previous: Annotated[Path | None, typer.Option(help="The bundle that it must follow.", dir_okay=False)] = None,
    how: Annotated[bool, typer.Option("--how", help="Tell how to verify it with openssl alone.")] = False,
    json: options.Json = False,
) -> None:
    """Offline, with the keys of the settings: signature, files, period, chain, and every claim once more.

    mcreports evidence verify dist/evidence-v0.3.3-20251103T090000Z.zip --period 2025-10
    """
    from mcreports.evidence.bundles.how import HOW

    if how:
        print(HOW, end="")
        return
    settings, at = settings_of(context), now()
    outcome, told = verified_result(settings, at, (bundle, previous), period)
    conclude(outcome, settings, told, as_json=json)


@app.command()
def archive(
    context: typer.Context,
    bundle: File = None,
    period: Annotated[str | None, typer.Option(help="The month, 2025-10; else the last one that is over.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Archive nothing, only check what is archived.")] = False,
    json: options.Json = False,
) -> None:
    """Keep a month's bundle, written once and packed now if nobody has, and check every archived month again.

    mcreports evidence archive --period 2025-10
    """
    from mcreports.evidence.bundles.archive import outcome
    from mcreports.evidence.keys import load_keyring

    settings, at = settings_of(context), now()
    own, keyring = settings.evidence, load_keyring(settings.evidence)
    if not check:
        file, is_new = archive_month(settings, at, bundle, period)
        say(f"{'archived' if is_new else 'archived already, with the same bytes'}: {file}")
    found = outcome(own.archives, keyring, at)
    conclude(found, settings, Told(data={"archives": str(own.archives)}), as_json=json)


def archive_month(settings: Settings, at: datetime, bundle: Path | None, period: str | None) -> tuple[Path, bool]:
    """Archive a month's bundle, the newest that was packed or one that is packed now; its file, and if it is new."""
    from mcreports.evidence.bundles.archive import add
    from mcreports.evidence.bundles.container import MOST_BUNDLE
    from mcreports.evidence.bundles.pack import look, newest
    from mcreports.evidence.keys import load_keyring, load_signer
    from mcreports.evidence.place import read

    own = settings.evidence
    if own.key_file is None:
        msg = "the archive's index must be signed: set evidence.key_file; `mcreports evidence key new` makes a key"
        raise SettingsError(msg)
    signer, keyring = load_signer(own.key_file), load_keyring(own)
    month = zone_period(period, "monthly", settings, at)
    if month.kind != "month" or month.end > at:
        msg = f"{month} is not a month that is over; write it like 2025-10"
        raise UsageError(msg)
    file = bundle or newest(own.bundles, keyring, month) or pack_period(settings, at, month, None)[1]
    stated, _ = look(file, keyring)
    if stated.period != month:
        msg = f"{file} is of {stated.period.label}, not of {month.label}; give --period {stated.period.label}"
        raise UsageError(msg)
    entry, is_new = add(read(file, MOST_BUNDLE), own.archives, (signer, keyring), at)
    return own.archives / entry.file, is_new


def pack_period(settings: Settings, at: datetime, period: Period, output: Path | None) -> tuple[Packed, Path, bool]:
    """The bundle of the settings' evidence for a period that is over, its file, and whether that is new."""
    from mcreports.evidence.bundles.pack import Order, pack, predecessor
    from mcreports.evidence.bundles.pack import keep as put
    from mcreports.evidence.keys import load_keyring, load_signer

    own, root = settings.evidence, settings.report.evidence
    if root is None:
        msg = "no evidence is named: give --evidence, or evidence in the [report] section of mcreports.toml"
        raise UsageError(msg)
    if period.end > at:
        msg = f"{period} is not over; choose an earlier --period"
        raise UsageError(msg)
    signer, keyring = None if own.key_file is None else load_signer(own.key_file), load_keyring(own)
    bundles = output or own.bundles
    before, doubts = predecessor(period, own.archives, bundles, keyring) if signer else (None, ())
    for doubt in doubts:
        say(f"not taken for the bundle before: {doubt}")
    packed = pack(root, Order(own.version, period, at), (signer, keyring), before)
    return packed, *put(packed, bundles)


def verified_result(
    settings: Settings, at: datetime, files: tuple[Path | None, Path | None], period: str | None
) -> tuple[Outcome, Told]:
    """What verifying a bundle comes to, and what is told beside it."""
    from mcreports.evidence.bundles.verify import CHECK, judge
    from mcreports.evidence.outcomes import Outcome

    file, found = _verified(settings, at, files, period)
    verdicts = judge(found, file.name, settings.rule("evidence.compliance"))
    outcome = Outcome(CHECK, at, verdicts, found.facts(), {file.name: found.examined.sha256})
    stated = found.bundle
    window = None if stated is None else (stated.period.start, stated.period.end)
    lines = () if stated is None else (f"{file}: {stated.period.label}, signed by {found.examined.keyid}",)
    return outcome, Told(window, lines=lines)


def _verified(
    settings: Settings, at: datetime, files: tuple[Path | None, Path | None], period: str | None
) -> tuple[Path, Verified]:
    """The file that is meant, and what it was found to be."""
    from mcreports.evidence.bundles.container import MOST_BUNDLE
    from mcreports.evidence.bundles.index import read_index
    from mcreports.evidence.bundles.pack import last_file, look
    from mcreports.evidence.bundles.platform import is_listing, verify_listing
    from mcreports.evidence.bundles.verify import Expected
    from mcreports.evidence.bundles.verify import verify as examine
    from mcreports.evidence.keys import load_keyring
    from mcreports.evidence.place import read
    from mcreports.period import Period

    own, keyring = settings.evidence, load_keyring(settings.evidence)
    file = files[0] or last_file(own.bundles)
    if file is None:
        msg = f"{own.bundles}: holds no bundle; name one, or run `mcreports evidence pack`"
        raise UsageError(msg)
    raw = read(file, MOST_BUNDLE)
    if is_listing(raw):
        return file, verify_listing(raw, file.name, keyring, at)
    wanted = None if period is None else Period.parse(period, settings.report.zone)
    expected = Expected(at, own.version, wanted, own.fresh)
    try:
        if keyring.keys:
            expected = replace(expected, history=read_index(own.archives, keyring))
        if files[1] is not None:
            expected = replace(expected, previous=look(files[1], keyring)[1])
    except EvidenceError as error:
        expected = replace(expected, doubts=(f"what came before is not proven: {error}",))
    return file, examine(raw, keyring, expected)


def _tell(packed: Packed, path: Path, *, is_signed: bool, as_json: bool) -> None:
    from mcreports.view.markup import visible

    said = packed.compliance.as_dict()
    if as_json:
        told = {"files": len(packed.bundle.files), "earlier_bundles": list(packed.collected.earlier)}
        show_json({"file": str(path), "signed": is_signed, **told, **packed.bundle.body()["predicate"]})
        return
    percent = "nothing is proven" if said["percent"] is None else f"{said['percent']} % proven"
    files = f"{len(packed.bundle.files)} files, {said['files']} of them evidence of this period"
    print(visible(f"{path}: {percent}, {files}, {said['claims']} claims"))
    for row in said["contradicted"]:
        print(visible(f"  {row['file']}: {row['field']} claims {row['claimed']}, its details give {row['recomputed']}"))
    for row in said["faults"]:
        print(visible(f"  {row['file']}: {row.get('field', '')} {row['text']}"))
    for text in (*said["stale"], *said["absent"]):
        print(visible(f"  {text}"))
    for name in packed.collected.hidden:
        say(f"left out, hidden: {name}")
    for name in packed.collected.earlier:
        say(f"left out, a bundle itself: {name}")
