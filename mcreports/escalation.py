"""Who is told of what: for each check the areas and levels that a warning, a failure or an overrun reaches."""

from __future__ import annotations

from typing import Literal

Area = Literal["budget", "security", "technical"]
Grade = Literal["warn", "fail", "overrun"]
Place = tuple[Area, int]  # an area, and a level of its contacts from 1 on

OPERATORS: Place = ("budget", 1)
ENGINEERS: Place = ("technical", 1)

_BUDGET: dict[Grade, tuple[Place, ...]] = {
    "warn": (OPERATORS,), "fail": (("budget", 2),), "overrun": (("budget", 3),),
}  # fmt: skip


def _always(*places: Place) -> dict[Grade, tuple[Place, ...]]:
    return {"warn": places, "fail": places}


# the first place is whom an alert is addressed to; technical 2 and 3 are for systems that fail, which no check measures
TOLD: dict[str, dict[Grade, tuple[Place, ...]]] = {
    "budget.utilization.daily": _BUDGET,
    "budget.utilization.monthly": _BUDGET,
    "budget.burn_rate": _BUDGET,
    "budget.forecast": _BUDGET,
    "autonomy.success_rate": _always(ENGINEERS),
    "autonomy.compensation_rate": _always(ENGINEERS),
    "autonomy.policy_violations": _always(("security", 1)),
    "autonomy.residency_violations": _always(("security", 2)),
    "grounding.pass_rate": _always(ENGINEERS),
    "platform.replication_lag_p95": _always(ENGINEERS),
    "platform.graphql_p95": _always(ENGINEERS),
    "config.drift": _always(ENGINEERS, ("security", 1)),
}


def places(check: str, grade: Grade) -> tuple[Place, ...]:
    """Whom a check of this grade is told to; nobody of a check that no level is named for.

    >>> places("autonomy.residency_violations", "fail"), places("autonomy.evidence_agreement", "fail")
    ((('security', 2),), ())
    """
    return TOLD.get(check, {}).get(grade, ())
