from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import plotly.graph_objects as go
import pytest

from mcreports.figures import Figure, Quality
from mcreports.view.charts import PAGE, PLOTLY, SVG, Bars, Bridge, Lines, Series, Sparkline, driver_role

Make = Callable[..., Figure]
DAYS = tuple(date(2025, 10, 1) + timedelta(days=day) for day in range(4))
HOSTILE = '<img src=x onerror=alert(1)>"&\x00\ud800'


def charts(spend: Make, name: str = "compute") -> list[Any]:
    values = (spend("10"), None, spend("30", quality=Quality.ESTIMATED), 40.0)
    series = Series(name, "compute", DAYS, values, low=(1.0,) * 4, high=(50.0,) * 4)
    return [
        Lines(name, name, (series, Series("Budget", "budget", DAYS, (5.0,) * 4))),
        Bars(name, name, (series,), limit=Series("Limit", "budget", DAYS, (45.0,) * 4)),
        Bridge(name, name, ((name, spend("10")), ("storage", spend("-4"))), (name, spend("6"))),
    ]


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("name", ["compute", HOSTILE])
def test_plotly_takes_each_chart_as_it_is(spend: Make, which: int, name: str) -> None:
    plot = charts(spend, name)[which]._repr_mimebundle_()[PLOTLY]
    figure = go.Figure(data=plot["data"], layout=plot["layout"])
    assert len(figure.data) == len(plot["data"])
    assert plot["config"]["showSendToCloud"] is False


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("name", ["compute", HOSTILE])
def test_each_drawing_is_well_formed_and_says_its_numbers(spend: Make, which: int, name: str) -> None:
    root = ET.fromstring(charts(spend, name)[which]._repr_mimebundle_()[SVG])  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert re.search(r"10\.00", root.get("aria-label") or "")
    assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]


@pytest.mark.parametrize("which", range(3))
def test_no_drawing_has_a_colour_or_a_style_of_its_own(spend: Make, which: int) -> None:
    bundle = charts(spend)[which]._repr_mimebundle_()
    for markup in (bundle[SVG], bundle[PAGE]):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|style=", markup)
        assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', markup)) <= {"none", "currentColor"}


@pytest.mark.parametrize("which", range(3))
def test_what_is_drawn_stands_in_the_data_table(spend: Make, which: int) -> None:
    page = charts(spend)[which]._repr_mimebundle_()[PAGE]
    assert "<summary>Data table</summary>" in page
    assert f'data-figure="{spend("10").key}"' in page


def test_a_gap_breaks_the_line_and_a_lone_point_stays_visible() -> None:
    drawn = Lines("t", "s", (Series("a", "actual", DAYS, (1.0, None, 2.0, 3.0)),))._repr_mimebundle_()[SVG]
    path = re.findall(r' d="([^"]*)"', drawn)[0]
    assert path.count("M") == 2
    assert "h0" in path


def test_a_day_without_any_value_is_marked_and_not_drawn_as_zero() -> None:
    drawn = Bars("t", "s", (Series("a", "compute", DAYS, (1.0, None, 2.0, 0.0)),))._repr_mimebundle_()[SVG]
    assert drawn.count("mc-missing") == 1
    assert drawn.count("<rect") == 3


def test_estimated_days_look_estimated(spend: Make) -> None:
    bars, lines = charts(spend)[1], charts(spend)[0]
    assert bars._repr_mimebundle_()[SVG].count("mc-guessed") == 1
    assert lines._repr_mimebundle_()[SVG].count("mc-guess ") == 1


def test_a_bridge_begins_at_zero_and_each_step_where_the_last_one_ended(spend: Make) -> None:
    drawn = charts(spend)[2]._repr_mimebundle_()[SVG]
    spans = [
        (float(x), float(x) + float(w))
        for x, w in re.findall(r'<rect[^>]* x="([\d.]+)%"[^>]* width="([\d.]+)%"', drawn)
    ]
    assert spans == [(0, 100), (60, 100), (0, 60)]


@pytest.mark.parametrize("values", [(), (None, None), (0.0, 0.0), (-5.0, -5.0), (float("nan"), 3.0), (1e12, 1e-9)])
def test_any_values_can_be_drawn(values: tuple[Any, ...]) -> None:
    series = (Series("a", "actual", DAYS[: len(values)], values),)
    for chart in (Lines("t", "s", series), Lines("t", "s", series, zero=False), Bars("t", "s", series)):
        drawn = chart._repr_mimebundle_()[SVG]
        ET.fromstring(drawn)  # noqa: S314 - our own
        assert "nan" not in drawn.replace("no data", "")


def test_a_chart_without_series_is_still_a_chart() -> None:
    assert "<svg" in Lines("t", "s", ())._repr_mimebundle_()[SVG]


@pytest.mark.parametrize("values", [(), (None, None)])
def test_a_chart_without_values_makes_up_no_axis(values: tuple[None, ...]) -> None:
    series = (Series("a", "actual", DAYS[: len(values)], values),)
    for chart in (Lines("t", "s", series), Bars("t", "s", series)):
        drawn = chart._repr_mimebundle_()[SVG]
        assert "mc-axis" not in drawn
        assert ">no data</text>" in drawn


def test_months_are_said_as_months() -> None:
    months = tuple(date(2025, month, 1) for month in (8, 9, 10))
    words = Series("a", "actual", months, (1.0, None, 2.0)).words("ms")
    assert "in August 2025 to 2 ms in October 2025" in words.replace("2.0 ms", "2 ms")
    assert words.endswith("1 month without data")


def test_lengths_that_do_not_match_and_roles_without_a_look_are_refused() -> None:
    with pytest.raises(ValueError, match="a: 4 days, 1 values"):
        Series("a", "actual", DAYS, (1.0,))
    with pytest.raises(ValueError, match="no role 'purple'"):
        Series("a", "purple", DAYS, (1.0,) * 4)


def test_known_drivers_keep_their_colours() -> None:
    assert [driver_role("compute"), driver_role("gpu", 0), driver_role("gpu", 4)] == ["compute", "driver-4", "driver-5"]


def test_a_sparkline_says_its_numbers_and_no_data_says_so() -> None:
    drawn = Sparkline((1.0, 0.5, None, 3.0), "T<1").svg()
    assert 'aria-label="T&lt;1: from USD 1.00 to USD 3.00, lowest USD 0.5000, highest USD 3.00"' in drawn
    assert "no data" in Sparkline((None, None)).svg()


def test_a_series_without_a_label_is_named_in_the_data_table_alone() -> None:
    bundle = Lines("t", "s", (Series("quiet", "prior", DAYS, (1.0,) * 4, label=False),))._repr_mimebundle_()
    assert ">quiet" not in bundle[SVG].partition("</desc>")[2]
    assert "quiet, USD</th>" in bundle[PAGE]
