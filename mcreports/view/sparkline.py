"""A line the size of a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.view.format import value_text
from mcreports.view.markup import escape
from mcreports.view.points import number
from mcreports.view.scale import Scale
from mcreports.view.svg import path

if TYPE_CHECKING:
    from mcreports.view.points import Y

WIDTH, HEIGHT = 84, 22


@dataclass(frozen=True)
class Sparkline:
    """How a value went, without an axis; its label says it in numbers."""

    y: tuple[Y, ...]
    label: str = ""
    unit: str = "USD"

    def svg(self) -> str:
        """The line as inline SVG, drawn by the page's style: there are many; words where there is no value at all."""
        values = [number(y) for y in self.y]
        known = [value for value in values if value is not None]
        if not known:
            return '<span class="mc-muted">no data</span>'
        x = Scale(0, max(len(values) - 1, 1), WIDTH - 6)
        low, high = min(known), max(known)
        y = Scale(low, high if high > low else low + 1, HEIGHT - 6, turned=True)
        points = [None if v is None else (x.at(i) + 3, y.at(v) + 3) for i, v in enumerate(values)]
        last = next(point for point in reversed(points) if point is not None)
        label = escape(self._words(known))
        return (
            f'<svg class="mc-sparkline" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{label}">'
            f'<path class="mc-line mc-actual" d="{path(points)}"/>'
            f'<circle class="mc-end" cx="{last[0]:g}" cy="{last[1]:g}" r="2"/></svg>'
        )

    def _repr_html_(self) -> str:
        return f'<span class="mc">{self.svg()}</span>'

    def _words(self, known: list[float]) -> str:
        first, last, low, high = (value_text(v, self.unit) for v in (known[0], known[-1], min(known), max(known)))
        return f"{self.label + ': ' if self.label else ''}from {first} to {last}, lowest {low}, highest {high}"
