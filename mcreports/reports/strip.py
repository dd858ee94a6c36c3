"""Thirty days of verdicts: for each report a row of cells, as wide as the periods that they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.reports.runs import PublishedRun

DAYS = 30


@dataclass(frozen=True)
class Cell:
    """A run, or a day without one, over so many of the strip's days."""

    day: date
    span: int
    run: PublishedRun | None


@dataclass(frozen=True)
class Strip:
    """The days, and a row of cells for each report."""

    days: tuple[date, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def strip(runs: Sequence[PublishedRun], today: date) -> Strip:
    """The runs of the thirty days before ``today``, or before the newest period's end if that is earlier."""
    if not runs:
        return Strip((), ())
    after = min(max(run.period.after for run in runs), max(today, min(run.period.after for run in runs)))
    days = tuple(after - timedelta(days=left) for left in range(DAYS, 0, -1))
    reports = dict.fromkeys(run.report for run in sorted(runs, key=lambda run: run.period.after - run.period.first))
    rows = tuple((report, _cells([run for run in runs if run.report == report], days)) for report in reports)
    return Strip(days, tuple((report, cells) for report, cells in rows if any(cell.run for cell in cells)))


def _cells(runs: list[PublishedRun], days: tuple[date, ...]) -> tuple[Cell, ...]:
    first, end = days[0], days[-1] + timedelta(days=1)
    cells: list[Cell] = []
    edge, each = end, min((run.period.after - run.period.first).days for run in runs)
    for run in sorted(runs, key=lambda run: (run.period.after, run.period.first), reverse=True):
        if run.period.after > edge and edge < end:
            continue  # it overlaps a newer run, which stands for these days
        start, stop = max(run.period.first, first), min(run.period.after, edge)
        if start >= stop:
            continue
        cells += _empty(stop, edge, each)
        cells.append(Cell(start, (stop - start).days, run))
        edge = start
    cells += _empty(first, edge, each)
    return tuple(reversed(cells))


def _empty(start: date, stop: date, each: int) -> list[Cell]:
    days = (stop - start).days
    if each > 1:
        return [Cell(start, days, None)] if days else []
    return [Cell(stop - timedelta(days=back), 1, None) for back in range(1, days + 1)]
