"""Shifts: what one tenant's driver fell by and another's rose by, at about the same time and by about as much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ALIKE = 80  # the smaller of the two in percent of the larger, at least
FELT = 10  # percent of what the tenant's driver cost before or after, whichever is more
LEAST = 50_00  # cents


@dataclass(frozen=True)
class Move:
    """A tenant's cents for one driver before and after, both for as many days."""

    tenant: str
    driver: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """What they rose by; below 0 what they fell by."""
        return self.after - self.before

    @property
    def is_felt(self) -> bool:
        """Whether the change is more than the noise of a day, in money and by its share."""
        return abs(self.change) >= LEAST and 100 * abs(self.change) >= FELT * max(self.before, self.after)


@dataclass(frozen=True)
class Shift:
    """Two moves of one driver that cancel each other but for the net."""

    fell: Move
    rose: Move

    @property
    def moved(self) -> int:
        """The cents that both have in common."""
        return min(self.rose.change, -self.fell.change)

    @property
    def net(self) -> int:
        """What is left of both together."""
        return self.rose.change + self.fell.change


def shifts(moves: Iterable[Move]) -> list[Shift]:
    """The pairs that cancel each other, the most cents first; a tenant's driver is in one of them at most."""
    found: list[Shift] = []
    used: set[tuple[str, str]] = set()
    felt = [move for move in moves if move.is_felt]
    for shift in sorted(_pairs(felt), key=_order):
        both = {(move.tenant, move.driver) for move in (shift.fell, shift.rose)}
        if not both & used:
            used |= both
            found.append(shift)
    return found


def _order(shift: Shift) -> tuple[int, int, str, str, str]:
    return -shift.moved, abs(shift.net), shift.fell.driver, shift.fell.tenant, shift.rose.tenant


def _pairs(moves: list[Move]) -> Iterator[Shift]:
    rises = [move for move in moves if move.change > 0]
    for fell in moves:
        for rose in rises if fell.change < 0 else []:
            larger = max(rose.change, -fell.change)
            if rose.driver == fell.driver and 100 * min(rose.change, -fell.change) >= ALIKE * larger:
                yield Shift(fell, rose)
