"""Why spend changed, in pictures and tables: the bridge, the tenants behind it, what only moved between them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains.bridge import CHANGE, NAMED, largest
from mcreports.domains.bridge_parts import BRIDGE
from mcreports.domains.compared import compared
from mcreports.domains.derive import ends, number
from mcreports.domains.story_change import names, part_name, size
from mcreports.figures import Quality
from mcreports.names import UNALLOCATED
from mcreports.view.charts import Bridge
from mcreports.view.format import Shape
from mcreports.view.markup import Name
from mcreports.view.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.domains.compose import Report
    from mcreports.figures import Figure, Figures
    from mcreports.view.tables import Row

    Step = tuple[str, Figure]

SIGNED = Shape("amount", sign=True)
MOST_DRIVERS = 6
BESIDE = ("weekly", "monthly")  # where it stands beside the month's curve, which takes the other half
NOTHING = "There are no two periods to compare."
HEADS = {
    "calendar": "Days", "volume": "Volume and mix", "unit_cost": "Unit cost", "new_or_gone": "New or gone",
    "unsplit": "Not split", "change": "Change",
}  # fmt: skip


def bridge_chart(report: Report) -> Bridge | Table:
    """From one period to the next: days, volume, mix, the unit cost of each driver, and what cannot be split."""
    figures, pair = report.figures, compared(report.snapshot)
    whole = _find(figures, "change")
    if pair is None or whole is None:
        return Table("What changed", (Column("Step"),), (), empty=NOTHING)
    after, before = names(pair)
    volume = _find(figures, "volume")
    is_split = volume is not None and volume.value is not None
    steps = tuple((name, figure) for name, figure in (_split if is_split else _driven)(figures) if figure.value)
    why = "" if is_split or volume is None else f"; not split into volume and unit cost: {volume.reason}"
    said = f"USD, {after} against {before}{why}"
    beside = report.snapshot.report in BESIDE
    return Bridge(_message(steps), said, steps, ("total", whole), half=beside)


def _find(figures: Figures, name: str) -> Figure | None:
    """The platform's part of a name."""
    return next((figure for figure in figures.of(BRIDGE + name, None) if not figure.labels), None)


def _driver_parts(figures: Figures, name: str) -> Iterator[Step]:
    own = (figure for figure in figures.of(BRIDGE + name, None) if list(dict(figure.labels)) == ["driver"])
    yield from ((dict(figure.labels)["driver"] or UNALLOCATED, figure) for figure in own)


def _driven(figures: Figures) -> Iterator[Step]:
    """The change of each driver."""
    yield from _driver_parts(figures, "change")


def _split(figures: Figures) -> Iterator[Step]:
    """The parts of the change, unit cost by driver where they are few."""
    units = [(f"unit cost of {driver}", figure) for driver, figure in _driver_parts(figures, "unit_cost")]
    for name in ("calendar", "volume", "mix", "unit_cost", "new_or_gone", "unsplit"):
        figure = _find(figures, name)
        if name == "unit_cost" and len(units) <= MOST_DRIVERS:
            yield from units
        elif figure is not None:
            yield part_name(figure), figure


def _message(steps: Sequence[Step]) -> str:
    """The step that did most, where the figures prove that it did more than any other."""
    if not steps or any(figure.quality is not Quality.ACTUAL for _, figure in steps):
        return "What changed the spend"
    (name, figure), *others = sorted(steps, key=lambda step: size(step[1]), reverse=True)
    least, _ = _sizes(figure)
    most = [_sizes(other)[1] for _, other in others]
    if least is None or any(size is None or size >= least for size in most):
        return "What changed the spend"
    verb = "raised" if (number(figure.value) or 0) > 0 else "lowered"
    return f"{name[:1].upper()}{name[1:]} {verb} spend most"


def _sizes(figure: Figure) -> tuple[Fraction | None, Fraction | None]:
    """The least and the most that a figure can be, whatever its sign; None where there is no known end."""
    low, high = ends(figure)
    if low is None or high is None:
        return Fraction(0), None
    return Fraction(0) if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high))


