"""How well a month's total is foreseen as of its days 7, 14 and 21, by the shipped forecast and its rivals.

python -m benchmarks.forecasting [DIR] [--seeds 8] [--days 400] [--suite PYTHON] [--markdown]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.forecasting.origins import AS_OF, Case, cases
from benchmarks.forecasting.run import OURS, Result, results
from benchmarks.forecasting.scores import FIELDS, mean
from benchmarks.forecasting.series import FolderError, folder, generated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHOSEN = 100  # seeds below were there to choose by; those from here on are reported
AIMS = 20.0, (77.0, 83.0)
DIGITS = {"error": 2, "brier": 3}
HEADS = ("MAPE, %", "in 80 %", "in 95 %", "width, %", "interval score", "Brier", "days off", "ms of CPU")


def table(found: Sequence[Result]) -> list[tuple[str, ...]]:
    """A row for each method: the means over all cases."""
    rows: list[tuple[str, ...]] = [("method", *HEADS)]
    for one in found:
        if one.failure:
            rows.append((one.name, one.failure, *[""] * (len(HEADS) - 1)))
            continue
        values = [mean(one.scores, field) * (100 if field.startswith("covered") else 1) for field in FIELDS]
        shown = [
            f"{value:.3f}" if field == "brier" else f"{value:.1f}" for field, value in zip(FIELDS, values, strict=True)
        ]
        rows.append((one.name, f"{values[0]:.2f}", *shown[1:], f"{one.ms:.1f}"))
    return rows


def split(ours: Result, rate: Result, asked: Sequence[Case], key: Callable[[Case], str]) -> list[tuple[str, ...]]:
    """The shipped forecast and run rate, apart for each kind of case."""
    rows: list[tuple[str, ...]] = [("cases", "number", "MAPE, %", "run rate's", "in 80 %", "in 95 %", "width, %")]
    for kind in dict.fromkeys(map(key, asked)):
        mine, theirs = (
            [one for one, case in zip(result.scores, asked, strict=True) if key(case) == kind]
            for result in (ours, rate)
        )
        covered = [f"{100 * mean(mine, field):.1f}" for field in ("covered_80", "covered_95")]
        errors = [f"{mean(scores, 'error'):.2f}" for scores in (mine, theirs)]
        rows.append((kind, f"{len(mine)}", *errors, *covered, f"{mean(mine, 'width'):.1f}"))
    return rows


def aims(ours: Result, rate: Result) -> str:
    """Whether what was aimed at was reached, with the numbers."""
    below = 100 * (1 - mean(ours.scores, "error") / mean(rate.scores, "error"))
    covered = 100 * mean(ours.scores, "covered_80")
    least, (low, high) = AIMS
    return (
        f"The shipped forecast's error is {below:.1f} % below run rate's (aim: {least:.0f}): "
        f"{'reached' if below >= least else 'MISSED'}. Its 80 % intervals cover {covered:.1f} % (aim: {low:.0f} to "
        f"{high:.0f}): {'reached' if low <= covered <= high else 'MISSED'}."
    )


def printed(rows: Sequence[tuple[str, ...]], *, as_markdown: bool) -> str:
    """Rows under their heads, in columns."""
    if as_markdown:
        first, *rest = (f"| {' | '.join(row)} |" for row in rows)
        return "\n".join([first, f"| --- |{' ---: |' * (len(rows[0]) - 1)}", *rest])
    widths = [max(len(row[at]) for row in rows if any(row[2:])) for at in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> int:
    """0 when everything was measured; 2 where a folder cannot be read or holds no month to foresee."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecasting", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="CSV files of date,value instead")
    parser.add_argument("--seeds", type=int, default=8, help="generated series of each kind (8)")
    parser.add_argument("--first-seed", type=int, default=CHOSEN, help=f"{CHOSEN}; those below were chosen by")
    parser.add_argument("--days", type=int, help="of history instead of what a report has (57 to 87)")
    parser.add_argument("--suite", type=Path, metavar="PYTHON", help="of an environment with requirements.lock")
    parser.add_argument("--markdown", action="store_true", help="the tables as docs/forecasting.md holds them")
    asked = parser.parse_args()
    try:
        seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
        every = folder(asked.folder) if asked.folder else generated(seeds)
    except FolderError as error:
        print(error, file=sys.stderr)
        return 2
    own = cases(every, asked.days)
    if not own:
        print("no series holds a whole month after 14 days of history", file=sys.stderr)
        return 2
    found = results(own, asked.suite)
    rate, ours = found[0], next(one for one in found if one.name == OURS)
    said = f"{len(own):,} month totals of {len(every)} series, as of days {', '.join(map(str, AS_OF))}."
    blocks = [table(found), split(ours, rate, own, lambda case: case.kind)]
    blocks.append(split(ours, rate, own, lambda case: f"as of day {case.first.day - 1}"))
    print("\n\n".join([said, aims(ours, rate), *(printed(rows, as_markdown=asked.markdown) for rows in blocks)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
