"""``mcreports evaluate``: how good the detector is, on labelled series of your own or of a public benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import progress, say, show_json
from mcreports.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mcreports.analysis.evaluation.folder import Folder
    from mcreports.analysis.evaluation.result import Result
    from mcreports.analysis.evaluation.rivals import Contender
    from mcreports.analysis.evaluation.sweep import Best

app = typer.Typer(help="How good the detector is, on series whose anomalies are known.", no_args_is_help=True)
MOST_DIFFERENCES = 5


@app.callback()
def _group() -> None:
    """Keep the group, though it has one command."""


@app.command()
def anomalies(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="data/**.csv and labels/combined_windows.json.")],
    detector: Annotated[
        list[str] | None, typer.Option(help="Only this one, e.g. mcreports; may be given again.", show_default=False)
    ] = None,
    generate: Annotated[
        int | None, typer.Option(metavar="SEED", min=0, help="Write invented labelled series into DIR first.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Hold the detector and what it replaces against labelled series in the format of the Numenta Anomaly Benchmark.

    A folder holds CSV files of timestamp,value and the windows of their anomalies in JSON. Leaves with 0 whatever
    the scores are, and with 2 if the folder cannot be used.

    mcreports evaluate anomalies NAB/

    mcreports evaluate anomalies invented/ --generate 7
    """
    from mcreports.analysis.evaluation.contest import contest
    from mcreports.analysis.evaluation.folder import read

    contenders = _chosen(detector)
    if generate is not None:
        _invent(folder, generate)
    with progress() as tell:
        tell(f"reading {folder}")
        found = read(folder)
        results = [contest(found.series, contender, tell) for contender in contenders]
    if json:
        show_json({**_counts(found), "notes": found.notes, "detectors": [result.as_dict() for result in results]})
        return
    for note in found.notes:
        say(note)
    _print(found, results)


def _chosen(names: Sequence[str] | None) -> list[Contender]:
    from mcreports.analysis.evaluation.rivals import CONTENDERS

    known = {contender.name: contender for contender in CONTENDERS}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise UsageError(f"--detector {unknown[0]!r} is not known; there are {', '.join(known)}")
    return [contender for name, contender in known.items() if not names or name in names]


def _invent(folder: Path, seed: int) -> None:
    from mcreports.analysis.evaluation.folder import write
    from mcreports.analysis.evaluation.labelled import corpus

    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"--generate writes into a new or an empty directory; {folder} is neither")
        write(corpus(seed), folder)
    except OSError as error:
        raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror}") from error


def _counts(found: Folder) -> dict[str, int]:
    return {
        "series": len(found.series),
        "rows": sum(len(one.ts) for one in found.series),
        "anomalies": sum(len(one.windows) for one in found.series),
    }


def _print(found: Folder, results: Sequence[Result]) -> None:
    from rich.console import Console
    from rich.table import Table

    counts = _counts(found)
    weeks = results[0].events.weeks
    print(
        f"{counts['series']:,} series, {counts['rows']:,} rows, {counts['anomalies']:,} anomalies; "
        f"{weeks:,.1f} series-weeks are scored, the first 15 % of a series, at most 750 rows, are not"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for result in results:
        table.add_column(result.name, justify="right", no_wrap=True)
    columns = [_cells(result) for result in results]
    for measure in columns[0]:
        table.add_row(measure, *(cells[measure] for cells in columns))
    # a table that is cut off says nothing: a narrow terminal wraps the line, a pipe gets it whole
    wide = Console(width=1000)
    width = max(Console().width, table.__rich_measure__(wide, wide.options).maximum)
    Console(highlight=False, width=width, soft_wrap=True).print(table)
    for result in results:
        print(f"{result.name}: {result.words}; {_future(result)}")


def _cells(result: Result) -> dict[str, str]:
    from mcreports.analysis.evaluation.nab import PROFILES

    seen = result.events
    words = {profile.name: profile.name.replace("_", " ").removesuffix(" rate") for profile in PROFILES}
    return {
        **{f"NAB {words[name]}, as it alerts": _number(score, 1) for name, score in result.fixed.items()},
        **{f"NAB {word}, best threshold": _best(result.best, name) for name, word in words.items()},
        **{f"NAB {word}, best of all rows": _best(result.best_rows, name) for name, word in words.items()},
        "precision of alerts": _number(seen.precision, 2),
        "anomalies caught (recall)": _number(seen.recall, 2),
        "F1": _number(seen.f1, 2),
        "false alerts per series and week": _number(seen.false_per_week, 2),
        "VUS-PR of the score": _number(result.vus_pr, 3),
        "rows a second": f"{result.rows_per_second:,.0f}",
    }


def _best(found: Mapping[str, Best], name: str) -> str:
    return _number(found[name].score if name in found else None, 1)


def _number(value: float | None, digits: int) -> str:
    return "unknown" if value is None else f"{value:.{digits}f}"


def _future(result: Result) -> str:
    from mcreports.view.markup import visible

    if not result.prefixes:
        return "whether the future changes anything is not known: no series has rows enough to cut"
    if not result.differences:
        return f"the future changes nothing: {result.prefixes:,} prefixes were judged again, bit for bit the same"
    told = (f"{visible(each.series)} {each.field} of row {each.row}" for each in result.differences[:MOST_DIFFERENCES])
    more = f" and {len(result.differences) - MOST_DIFFERENCES:,} more" * (len(result.differences) > MOST_DIFFERENCES)
    return f"THE FUTURE CHANGES WHAT IT SAYS of {', '.join(told)}{more}, in {result.prefixes:,} prefixes"
