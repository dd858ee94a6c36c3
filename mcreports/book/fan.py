"""How a forecast is drawn: dotted, from the last actual point on, within its intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains.derive import number
from mcreports.view.charts import Series

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mcreports.figures import Figure
    from mcreports.view.points import Y

    Point = tuple[date, Figure]
    Ends = tuple[tuple[Y, ...], tuple[Y, ...]]


def fan(actual: Sequence[Point], ahead: Sequence[Point], wide: Sequence[Figure] = ()) -> Series:
    """The line of a forecast and its intervals, ``wide`` being the figures of a wider one.

    It begins at the last actual point, if that is known: what is not known is no 0. Where an end of an interval is
    not known there is no band.
    """
    start = [point for point in actual[-1:] if point[1].value is not None]
    days, figures = zip(*(*start, *ahead), strict=True)
    bands = (_band([one for _, one in start], own) for own in ([one for _, one in ahead], wide))
    (low, high), (least, most) = bands
    return Series("Forecast", "forecast", days, figures, low, high, least, most)


def _band(start: Sequence[Figure], ahead: Sequence[Figure]) -> Ends:
    pairs = [(one.value, one.value) for one in start] + [one.bounds or (None, None) for one in ahead]
    low, high = ([number(pair[side]) for pair in pairs] for side in (0, 1))
    if not ahead or None in low or None in high:
        return (), ()
    return tuple(float(end) for end in low if end is not None), tuple(float(end) for end in high if end is not None)
