"""Charts as drawings: lines and stacked bars over days, and the bridge from driver to driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.view import svg
from mcreports.view.axes import HEIGHT, LABEL_GAP, beside, cut, day_scale, days_below, grid, value_scale
from mcreports.view.format import Shape, figure_text
from mcreports.view.points import is_estimated, number, short_text
from mcreports.view.scale import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mcreports.view.axes import Label
    from mcreports.view.charts import Bars, Bridge, Lines
    from mcreports.view.points import Series

    Span = tuple[float, float]

NEAR_END = 96
ROW = 42
SIGNED = Shape("amount", sign=True)
FILL = 0.76


def lines(chart: Lines) -> svg.Drawing:
    """Lines over days, each with its name and last value at its end."""
    days = sorted({day for series in chart.series for day in series.x})
    x = day_scale(days, 1000)
    values = [value for series in chart.series for value in _extent(series)]
    y = value_scale(values, zero=chart.zero)
    paths, rings = "", ""
    for series in chart.series:
        points = _points(series, x, y)
        paths += _interval(series, x, y) + svg.line(points, f"mc-line mc-{series.role}")
        guessed = (point for point, at in zip(points, series.y, strict=True) if point and is_estimated(at))
        rings += "".join(svg.dot(across / 10, down, f"mc-guess mc-{series.role}") for across, down in guessed)
    labels, room = _end_labels(chart, x, y)
    axes = days_below(days, {day: x.at(day.toordinal()) / 10 for day in days}) + grid(y, chart.unit, values)
    return svg.Drawing(axes + svg.stretched(paths, HEIGHT) + rings + labels, HEIGHT, *_said(chart), right=room)


def bars(chart: Bars) -> svg.Drawing:
    """A bar for each day, a layer for each series, the layers named beside the last bar."""
    days = sorted({day for series in chart.series for day in series.x})
    layers = _stack(chart.series)
    limit = [] if chart.limit is None else _extent(chart.limit)
    values = [end for layer in layers for span in layer.values() for end in span] + limit
    y = value_scale(values, zero=True)
    slot = 100 / max(len(days), 1)
    left = {day: round(slot * index, 2) for index, day in enumerate(days)}
    middle = {day: round(at + slot / 2, 2) for day, at in left.items()}
    shapes = days_below(days, middle) + grid(y, chart.unit, values)
    wanted: list[Label] = []
    for series, layer in zip(chart.series, layers, strict=True):
        guessed = {day for day, at in zip(series.x, series.y, strict=True) if is_estimated(at)}
        for day, (start, end) in layer.items():
            top, bottom = sorted((y.at(start), y.at(end)))
            size = (round(slot * FILL, 2), round(bottom - top, 1))
            css = f"mc-bar mc-{series.role}" + (" mc-guessed" if day in guessed else "")
            shapes += svg.bar(round(left[day] + slot * (1 - FILL) / 2, 2), top, size, css)
        if layer and series.label:
            wanted.append((cut(series.name), y.at(sum(layer[max(layer)]) / 2), series.role))
    shapes += "".join(svg.dot(middle[d], HEIGHT - 6, "mc-missing") for d in days if not any(d in one for one in layers))
    if chart.limit is not None and chart.limit.last is not None:
        over = Scale(0, 100, 1000)
        points = [
            None if value is None or day not in middle else (over.at(middle[day]), y.at(value))
            for day, value in zip(chart.limit.x, chart.limit.values, strict=True)
        ]
        shapes += svg.stretched(svg.line(points, f"mc-line mc-{chart.limit.role}"), HEIGHT)
        wanted.append(_end_label(chart.limit, y, chart.unit))
    labels, room = beside(wanted)
    return svg.Drawing(shapes + labels, HEIGHT, *_said(chart), right=room)


def bridge(chart: Bridge) -> svg.Drawing:
    """Step by step from zero to the total: each step begins where the one before it ended."""
    level, spans = 0.0, []
    for _, figure in chart.steps:
        spans.append((level, level + (number(figure) or 0.0)))
        level = spans[-1][1]
    spans.append((0.0, number(chart.total[1]) or 0.0))
    ends = [end for span in spans for end in span]
    x = Scale(min(ends), max(ends) if max(ends) > min(ends) else min(ends) + 1, 100)
    shapes = ""
    rows = [*chart.steps, chart.total]
    for index, ((name, figure), (start, end)) in enumerate(zip(rows, spans, strict=True)):
        top, is_total = index * ROW, index == len(chart.steps)
        css = "mc-actual" if is_total else "mc-up" if end > start else "mc-down"
        edge = x.at(min(start, end))
        shapes += svg.rule((x.at(0), top + 17), (x.at(0), top + 36), "mc-zero")
        shapes += svg.text(cut(name, 30), 0, top + 13, "mc-name")
        shapes += svg.text(figure_text(figure, SIGNED), 100, top + 13, "mc-value")
        shapes += svg.bar(edge, top + 19, (max(round(x.at(max(start, end)) - edge, 1), 0.2), 15), f"mc-bar {css}")
        if not is_total:
            shapes += svg.rule((x.at(end), top + 34), (x.at(end), top + ROW + 19), "mc-joint")
    return svg.Drawing(shapes, len(spans) * ROW, *_said(chart), right=0, left=0)


def _said(chart: Lines | Bars | Bridge) -> tuple[str, str]:
    return f"{chart.title}. {chart.words()}", chart.subtitle


def _extent(series: Series) -> list[float | None]:
    return [*series.values, *(number(end) for ends in series.intervals for side in ends for end in side)]


def _points(series: Series, x: Scale, y: Scale) -> list[tuple[float, float] | None]:
    return [
        None if value is None else (x.at(day.toordinal()), y.at(value))
        for day, value in zip(series.x, series.values, strict=True)
    ]


def _interval(series: Series, x: Scale, y: Scale) -> str:
    """The areas of its intervals, the narrower one on the wider one."""
    shapes = ""
    for lows, highs in series.intervals:
        ends = [
            (x.at(day.toordinal()), y.at(low), y.at(high))
            for day, low, high in zip(series.x, map(number, lows), map(number, highs), strict=True)
            if low is not None and high is not None
        ]
        if ends:
            shapes += svg.interval([(at, low) for at, low, _ in ends], [(at, high) for at, _, high in ends])
    return shapes


def _stack(every: Sequence[Series]) -> list[dict[date, Span]]:
    ups: dict[date, float] = {}
    downs: dict[date, float] = {}
    layers = []
    for series in every:
        layer = {}
        for day, value in zip(series.x, series.values, strict=True):
            if value is not None:
                side = ups if value >= 0 else downs
                layer[day] = (side.get(day, 0.0), side.get(day, 0.0) + value)
                side[day] = layer[day][1]
        layers.append(layer)
    return layers


def _end_labels(chart: Lines, x: Scale, y: Scale) -> tuple[str, int]:
    outside: list[Label] = []
    inside = ""
    for series in chart.series:
        if series.last is None or not series.label:
            continue
        label, across = _end_label(series, y, chart.unit), x.at(series.last[0].toordinal()) / 10
        if across >= NEAR_END:
            outside.append(label)
        else:
            below = 16 if label[1] < HEIGHT - LABEL_GAP else -8
            inside += svg.text(label[0], across, label[1], f"mc-label mc-{series.role}", (8, below))
    labels, room = beside(outside)
    return inside + labels, room


def _end_label(series: Series, y: Scale, unit: str) -> Label:
    _, value = series.last or (None, None)
    return f"{cut(series.name)} {short_text(value, unit).removeprefix('USD ')}", y.at(number(value) or 0.0), series.role
