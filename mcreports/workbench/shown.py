"""Answers as a notebook shows them: the verdict, how fresh, how many, then the rows, each with its passport."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from mcreports.checks import SEVERITY, Status
from mcreports.errors import McreportsError
from mcreports.figures import Figure, plain
from mcreports.names import UNALLOCATED, several
from mcreports.view.format import FULL, Shape, amount, count
from mcreports.view.markup import Name, Shown, Strong, Trusted, escape, mark_html, visible
from mcreports.view.page import Band, Paragraph
from mcreports.view.tables import Column, Table
from mcreports.view.theme import notebook_css
from mcreports.view.verbatim import Verbatim
from mcreports.view.words import check_name, instant_words, verdict_words, word
from mcreports.workbench.result import KEY, LEFT_OUT

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.sentence import Said, Sentence
    from mcreports.view.markup import Part
    from mcreports.view.tables import Cell
    from mcreports.workbench.bench import Workbench
    from mcreports.workbench.result import Result
    from mcreports.workbench.result import Said as Told

MOST = 50  # rows of an answer, and so many verdicts less
SIGNED = Shape(sign=True)
MEASURED, VALUE = {"usd", "percent"}, "value"
WHOLE = {"day", "week", "month"}


def styled(html: str) -> str:
    """A part of an output in the house's colours, light or dark as JupyterLab is."""
    return f"<style>{notebook_css()}</style>{html}"


def result_html(result: Result, said: Told) -> str:
    """The answer's band, its rows, and the way to see it again."""
    rows = result.head(MOST)
    names = said.shown or tuple(name for name in result.columns if name not in LEFT_OUT)
    if "n" in names:  # who asks for a rate counts its events, and a verdict needs the room
        names = tuple(name for name in names if name != "samples")
    columns = tuple(_column(name, result) for name in names)
    cells = tuple(_row(names, row, said) for _, row in rows.iterrows())
    table = Table(said.title, columns, cells, empty="No row.")
    more = len(result) - len(rows)
    left = Paragraph(f"{more:,} more rows are in the DataFrame.")._repr_html_() if more else ""
    again = Verbatim(said.command, "The same from a shell")
    return styled(f"{band_html(result, said)}{table._repr_html_()}{left}{again._repr_html_()}")


def band_html(result: Result, said: Told) -> str:
    """One sentence behind the gravest verdict's mark, then how far the data reach, and how many there are."""
    gravest = sorted(said.verdicts, key=lambda one: SEVERITY.index(one.status), reverse=True)
    total: tuple[Part, ...] = () if said.total is None else (Strong(said.total), ", ")
    head = (said.title, ": ", *total, f"n = {said.n:,} {said.unit}")
    through = "No data" if said.through is None else f"Data through {instant_words(said.through)}"
    state = "" if said.state == "final" else " PROVISIONAL: the period is not over, or not settled."
    cut = "" if len(result) == said.rows else f" {len(result):,} of {said.rows:,} rows are shown."
    sentences = [f"{through}.{state}{cut}", *(f"{note[:1].upper()}{note[1:]}." for note in said.notes)]
    if gravest:
        sentences.append(_verdict(gravest[0], len(gravest)))
    return Band(said.status, head, tuple(sentences), gravest[0].check if gravest else "")._repr_html_()


def bench_html(bench: Workbench) -> str:
    """What a workbench is connected to."""
    try:
        names = f"Tenants: {several([visible(name) for name in bench.tenants])}"
    except McreportsError as error:
        names = str(error)  # what is shown may not stand in the way of what is asked next
    is_demo = bench.opened is None and bench.address.startswith("demo:")
    what = "The embedded demo, whose data are invented: " if is_demo else "Connected to "
    run = "" if bench.opened is None else f", which is {bench.opened.report} {bench.opened.period}"
    text = (what, Name(bench.address), run, f", as of {instant_words(bench.now)}. ", Name(names), ".")
    return styled(Paragraph(text)._repr_html_())


def _verdict(verdict: Verdict, every: int) -> str:
    whose = "all tenants" if verdict.tenant is None else visible(verdict.tenant)
    others = f"; the gravest of {every:,}" if every > 1 else ""
    return f"{check_name(verdict.check)}, {whose}: {verdict_words(verdict)}{others}."


def _row(names: tuple[str, ...], row: Any, said: Told) -> tuple[Cell, ...]:  # noqa: ANN401 - a row of a DataFrame
    figure = said.figures.get(str(row[KEY])) if KEY in row.index else None
    return tuple(figure if name == VALUE else _cell(name, row[name], figure) for name in names)


def _cell(name: str, value: Any, figure: Figure | None) -> Cell:  # noqa: ANN401, PLR0911 - one for each kind of cell
    if name in MEASURED and figure is not None and _is_same(value, figure):
        return figure
    if name == "driver" and value == "":
        return UNALLOCATED
    if pd.isna(value) or (value == "" and name != "tenant"):
        return ""
    if name == "verdict":
        status = Status(value)
        return Trusted(f'<span class="mc-verdict mc-{status.value}">{mark_html(status)} {escape(word(status))}</span>')
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if name in WHOLE and value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return Name(value)
    if isinstance(value, int):
        return count(value)
    return amount(value) if isinstance(value, float | Decimal) else str(value)


def _is_same(value: Any, figure: Figure) -> bool:  # noqa: ANN401 - a cell of a DataFrame
    """Whether the cell still holds what its figure says: it may have been changed since."""
    own = plain(figure.value)
    return bool(pd.isna(value)) if own is None else not pd.isna(value) and figure.value == value


def _column(name: str, result: Result) -> Column:
    if name == VALUE:
        return Column(name, "number", shape=FULL)
    dtype = result[name].dtype
    if isinstance(dtype, pd.DatetimeTZDtype):
        return Column(f"{name}, {dtype.tz}")
    is_number = not isinstance(dtype, pd.CategoricalDtype) and pd.api.types.is_numeric_dtype(dtype)
    return Column(name, "number" if is_number else "text")


def sentence_parts(sentence: Sentence) -> tuple[Part, ...]:
    """A sentence of a report, its figures set off."""
    return tuple(_part(part) for part in sentence)


def _part(part: str | Figure | Said) -> Part:
    match part:
        case str():
            return Name(part)
        case Figure():
            return Strong(part)
        case _:
            return Strong(Shown(part.figure, SIGNED))
