"""A line through hours within its band, in all its forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mcreports.figures import Figure, Quality
from mcreports.view.charts import PAGE, PLOTLY, SVG
from mcreports.view.hours import Hours

START = datetime(2025, 10, 21, 22, tzinfo=UTC)


def step(hour: int, usd: str | None) -> Figure:
    window = START + timedelta(hours=hour), START + timedelta(hours=hour + 1)
    value = None if usd is None else Decimal(usd)
    bounds = None if usd is None else (Decimal("3.00"), Decimal("6.50"))
    quality = Quality.ACTUAL if usd else Quality.UNKNOWN
    return Figure("anomaly.step", "T", value, "USD", window, "q", "m", quality, bounds)


CHART = Hours("T was <over>", "USD by hour", (step(0, "4.00"), step(1, None), step(2, "20.10"), step(3, "5.00")))


def test_it_says_its_numbers_in_words_and_in_a_table() -> None:
    assert CHART.words() == (
        "from 21 Oct 22:00 to 22 Oct 01:00 UTC, lowest USD 4.00 at 21 Oct 22:00 and highest USD 20.10 at 22 Oct 00:00, "
        "where USD 3.00 to USD 6.50 is usual"
    )
    html = CHART.table()._repr_html_()
    assert "22 Oct 00:00" in html
    assert "3.00 to 6.50" in html


def test_its_drawing_has_the_band_a_gap_and_the_names_of_the_days() -> None:
    drawn = str(CHART._repr_mimebundle_()[SVG])
    assert drawn.count("mc-interval") == 2  # nor is there a band across it
    assert drawn.count("M0 ") + drawn.count("M666.7") == 2  # the line is broken where nothing is known
    assert ">22 Oct<" in drawn


def test_nothing_in_its_title_is_markup_and_its_numbers_are_in_a_table() -> None:
    page = str(CHART._repr_mimebundle_()[PAGE])
    assert "T was &lt;over&gt;" in page
    assert "<details>" in page


def test_in_a_notebook_it_is_live_hour_by_hour() -> None:
    plot = CHART._repr_mimebundle_()[PLOTLY]
    assert plot["data"][-1]["x"][2] == "2025-10-22T00:00:00+00:00"  # type: ignore[index]


@pytest.mark.parametrize("steps", [(), (step(0, None),), (step(0, "1.00"),)])
def test_few_steps_and_none_are_drawn(steps: tuple[Figure, ...]) -> None:
    assert "<svg" in str(Hours("t", "s", steps)._repr_mimebundle_()[SVG])
