"""A line from step to step through days, within the band of what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from mcreports.view import plots, svg
from mcreports.view.axes import HEIGHT, grid, value_scale
from mcreports.view.charts import Lines, Series, bundle
from mcreports.view.format import value_text
from mcreports.view.points import number, point_text
from mcreports.view.tables import Column, Table
from mcreports.view.words import MONTHS

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.figures import Figure
    from mcreports.view.charts import Bundle
    from mcreports.view.scale import Scale

FARTHEST = 94  # percent across from which on a day's name would leave the area
MOST_NAMES = 8


@dataclass(frozen=True)
class Hours:
    """Figures of windows that follow each other, their bounds being what is usual."""

    title: str
    subtitle: str
    steps: tuple[Figure, ...]
    unit: str = "USD"
    half: bool = False

    def words(self) -> str:
        """What the chart shows, in numbers."""
        known = [step for step in self.steps if number(step) is not None]
        if not known:
            return "no data"
        most = max(known, key=lambda step: number(step) or 0.0)
        least = min(known, key=lambda step: number(step) or 0.0)
        first, last = (f"{_clock(step)}" for step in (self.steps[0], self.steps[-1]))
        ends = " and ".join(
            f"{name} {point_text(step, self.unit)} at {_clock(step)}"
            for name, step in (("lowest", least), ("highest", most))
        )
        return f"from {first} to {last} UTC, {ends}, where {_band(most, self.unit) or 'nothing known'} is usual"

    def table(self) -> Table:
        """The numbers that it is drawn from."""
        columns = (Column("From, UTC"), Column(self.unit, "number"), Column("Usual", "number"))
        rows = tuple((_clock(step), step, _band(step, "")) for step in self.steps)
        return Table(self.title, columns, rows, passports=False)

    def _repr_mimebundle_(self, **_kwargs: object) -> Bundle:
        return bundle(self, plots.lines(self._live()), _drawn(self))

    def _live(self) -> Lines:
        """The same for Plotly, which knows hours by itself."""
        bounds = [(None, None) if step.bounds is None else step.bounds for step in self.steps]
        lows, highs = (tuple(number(one[end]) for one in bounds) for end in (0, 1))  # type: ignore[arg-type]
        starts = tuple(step.window[0] for step in self.steps)
        return Lines(
            self.title, self.subtitle, (Series("Actual", "actual", starts, self.steps, lows, highs),), self.unit
        )


def _drawn(chart: Hours) -> svg.Drawing:
    values = [number(step) for step in chart.steps]
    ends = [None if step.bounds is None else tuple(number(end) for end in step.bounds) for step in chart.steps]  # type: ignore[arg-type]
    known = [*values, *(end for pair in ends if pair is not None for end in pair)]
    y, across = value_scale(known, zero=chart.unit == "USD"), 1000 / max(len(values) - 1, 1)
    paths = "".join(_field(own, y, across) for own in _stretches(ends))
    line = [None if value is None else (round(at * across, 1), y.at(value)) for at, value in enumerate(values)]
    paths += svg.line(line, "mc-line mc-actual")
    shapes = _days_below(chart, across) + grid(y, chart.unit, known) + svg.stretched(paths, HEIGHT)
    return svg.Drawing(shapes, HEIGHT, f"{chart.title}. {chart.words()}", chart.subtitle)


def _stretches(ends: list[tuple[float | None, ...] | None]) -> list[list[tuple[int, float, float]]]:
    """The ends of the band where both are known, those that follow each other together."""
    found: list[list[tuple[int, float, float]]] = []
    for at, pair in enumerate(ends):
        low, high = pair or (None, None)
        if low is None or high is None:
            continue
        if not found or found[-1][-1][0] != at - 1:
            found.append([])
        found[-1].append((at, low, high))
    return found


def _field(ends: list[tuple[int, float, float]], y: Scale, across: float) -> str:
    low, high = ([(round(one[0] * across, 1), y.at(one[side])) for one in ends] for side in (1, 2))
    return svg.interval(low, high)


def _days_below(chart: Hours, across: float) -> str:
    """The names of the days, each where it begins."""
    starts = [step.window[0].astimezone(UTC) for step in chart.steps]
    begun = [(at, start) for at, start in enumerate(starts) if at == 0 or start.date() != starts[at - 1].date()]
    begun = begun[:: -(-len(begun) // MOST_NAMES)] if begun else begun
    places = [(at * across / 10, start) for at, start in begun]
    return "".join(svg.text(_day(start), x, HEIGHT, "mc-tick", (0, 18)) for x, start in places if x <= FARTHEST)


def _band(step: Figure, unit: str) -> str:
    if step.bounds is None:
        return ""
    low, high = (value_text(end, unit or step.unit).removeprefix("" if unit else "USD ") for end in step.bounds)
    return f"{low} to {high}"


def _day(at: datetime) -> str:
    return f"{at.day} {MONTHS[at.month - 1][:3]}"


def _clock(step: Figure) -> str:
    at = step.window[0].astimezone(UTC)
    is_day = step.window[1] - step.window[0] >= timedelta(days=1)
    return _day(at) if is_day else f"{_day(at)} {at:%H:%M}"
