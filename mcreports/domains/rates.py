"""Rates of events, exact as fractions and shown with the interval that chance allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING

from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from mcreports.domains.events import Count, Source

METHOD = "ratio; bounds: wilson 95 %"
Z = 1.959963984540054  # the normal deviate that 95 % lie within


@dataclass(frozen=True)
class Rate:
    """``part`` of ``whole`` events, in percent; unknown where either is, or where there was no event at all."""

    part: Count
    whole: Count
    noun: str

    @property
    def percent(self) -> Fraction | None:
        """The unrounded rate."""
        if self.part.count is None or not self.whole.count:
            return None
        return Fraction(100 * self.part.count, self.whole.count)

    @property
    def doubt(self) -> str:
        """Why the rate may not be the whole truth, or is not known."""
        doubts = [*self.whole.doubts, *self.part.doubts]
        if self.whole.count == 0:
            doubts.append(f"no {self.noun}")
        return "; ".join(dict.fromkeys(doubts))

    def figure(self, figure_id: str, tenant: str | None, source: Source) -> Figure:
        """This rate with its passport."""
        percent = self.percent
        exact = not self.doubt and percent is not None
        quality = Quality.ACTUAL if exact else Quality.UNKNOWN if percent is None else Quality.ESTIMATED
        seen = self.whole.seen
        figure = Figure(
            figure_id, tenant, None if percent is None else float(percent), "%", source.window, source.query, METHOD,
            quality, None, seen.share, seen.samples, self.whole.resets + self.part.resets, reason=self.doubt,
        )  # fmt: skip
        if percent is None or not 0 <= percent <= 100:  # noqa: PLR2004 - a percentage
            return figure
        return replace(figure, bounds=wilson(self.part.count or 0, self.whole.count or 0))


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, in percent.

    >>> low, high = wilson(9990, 10000)
    >>> f"{low:.3f} {high:.3f}"
    '99.816 99.946'
    """
    share, spread = part / whole, Z * Z / whole
    centre = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    low = 0.0 if part == 0 else max(0.0, 100 * (centre - half))
    return low, 100.0 if part == whole else min(100.0, 100 * (centre + half))
