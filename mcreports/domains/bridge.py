"""Why spend changed: from one period to the next by tenant and driver, split into volume, mix and unit cost.

``budget.bridge.change`` is the whole, of the platform, of a tenant, or of one of its drivers (label ``driver``).
It is the sum of ``calendar`` (more days at the old cost; of months alone), ``volume`` (more operations at the
old unit cost), ``mix`` (operations that moved between tenants of different unit costs; of the platform alone),
``unit_cost`` (by driver too), ``new_or_gone`` and ``unsplit``. A tenant's volume is that of its own operations
at its own old unit cost: those of all tenants are the platform's ``volume_and_mix``.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.analysis.bridge import Parts, volume_of_all
from mcreports.analysis.ranges import all_of, exactly
from mcreports.checks import Reconciliation, Status
from mcreports.domains import Section
from mcreports.domains.bridge_parts import BRIDGE, Basis, Part, basis, reasons, total
from mcreports.domains.compared import SPENT, compared
from mcreports.domains.derive import difference, number
from mcreports.domains.facts import OPERATIONS
from mcreports.domains.money import open_books
from mcreports.domains.moved import ABSENT, SILENT, moved
from mcreports.domains.shifted import shifted
from mcreports.domains.tally import tally
from mcreports.figures import Figures, Quality

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mcreports.domains.compared import Compared
    from mcreports.domains.money import Books
    from mcreports.domains.moved import Moved
    from mcreports.figures import Figure
    from mcreports.snapshot import Snapshot

CHANGE = f"{BRIDGE}change"
PARTS = tuple(BRIDGE + name for name in ("calendar", "volume", "mix", "unit_cost", "new_or_gone", "unsplit"))
OTHERS = {"tenants": "others"}
NAMED = 10  # tenants that a table names


def assess(snapshot: Snapshot) -> Section:
    """The bridge of a report's two periods; nothing where a year has no two whole months."""
    pair = compared(snapshot)
    if pair is None:
        return Section()
    books = open_books(snapshot)
    counted = tally(snapshot, OPERATIONS, *pair.spans[0]), tally(snapshot, OPERATIONS, *pair.spans[1])
    every = [moved(books, tenant, pair, counted) for tenant in books.tenants]
    every = [one for one in every if one.fate != ABSENT or one.tenant in snapshot.tenants]
    figures = [figure for one in every for figure in _tenant(books, pair, one)]
    change, *parts = _platform(books, pair, every)
    if change.value is None:
        return Section((change, *parts, *figures))
    whole, left = basis(snapshot, change, every), largest(Figures(figures))[NAMED:]
    parts += _others(whole, [one for one in every if one.tenant in left])
    parts += shifted(whole, every)
    return Section((change, *parts, *figures), reconciliation=(_agree(change, parts),))


def largest(figures: Figures) -> list[str]:
    """The tenants whose spend changed, the most by other things than the calendar first."""
    changes = {f.tenant: number(f.value) for f in figures.where(CHANGE) if f.tenant is not None and not f.labels}
    days = {f.tenant: number(f.value) or 0 for f in figures.where(f"{BRIDGE}calendar") if not f.labels}
    sizes = {name: abs(value - days.get(name, 0)) for name, value in changes.items() if value is not None}
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _tenant(books: Books, pair: Compared, one: Moved) -> Iterator[Figure]:
    """A tenant's change and its parts; of each driver the change and what its unit cost did."""
    after, before = _spent(books, pair, one.tenant)
    change = difference(CHANGE, after, before)
    yield from _before(before)
    if not one.is_known:
        reason = one.unsplit_because
        yield replace(change, value=None, bounds=None, quality=Quality.UNKNOWN, reason=reason)
        rest = basis(books.snapshot, change, [one])
        yield from (rest.figure(Part(name, None, reason=reason)) for name in ("volume", "unit_cost"))
        return
    rest = basis(books.snapshot, change, [one])
    yield from (rest.figure(part) for part in _parts(one, None))
    for driver in one.drivers:
        rest = basis(books.snapshot, change, [one], driver)
        told = (part for part in _parts(one, driver) if part.name in {"change", "unit_cost"} and part.cents is not None)
        yield from (rest.figure(part, driver=driver) for part in told)


