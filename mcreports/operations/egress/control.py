"""Whether the entry needs the gateways at all: both cut off at once, for as long as it takes to see it fall silent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcreports.operations.egress.cutting import Cut, cut_off
from mcreports.operations.egress.failover import BOTH, not_put_back
from mcreports.operations.egress.watching import STEADY, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mcreports.operations.egress.failover import Plan, Rehearsal

LONGEST = 3.0  # seconds that the entry has to fall silent
UNSHOWN = (
    "nothing shows that the entry uses the gateways: it went on without a gap, and no answer tells who gave it; "
    "the loss of each and then of both would (egress.secondary.cut, egress.secondary.restore, egress.cut_both)"
)


@dataclass(frozen=True)
class Found:
    """What shows that the entry uses both gateways, or why nothing does; and what went wrong on the way."""

    shown: str = ""
    doubt: str = ""
    failure: str = ""


def settle(plan: Plan, rehearsals: Sequence[Rehearsal], *, may_cut_both: bool) -> tuple[Rehearsal, ...]:
    """The rehearsals, in doubt where the entry went on as if nothing had happened and nothing shows why.

    An entry that outlives the loss of either gateway and not of both uses both.
    """
    went_on = [one for one in rehearsals if one.silence is not None and not one.failure and not one.doubt]
    if not went_on or any(one.shown for one in went_on):
        return tuple(rehearsals)
    is_each_lost = len(went_on) == len(BOTH)
    found = _without_both(plan) if is_each_lost and may_cut_both else Found(doubt=UNSHOWN)
    return tuple(
        replace(one, shown=found.shown, doubt=found.doubt, failure=found.failure) if one in went_on else one
        for one in rehearsals
    )


def _without_both(plan: Plan) -> Found:
    found = Found(doubt=f"{UNSHOWN}; both could not be cut off")
    other = Cut()
    with cut_off(plan.gateway.cut, plan.gateway.restore, plan.seconds) as one:
        if not one.fault:
            with cut_off(plan.other.cut, plan.other.restore, plan.seconds) as other:
                if not other.fault and wait_until(lambda: _is_off(plan), plan.seconds) is not None:
                    found = _seen(plan)
    cuts = zip(BOTH, (one, other), strict=True)
    faults = [not_put_back(name, cut.restore_fault) for name, cut in cuts if cut.restore_fault]
    if wait_until(lambda: _is_whole(plan), plan.seconds) is None:
        faults.append(f"{plan.entry} and both gateways were not back within {plan.seconds:g} s after both were cut off")
    return replace(found, failure="; ".join(faults))


def _seen(plan: Plan) -> Found:
    if wait_until(lambda: all(plan.silence() for _ in range(STEADY)), min(LONGEST, plan.seconds)) is not None:
        return Found(shown="it fell silent with both gateways cut off")
    return Found(
        doubt="the entry answers with both gateways cut off, so it uses neither, or something keeps its answers"
    )


def _is_off(plan: Plan) -> bool:
    return bool(plan.sickness(plan.gateway) and plan.sickness(plan.other))


def _is_whole(plan: Plan) -> bool:
    back = not plan.sickness(plan.gateway) and not plan.sickness(plan.other)
    return back and not any(plan.silence() for _ in range(STEADY))
