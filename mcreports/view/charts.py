"""Charts as values: live in JupyterLab, an accessible drawing with its data table on the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mcreports.view import drawing, plots
from mcreports.view.format import Shape, figure_text
from mcreports.view.markup import escape
from mcreports.view.points import Series, driver_role, number, point_text
from mcreports.view.sparkline import Sparkline
from mcreports.view.tables import Column, Table
from mcreports.view.words import day_text

if TYPE_CHECKING:
    from datetime import date

    from mcreports.figures import Figure
    from mcreports.view.markup import Text
    from mcreports.view.points import Y
    from mcreports.view.svg import Drawing

PLOTLY = "application/vnd.plotly.v1+json"
SVG = "image/svg+xml"
PAGE = "application/vnd.mcreports.view+html"  # what only our own page reads: it wins there, and nowhere else

Bundle = dict[str, object]

__all__ = ["PAGE", "PLOTLY", "SVG", "Bars", "Bridge", "Lines", "Series", "Sparkline", "driver_role"]


@dataclass(frozen=True)
class Lines:
    """Lines over days; ``half`` lets two charts stand side by side."""

    title: str
    subtitle: str
    series: tuple[Series, ...]
    unit: str = "USD"
    zero: bool = True
    half: bool = False

    def words(self) -> str:
        """What the chart shows, in numbers."""
        return "; ".join(series.words(self.unit) for series in self.series)

    def table(self) -> Table:
        """The numbers that it is drawn from."""
        return _day_table(self.title, self.series, self.unit)

    def _repr_mimebundle_(self, **_kwargs: object) -> Bundle:
        return bundle(self, plots.lines(self), drawing.lines(self))


@dataclass(frozen=True)
class Bars:
    """Bars by day, stacked, under a limit if there is one; ``data`` is False beside a table of the same numbers."""

    title: str
    subtitle: str
    series: tuple[Series, ...]
    unit: str = "USD"
    limit: Series | None = None
    half: bool = False
    data: bool = True

    def words(self) -> str:
        """What the chart shows, in numbers."""
        return "; ".join(series.words(self.unit) for series in (*self.series, *([self.limit] if self.limit else [])))

    def table(self) -> Table:
        """The numbers that it is drawn from."""
        return _day_table(self.title, (*self.series, *([self.limit] if self.limit else [])), self.unit)

    def _repr_mimebundle_(self, **_kwargs: object) -> Bundle:
        return bundle(self, plots.bars(self), drawing.bars(self))


@dataclass(frozen=True)
class Bridge:
    """How named steps add up to a total, from zero."""

    title: str
    subtitle: str
    steps: tuple[tuple[str, Figure], ...]
    total: tuple[str, Figure]
    unit: str = "USD"
    half: bool = False

    def words(self) -> str:
        """What the chart shows, in numbers."""
        signed = Shape(sign=True)
        return "; ".join(f"{name} {figure_text(figure, signed)}" for name, figure in (*self.steps, self.total))

    def table(self) -> Table:
        """The numbers that it is drawn from."""
        columns = (Column("Step", "name"), Column(self.unit, "number", shape=Shape("amount", sign=True)))
        return Table(self.title, columns, self.steps, total=self.total)

    def _repr_mimebundle_(self, **_kwargs: object) -> Bundle:
        return bundle(self, plots.bridge(self), drawing.bridge(self))


class Chart(Protocol):
    """What every chart has: a title that is its message, how to read it, its numbers in words and as a table."""

    @property
    def title(self) -> str:
        """The message."""

    @property
    def subtitle(self) -> str:
        """How to read it."""

    @property
    def half(self) -> bool:
        """Whether another one may stand beside it."""

    def words(self) -> str:
        """What it shows, in numbers."""

    def table(self) -> Table:
        """The numbers that it is drawn from."""


def bundle(chart: Chart, plot: plots.Json, drawn: Drawing) -> Bundle:
    """A chart for every reader: live, still, on our own page with its data table, and in words."""
    half = " mc-half" if chart.half else ""
    page = (
        f'<figure class="mc mc-chart{half}"><figcaption><h3>{escape(chart.title)}</h3>'
        f'<p class="mc-note">{escape(chart.subtitle)}</p></figcaption>{drawn.fluid()}{_data(chart)}</figure>'
    )
    text = f"{chart.title}. {chart.words()}"
    return {PLOTLY: plot, SVG: drawn.fixed(), PAGE: page, "text/plain": text}


def _data(chart: Chart) -> str:
    if isinstance(chart, Bars) and not chart.data:
        return ""
    return f"<details><summary>Data table</summary>{chart.table()._repr_html_()}</details>"


def _day_table(caption: str, every: tuple[Series, ...], unit: str) -> Table:
    days = sorted({day for series in every for day in series.x})
    at = [dict(zip(series.x, series.y, strict=True)) for series in every]
    monthly = len(days) > 1 and all(day.day == 1 for day in days)
    columns = (Column("Month" if monthly else "Day"), *(Column(f"{series.name}, {unit}", "number") for series in every))
    named = [day_text(day).removeprefix("1 " if monthly else "") for day in days]
    rows = tuple((name, *(_cell(points, day, unit) for points in at)) for name, day in zip(named, days, strict=True))
    return Table(caption, columns, rows, passports=False)


def _cell(points: dict[date, Y], day: date, unit: str) -> Text | None:
    if day not in points:
        return None
    y = points[day]
    if y is None or isinstance(y, int | float):
        return "no data" if number(y) is None else point_text(y, unit).removeprefix("USD ")
    return y
