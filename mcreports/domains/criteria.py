"""The four criteria of autonomy, and all that is counted for one tenant to hold against them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.domains import proof_size
from mcreports.domains.rates import Rate
from mcreports.figures import Figure, Quality
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from mcreports.checks import Verdict
    from mcreports.domains.events import Count, Source
    from mcreports.rules import Rule
    from mcreports.snapshot import Snapshot

SUCCESS = "autonomy.success_rate"
COMPENSATION = "autonomy.compensation_rate"
POLICY = "autonomy.policy_violations"
RESIDENCY = "autonomy.residency_violations"
OPERATIONS = "autonomy.operations"
NEEDED = "autonomy.operations_needed"
KINDS = {POLICY: "policy", RESIDENCY: "residency"}
IDS = (OPERATIONS, SUCCESS, COMPENSATION, *KINDS)
# what a rate counts, and what there must be no more of to prove it
WORDS = {SUCCESS: ("succeeded", "failure"), COMPENSATION: ("were compensated", "compensation")}
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Record:
    """Everything counted for one tenant, or for all: from counters or from details."""

    tenant: str | None
    operations: Count
    successes: Count
    compensations: Count
    violations: dict[str, Count]
    sources: dict[str, Source]

    @property
    def rates(self) -> dict[str, Rate]:
        """The two rates, by figure id."""
        return {
            SUCCESS: Rate(self.successes, self.operations, "operations"),
            COMPENSATION: Rate(self.compensations, self.operations, "operations"),
        }

    def figures(self) -> Iterator[Figure]:
        """Each count and each rate."""
        yield self.operations.figure(OPERATIONS, self.tenant, "operations", self.sources[OPERATIONS])
        for figure_id, rate in self.rates.items():
            yield rate.figure(figure_id, self.tenant, self.sources[figure_id])
        for figure_id, count in self.violations.items():
            yield count.figure(figure_id, self.tenant, "events", self.sources[figure_id])

    def values(self) -> dict[str, tuple[Fraction | int | None, str]]:
        """What each check is held against, and what is doubtful about it."""
        rates = {check: (rate.percent, rate.doubt) for check, rate in self.rates.items()}
        counts = {check: (count.count, _doubt(count)) for check, count in self.violations.items()}
        return {**rates, **counts}

    def verdicts(self, snapshot: Snapshot, labels: tuple[tuple[str, str], ...] = ()) -> Iterator[Verdict]:
        """Each criterion's verdict; one that passes on too few operations to prove it says so."""
        rates = self.rates
        for check, (value, doubt) in self.values().items():
            ids = (check,) if check in KINDS else (check, OPERATIONS)
            rule = snapshot.rule(check, self.tenant)
            verdict = judge(check, rule, value, Subject(self.tenant, ids, self.operations.count, labels), doubt)
            unproven = check in rates and verdict.status is Status.PASS
            yield replace(verdict, reason=shortfall(check, rates[check], rule)) if unproven else verdict

    def needed(self, rule: Rule) -> Figure:
        """How many operations would prove the success rate, were there no more failures than there are."""
        rate, source = self.rates[SUCCESS], self.sources[SUCCESS]
        proof, target = rate.proof(rule), f"{rule.op} {rule.fail.normalize():f} %"
        number = None if proof is None else proof.needed
        reason = rate.doubt if proof is None else f"to prove {target} with {_times(proof.wrong, 'failure')}"
        if proof is not None and number is None:
            reason = f"no number of operations proves {target}"
        return Figure(
            NEEDED, self.tenant, number, "operations", source.window, source.query, proof_size.METHOD,
            Quality.UNKNOWN if number is None else rate.quality, samples=self.operations.seen.samples,
            reason="; ".join(dict.fromkeys(filter(None, [reason, rate.doubt]))),
        )  # fmt: skip


def shortfall(check: str, rate: Rate, rule: Rule) -> str:
    """What a rate that passes does not prove yet; empty where its interval lies within the target."""
    proof = rate.proof(rule)
    if proof is None or proof.is_enough:
        return ""
    part, whole = rate.part.count or 0, rate.whole.count or 0
    verb, noun = WORDS[check]
    more = f"with no more than {_times(proof.wrong, noun)}" if proof.wrong else f"without a {noun}"
    target = f"{rule.fail.normalize():f} %"
    needed = "no number of operations" if proof.needed is None else f"{proof.needed:,} {more}"
    proven = end_text(rule, proof_size.wilson(part, whole))
    return (
        f"not proven: {part:,} of {whole:,} {verb}; at 95 % that proves only {rule.op} {proven}; "
        f"{needed} would prove {target}"
    )


def end_text(rule: Rule, bounds: tuple[float, float]) -> str:
    """The end of an interval that is held against a rule, rounded away from it so that it promises no more.

    >>> from mcreports.rules import RULES
    >>> end_text(RULES[SUCCESS], (96.309, 100.0)), end_text(RULES[COMPENSATION], (0.0, 3.691))
    ('96.30 %', '3.70 %')
    """
    return interval_text(bounds)[0 if rule.op == ">=" else 1]


def interval_text(bounds: tuple[float, float]) -> tuple[str, str]:
    """Both ends of an interval of percentages, rounded outwards.

    >>> interval_text((99.8999, 99.9801))
    ('99.89 %', '99.99 %')
    """
    low, high = (
        Decimal(end).quantize(HUNDREDTH, way) for end, way in zip(bounds, (ROUND_FLOOR, ROUND_CEILING), strict=True)
    )
    return f"{low:f} %", f"{high:f} %"


def _times(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _doubt(count: Count) -> str:
    opening = f"up to {count.opening} may be older than the data" if count.opening and count.count is not None else ""
    return "; ".join(filter(None, [count.doubt, opening]))
