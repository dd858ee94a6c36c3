"""A forecast's line: from what is known on, and never from 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from mcreports.book.fan import fan
from mcreports.domains.compose import Report
from mcreports.figures import Figure, Quality

NOW, LATER = date(2025, 10, 20), date(2025, 10, 31)


def figure(opened: Callable[[str], Report], value: str | None, bounds: tuple[str | None, str | None]) -> Figure:
    low, high = (None if end is None else Decimal(end) for end in bounds)
    known = None if value is None else Decimal(value)
    return replace(opened("weekly").figures.find("budget.spend.period"), value=known, bounds=(low, high))


def test_it_begins_at_the_last_actual_point(opened: Callable[[str], Report]) -> None:
    now, then = figure(opened, "10.00", ("9.00", "11.00")), figure(opened, "30.00", ("25.00", "40.00"))
    line = fan([(NOW, now)], [(LATER, then)], [replace(then, bounds=(Decimal("20.00"), Decimal("50.00")))])
    assert (line.x, line.y) == ((NOW, LATER), (now, then))
    assert (line.low, line.high) == ((10.0, 25.0), (10.0, 40.0))
    assert (line.least, line.most) == ((10.0, 20.0), (10.0, 50.0))


def test_what_is_not_known_is_no_point_at_0(opened: Callable[[str], Report]) -> None:
    blind = replace(figure(opened, None, (None, None)), bounds=None, quality=Quality.UNKNOWN)
    then = figure(opened, "30.00", ("25.00", "40.00"))
    line = fan([(NOW, blind)], [(LATER, then)])
    assert (line.x, line.low, line.high) == ((LATER,), (25.0,), (40.0,))
    assert fan([], [(LATER, then)]).x == (LATER,)


def test_without_an_end_there_is_no_band(opened: Callable[[str], Report]) -> None:
    now, then = figure(opened, "10.00", ("9.00", "11.00")), figure(opened, "30.00", ("25.00", None))
    assert fan([(NOW, now)], [(LATER, then)]).intervals == ()
