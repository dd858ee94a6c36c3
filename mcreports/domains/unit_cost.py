"""What one good operation costs: money and quality in one figure."""

from __future__ import annotations

from dataclasses import replace

from mcreports.domains.derive import number
from mcreports.figures import Figure, Quality

GOOD_COST = "budget.cost_per_good_operation"


def unit_cost(spent: Figure, operations: Figure, rates: tuple[Figure, Figure]) -> Figure:
    """Spend divided by the operations that succeeded and were not compensated, in USD, unrounded."""
    success, compensated = (number(rate.value) for rate in rates)
    cost, count = number(spent.value), number(operations.value)
    parts = (spent, operations, *rates)
    blank = replace(
        spent, id=GOOD_COST, unit="USD/operation", value=None, bounds=None, quality=Quality.UNKNOWN,
        query=f"{spent.query} ; {operations.query}", method="spend / (successes - compensations)",
    )  # fmt: skip
    if cost is None or count is None or success is None or compensated is None:
        return replace(blank, reason="; ".join(dict.fromkeys(part.reason for part in parts if part.value is None)))
    good = round(count * (success - compensated) / 100)
    if good <= 0:
        return replace(blank, reason="no good operation")
    exact = all(part.quality is Quality.ACTUAL for part in parts)
    known = Quality.ACTUAL if exact else Quality.ESTIMATED
    reason = "; ".join(dict.fromkeys(part.reason for part in parts if part.reason))
    return replace(blank, value=float(cost / good), quality=known, reason=reason)
