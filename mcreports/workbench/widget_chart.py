"""The picture that a range is brushed on: a series by the hour, or its samples, as of the workbench."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mcreports.book.anomalies import LEVELS
from mcreports.domains.accounts import COST
from mcreports.domains.series import milliseconds
from mcreports.view import plots
from mcreports.view.charts import PLOTLY, Lines, Series
from mcreports.view.format import figure_text
from mcreports.view.markup import visible
from mcreports.view.theme import LIGHT
from mcreports.view.words import MARKS
from mcreports.workbench.asked import asked, instant
from mcreports.workbench.cost import cost
from mcreports.workbench.rates import RATES, rates
from mcreports.workbench.raw import raw
from mcreports.workbench.selection import select
from mcreports.workbench.widget_band import seen, standing_out, usual

if TYPE_CHECKING:
    from mcreports.domains.anomalies.anomaly import Anomaly
    from mcreports.period import Period
    from mcreports.view.charts import Bundle
    from mcreports.workbench.asked import Asked
    from mcreports.workbench.bench import Workbench
    from mcreports.workbench.result import Result
    from mcreports.workbench.selection import Selection
    from mcreports.workbench.widget import Brush

HOUR = "hour"
INSTALL = "To brush a range here: pip install 'mcreports[lab]'."
# how a range is brushed: over the whole height, and only one at a time
BRUSH = {"dragmode": "select", "selectdirection": "h", "newselection": {"mode": "immediate"}}

MARGIN = {"t": 72, "r": 16, "b": 48, "l": 56}


@dataclass(frozen=True)
class Picture:
    """A series of a tenant's, or of all: what it is, its rows, its picture, and the anomalies that are marked on it."""

    bench: Workbench
    key: str
    tenant: str | None
    about: Asked
    rows: Result
    chart: Lines
    anomalies: tuple[Anomaly, ...] = ()

    def select(self, start: datetime | str, end: datetime | str) -> Selection:
        """What lies in a range: the whole hours that it touches, or the samples in it."""
        first, after = max(_utc(start), self.about.start), min(_utc(end), self.about.end)
        if self.is_hourly and first < after:
            first, after = self._hours(first, after)
        return select(self.bench, self.key, self.tenant, first, after)

    @property
    def is_hourly(self) -> bool:
        """Whether it has a value for each hour, and not for each sample."""
        return HOUR in self.rows.columns

    @property
    def plot(self) -> dict[str, Any]:
        """The picture for Plotly, on which a range can be brushed."""
        plot: dict[str, Any] = plots.lines(self.chart)
        marks = [_mark(one) for one in self.anomalies]
        axis = {"type": "date", "title": {"text": "UTC"}}
        plot["layout"] |= {**BRUSH, "margin": MARGIN, "showlegend": False, "shapes": marks}
        plot["layout"]["xaxis"] = axis
        plot["layout"]["title"]["pad"] = {"l": 12}
        if self.is_hourly:
            plot["data"][-1]["line"]["shape"] = "hv"  # an hour's value holds from its beginning to its end
        return plot

    def _hours(self, first: datetime, after: datetime) -> tuple[datetime, datetime]:
        edges = [*(at.to_pydatetime() for at in self.rows[HOUR]), self.about.end]
        return max(at for at in edges if at <= first), min(at for at in edges if at >= after)

    def _repr_mimebundle_(self, **_kwargs: object) -> Bundle:
        chart = replace(self.chart, subtitle=f"{self.chart.subtitle} {INSTALL}")
        return {PLOTLY: replace(self, chart=chart).plot, "text/plain": f"{chart.title}. {chart.words()} {INSTALL}"}


def brush(bench: Workbench, period: str | Period, tenant: str | None = None, what: str = COST) -> Brush | Picture:
    """A picture on which a range can be brushed; without the extra ``lab`` it stands still, and says so."""
    drawn = picture(bench, period, tenant, what)
    if find_spec("anywidget") is None:
        return drawn
    from mcreports.workbench.widget import Brush  # ipywidgets take a second

    return Brush(drawn)


def picture(bench: Workbench, period: str | Period, tenant: str | None, what: str) -> Picture:
    """The picture of spend or of a rate by the hour, or of any other metric's samples."""
    about, whose = asked(period, bench.zone), None if tenant is None else bench.named(tenant)
    rows, column, unit = _rows(bench, period, whose, what)
    at = HOUR if HOUR in rows else "ts"
    x = tuple(one.to_pydatetime().astimezone(UTC).replace(tzinfo=None) for one in rows[at])
    y = tuple(None if lacks else float(one) for one, lacks in zip(rows[column], rows[column].isna(), strict=True))
    name = "all tenants" if whose is None else visible(whose)
    snapshot = None if whose is None or at != HOUR else seen(bench, about)
    anomalies = () if snapshot is None else standing_out(snapshot, what, str(whose), about)
    band = {} if snapshot is None or what != COST else usual(snapshot, str(whose))
    ends = [band.get(milliseconds(one.to_pydatetime()), (None, None)) for one in rows[at]] if band else []
    lows, highs = tuple(low for low, _ in ends), tuple(high for _, high in ends)
    series = Series(name, "actual", x, y, lows, highs)
    title = f"{name}: {_said(bench, rows, what)}, {about.label}{_many(len(anomalies))}"
    chart = Lines(title, _how(at, has_band=bool(band)), (series,), unit, zero=unit != "%")
    return Picture(bench, what, whose, about, rows, chart, anomalies)


def _rows(bench: Workbench, period: str | Period, tenant: str | None, what: str) -> tuple[Result, str, str]:
    """The rows of a series, the column that holds its values, and their unit."""
    if what == COST:
        return cost(bench, period, HOUR, tenant), "usd", "USD"
    if what in RATES:
        return rates(bench, period, HOUR, tenant, rate=what), "percent", "%"
    return raw(bench, what, period, tenant), "value", bench.metric(what).unit


def _said(bench: Workbench, rows: Result, what: str) -> str:
    if what == COST:
        return "spend" if rows.said is None or rows.said.total is None else figure_text(rows.said.total)
    return what if what in RATES else bench.metric(what).name


def _many(anomalies: int) -> str:
    return f", {anomalies} {'anomalies' if anomalies > 1 else 'anomaly'}" if anomalies else ""


def _how(at: str, *, has_band: bool) -> str:
    by = "By the hour" if at == HOUR else "As it was sampled"
    return f"{by}; the band is what its own past makes usual." if has_band else f"{by}."


def _mark(anomaly: Anomaly) -> dict[str, Any]:
    """The time of an anomaly as a field behind the line, with its mark and its word."""
    status, word = LEVELS[anomaly.severity]
    start, end = (on_axis(at) for at in anomaly.window)
    colour = LIGHT[status.value]
    return {
        "type": "rect", "xref": "x", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1, "layer": "below",
        "fillcolor": colour, "opacity": 0.25, "line": {"width": 1, "color": colour},
        "label": {"text": f"{MARKS[status]} {word}", "textposition": "top left", "font": {"size": 11, "color": colour}},
    }  # fmt: skip


def on_axis(at: datetime) -> str:
    """An instant as the axis has it: in UTC, and without saying so, for Plotly would drop that unread."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat()


def _utc(at: datetime | str) -> datetime:
    known = instant(at) if isinstance(at, str) else at
    return known.replace(tzinfo=UTC) if known.tzinfo is None else known.astimezone(UTC)
