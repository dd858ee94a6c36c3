"""What a chart is drawn from: named series of figures or plain numbers by day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.figures import Figure, Quality
from mcreports.view.format import SHORT, figure_text, value_text
from mcreports.view.words import day_text, month_text

if TYPE_CHECKING:
    from datetime import date

Y = Figure | float | None

DRIVERS = ("compute", "storage", "network")
ROLES = ("actual", "prior", "budget", "target", "forecast", *DRIVERS, "driver-4", "driver-5", "driver-6")
DASHES = {"budget": "dash", "target": "dash", "forecast": "dot"}


@dataclass(frozen=True)
class Series:
    """One line or one layer of bars: a point for each day, None where there is no value.

    ``role`` gives its colour and stroke; ``low`` and ``high`` are the ends of an interval around it,
    ``least`` and ``most`` those of a wider one; without a ``label`` the series is told from the others in
    the data table alone.
    """

    name: str
    role: str
    x: tuple[date, ...]
    y: tuple[Y, ...]
    low: tuple[Y, ...] = ()
    high: tuple[Y, ...] = ()
    least: tuple[Y, ...] = ()
    most: tuple[Y, ...] = ()
    label: bool = True

    def __post_init__(self) -> None:
        """Refuse a role without a look, and lengths that do not match."""
        if self.role not in ROLES:
            msg = f"{self.name}: there is no role {self.role!r}; there are {', '.join(ROLES)}"
            raise ValueError(msg)
        bounds = (self.low, self.high, self.least, self.most)
        if len(self.x) != len(self.y) or any(len(ends) not in {0, len(self.x)} for ends in bounds):
            counts = " and ".join(str(len(ends)) for ends in bounds)
            msg = f"{self.name}: {len(self.x)} days, {len(self.y)} values, {counts} bounds"
            raise ValueError(msg)

    @property
    def values(self) -> tuple[float | None, ...]:
        """The height of each point."""
        return tuple(number(y) for y in self.y)

    @property
    def intervals(self) -> tuple[tuple[tuple[Y, ...], tuple[Y, ...]], ...]:
        """The ends of its intervals, the wider one first."""
        return tuple(ends for ends in ((self.least, self.most), (self.low, self.high)) if ends[0])

    @property
    def last(self) -> tuple[date, Y] | None:
        """The last point that has a value."""
        points = zip(reversed(self.x), reversed(self.y), strict=True)
        return next(((x, y) for x, y in points if number(y) is not None), None)

    @property
    def is_monthly(self) -> bool:
        """Whether each point stands for a month: several, all on a first day."""
        return len(self.x) > 1 and all(day.day == 1 for day in self.x)

    def words(self, unit: str) -> str:
        """The series in a sentence of numbers."""
        known = [(x, y) for x, y in zip(self.x, self.y, strict=True) if number(y) is not None]
        if not known:
            return f"{self.name}: no data"
        when = month_text if self.is_monthly else day_text
        at = "in" if self.is_monthly else "on"
        ends = " to ".join(f"{point_text(y, unit)} {at} {when(x)}" for x, y in dict.fromkeys((known[0], known[-1])))
        least, most = (pick(known, key=lambda point: number(point[1]) or 0.0)[1] for pick in (min, max))
        less = len(self.y) - len(known)
        missing = (
            f", {less} {'month' if self.is_monthly else 'day'}{'s' if less > 1 else ''} without data" if less else ""
        )
        return f"{self.name}: {ends}, lowest {point_text(least, unit)}, highest {point_text(most, unit)}{missing}"


def driver_role(name: str, position: int = 3) -> str:
    """The role that colours a driver: the known ones keep theirs, others take turns."""
    return name if name in DRIVERS else f"driver-{4 + position % 3}"


def number(y: Y) -> float | None:
    """A point's height; None where there is no finite value."""
    value = y.value if isinstance(y, Figure) else y
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None
    return float(value)


def is_estimated(y: Y) -> bool:
    """Whether a point is a figure that is only estimated."""
    return isinstance(y, Figure) and y.quality is Quality.ESTIMATED


def point_text(y: Y, unit: str) -> str:
    """A point's value with its unit."""
    return figure_text(y) if isinstance(y, Figure) else value_text(y, unit)


def short_text(y: Y, unit: str) -> str:
    """A point's value, short enough to stand beside its line."""
    if isinstance(y, Figure):
        return figure_text(y, SHORT)
    return value_text(y, unit, SHORT)
