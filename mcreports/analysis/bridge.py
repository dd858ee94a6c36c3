"""What a change of cost is made of: more days, more operations, dearer operations; exact in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Pair = tuple[int, int]  # before and after

SAME = Fraction(1)


@dataclass(frozen=True)
class Parts:
    """Cents of a change by what made them; together they are the change."""

    calendar: int = 0
    volume: int = 0
    unit_cost: int = 0
    unsplit: int = 0

    def __add__(self, other: Parts) -> Parts:
        """Both changes as one."""
        return Parts(
            self.calendar + other.calendar,
            self.volume + other.volume,
            self.unit_cost + other.unit_cost,
            self.unsplit + other.unsplit,
        )

    @property
    def change(self) -> int:
        """All of them."""
        return self.calendar + self.volume + self.unit_cost + self.unsplit


def split(costs: Mapping[str, Pair], operations: Pair | None, days: Fraction = SAME) -> dict[str, Parts]:
    """Each driver's change of cents; ``days`` is the length of the time after by that of the time before.

    The calendar is what the old cost would have been in so many days. Volume is what more or fewer operations
    a day cost at the old unit cost; unit cost is all that is left. Without operations before and after there is
    no such split.

    >>> split({"compute": (100_00, 180_00)}, (1000, 1500))
    {'compute': Parts(calendar=0, volume=5000, unit_cost=3000, unsplit=0)}
    """
    old = [before for before, _ in costs.values()]
    calendar = share_out([before * (days - 1) for before in old])
    if operations is None or min(operations) <= 0:
        rest = [after - before - days for (before, after), days in zip(costs.values(), calendar, strict=True)]
        return {
            driver: Parts(calendar=own, unsplit=left) for driver, own, left in zip(costs, calendar, rest, strict=True)
        }
    grown = growth(operations, days)
    volume = share_out([before * grown for before in old])
    return {
        driver: Parts(own, more, after - before - own - more)
        for (driver, (before, after)), own, more in zip(costs.items(), calendar, volume, strict=True)
    }


def growth(operations: Pair, days: Fraction = SAME) -> Fraction:
    """How many times the old operations came on top of what so many days would have brought."""
    before, after = operations
    return Fraction(after, before) - days


def volume_of_all(tenants: Sequence[tuple[int, Pair]], days: Fraction = SAME) -> int:
    """What more operations cost if each tenant had kept its share of them: the rest of the volume is mix.

    Each tenant is its old cents and its operations, none of them 0.
    """
    if not tenants:
        return 0
    before, after = (sum(operations[at] for _, operations in tenants) for at in (0, 1))
    return round(sum(cents for cents, _ in tenants) * growth((before, after), days))


def share_out(exact: Sequence[Fraction]) -> list[int]:
    """Amounts in whole cents that add up to their rounded sum: the largest remainders get the cents that are left.

    >>> share_out([Fraction(1, 3), Fraction(1, 3), Fraction(4, 3)])
    [1, 0, 1]
    """
    whole = [floor(each) for each in exact]
    left = round(sum(exact, Fraction())) - sum(whole)
    largest = sorted(range(len(exact)), key=lambda at: whole[at] - exact[at])
    for at in largest[:left]:
        whole[at] += 1
    return whole
