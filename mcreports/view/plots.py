"""The same charts for Plotly, live in JupyterLab: plain JSON, since building a plotly Figure costs seconds."""

from __future__ import annotations

import html
from itertools import groupby
from typing import TYPE_CHECKING

from mcreports.view.markup import visible
from mcreports.view.points import DASHES, number
from mcreports.view.theme import LIGHT

if TYPE_CHECKING:
    from datetime import date

    from mcreports.view.charts import Bars, Bridge, Lines
    from mcreports.view.points import Series, Y

Json = dict[str, object]


def lines(chart: Lines) -> Json:
    """A trace for each line, and one for each interval."""
    traces: list[Json] = []
    for series in chart.series:
        for ends in series.intervals:
            traces += _interval(series, *ends)
        traces.append(_trace(series, type="scatter", mode="lines", line=_stroke(series)))
    rangemode = "tozero" if chart.zero else "normal"
    return _plot(chart, traces, {"yaxis": {"title": {"text": chart.unit}, "rangemode": rangemode}})


def bars(chart: Bars) -> Json:
    """A layer for each series, and the limit as a line."""
    traces = [_trace(series, type="bar", marker={"color": _colour(series.role)}) for series in chart.series]
    if chart.limit is not None:
        traces.append(_trace(chart.limit, type="scatter", mode="lines", line=_stroke(chart.limit)))
    return _plot(chart, traces, {"barmode": "relative", "yaxis": {"title": {"text": chart.unit}}})


def bridge(chart: Bridge) -> Json:
    """A waterfall, read from top to bottom."""
    rows = [*chart.steps, chart.total]
    trace: Json = {
        "type": "waterfall",
        "orientation": "h",
        "y": [literal(name) for name, _ in rows],
        "x": [number(figure) for _, figure in rows],
        "measure": ["relative"] * len(chart.steps) + ["total"],
        "increasing": {"marker": {"color": LIGHT["fail"]}},
        "decreasing": {"marker": {"color": LIGHT["pass"]}},
        "totals": {"marker": {"color": LIGHT["actual"]}},
    }
    return _plot(chart, [trace], {"yaxis": {"autorange": "reversed"}, "xaxis": {"title": {"text": chart.unit}}})


def literal(text: str) -> str:
    """A name that Plotly shows as it is: it reads some HTML."""
    return html.escape(visible(text), quote=False)


def _plot(chart: Lines | Bars | Bridge, traces: list[Json], layout: Json) -> Json:
    title = {"text": literal(chart.title), "subtitle": {"text": literal(chart.subtitle)}, "x": 0, "xanchor": "left"}
    return {
        "data": traces,
        "layout": {"title": title, "template": _TEMPLATE, "height": 380, "hovermode": "x unified", **layout},
        "config": {"showSendToCloud": False, "displaylogo": False, "responsive": True},
    }


def _trace(series: Series, **more: object) -> Json:
    return {"name": literal(series.name), "x": [day.isoformat() for day in series.x], "y": list(series.values), **more}


def _interval(series: Series, lows: tuple[Y, ...], highs: tuple[Y, ...]) -> list[Json]:
    """The field between the ends, one for each stretch in which both are known: Plotly fills across what is missing."""
    ends = zip(series.x, map(number, lows), map(number, highs), strict=True)
    stretches = groupby(ends, key=lambda end: end[1] is not None and end[2] is not None)
    return [trace for is_known, stretch in stretches if is_known for trace in _field(list(stretch))]


def _field(ends: list[tuple[date, float | None, float | None]]) -> list[Json]:
    quiet: Json = {"showlegend": False, "hoverinfo": "skip", "type": "scatter", "mode": "lines", "line": {"width": 0}}
    x = [day.isoformat() for day, _, _ in ends]
    low: Json = {"x": x, "y": [low for _, low, _ in ends], **quiet}
    filled: Json = {"fill": "tonexty", "fillcolor": "rgba(64,75,90,0.15)"}
    return [low, {"x": x, "y": [high for _, _, high in ends], **filled, **quiet}]


def _stroke(series: Series) -> Json:
    return {"color": _colour(series.role), "dash": DASHES.get(series.role, "solid"), "width": 2}


def _colour(role: str) -> str:
    return LIGHT.get(role, LIGHT["muted"])


_TEMPLATE: Json = {
    "layout": {
        "font": {"family": "system-ui, sans-serif", "color": LIGHT["ink"]},
        "colorway": [LIGHT["actual"]],
        "plot_bgcolor": "rgba(0,0,0,0)",
        "paper_bgcolor": "#ffffff",
        "xaxis": {"gridcolor": LIGHT["line"]},
        "yaxis": {"gridcolor": LIGHT["line"], "zerolinecolor": LIGHT["muted"]},
    }
}
