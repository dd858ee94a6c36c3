"""How many events prove a rate: the size at which Wilson's 95 % interval, shown beside it, clears the target."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, sqrt

Z = 1.959963984540054  # the normal deviate that 95 % lie within
METHOD = "proof size; bounds: wilson 95 %"
FINE = 2**32  # how finely the square root is taken before the exact search


def wilson(part: int, whole: int, z: float = Z) -> tuple[float, float]:
    """Wilson's interval of a share, in percent; 95 % unless another normal deviate is given.

    >>> low, high = wilson(9990, 10000)
    >>> f"{low:.3f} {high:.3f}"
    '99.816 99.946'
    """
    share, spread = part / whole, z * z / whole
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    low = 0.0 if part == 0 else max(0.0, 100 * (centre - half))
    return low, 100.0 if part == whole else min(100.0, 100 * (centre + half))


@dataclass(frozen=True)
class Proof:
    """So many of ``whole`` events went wrong, where no more than the share ``most`` may."""

    wrong: int
    whole: int
    most: Fraction

    @property
    def is_enough(self) -> bool:
        """Whether even the bad end of the interval is within the target."""
        return proves(self.wrong, self.whole, self.most)

    @property
    def needed(self) -> int | None:
        """The fewest events that would prove the target if no more than these went wrong; None where none do."""
        return needed(self.wrong, self.most)


def proves(wrong: int, whole: int, most: Fraction) -> bool:
    """Whether Wilson's upper bound of ``wrong`` of ``whole`` is at most ``most``, without any rounding."""
    spare = most * whole - wrong
    return whole > 0 and spare >= 0 and spare**2 >= Fraction(Z) ** 2 * most * (1 - most) * whole


def needed(wrong: int, most: Fraction) -> int | None:
    """The fewest events, so many of them wrong, that prove a share of at most ``most``; None where none do.

    >>> needed(0, Fraction(1, 1000)), needed(5, Fraction(1, 1000)), needed(0, Fraction(0))
    (3838, 11702, None)
    """
    if most <= 0:
        return None
    most = min(most, Fraction(1))
    # the interval's end is at the target where (most n - wrong)^2 = z^2 most (1 - most) n: a quadratic in n
    spread = Fraction(Z) ** 2 * most * (1 - most)
    half = most * wrong + spread / 2
    size = int((half + _root(half**2 - (most * wrong) ** 2)) / most**2)
    while not proves(wrong, size, most):
        size += 1
    while proves(wrong, size - 1, most):
        size -= 1
    return size


def _root(square: Fraction) -> Fraction:
    """The square root, short of it by less than one part in ``FINE`` of its last digit."""
    return Fraction(isqrt(square.numerator * square.denominator * FINE**2), square.denominator * FINE)
