"""Where things go on a chart: ticks, percentages, and labels that do not overlap."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.view.words import MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

STEPS = (1, 2, 2.5, 5, 10)
SHORT = 16
SEASON = 70


@dataclass(frozen=True)
class Scale:
    """A stretch of values, and how many pixels or percent it is drawn on."""

    low: float
    high: float
    size: float
    turned: bool = False

    def at(self, value: float) -> float:
        """Where a value is drawn, to a tenth."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.size * (1 - share if self.turned else share), 1)


def ticks(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Round values, evenly spaced, from at or below ``low`` to at or above ``high``.

    >>> ticks(0, 341.5), ticks(0, 0), ticks(-30, 90)
    ((0.0, 100.0, 200.0, 300.0, 400.0), (0.0, 1.0), (-50.0, -25.0, 0.0, 25.0, 50.0, 75.0, 100.0))
    """
    if not high > low:
        return (low, low + 1.0) if low else (0.0, 1.0)
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next((size * one for one in STEPS if (high - low) / (size * one) <= most), size * 10)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(step * position, 12) for position in range(first, last + 1))


def day_ticks(days: Sequence[date]) -> tuple[tuple[date, str], ...]:
    """The days that an axis names: each of a few, each seventh of a month, each first of a season.

    >>> from datetime import date
    >>> day_ticks([date(2025, 10, day) for day in range(1, 32)])[1]
    (datetime.date(2025, 10, 8), '8')
    """
    if not days:
        return ()
    span = (days[-1] - days[0]).days + 1
    if span > SEASON:
        return _month_ticks(days)
    chosen = list(days) if len(days) < SHORT // 2 else days[:: 7 if span > SHORT else 2]
    named = []
    for position, day in enumerate(chosen):
        is_new = position == 0 or day.month != chosen[position - 1].month
        named.append((day, f"{day.day} {MONTHS[day.month - 1][:3]}" if is_new else str(day.day)))
    return tuple(named)


def _month_ticks(days: Sequence[date]) -> tuple[tuple[date, str], ...]:
    first = [day for day, before in zip(days, (None, *days), strict=False) if _begins_month(day, before)]
    chosen = first[:: max(1, math.ceil(len(first) / 7))]
    named = []
    for position, day in enumerate(chosen):
        is_new = position == 0 or day.year != chosen[position - 1].year
        named.append((day, MONTHS[day.month - 1][:3] + (f" {day.year}" if is_new else "")))
    return tuple(named)


def _begins_month(day: date, before: date | None) -> bool:
    return day.day == 1 if before is None else day.month != before.month


def spread(wanted: Sequence[float], gap: float, high: float) -> tuple[float, ...]:
    """The places nearest to the wanted ones that keep ``gap`` between each other, within 0 and ``high``.

    >>> spread([100, 102, 30], 14, 230)
    (100, 114, 30)
    >>> spread([228, 230], 14, 230)
    (216, 230)
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed: dict[int, float] = {}
    floor = -math.inf
    for index in order:
        placed[index] = floor = max(wanted[index], floor)
        floor += gap
    ceiling = high
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return tuple(placed[index] for index in range(len(wanted)))
