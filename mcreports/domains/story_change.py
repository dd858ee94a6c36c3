"""By how much spend changed, what made the change, and what only moved between tenants: in a sentence each."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains.accounts import COST
from mcreports.domains.bridge import CHANGE, PARTS
from mcreports.domains.bridge_parts import BRIDGE
from mcreports.domains.compared import compared
from mcreports.domains.derive import number
from mcreports.domains.moved import GONE, NEW
from mcreports.domains.sentence import Said
from mcreports.names import UNALLOCATED, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.domains.compared import Compared
    from mcreports.domains.sentence import Sentence
    from mcreports.figures import Figure, Figures
    from mcreports.period import Period
    from mcreports.snapshot import Snapshot

CAUSES = ("volume", "unit_cost", "new_or_gone", "unsplit")
MOST_CAUSES = 2
LEAST = 50  # USD: less is the noise of a day


def changed(snapshot: Snapshot, figures: Figures) -> Iterator[Sentence]:
    """What changed and what made it; nothing where no two periods are held against each other."""
    pair = compared(snapshot)
    own = [figure for figure in figures.of(CHANGE, None) if not figure.labels]
    if pair is None or not own:
        return
    change, (after, before) = own[0], names(pair)
    if change.value is None:
        yield (f"By how much spend of {after} changed against {before} is not known.",)
        return
    if _ends_early(snapshot, pair):
        before += f" (samples of {after} end early)"
    if not change.value:
        yield (f"Spend of {after} did not change against {before}", *_parts(figures, pair), ".")
    else:
        yield (f"Spend of {after} changed by ", Said(change), f" against {before}", *_parts(figures, pair), ".")
    yield from _because(figures)


def neutral(figures: Figures) -> Iterator[Sentence]:
    """The largest amount that moved between two tenants and left the platform as it was."""
    for moved in figures.where(f"{BRIDGE}moved")[:1]:
        labels = dict(moved.labels)
        net = figures.find(f"{BRIDGE}moved_net", None, None, **labels)
        one, other = called(labels["from"]), called(labels["to"])
        driver = labels["driver"] or UNALLOCATED
        yield (
            f"Neutral to the platform: {driver} of {one} fell and of {other} rose by ",
            moved,
            ", net ",
            Said(net),
            ".",
        )


def _ends_early(snapshot: Snapshot, pair: Compared) -> bool:
    """Whether nobody's samples reach the end of the later period, though it is over: its last spend is not known."""
    _, last = snapshot.reach(COST)
    end = pair.after.end
    return pair.spans[1][1] == end and last is not None and last < end


def names(pair: Compared) -> tuple[str, str]:
    """The two periods as a sentence says them, the later one first."""
    after, before = _named(pair.after), _named(pair.before)
    if pair.after.kind == "day" and pair.after.first - pair.before.first == timedelta(days=7):
        before = f"the {pair.before.first:%A} before"
    if pair.spans[1][1] < pair.after.end:
        return f"{after} so far", f"as much of {before}"
    return after, before


def part_name(figure: Figure) -> str:
    """What a part of a change is called."""
    name = figure.id.removeprefix(BRIDGE)
    if name == "calendar":
        return "fewer days" if (number(figure.value) or 0) < 0 else "more days"
    if name == "new_or_gone":
        fates = [word for word, fate in (("new", NEW), ("gone", GONE)) if fate in figure.reason]
        return f"{' and '.join(fates)} tenants"
    return {"unit_cost": "unit cost", "unsplit": "not split"}.get(name, name)


def size(figure: Figure) -> Fraction:
    """What a figure comes to whatever its sign; 0 where it is not known."""
    return abs(number(figure.value) or Fraction(0))


def _named(period: Period) -> str:
    first = period.first
    return {
        "day": f"{first:%A} {first.day} {first:%B}",
        "week": f"week {first.isocalendar().week}",
        "month": f"{first:%B}",
    }.get(period.kind, period.label)


def _parts(figures: Figures, pair: Compared) -> Sentence:
    """The parts that add up to the change; why there are none where operations are not known."""
    own = [f for figure_id in PARTS for f in figures.of(figure_id, None) if not f.labels]
    volume = figures.find(f"{BRIDGE}volume", None, pair.spans[1][0])
    if volume.value is None:
        return (f", not split into volume and unit cost: {volume.reason}",)
    told = [figure for figure in own if figure.value]
    said: list[str | Figure | Said] = []
    for figure in told:
        said += [", " if said else ": ", f"{part_name(figure)} ", Said(figure)]
    return tuple(said)


def _because(figures: Figures) -> Iterator[Sentence]:
    """The causes that did most: a tenant's volume, or the unit cost of one of its drivers."""
    causes = [f for name in CAUSES for f in figures.where(BRIDGE + name) if _is_cause(f)]
    causes.sort(key=lambda f: (-size(f), f.key))
    most = size(causes[0]) if causes else Fraction(0)
    if most < LEAST:
        return
    told = [f for f in causes[:MOST_CAUSES] if 2 * size(f) >= most]
    said: list[str | Figure | Said] = ["The largest cause: " if len(told) == 1 else "The largest causes: "]
    for place, figure in enumerate(told):
        said += [" and " if place else "", f"{_cause(figure)}, ", Said(figure)]
    yield (*said, ".")


def _is_cause(figure: Figure) -> bool:
    is_driven = "driver" in dict(figure.labels)
    return bool(figure.tenant is not None and figure.value and is_driven == figure.id.endswith("unit_cost"))


def _cause(figure: Figure) -> str:
    tenant, driver = called(figure.tenant or ""), dict(figure.labels).get("driver")
    name = figure.id.removeprefix(BRIDGE)
    if name == "unit_cost":
        return f"the unit cost of {driver or UNALLOCATED} of {tenant}"
    if name == "volume":
        return f"the volume of {tenant}"
    return (
        f"{tenant}, which is {'new' if (number(figure.value) or 0) > 0 else 'gone'}"
        if name == "new_or_gone"
        else tenant
    )
