"""Inline SVG without a colour of its own: shapes wear classes, the page's style gives them their colours."""

from __future__ import annotations

from dataclasses import dataclass

from mcreports.view.markup import escape

LEFT, TOP, BOTTOM = 52, 14, 26
WIDTH = 720


@dataclass(frozen=True)
class Drawing:
    """Shapes in an area ``height`` pixels high, placed in percent across, and what they say in words.

    ``right`` is the room for labels beside the area; ``left`` that for the axis.
    """

    shapes: str
    height: int
    label: str
    description: str
    right: int = 20
    left: int = LEFT

    def fluid(self) -> str:
        """For a page: as wide as its column, with text that keeps its size."""
        room = f"mc-l{self.left} mc-r{self.right}"
        return f'<svg class="mc-plot {room}" height="{self._height}" {self._words}{self.shapes}</svg>'

    def fixed(self) -> str:
        """For everywhere else: an image of its own."""
        width = WIDTH - self.left - self.right
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self._height}" '
            f'font-family="sans-serif" font-size="12" {self._words}'
            f'<svg x="{self.left}" y="{TOP}" width="{width}" height="{self.height}" overflow="visible">'
            f"{self.shapes}</svg></svg>"
        )

    @property
    def _height(self) -> int:
        return self.height + TOP + BOTTOM

    @property
    def _words(self) -> str:
        label = escape(self.label)
        return f'role="img" aria-label="{label}"><title>{label}</title><desc>{escape(self.description)}</desc>'


def stretched(paths: str, height: float) -> str:
    """Paths whose x runs from 0 to 1000, stretched over the area's width; their strokes are not."""
    return (
        f'<svg viewBox="0 0 1000 {height:g}" preserveAspectRatio="none" width="100%" height="{height:g}" '
        f'overflow="visible">{paths}</svg>'
    )


def line(points: list[tuple[float, float] | None], css: str) -> str:
    """A line through points in thousandths across and pixels down; None leaves a gap, a lone point is a dot."""
    moves = path(points)
    if not moves:
        return ""
    return (
        f'<path class="{css}" fill="none" stroke="currentColor" stroke-width="2" '
        f'vector-effect="non-scaling-stroke" d="{moves}"/>'
    )


def path(points: list[tuple[float, float] | None]) -> str:
    """The way of a pen through the points."""
    moves, pen = [], "M"
    for index, point in enumerate(points):
        if point is None:
            pen = "M"
            continue
        moves.append(f"{pen}{point[0]:g} {point[1]:g}")
        if pen == "M" and (index + 1 == len(points) or points[index + 1] is None):
            moves.append("h0")
        pen = "L"
    return "".join(moves)


def interval(low: list[tuple[float, float]], high: list[tuple[float, float]]) -> str:
    """The area between two lines."""
    outline = " ".join(f"{x:g},{y:g}" for x, y in (*high, *reversed(low)))
    return f'<polygon class="mc-interval" fill="currentColor" fill-opacity="0.12" points="{outline}"/>'


def bar(x: float, y: float, size: tuple[float, float], css: str) -> str:
    """A rectangle: x and width in percent, y and height in pixels."""
    width, height = size
    return f'<rect class="{css}" fill="currentColor" x="{x:g}%" y="{y:g}" width="{width:g}%" height="{height:g}"/>'


def text(words: str, x: float, y: float, css: str = "mc-tick", offset: tuple[int, int] = (0, 0)) -> str:
    """Words at x percent and y pixels, moved by an offset in pixels; the class says which end is anchored."""
    dx, dy = offset
    anchor = {"mc-tick": "middle", "mc-axis": "end", "mc-value": "end"}.get(css.split(maxsplit=1)[0], "start")
    return (
        f'<text class="{css}" fill="currentColor" text-anchor="{anchor}" x="{x:g}%" y="{y:g}" dx="{dx}" dy="{dy}">'
        f"{escape(words)}</text>"
    )


def rule(start: tuple[float, float], end: tuple[float, float], css: str = "mc-grid") -> str:
    """A thin straight line; x in percent, y in pixels."""
    return (
        f'<line class="{css}" stroke="currentColor" x1="{start[0]:g}%" y1="{start[1]:g}" '
        f'x2="{end[0]:g}%" y2="{end[1]:g}"/>'
    )


def dot(x: float, y: float, css: str) -> str:
    """A small ring at x percent and y pixels."""
    return f'<circle class="{css}" fill="none" stroke="currentColor" cx="{x:g}%" cy="{y:g}" r="3"/>'