def _parts(one: Moved, driver: str | None) -> Iterator[Part]:
    """What a change comes to, and what it is made of."""
    own, ranges, why = one.part(driver), one.ranges(driver), one.unsplit_because
    yield Part("change", own.change, ranges["change"], one.fate)
    if one.days != 1 and not one.fate:
        yield Part("calendar", own.calendar, ranges["calendar"])
    if not why:
        yield Part("volume", own.volume, ranges["volume"])
        yield Part("unit_cost", own.unit_cost, ranges["unit_cost"])
        return
    yield from (Part(name, None, reason=why) for name in ("volume", "unit_cost"))
    yield Part("new_or_gone" if one.fate else "unsplit", own.unsplit, ranges["unsplit"], why)


def _platform(books: Books, pair: Compared, every: Sequence[Moved]) -> Iterator[Figure]:
    """The platform's change and its parts; of each driver the change and what its unit cost did."""
    after, before = _spent(books, pair, None)
    change = difference(CHANGE, after, before)
    yield change
    yield from _before(before)
    rest = basis(books.snapshot, change, every)
    if change.value is None:
        reason = change.reason or "nothing is known of the spend"
        yield from (rest.figure(Part(name, None, reason=reason)) for name in ("volume", "mix", "unit_cost"))
        return
    yield from (rest.figure(part) for part in _whole(every, pair.days))
    for driver in books.drivers:
        own = [one for one in every if driver in one.drivers]
        split = [one for one in own if not one.unsplit_because]
        rest = basis(books.snapshot, change, own, driver)
        yield rest.figure(total("change", own, driver), driver=driver)
        unit = total("unit_cost", split, driver) if split else Part("unit_cost", None, reason=reasons(own))
        yield rest.figure(unit, driver=driver)


def _whole(every: Sequence[Moved], days: Fraction) -> Iterator[Part]:
    """What the platform's change is made of."""
    if days != 1:
        yield total("calendar", every)
    split = [one for one in every if not one.unsplit_because]
    if split:
        yield from _split(split, days)
    else:
        reason = reasons(every) or "no tenant"
        yield from (Part(name, None, reason=reason) for name in ("volume", "mix", "unit_cost"))
    fates = [one for one in every if one.is_known and one.fate]
    others = [one for one in every if one.unsplit_because and one.fate in {"", SILENT}]
    yield from (total(name, those) for name, those in (("new_or_gone", fates), ("unsplit", others)) if those)


def _split(split: Sequence[Moved], days: Fraction) -> Iterator[Part]:
    """What more operations, their shares and their unit costs made of the change."""
    costs = [(one.before.cents(), one.operations) for one in split if one.operations is not None]
    volume, sums = volume_of_all(costs, days), sum((one.part() for one in split), Parts())
    before, after = all_of(one.before.counted for one in split), all_of(one.after.counted for one in split)
    alike = all_of(one.before.cost() for one in split).times(after.by(before) - exactly(days))
    own = all_of(one.ranges()["volume"] for one in split)
    yield Part("volume", volume, alike)
    yield Part("mix", sums.volume - volume, own - alike)
    yield Part("volume_and_mix", sums.volume, own)
    yield total("unit_cost", split)


def _others(whole: Basis, left: Sequence[Moved]) -> Iterator[Figure]:
    """The tenants that no table names, together, under the heads of those that are named."""
    if not left:
        return
    split = [one for one in left if not one.unsplit_because]
    wanted = {"change": left, "calendar": left, "volume": split, "unit_cost": split}
    wanted["new_or_gone"] = [one for one in left if one.fate]
    wanted["unsplit"] = [one for one in left if one.unsplit_because and not one.fate]
    for name, those in wanted.items():
        yield whole.figure(total(name, those), **OTHERS)


def _spent(books: Books, pair: Compared, tenant: str | None) -> tuple[Figure, Figure]:
    """The spend after and before, each called what it is called elsewhere in the report."""
    after, before = SPENT[books.snapshot.report]
    now, then = books.figure(after, tenant, pair.spans[1]), books.figure(before, tenant, pair.spans[0])
    return now, then


def _before(before: Figure) -> Iterator[Figure]:
    """The spend of a week before, which no other part of a report tells of."""
    if before.id == SPENT["daily"][1]:
        yield before


def _agree(change: Figure, parts: Iterable[Figure]) -> Reconciliation:
    told = (number(figure.value) or 0 for figure in parts if figure.id in PARTS and not figure.labels)
    left = sum(told, Fraction()) - (number(change.value) or 0)
    return Reconciliation("bridge adds up to the change", f"{float(left):.2f}", Status.FAIL if left else Status.PASS)
