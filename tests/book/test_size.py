from __future__ import annotations

from collections.abc import Callable

import pytest

from mcreports import book
from mcreports.domains.compose import Report


@pytest.mark.parametrize("name", ["daily", "weekly", "monthly", "trends"])
def test_a_page_of_twenty_four_tenants_is_light_enough_to_send(
    crowded: Callable[[str, int], Report], page: Callable[[str, Report], str], name: str
) -> None:
    assert len(page(name, crowded(name, 18)).encode("utf-8")) <= 300_000


def test_a_crowd_is_charted_by_its_lowest_and_the_platform(crowded: Callable[[str, int], Report]) -> None:
    chart = book.rate_trend(crowded("weekly", 18), "autonomy.success_rate", "day", "t")
    lows = [min(value for value in one.values if value is not None) for one in chart.series[:-2]]
    assert len(lows) == 6
    assert lows == sorted(lows)
    assert [one.name for one in chart.series[-2:]] == ["All tenants", "Target"]
    assert [one.label for one in chart.series[:-2]] == [low < 99.9 for low in lows]
    assert "the 6 lowest of 24 tenants" in chart.subtitle or "the 6 lowest of 23 tenants" in chart.subtitle


def test_the_days_title_names_the_highest_unless_one_is_not_known(opened: Callable[[str], Report]) -> None:
    assert book.day_bars(opened("monthly")).title == "Spend by day"  # a day that ends in a gap is estimated
    report = opened("weekly")
    days = [f for f in report.figures.where("budget.spend.day") if f.tenant is None and len(f.labels) == 1]
    most = max(days, key=lambda f: f.value)  # type: ignore[arg-type, return-value]
    day = int(dict(most.labels)["day"][-2:])
    assert book.day_bars(report).title.startswith(f"Spend was highest on {day} ")
