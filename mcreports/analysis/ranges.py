"""Ranges that hold an exact number, and what can be said of sums, differences and products of such numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

End = Fraction | int | None


@dataclass(frozen=True)
class Range:
    """The least and the most that a number can be; None where there is no known end."""

    low: End
    high: End

    def __add__(self, other: Range) -> Range:
        """What the sum can be."""
        return Range(_sum(self.low, other.low), _sum(self.high, other.high))

    def __sub__(self, other: Range) -> Range:
        """What the difference can be."""
        return self + Range(_minus(other.high), _minus(other.low))

    def times(self, factor: Range) -> Range:
        """What an amount that is not below 0 can be once it is multiplied."""
        return Range(self._end(factor.low, is_top=False), self._end(factor.high, is_top=True))

    def by(self, divisor: Range) -> Range:
        """What an amount that is not below 0 can be in units of another such amount."""
        low = Fraction(self.low or 0) / divisor.high if divisor.high else Fraction(0)
        return Range(low, None if self.high is None or not divisor.low else Fraction(self.high) / divisor.low)

    def _end(self, factor: End, *, is_top: bool) -> End:
        if factor is None:
            return None
        end = self.high if (factor >= 0) is is_top else self.low
        return 0 if factor == 0 else None if end is None else end * factor


def exactly(number: Fraction | int) -> Range:
    """The range of a number that is known."""
    return Range(number, number)


def all_of(ranges: Iterable[Range]) -> Range:
    """What the sum of all can be."""
    whole = exactly(0)
    for each in ranges:
        whole += each
    return whole


def _sum(one: End, two: End) -> End:
    return None if one is None or two is None else one + two


def _minus(end: End) -> End:
    return None if end is None else -end
