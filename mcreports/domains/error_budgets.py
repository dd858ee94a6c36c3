"""Error budgets: how much may go wrong in a calendar month, how much did, and how fast the rest is being used up.

A target of 99.9 % allows one failure in 1,000 operations. What the month may have of them follows from its operations
so far, at their pace; burn is failures by those allowed so far: at 1 the budget lasts to the month's end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mcreports.checks import Status
from mcreports.domains import Section
from mcreports.domains.criteria import COMPENSATION, SUCCESS
from mcreports.domains.events import Source
from mcreports.domains.facts import seen_part
from mcreports.domains.grounding import PASS_RATE
from mcreports.domains.outcomes import outcomes, query
from mcreports.domains.proof_size import needed, wilson
from mcreports.domains.series import milliseconds
from mcreports.domains.stretches import month_so_far, stretches
from mcreports.domains.unit_cost import doubts, estimated
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.domains.outcomes import Span
    from mcreports.domains.rates import Rate
    from mcreports.figures import Figures
    from mcreports.period import Period
    from mcreports.rules import Rule
    from mcreports.snapshot import Snapshot

    Key = tuple[str | None, str]  # whose, and of which check

CHECKS = (SUCCESS, COMPENSATION, PASS_RATE)
EVENTS, ALLOWED, WHOLE = "error_budget.events", "error_budget.allowed", "error_budget.allowed_month"
SPENT, REMAINING, USED_UP = "error_budget.spent", "error_budget.remaining", "error_budget.used_up_on"
BURN, BURN_PERIOD = "error_budget.burn", "error_budget.burn_period"
NOT_THIS_MONTH = "not this month"
BURNED = "share that went wrong / share allowed; bounds: wilson 95 %"
GONE = "it is used up already; on which day the counts of a month do not tell"
PACE = "the month at its pace so far"
NO_ROOM = "the target leaves no room for one that goes wrong"


@dataclass(frozen=True)
class Budget:
    """What may go wrong in a month for one check of one subject, and the events counted of it so far."""

    check: str
    tenant: str | None
    rule: Rule
    month: Period
    until: Span
    query: str

    def figures(self, rate: Rate) -> Iterator[Figure]:
        """Events, budget, what is spent and left of it, how fast, and when it is used up."""
        events = rate.whole.figure(EVENTS, self.tenant, rate.noun, Source(self.until, self.query))
        events = replace(events, labels=(("check", self.check),))
        blank = replace(events, value=None, bounds=None, quality=Quality.UNKNOWN, reason=rate.doubt)
        yield events
        proof = rate.proof(self.rule)
        if proof is None:
            for figure_id, unit in ((ALLOWED, ""), (WHOLE, ""), (SPENT, ""), (REMAINING, ""), (BURN, "x")):
                yield replace(blank, id=figure_id, unit=unit or blank.unit)
            yield replace(blank, id=USED_UP, unit="date")
            return
        why = doubts([rate.whole, rate.part])
        known = replace(blank, quality=Quality.ESTIMATED if why else Quality.ACTUAL, reason="; ".join(why))
        allowed, share = proof.most * proof.whole, f"{float(100 * proof.most):g} % of the {rate.noun}"
        whole = allowed / self.elapsed
        ahead = known if self.elapsed == 1 else estimated(known, PACE)
        yield replace(known, id=ALLOWED, value=float(allowed), method=share)
        yield replace(ahead, id=WHOLE, value=float(whole), method=f"{share} / the part of the month that is over")
        yield replace(known, id=SPENT, value=proof.wrong, method="events.difference")
        yield replace(ahead, id=REMAINING, value=float(whole - proof.wrong), method="the month's budget - spent")
        burn = self.burn(replace(known, id=BURN), rate)
        yield burn
        yield self._used_up(burn, Fraction(proof.wrong) / allowed if allowed else None)

    def burn(self, blank: Figure, rate: Rate) -> Figure:
        """How many times as much went wrong as may have; estimated where too few events prove anything."""
        proof = rate.proof(self.rule)
        blank = replace(blank, unit="x", method=BURNED)
        if proof is None or not proof.most:
            reason = rate.doubt if proof is None else NO_ROOM
            return replace(blank, value=None, bounds=None, quality=Quality.UNKNOWN, reason=reason)
        low, high = wilson(min(proof.wrong, proof.whole), proof.whole)
        most = float(100 * proof.most)
        value = float(Fraction(proof.wrong) / (proof.most * proof.whole))
        figure = replace(blank, value=value, bounds=(low / most, high / most))
        fewest = needed(0, proof.most) or 0
        target = f"{self.rule.op} {self.rule.fail.normalize():f} %"
        few = f"{proof.whole:,} {rate.noun} are too few: {fewest:,} are the fewest that can prove {target}"
        return estimated(figure, few) if proof.whole < fewest else figure

    @property
    def elapsed(self) -> Fraction:
        """Which part of the month is over."""
        start, end, now = map(milliseconds, (self.month.start, self.month.end, self.until[1]))
        return Fraction(now - start, end - start)

    def _used_up(self, burn: Figure, pace: Fraction | None) -> Figure:
        """The calendar day on which nothing will be left of the budget, if what goes wrong does so evenly."""
        figure = replace(burn, id=USED_UP, unit="date", bounds=None, value=None, method="month / burn")
        if pace is None:
            return figure
        if pace <= 1:
            late = replace(figure, value=NOT_THIS_MONTH)
            return late if self.elapsed == 1 else estimated(late, PACE)
        length = milliseconds(self.month.end) - milliseconds(self.month.start)
        at = self.month.start + timedelta(milliseconds=int(length / pace))
        if at < self.until[1]:
            return replace(figure, quality=Quality.UNKNOWN, reason=GONE)
        day = at.astimezone(ZoneInfo(self.month.zone)).date()
        return estimated(replace(figure, value=day.isoformat()), PACE)


def assess(snapshot: Snapshot) -> Section:
    """The budgets of the month that the period ends in, up to there; of trends those of its newest whole month."""
    own = seen_part(snapshot, snapshot.period)
    month = month_so_far(snapshot.period, own[1])
    if snapshot.report == "trends":
        months = [part for part in stretches("trends", snapshot.period) if part.end <= own[1]]
        if not months:
            return Section()
        month, own = months[-1], (months[-1].start, months[-1].end)
    until = month.start, own[1]
    found, recent = outcomes(snapshot, until), outcomes(snapshot, own) if own != until else None
    figures: list[Figure] = []
    for tenant in (None, *snapshot.tenants):
        for check in CHECKS:
            selected = query(snapshot, check, tenant)
            budget = Budget(check, tenant, snapshot.rule(check, tenant), month, until, selected)
            figures += budget.figures(found[tenant].rate(check))
            if recent is not None:
                rate = recent[tenant].rate(check)
                blank = rate.figure(BURN_PERIOD, tenant, Source(own, selected))
                figures.append(budget.burn(replace(blank, labels=(("check", check),)), rate))
    return Section(tuple(figures))


def standing(remaining: Figure, burn: Figure) -> Status | None:
    """How a budget stands: overspent, being overspent, within; None where that is not proven.

    What is doubtful, or of too few events, is said only where the interval leaves no other way.
    """
    left, pace = (figure.value if isinstance(figure.value, float) else None for figure in (remaining, burn))
    if left is None:
        return Status.UNKNOWN
    if pace is None:  # nothing may go wrong at all
        return Status.FAIL if left < 0 else Status.UNKNOWN
    low = burn.bounds[0] if burn.bounds else None
    if burn.quality is not Quality.ACTUAL and not (isinstance(low, float) and low > 1):
        return None
    return Status.FAIL if left < 0 else Status.WARN if pace > 1 else Status.PASS


def burners(figures: Figures) -> list[Key]:
    """The tenants' budgets: the fastest burner first, then those that prove too little to say, then the unknown."""

    def place(burn: Figure) -> tuple[int, float, str, str]:
        check = dict(burn.labels)["check"]
        word = standing(figures.find(REMAINING, burn.tenant, check=check), burn)
        rank = 0 if word in {Status.FAIL, Status.WARN, Status.PASS} else 1 if word is None else 2
        pace = burn.value if isinstance(burn.value, float) else float("inf")
        return rank, -pace, burn.tenant or "", check

    own = sorted((burn for burn in figures.where(BURN) if burn.tenant is not None), key=place)
    return [(burn.tenant, dict(burn.labels)["check"]) for burn in own]
