"""A simulation's report: its sums against the operations that it is the report of."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.claims import PERCENT, Found, agrees, claim
from mcreports.evidence.fields import FieldError
from mcreports.rules import digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mcreports.evidence.files import Document, Place
    from mcreports.evidence.tables import Row

COUNTS = (
    "total_operations",
    "successful_operations",
    "compensation_events",
    "policy_violations",
    "residency_violations",
)


@dataclass(frozen=True)
class Sums:
    """Counts by their name in the report, and the two rates in percent."""

    counts: dict[str, int]

    def percent(self, name: str) -> Fraction | None:
        """A count as a percentage of all operations; None without any."""
        total = self.counts["total_operations"]
        return Fraction(100 * self.counts[name], total) if total else None


def read_simulation(document: Document, operations: Iterable[Row]) -> Iterator[Found]:
    """The report's row, and each of its claims against the operations of its simulation, or against its own counts."""
    body, place = document.body, document.place
    if not isinstance(body, dict) or "simulation_metadata" not in body:
        return  # other files may lie beside the operations; they claim nothing that is reported
    tenant, name = (fields.text(body, f"simulation_metadata.{key}") for key in ("tenant", "simulation_id"))
    if tenant != place.tenant:
        text = f"is {fields.shown(tenant)}, in the directory of {fields.shown(place.tenant)}"
        raise FieldError("simulation_metadata.tenant", text)
    start, end = (fields.moment(body, f"simulation_metadata.{key}_time") for key in ("start", "end"))
    if start > end:
        raise FieldError("simulation_metadata.end_time", "is before its start_time")
    said = Sums({name: fields.whole(body, f"results.{name}") for name in COUNTS})
    own = [row for row in operations if row["tenant"] == tenant and row["simulation_id"] == name]
    true = _add_up(own) if own else said
    if own:
        for count in COUNTS:
            yield claim(place, f"results.{count}", said.counts[count], true.counts[count])
    rates = {key: fields.number(body, f"results.{key}_rate_percent") for key in ("success", "compensation")}
    exact = {"success": true.percent("successful_operations"), "compensation": true.percent("compensation_events")}
    limits = _limits(body)
    for key, percent in exact.items():
        passes = partial(operator.le if key == "success" else operator.ge, limits[key])
        holds = percent is not None and agrees(rates[key], percent, PERCENT, passes)
        yield claim(place, f"results.{key}_rate_percent", rates[key], _float(percent), holds=holds)
    misses = _misses(true, exact, limits)
    yield from _assessment(place, body, misses)
    yield "simulations", {
        "file": place.name, "tenant": tenant, "simulation_id": name, "start": start, "ts": end,
        "operations": true.counts["total_operations"],
        "claimed_success_rate": rates["success"], "success_rate": _float(exact["success"]),
        "claimed_compensation_rate": rates["compensation"], "compensation_rate": _float(exact["compensation"]),
        "has_details": bool(own), "misses": f"it did not pass: {', '.join(misses)}" if misses else "",
    }  # fmt: skip


def _add_up(own: list[Row]) -> Sums:
    return Sums(
        {
            "total_operations": len(own),
            "successful_operations": sum(bool(row["success"]) for row in own),
            "compensation_events": sum(bool(row["compensated"]) for row in own),
            "policy_violations": sum(int(str(row["policy"])) for row in own),
            "residency_violations": sum(int(str(row["residency"])) for row in own),
        }
    )


def _limits(body: object) -> dict[str, Fraction]:
    """The report's own thresholds in percent; written as shares if that of success is at most 1."""
    success, compensation = (
        Fraction(repr(fields.number(body, f"configuration.{key}_threshold"))) for key in ("success", "compensation")
    )
    scale = 100 if success <= 1 else 1
    return {"success": scale * success, "compensation": scale * compensation}


def _misses(true: Sums, exact: dict[str, Fraction | None], limits: dict[str, Fraction]) -> list[str]:
    """Each criterion of its own that the simulation did not meet."""
    missed = {"success": operator.lt, "compensation": operator.gt}
    found = []
    for key, is_missed in missed.items():
        percent, limit = exact[key], limits[key]
        if percent is None:
            found.append(f"no {key} rate without operations")
        elif is_missed(percent, limit):
            side = "below" if key == "success" else "above"
            found.append(f"{key} {digits(percent, [limit])} % is {side} its threshold of {float(limit):.6g} %")
    for key in ("policy_violations", "residency_violations"):
        count = true.counts[key]
        noun = key.replace("_", " ").removesuffix("" if count > 1 else "s")
        found += [f"{count} {noun}"] if count else []
    return found


def _assessment(place: Place, body: object, misses: list[str]) -> Iterator[Found]:
    """Whether the safety that is claimed follows from the counts and from every single criterion."""
    flags = fields.record(body, "safety_assessment")
    others = all(value for key, value in flags.items() if isinstance(value, bool) and key != "overall_safety_passed")
    overall = "safety_assessment.overall_safety_passed"
    yield claim(place, overall, fields.flag(body, overall), not misses and others)


def _float(percent: Fraction | None) -> float:
    return float("nan") if percent is None else float(percent)
