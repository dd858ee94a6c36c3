"""Axes, and labels beside the last point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.names import called
from mcreports.view import svg
from mcreports.view.format import amount
from mcreports.view.scale import Scale, day_ticks, spread, ticks
from mcreports.view.words import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

HEIGHT = 230
LABEL_GAP = 14
NAME = 18
ROOMS = (20, 50, 80, 110, 140, 170)
LETTER = 6.4
_STEPS = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""))

Label = tuple[str, float, str]  # words, pixels down, role


def value_scale(values: Sequence[float | None], *, zero: bool) -> Scale:
    """A scale between round values that holds them all, and zero unless told otherwise."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    edges = ticks(min(low, 0.0) if zero else low, max(high, 0.0) if zero else high)
    return Scale(edges[0], edges[-1], HEIGHT, turned=True)


def day_scale(days: Sequence[date], size: float) -> Scale:
    """A scale over calendar days."""
    first = days[0].toordinal() if days else 0
    return Scale(first, max(days[-1].toordinal() if days else 1, first + 1), size)


def grid(y: Scale, unit: str, values: Sequence[float | None]) -> str:
    """A thin rule and a number at each round value, a firmer rule at zero; without any value only the words."""
    if all(value is None for value in values):
        return svg.text("no data", 50, y.size / 2)
    shapes = ""
    for value in ticks(y.low, y.high):
        css = "mc-zero" if value == 0 else "mc-grid"
        shapes += svg.rule((0, y.at(value)), (100, y.at(value)), css)
        shapes += svg.text(tick_text(value, unit), 0, y.at(value), "mc-axis", (-8, 4))
    return shapes


def tick_text(value: float, unit: str) -> str:
    """A round value in all its digits, as short as it can be said; money without its currency.

    >>> tick_text(100_000.0, "USD"), tick_text(99.96, "%"), tick_text(0.0, "USD"), tick_text(2500.0, "USD")
    ('100k', '99.96 %', '0', '2.5k')
    """
    scaled, step = next((value / size, name) for size, name in _STEPS if abs(value) >= size or size == 1)
    places = len(f"{scaled:.10f}".rstrip("0").partition(".")[2])
    return amount(scaled, places) + step + ("" if unit.startswith("USD") else SUFFIX.get(unit, ""))


def days_below(days: Sequence[date], across: dict[date, float]) -> str:
    """The names of days below the area, each at its place in percent."""
    return "".join(svg.text(words, across[day], HEIGHT, "mc-tick", (0, 18)) for day, words in day_ticks(days))


def beside(wanted: Sequence[Label]) -> tuple[str, int]:
    """Labels to the right of the area, moved apart until none overlap, and the room they take."""
    places = spread([place for _, place, _ in wanted], LABEL_GAP, HEIGHT)
    labels = "".join(
        svg.text(words, 100, place, f"mc-label mc-{role}", (8, 4))
        for (words, _, role), place in zip(wanted, places, strict=True)
    )
    longest = max((len(words) for words, _, _ in wanted), default=0) * LETTER + 12
    return labels, next((room for room in ROOMS if room >= longest), ROOMS[-1])


def cut(name: str, most: int = NAME) -> str:
    """A name, shortened where it would not fit; it stands in full in the data table.

    >>> cut("a-rather-long-driver-name")
    'a-rather-long-dri…'
    """
    shown = called(name)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
