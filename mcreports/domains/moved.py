"""How one tenant's cost changed from one period to the next, and what the change is made of."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from mcreports.analysis.bridge import Parts, split
from mcreports.analysis.ranges import Range, exactly
from mcreports.domains.accounts import COST
from mcreports.domains.series import milliseconds
from mcreports.figures import Quality

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mcreports.domains.compared import Compared
    from mcreports.domains.events import Count
    from mcreports.domains.ledger import Spend
    from mcreports.domains.money import Books
    from mcreports.domains.tally import Tally

PARTS = ("calendar", "volume", "unit_cost", "unsplit")
NEW, GONE, SILENT, ABSENT = "the tenant is new", "the tenant is gone", "silent", "it has no spend in either"


@dataclass(frozen=True)
class Stand:
    """What a tenant cost in a period, by driver too, and the operations that it did."""

    spent: Spend
    drivers: Mapping[str, Spend]
    operations: Count

    def cents(self, driver: str | None = None) -> int:
        """What is known to have been spent; 0 where nothing is."""
        return self._spend(driver).cents or 0

    def cost(self, driver: str | None = None) -> Range:
        """The least and the most cents that can have been spent."""
        spent = self._spend(driver)
        return exactly(0) if spent.cents is None else Range(spent.low, spent.high)

    @property
    def counted(self) -> Range:
        """The least and the most operations that there can have been."""
        return Range(self.operations.low, self.operations.high)

    def doubts(self, driver: str | None, *, counted: bool) -> Iterator[str]:
        """Why the spend, and the operations where they are ``counted``, may not be the whole truth."""
        yield from self._spend(driver).reasons if self._spend(driver).cents is not None else ()
        yield from self.operations.doubts if counted else ()

    def is_estimated(self, driver: str | None, *, counted: bool) -> bool:
        """Whether any of them is an estimate."""
        spent = self._spend(driver)
        known = [spent.quality] if spent.cents is not None else []
        return Quality.ESTIMATED in [*known, *([self.operations.quality] if counted else [])]

    def _spend(self, driver: str | None) -> Spend:
        return self.spent if driver is None else self.drivers[driver]


@dataclass(frozen=True)
class Moved:
    """A tenant before and after; ``fate`` says that it is new, gone, silent in one of the two, or not there at all."""

    tenant: str
    before: Stand
    after: Stand
    days: Fraction
    fate: str = ""

    @property
    def drivers(self) -> tuple[str, ...]:
        """Every driver that it has."""
        return tuple(self.after.drivers)

    @property
    def is_known(self) -> bool:
        """Whether there is a change at all: something that is known before and after, or a reason why there is not."""
        return self.fate not in {SILENT, ABSENT}

    @property
    def unsplit_because(self) -> str:
        """Why the change is not split; empty where it is."""
        if self.fate:
            sides = (("before", self.before), ("after", self.after))
            missing = [when for when, side in sides if side.spent.cents is None]
            return f"nothing is known of its spend {' and '.join(missing)}" if self.fate == SILENT else self.fate
        for when, side in (("before", self.before), ("after", self.after)):
            if side.operations.count is None:
                return f"its operations {when} are not known: {side.operations.doubt or 'no data'}"
            if not side.operations.count:
                return f"no operation {when}"
        return ""

    @property
    def operations(self) -> tuple[int, int] | None:
        """Its operations before and after; None where the change is not split by them."""
        return None if self.unsplit_because else (self.before.operations.count or 0, self.after.operations.count or 0)

    @cached_property
    def parts(self) -> dict[str, Parts]:
        """Each driver's change; what is new or gone or silent has no calendar."""
        costs = {driver: (self.before.cents(driver), self.after.cents(driver)) for driver in self.drivers}
        return split(costs, self.operations, Fraction(1) if self.fate else self.days)

    def part(self, driver: str | None = None) -> Parts:
        """The change of a driver, or of all."""
        return self.parts[driver] if driver is not None else sum(self.parts.values(), Parts())

    def ranges(self, driver: str | None = None) -> dict[str, Range]:
        """The least and the most that each part can be."""
        before, after = self.before.cost(driver), self.after.cost(driver)
        counted = [] if self.unsplit_because else [self.before.counted, self.after.counted]
        if self.is_known and all(each.low == each.high for each in (before, after, *counted)):
            own = self.part(driver)
            return {name: exactly(getattr(own, name)) for name in (*PARTS, "change")}
        days = exactly(Fraction(1) if self.fate else self.days)
        found = {"change": after - before, "calendar": before.times(days - exactly(1))}
        if self.unsplit_because:
            return found | {"unsplit": after - before.times(days) if self.is_known else Range(None, None)}
        grown = self.after.counted.by(self.before.counted)
        return found | {"volume": before.times(grown - days), "unit_cost": after - before.times(grown)}

    def doubts(self, driver: str | None = None) -> tuple[str, ...]:
        """Why the change may be another, or be made of other parts."""
        counted = not self.unsplit_because
        each = (reason for side in (self.before, self.after) for reason in side.doubts(driver, counted=counted))
        return tuple(dict.fromkeys(each))

    def is_estimated(self, driver: str | None = None) -> bool:
        """Whether anything that it rests on is an estimate."""
        if self.fate == SILENT:
            return True
        return any(side.is_estimated(driver, counted=not self.unsplit_because) for side in (self.before, self.after))


def moved(books: Books, tenant: str, pair: Compared, counted: tuple[Tally, Tally]) -> Moved:
    """A tenant in both periods."""
    drivers = [driver for driver in books.drivers if driver in books.accounts.get(tenant, {})]
    before, after = (
        Stand(
            books.spend(tenant, None, span),
            {driver: books.spend(tenant, driver, span) for driver in drivers},
            tally.of(tenant),
        )
        for span, tally in zip(pair.spans, counted, strict=True)
    )
    return Moved(tenant, before, after, pair.days, _fate(books, tenant, pair, (before, after)))


def _fate(books: Books, tenant: str, pair: Compared, sides: tuple[Stand, Stand]) -> str:
    """What a series that begins later, or of a tenant that nobody expects any more, has to say by its silence."""
    was_there, is_there = (side.spent.cents is not None for side in sides)
    if was_there and is_there:
        return ""
    own = books.accounts.get(tenant, {}).values()
    (_, over), (start, end) = pair.spans
    first, last = min((one.first for one in own), default=0), max((one.last for one in own), default=0)
    since = books.snapshot.windows[COST].watched_since if COST in books.snapshot.windows else None
    is_watched = since is not None and since < over
    if is_there:
        return NEW if is_watched and first >= milliseconds(over) else SILENT
    if tenant in books.unexpected and last < milliseconds(start):
        return GONE if was_there else ABSENT
    return ABSENT if is_watched and first >= milliseconds(end) else SILENT
