"""``mcreports archive``: what is kept, whether it is whole, and removing what is too old."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import metrics_of, now, progress, real_time, say, settings_of, show_json, with_archive
from mcreports.cli.pull import REPORTS, needed
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from mcreports.archive.archive import Archive
    from mcreports.archive.upkeep import Status
    from mcreports.settings import Settings

app = typer.Typer(help="What is kept, whether it is whole, and removing what is too old.", no_args_is_help=True)
DAMAGED, NOTHING = 3, 4
MOST_GAPS = 3
WIDEST = 1000


@app.command()
def status(context: typer.Context, archive: options.Archive = None, json: options.Json = False) -> None:
    """Tell per metric what is covered, from when to when, with which gaps, and what was late or restated.

    mcreports archive status --json
    """
    from mcreports.archive.days import milliseconds
    from mcreports.archive.upkeep import status as look

    settings = with_archive(settings_of(context), archive)
    found = look(_open(settings), milliseconds(real_time(now()) - settings.report.settle))
    if json:
        show_json([one.as_dict() for one in found])
    elif found:
        _table(found)
    else:
        say("nothing is archived yet; mcreports pull does that")


@app.command()
def verify(context: typer.Context, archive: options.Archive = None, json: options.Json = False) -> None:
    """Hash every file and read every row; leave with 3 if anything is damaged, with 4 if there is nothing.

    mcreports archive verify
    """
    from mcreports.archive.days import milliseconds
    from mcreports.archive.verifying import verify as check

    held = _open(with_archive(settings_of(context), archive))
    with progress() as tell:
        result = check(held, tell, milliseconds(real_time(now())))
    if json:
        faults = list(result.faults)
        counts = {"segments": result.segments, "samples": result.samples}
        show_json({"whole": not faults, **counts, "faults": faults, "notes": list(result.notes)})
    else:
        whole = f"whole, {result.segments} segments, {result.samples:,} samples"
        print(f"{held.store.shown}: {'NOT WHOLE' if result.faults else whole}")
        for fault in result.faults:
            print(f"  {fault}")
        for note in result.notes:
            say(note)
    if result.faults:
        raise typer.Exit(DAMAGED)
    if not result.segments:
        raise typer.Exit(NOTHING)


@app.command()
def prune(
    context: typer.Context,
    older_than: Annotated[str, typer.Option(help="How old the days are that may go: 400d.")],
    archive: options.Archive = None,
    yes: Annotated[bool, typer.Option("--yes", help="Really remove; without it, only tell.")] = False,
    json: options.Json = False,
) -> None:
    """Remove whole days by their age, replaced segments and orphans; never what reports still need.

    mcreports archive prune --older-than 400d --yes
    """
    from mcreports.archive.days import milliseconds
    from mcreports.archive.pruning import remove, waste

    settings, at = with_archive(settings_of(context), archive), now()
    held, age = _open(settings), _age(older_than)
    names = {key: metric.name for key, metric in metrics_of(settings).items()}
    wanted = needed(settings, at, (*REPORTS, "trends"))
    protected = {names[key]: milliseconds(start) for key, start in wanted.items()}
    found = waste(held, milliseconds(at - age), protected, milliseconds(real_time(at)))
    if yes:
        remove(held, found)
    if json:
        counts = {name: getattr(found, name) for name in ("days", "replaced", "orphans", "protected", "size")}
        show_json({"removed": yes, **counts, "files": list(found.files)})
        return
    print(
        f"{'removed' if yes else 'would remove'}: {found.days} days, {found.replaced} replaced segments, "
        f"{found.orphans} orphans, {found.size / 1e6:.1f} MB"
    )
    if found.protected:
        say(f"{found.protected} older days stay: the reports of the last closed periods need them")
    if not yes and found.files:
        say("nothing was removed; say --yes to remove it")


def _open(settings: Settings) -> Archive:
    from mcreports.archive.open import open_archive

    return open_archive(settings.archive)


def _table(found: list[Status]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in ("metric", "from", "until"):
        table.add_column(name)
    for name in ("days", "closed", "samples", "MB", "late", "restated", "gaps"):
        table.add_column(name, justify="right")
    for one in found:
        said = one.as_dict()
        numbers = one.days, one.closed, one.samples, f"{one.size / 1e6:.1f}", one.late, len(one.restatements)
        table.add_row(
            one.metric, said["first"], said["until"], *(format(n, ",") if isinstance(n, int) else n for n in numbers),
            str(len(one.gaps)),
        )  # fmt: skip
    # a name that is cut off names nothing: a narrow terminal wraps the line, a pipe gets it whole
    width = max(Console().width, table.__rich_measure__(Console(width=WIDEST), Console(width=WIDEST).options).maximum)
    Console(highlight=False, width=width, soft_wrap=True).print(table)
    for one in found:
        said = one.as_dict()
        for start, until in said["gaps"][:MOST_GAPS]:
            print(f"{one.metric}: nothing was fetched of {start}..{until}")
        for each in said["restatements"]:
            print(f"{one.metric}: {each['day']} was restated: {each['reason']}")


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,4})d", text, re.ASCII)
    if match is None:
        msg = f"--older-than {text!r} is not an age; write it like 400d"
        raise UsageError(msg)
    return timedelta(days=int(match[1]))
