"""What became of the work of a window: operations that succeeded or were compensated, answers that were grounded."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from mcreports.domains.criteria import COMPENSATION, OPERATIONS, SUCCESS
from mcreports.domains.events import Count, together
from mcreports.domains.grounding import CHECKS, PASS_RATE
from mcreports.domains.rates import Rate
from mcreports.domains.tally import tally

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.snapshot import Snapshot

    Span = tuple[datetime, datetime]

COMPENSATIONS = "autonomy.compensations"
# of each rate the counter and the labels of its part, and the counter of its whole
COUNTED = {
    SUCCESS: (OPERATIONS, {"status": "success"}, OPERATIONS),
    COMPENSATION: (COMPENSATIONS, {}, OPERATIONS),
    PASS_RATE: (CHECKS, {"result": "pass"}, CHECKS),
}
NOUNS = {OPERATIONS: "operations", CHECKS: "checks"}


@dataclass(frozen=True)
class Outcomes:
    """The counts of one tenant, or of all: each an exact number, or unknown with its reason."""

    operations: Count
    successes: Count
    compensations: Count
    checks: Count
    grounded: Count

    def rate(self, check: str) -> Rate:
        """The rate that a check is about."""
        part, whole = {
            SUCCESS: (self.successes, self.operations),
            COMPENSATION: (self.compensations, self.operations),
            PASS_RATE: (self.grounded, self.checks),
        }[check]
        return Rate(part, whole, NOUNS[COUNTED[check][2]])

    @property
    def good(self) -> int | None:
        """Operations that succeeded, less one for each compensation: at worst each undid one that had succeeded."""
        if self.successes.count is None or self.compensations.count is None:
            return None
        return max(0, self.successes.count - self.compensations.count)


def outcomes(snapshot: Snapshot, span: Span) -> dict[str | None, Outcomes]:
    """The outcomes of a window's work for each expected tenant, and for all of them under None."""
    name = f"outcomes {span[0].isoformat()}/{span[1].isoformat()}"
    found: dict[str | None, Outcomes] = snapshot.once(name, lambda: _outcomes(snapshot, span))
    return found


def query(snapshot: Snapshot, check: str, tenant: str | None) -> str:
    """The selectors of both counters that a rate is made of."""
    named = {} if tenant is None else {"tenant": tenant}
    part, labels, whole = COUNTED[check]
    return f"{snapshot.metrics[part].selector(**named, **labels)} ; {snapshot.metrics[whole].selector(**named)}"


def _outcomes(snapshot: Snapshot, span: Span) -> dict[str | None, Outcomes]:
    done, undone, checked = (tally(snapshot, key, *span) for key in (OPERATIONS, COMPENSATIONS, CHECKS))
    own: dict[str | None, Outcomes] = {
        tenant: Outcomes(
            done.of(tenant), done.of(tenant, status="success"), undone.of(tenant),
            checked.of(tenant), checked.of(tenant, result="pass"),
        )
        for tenant in snapshot.tenants
    }  # fmt: skip
    whole = {
        one.name: together({name: getattr(own[name], one.name) for name in snapshot.tenants})
        for one in fields(Outcomes)
    }
    return {None: Outcomes(**whole), **own}
