"""A simulation's report: its sums against the operations that it is the report of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.artifacts import short
from mcreports.evidence.claims import PERCENT, Found, agrees, claim, fault
from mcreports.evidence.fields import FieldError
from mcreports.rules import RULES, digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mcreports.evidence.files import Document, Place
    from mcreports.evidence.tables import Row
    from mcreports.rules import Rule

COUNTS = (
    "total_operations",
    "successful_operations",
    "compensation_events",
    "policy_violations",
    "residency_violations",
)
RATES = {"success": "successful_operations", "compensation": "compensation_events"}
CRITERIA = (*RATES, "policy", "residency")
SAFETY, OVERALL = "safety_assessment", "overall_safety_passed"
# flags are named freely: what says that one is up for good, for bad, or for the contrary
GOOD = re.compile(r"pass|accept|compli|(?:^|_)(?:ok|met|no|zero)(?:_|$)|within|safe|clean|held|holds|prevented")
BAD = re.compile(r"violat|breach|fail|exceed|detected|found|occurred|present")
NOT = re.compile(r"(?:^|_)(?:not|non|un)(?:_|$)|unsafe|unaccept|noncompli")


@dataclass(frozen=True)
class Sums:
    """Counts by their name in the report, and the two rates in percent."""

    counts: dict[str, int]

    def percent(self, name: str) -> Fraction | None:
        """A count as a percentage of all operations; None without any."""
        total = self.counts["total_operations"]
        return Fraction(100 * self.counts[name], total) if total else None


@dataclass(frozen=True)
class Limit:
    """What a rate is held against, in percent: the stricter of the report's own threshold and the rule's."""

    own: Fraction
    rule: Rule

    @property
    def strictest(self) -> Fraction:
        """The threshold that counts."""
        return (max if self.rule.op == ">=" else min)(self.own, Fraction(self.rule.fail))

    def is_met(self, percent: Fraction) -> bool:
        """Whether a rate is on the good side of it."""
        return percent >= self.strictest if self.rule.op == ">=" else percent <= self.strictest


def read_simulation(document: Document, operations: Iterable[Row]) -> Iterator[Found]:
    """The report's row, and each of its claims against the operations of its simulation.

    Without them its own counts may contradict its rates and flags, but nothing of it is proven.
    """
    body, place = document.body, document.place
    if not isinstance(body, dict) or "simulation_metadata" not in body:
        return  # other files may lie beside the operations; they claim nothing that is reported
    tenant, name = (fields.label(body, f"simulation_metadata.{key}") for key in ("tenant", "simulation_id"))
    if not name:
        raise FieldError("simulation_metadata.simulation_id", "is missing")
    if tenant != place.tenant:
        text = f"is {fields.shown(tenant)}, in the directory of {fields.shown(place.tenant)}"
        raise FieldError("simulation_metadata.tenant", text)
    start, end = (fields.moment(body, f"simulation_metadata.{key}_time") for key in ("start", "end"))
    if start > end:
        raise FieldError("simulation_metadata.end_time", "is before its start_time")
    said = Sums({name: fields.whole(body, f"results.{name}") for name in COUNTS})
    own = [row for row in operations if row["tenant"] == tenant and row["simulation_id"] == name]
    true = _add_up(own) if own else said
    rates = {key: fields.number(body, f"results.{key}_rate_percent") for key in RATES}
    exact = {key: true.percent(count) for key, count in RATES.items()}
    limits = _limits(body)
    misses = _misses(true, exact, limits)
    claims = [
        *_counts(place, said, true),
        *_rates(place, (rates, exact), limits),
        *_thresholds(place, body, limits),
        *_assessment(place, body, misses),
    ]
    if own:
        yield from claims
    else:
        missed = f"; by its own counts it did not pass: {', '.join(misses.values())}" if misses else ""
        yield fault(place, "results", f"has no operations to rest on, and is not proven{missed}")
        yield from (one for one in claims if not one[1]["holds"])
    yield "simulations", {
        "file": place.name, "tenant": tenant, "simulation_id": name, "start": start, "ts": end,
        "operations": true.counts["total_operations"],
        "claimed_success_rate": rates["success"], "success_rate": _float(exact["success"]),
        "claimed_compensation_rate": rates["compensation"], "compensation_rate": _float(exact["compensation"]),
        "has_details": bool(own), "misses": f"it did not pass: {', '.join(misses.values())}" if misses else "",
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


def _limits(body: object) -> dict[str, Limit]:
    """The thresholds in percent; the report's own are written as shares if that of success is at most 1."""
    own = {key: Fraction(repr(fields.number(body, f"configuration.{key}_threshold"))) for key in RATES}
    scale = 100 if own["success"] <= 1 else 1
    return {key: Limit(scale * threshold, RULES[f"autonomy.{key}_rate"]) for key, threshold in own.items()}