def driver_bridge(report: Report) -> Bridge:
    """The month to date against the same days of the month before, by driver."""
    figures = report.figures
    own = [f for f in figures.of("budget.change.mtd", None) if list(dict(f.labels)) == ["driver"] and f.value]
    steps = tuple((dict(figure.labels)["driver"] or UNALLOCATED, figure) for figure in own)
    said = "USD, against the same days of the month before, by driver; not split, for operations are not held so long"
    return Bridge(_message(steps), said, steps, ("total", figures.find("budget.change.mtd")), half=True)


def bridge_table(report: Report) -> Table:
    """The tenants whose spend changed most, the others in one line, and the platform's bridge."""
    figures = report.figures
    parts = [name for name in HEADS if any(f.value for f in figures.of(BRIDGE + name, None)) or name in _ALWAYS]
    columns = (
        Column("Tenant", "name"), *(Column(HEADS[name], "number", "", SIGNED) for name in parts),
        Column("Largest driver", "name"),
    )  # fmt: skip
    every = _changed(figures)
    rows: tuple[Row, ...] = tuple(
        (Name(tenant), *(_of(figures, name, tenant) for name in parts), _largest_driver(figures, tenant))
        for tenant in every[:NAMED]
    )
    total: Row = ("Total", *(_total(figures, name) for name in parts), None)
    more = f"{NAMED} of {len(every):,} tenants are named, those whose spend changed most. All of them:"
    return Table(
        "What changed, by tenant", columns, rows, total, empty=NOTHING, passports=False,
        others=_others(figures, parts), note=more if len(every) > NAMED else "",
    )  # fmt: skip


_ALWAYS = ("volume", "unit_cost", "change")


def _changed(figures: Figures) -> list[str]:
    """The tenants, the largest change first, and those whose change is not known."""
    known = largest(figures)
    own = (figure for figure in figures.where(CHANGE) if figure.tenant is not None and figure.value is None)
    return [*known, *(figure.tenant for figure in own if figure.tenant is not None and not figure.labels)]


def _of(figures: Figures, name: str, tenant: str) -> Figure | None:
    """A tenant's part; none where its change is known and stands under another head."""
    found = next((figure for figure in figures.of(BRIDGE + name, tenant) if not figure.labels), None)
    is_elsewhere = found is not None and found.value is None and figures.find(CHANGE, tenant).value is not None
    return None if is_elsewhere else found


def _total(figures: Figures, name: str) -> Figure | None:
    both = _find(figures, "volume_and_mix") if name == "volume" else None
    return both or _find(figures, name)


def _others(figures: Figures, parts: Sequence[str]) -> Row | None:
    """The tenants that are not named, as the domain has summed them up."""
    cells = [next((f for f in figures.of(BRIDGE + name, None) if "tenants" in dict(f.labels)), None) for name in parts]
    return ("All others", *cells, None) if any(cells) else None


def _largest_driver(figures: Figures, tenant: str) -> Name | None:
    own = [f for f in figures.of(CHANGE, tenant) if f.labels and f.value]
    most = max(own, key=size, default=None)
    return None if most is None else Name(dict(most.labels)["driver"] or UNALLOCATED)


def shift_table(report: Report) -> Table:
    """What fell at one tenant and rose at another by about as much: it leaves the platform as it was."""
    columns = (
        Column("Driver", "name"), Column("Fell", "name"), Column("Rose", "name"), Column("Moved", "number"),
        Column("Net", "number", "", SIGNED),
    )  # fmt: skip
    rows = []
    for moved in report.figures.where(f"{BRIDGE}moved"):
        labels = dict(moved.labels)
        net = report.figures.find(f"{BRIDGE}moved_net", None, None, **labels)
        rows.append((Name(labels["driver"] or UNALLOCATED), Name(labels["from"]), Name(labels["to"]), moved, net))
    empty = "No tenant's driver fell by about as much as another's rose."
    return Table("Moved between tenants", columns, tuple(rows), empty=empty)
