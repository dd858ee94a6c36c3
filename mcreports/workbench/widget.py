"""The picture with a brush: a range drawn on it gives its rows, their PromQL and the command that shows them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
from plotly.graph_objects import FigureWidget

from mcreports.errors import McreportsError
from mcreports.view.markup import Name
from mcreports.view.page import Paragraph
from mcreports.view.verbatim import Verbatim
from mcreports.workbench.shown import styled
from mcreports.workbench.widget_chart import on_axis

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mcreports.workbench.selection import Selection
    from mcreports.workbench.widget_chart import Picture

HINT = "Drag over the chart: what lies in the range is shown here."
FEW = 12  # rows that leave the command line in sight
HIGH = "48rem"
RANGES = "selections"
DRAWN = "_js2py_traceDeltas"  # what the browser tells as soon as it has drawn a figure


class Canvas(FigureWidget):  # type: ignore[misc]  # plotly comes without types
    """A figure that says when a range was drawn, moved or taken away.

    Plotly tells its listeners of no range drawn in the browser; of the points in it, which it does tell,
    the next move of the mouse may be heard instead.
    """

    heard: Callable[[Sequence[dict[str, Any]]], None] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - plotly's
        """As plotly's, but as wide as its place."""
        super().__init__(*args, **kwargs)
        self.observe(self._fit, DRAWN)

    def _fit(self, change: dict[str, Any]) -> None:
        """Lay it out once more when it has been drawn: that was before it had a place, and so of any width."""
        if change["new"] is not None:
            self.unobserve(self._fit, DRAWN)
            self.update_layout(autosize=True)

    def plotly_relayout(self, relayout_data: dict[str, Any], **kwargs: Any) -> None:  # noqa: ANN401 - plotly's
        """Change the layout as the browser did."""
        super().plotly_relayout(relayout_data, **kwargs)
        if self.heard is not None and any(name.startswith(RANGES) for name in relayout_data):
            self.heard(self.to_dict()["layout"].get(RANGES) or [])


class Brush(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets comes without types
    """A picture and what was brushed on it last: ``selection`` has ``frame``, ``promql`` and ``command``."""

    def __init__(self, picture: Picture) -> None:
        """The picture, and below it a place for what is brushed."""
        plot = picture.plot
        self.picture = picture
        self.selection: Selection | None = None
        self.figure = Canvas(data=plot["data"], layout=plot["layout"])
        self.figure._config = plot["config"]  # noqa: SLF001 - plotly has no other way to turn its upload button off
        self.figure.heard = self._brushed
        self.shown = ipywidgets.HTML(layout=ipywidgets.Layout(max_height=HIGH, overflow="auto"))
        self._show(Paragraph(HINT)._repr_html_())
        super().__init__([self.figure, self.shown])

    def select(self, start: datetime | str, end: datetime | str) -> Selection:
        """Brush a range from here: the picture marks it, and what lies in it is shown."""
        chosen = self.picture.select(start, end)
        edges = {"x0": on_axis(chosen.start), "x1": on_axis(chosen.end)}
        self.figure.update_layout({RANGES: [{"xref": "x", "yref": "paper", "y0": 0, "y1": 1, **edges}]})
        self._choose(chosen)
        return chosen

    def _brushed(self, ranges: Sequence[dict[str, Any]]) -> None:
        if not ranges:
            self.selection = None
            self._show(Paragraph(HINT)._repr_html_())
            return
        try:
            self._choose(self.picture.select(*sorted((str(ranges[-1]["x0"]), str(ranges[-1]["x1"])))))
        except McreportsError as error:
            # nobody hears of an error that is raised in answer to the browser
            self.selection = None
            self._show(Paragraph(Name(str(error)))._repr_html_())

    def _choose(self, selection: Selection) -> None:
        self.selection = selection
        self._show(selection_html(selection))

    def _show(self, html: str) -> None:
        self.shown.value = styled(html)


def selection_html(selection: Selection) -> str:
    """The first rows of a selection, and how to see them all again elsewhere."""
    return f"{selection.frame.head(FEW)._repr_html_()}{Verbatim(selection.promql, 'PromQL')._repr_html_()}"
