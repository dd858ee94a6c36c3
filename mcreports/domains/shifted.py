"""Spend that moved between tenants: as much less of one as more of another, which leaves the platform as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.analysis.shifts import Move, shifts
from mcreports.domains.bridge_parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.domains.bridge_parts import Basis
    from mcreports.domains.moved import Moved
    from mcreports.figures import Figure

MOST_SHIFTS = 5


def shifted(whole: Basis, every: Sequence[Moved]) -> Iterator[Figure]:
    """What all that rose and all that fell come to, and the pairs of tenants that cancel each other.

    ``budget.bridge.rose`` and ``budget.bridge.fell`` are the changes of every tenant's driver by which way they
    went; ``budget.bridge.moved`` and ``budget.bridge.moved_net`` have the labels ``driver``, ``from`` and ``to``.
    """
    moves = [_move(one, driver) for one in every if one.is_known for driver in one.drivers]
    for name, sign in (("rose", 1), ("fell", -1)):
        yield whole.figure(Part(name, sum(move.change for move in moves if sign * move.change > 0)))
    for shift in shifts(moves)[:MOST_SHIFTS]:
        labels = {"driver": shift.fell.driver, "from": shift.fell.tenant, "to": shift.rose.tenant}
        yield whole.figure(Part("moved", shift.moved), **labels)
        yield whole.figure(Part("moved_net", shift.net), **labels)


def _move(one: Moved, driver: str) -> Move:
    """A tenant's driver in both periods, as if they had as many days."""
    days = one.part(driver).calendar
    return Move(one.tenant, driver, one.before.cents(driver) + days, one.after.cents(driver))
