"""The parts of a change as figures: what each comes to, what it can be, and why it is not known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TYPE_CHECKING

from mcreports.analysis.ranges import Range, all_of
from mcreports.domains.accounts import COST
from mcreports.domains.facts import OPERATIONS
from mcreports.domains.money import usd
from mcreports.figures import Figure, Quality
from mcreports.names import several

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from mcreports.domains.moved import Moved
    from mcreports.snapshot import Snapshot

BRIDGE = "budget.bridge."
COUNTED = frozenset({"volume", "mix", "volume_and_mix", "unit_cost"})
METHODS = {
    "calendar": "spend before * (days after / days before - 1)",
    "volume": "spend before * (operations after / operations before - days after / days before)",
    "mix": "the tenants' volume - volume at the old shares of operations",
    "volume_and_mix": "the tenants' volume, summed",
    "unit_cost": "change - calendar - volume - mix",
    "new_or_gone": "change of tenants that are in one of the two periods alone",
    "unsplit": "change - calendar, where operations are not known",
    "rose": "changes - calendar of each tenant's driver that rose, summed",
    "fell": "changes - calendar of each tenant's driver that fell, summed",
    "moved": "the smaller of what one tenant's driver fell by and another's rose by, calendar apart",
    "moved_net": "what is left of both together",
}
MOST_REASONS = 3
MOST_NAMES = 4
ANY = Range(None, None)


@dataclass(frozen=True)
class Part:
    """A part's name, its cents, the least and the most that they can be, and why they are what they are."""

    name: str
    cents: int | None
    found: Range = ANY
    reason: str = ""


@dataclass(frozen=True)
class Basis:
    """What the parts of one change rest on: its figure, the query of operations, and what is doubtful about them."""

    change: Figure
    operations: str
    reasons: tuple[str, ...]
    is_estimated: bool

    def figure(self, part: Part, **labels: str) -> Figure:
        """A part with its passport."""
        known = Quality.ESTIMATED if self.is_estimated else Quality.ACTUAL
        is_known = part.cents is not None
        return replace(
            self.change, id=BRIDGE + part.name, value=usd(part.cents), bounds=_bounds(part),
            query=f"{self.change.query} ; {self.operations}" if part.name in COUNTED else self.change.query,
            method=METHODS.get(part.name, self.change.method), labels=tuple(sorted(labels.items())),
            quality=known if is_known else Quality.UNKNOWN,
            reason=few((part.reason, *self.reasons)) if is_known else part.reason,
        )  # fmt: skip


def basis(snapshot: Snapshot, change: Figure, those: Sequence[Moved], driver: str | None = None) -> Basis:
    """What the change of one tenant or of several rests on, of all drivers or of one."""
    whose = {} if change.tenant is None else {"tenant": change.tenant}
    driven = whose if driver is None else {**whose, "driver": driver}
    doubts = [reason for one in those for reason in one.doubts(driver)]
    said = change.reason.split("; ") if change.tenant is None and driver is None else []
    return Basis(
        replace(change, query=snapshot.metrics[COST].selector(**driven)),
        snapshot.metrics[OPERATIONS].selector(**whose),
        tuple(dict.fromkeys((*said, *doubts))),
        any(one.is_estimated(driver) for one in those),
    )


def total(name: str, those: Sequence[Moved], driver: str | None = None) -> Part:
    """A part of several tenants' changes, summed."""
    key = "unsplit" if name == "new_or_gone" else name
    reason = reasons(those) if key == "unsplit" else ""
    cents = sum(getattr(one.part(driver), key) for one in those)
    return Part(name, cents, all_of(one.ranges(driver)[key] for one in those), reason)


def reasons(those: Iterable[Moved]) -> str:
    """Why changes are not split, each reason once, with those whose it is."""
    groups: dict[str, list[str]] = {}
    for one in those:
        if one.unsplit_because:
            groups.setdefault(one.unsplit_because, []).append(one.tenant)
    return few(f"{reason} ({several(names, MOST_NAMES)})" for reason, names in groups.items())


def few(every: Iterable[str]) -> str:
    """The first of some reasons, and how many more there are."""
    given = [reason for reason in every if reason]
    more = [f"and {len(given) - MOST_REASONS} more"] if len(given) > MOST_REASONS else []
    return "; ".join([*given[:MOST_REASONS], *more])


def _bounds(part: Part) -> tuple[Decimal | None, Decimal | None] | None:
    """The ends of a part in whole cents, the part itself between them; None where it is exact or not bounded."""
    low, high = part.found.low, part.found.high
    if part.cents is None or low == high or (low is None and high is None):
        return None
    return (
        None if low is None else usd(min(part.cents, floor(low))),
        None if high is None else usd(max(part.cents, ceil(high))),
    )
