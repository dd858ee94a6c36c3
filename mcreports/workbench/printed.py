"""Answers off the notebook: as data for programs, as CSV that a spreadsheet does not execute, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from mcreports.figures import instant_text
from mcreports.reports.record import rows_csv
from mcreports.workbench.names import in_line
from mcreports.workbench.result import LEFT_OUT

if TYPE_CHECKING:
    from mcreports.workbench.result import Result


def as_data(result: Result) -> dict[str, Any]:
    """The rows under their columns' names, money as text, and all that is said of them."""
    rows, said = _rows(result), result.said
    if said is None:
        return {"rows": rows}
    return {
        "title": said.title,
        "period": said.asked.label,
        "state": said.state,
        "status": said.status.value,
        "data_through": None if said.through is None else instant_text(said.through),
        "n": said.n,
        "unit": said.unit,
        "promql": list(said.promql),
        "rows": rows,
        "figures": [figure.as_dict() for figure in said.figures.values()],
        "verdicts": [verdict.as_dict() for verdict in said.verdicts],
    }


def as_csv(result: Result) -> str:
    """The rows as CSV."""
    return rows_csv(tuple(result.columns), _rows(result))


def as_text(result: Result) -> str:
    """The columns that matter, in lines; then how fresh and how many."""
    shown = [name for name in result.columns if name not in LEFT_OUT]
    cells = [[_line(cell) for cell in row.values()] for row in _rows(result[shown])]
    table = pd.DataFrame(cells, columns=shown).to_string(index=False) if cells else "no row"
    said = result.said
    below = "" if said is None else f"\n\n{said.freshness}; n = {said.n:,} {said.unit}; {said.status.value}"
    return f"{table}{below}\n"


def _rows(result: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [[_plain(cell) for cell in result[name].astype(object)] for name in result.columns]
    return [dict(zip(result.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _line(cell: Any) -> str:  # noqa: ANN401 - a cell of a DataFrame
    return "" if cell is None else in_line(str(cell))


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a cell of a DataFrame
    if pd.isna(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.isoformat()
    return cell if isinstance(cell, int | float | str) else str(cell)