def _misses(true: Sums, exact: Mapping[str, Fraction | None], limits: Mapping[str, Limit]) -> dict[str, str]:
    """Each criterion that the simulation did not meet, and why."""
    found = {}
    for key, limit in limits.items():
        percent = exact[key]
        if percent is None:
            found[key] = f"no {key} rate without operations"
        elif not limit.is_met(percent):
            side = "below" if limit.rule.op == ">=" else "above"
            least = limit.strictest
            found[key] = f"{key} {digits(percent, [least])} % is {side} its threshold of {float(least):.6g} %"
    for key in ("policy", "residency"):
        count = true.counts[f"{key}_violations"]
        if count:
            found[key] = f"{count} {key} violation{'s' if count > 1 else ''}"
    return found


def _counts(place: Place, said: Sums, true: Sums) -> Iterator[Found]:
    for count in COUNTS:
        yield claim(place, f"results.{count}", said.counts[count], true.counts[count])


def _rates(
    place: Place, told: tuple[Mapping[str, float], Mapping[str, Fraction | None]], limits: Mapping[str, Limit]
) -> Iterator[Found]:
    claimed, exact = told
    for key, percent in exact.items():
        holds = percent is not None and agrees(claimed[key], percent, PERCENT, limits[key].is_met)
        yield claim(place, f"results.{key}_rate_percent", claimed[key], _float(percent), holds=holds)


def _thresholds(place: Place, body: object, limits: Mapping[str, Limit]) -> Iterator[Found]:
    """A threshold that is laxer than the rule's: nobody sets what he is held against."""
    for key, limit in limits.items():
        if limit.own != limit.strictest:
            path = f"configuration.{key}_threshold"
            yield claim(place, path, fields.number(body, path), f"the rule is {limit.rule.op} {limit.rule.fail} %")


def _assessment(place: Place, body: object, misses: Mapping[str, str]) -> Iterator[Found]:
    """Each flag of its safety against the criterion that it names, and the whole against all of them.

    To call itself unsafe is never too much, but then it is not safe as a whole.
    """
    flags = fields.record(body, SAFETY)
    goods = []
    for name, value in flags.items():
        if not isinstance(value, bool) or name == OVERALL:
            continue
        is_bad = _is_bad(name)
        goods.append(value is not is_bad)
        about = [key for key in CRITERIA if key in name.lower()]
        missed = [misses[key] for key in about if key in misses]
        if about:
            true = bool(missed) is is_bad
            told = f"{true}: {', '.join(missed)}" if missed else true
            yield claim(place, f"{SAFETY}.{short(name)}", value, told, holds=value is true or value is is_bad)
    overall = f"{SAFETY}.{OVERALL}"
    yield claim(place, overall, fields.flag(body, overall), not misses and all(goods))


def _is_bad(name: str) -> bool:
    """Whether a flag is up when something is wrong.

    >>> [_is_bad(name) for name in ("policy_violations_passed", "policy_violated", "residency_not_breached")]
    [False, True, False]
    """
    said = name.lower()
    return (bool(BAD.search(said)) and not GOOD.search(said)) is not bool(NOT.search(said))


def _float(percent: Fraction | None) -> float:
    return float("nan") if percent is None else float(percent)
