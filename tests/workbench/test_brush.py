"""The brush: a range on a picture gives its rows, with or without a browser, or an install that can brush."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest
from plotly.basedatatypes import Undefined

from mcreports.errors import UsageError
from mcreports.workbench import widget_chart
from mcreports.workbench.opening import connect
from mcreports.workbench.widget import Brush
from mcreports.workbench.widget_chart import Picture, brush

if TYPE_CHECKING:
    from mcreports.workbench.bench import Workbench

SPIKE = ("2025-10-21 10:20", "2025-10-21 12:40")


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return connect("demo://?seed=7&step=900")


@pytest.fixture(scope="module")
def brushed(bench: Workbench) -> Brush:
    made = brush(bench, "2025-10", "TENANT_002")
    assert isinstance(made, Brush)
    return made


def draw(brushed: Brush, *ends: str) -> None:
    """What the browser sends once a range is drawn, with what it leaves undefined."""
    edges = {"x0": ends[-1], "x1": ends[0], "y0": 0, "y1": 9.5, "opacity": Undefined, "type": "rect"} if ends else {}
    brushed.figure.plotly_relayout({"selections": [edges] if ends else []})


def test_a_range_that_is_drawn_gives_the_whole_hours_that_it_touches(bench: Workbench, brushed: Brush) -> None:
    draw(brushed, *SPIKE)
    chosen = brushed.selection
    assert chosen is not None
    wanted = bench.cost("2025-10-21T10:00Z..2025-10-21T13:00Z", ("hour", "driver"), "TENANT_002")
    assert chosen.frame.equals(wanted)
    assert chosen.promql == wanted.promql
    assert chosen.command == wanted.command


def test_what_was_brushed_stands_below_the_picture(brushed: Brush) -> None:
    draw(brushed, *SPIKE)
    assert brushed.selection is not None
    assert "[210m] @ 1761052499.999" in brushed.shown.value
    assert "USD" in brushed.shown.value


def test_a_range_that_is_taken_away_leaves_nothing_selected(brushed: Brush) -> None:
    draw(brushed, *SPIKE)
    draw(brushed)
    assert brushed.selection is None
    assert "Drag over the chart" in brushed.shown.value


def test_a_range_can_be_brushed_from_a_cell(brushed: Brush) -> None:
    chosen = brushed.select("2025-10-21T10:00Z", "2025-10-21T13:00Z")
    assert brushed.selection is chosen
    (drawn,) = brushed.figure.layout.selections
    assert (drawn.x0, drawn.x1) == ("2025-10-21T10:00:00", "2025-10-21T13:00:00")


def test_a_range_beyond_the_picture_is_cut_to_it(brushed: Brush) -> None:
    chosen = brushed.select("2025-10-31T22:30Z", "2025-11-05T00:00Z")
    assert f"{chosen.end:%Y-%m-%d %H:%M}" == "2025-11-01 00:00"


def test_a_range_outside_the_picture_is_refused_where_it_is_seen(brushed: Brush) -> None:
    draw(brushed, "2025-11-03 00:00", "2025-11-04 00:00")
    assert brushed.selection is None
    assert "there is no time between them" in brushed.shown.value


def test_the_picture_says_what_it_shows_and_marks_what_stands_out(brushed: Brush) -> None:
    layout = brushed.figure.layout
    assert layout.title.text.startswith("TENANT_002: USD 12,79")
    assert layout.title.text.endswith(", 2025-10, 1 anomaly")
    (mark,) = layout.shapes
    assert mark.x0.startswith("2025-10-21T")
    assert mark.label.text in {"▲ HIGH", "◆ MEDIUM", "● LOW"}
    assert (layout.dragmode, layout.selectdirection) == ("select", "h")


def test_nothing_of_a_picture_is_sent_anywhere(brushed: Brush) -> None:
    assert brushed.figure.get_state()["_config"]["showSendToCloud"] is False


@pytest.mark.parametrize(
    ("what", "tenant", "unit"),
    [
        ("autonomy.success_rate", "TENANT_003", "%"),
        ("budget.cost", None, "USD"),
        ("budget.limit_daily", "TENANT_003", "USD"),
    ],
)
def test_rates_totals_and_samples_are_brushed_alike(bench: Workbench, what: str, tenant: str | None, unit: str) -> None:
    made = brush(bench, "2025-10-30", tenant, what)
    assert isinstance(made, Brush)
    assert made.picture.chart.unit == unit
    chosen = made.select("2025-10-30T06:00Z", "2025-10-30T18:00Z")
    assert len(chosen.frame) > 0
    assert "@" in chosen.promql


def test_without_the_extra_the_picture_stands_still_and_says_what_to_install(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(widget_chart, "find_spec", lambda name: None if name == "anywidget" else real(name))
    made = brush(bench, "2025-10-21", "TENANT_002")
    assert isinstance(made, Picture)
    bundle: dict[str, Any] = made._repr_mimebundle_()
    said = "To brush a range here: pip install 'mcreports[lab]'."
    assert bundle["application/vnd.plotly.v1+json"]["layout"]["title"]["subtitle"]["text"].endswith(said)
    assert said in bundle["text/plain"]
    assert len(made.select("2025-10-21T10:00Z", "2025-10-21T12:00Z").frame) == 6


def test_an_end_that_is_no_instant_is_refused_in_words(brushed: Brush) -> None:
    with pytest.raises(UsageError, match="'noon' is not an instant"):
        brushed.select("noon", "2025-10-31T12:00Z")
