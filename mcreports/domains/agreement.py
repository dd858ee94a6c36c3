"""Agreement: whether counters and evidence come to the same verdict on each criterion of autonomy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.domains.criteria import IDS, KINDS
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.domains.criteria import Record
    from mcreports.snapshot import Snapshot

AGREEMENT = "autonomy.evidence_agreement"
MANY = 1.1  # a window's last scrape may miss some of its operations, but not a tenth of them


def agreement(snapshot: Snapshot, record: Record, told: Record) -> Verdict:
    """The verdict on a tenant's counters and its details, both of the same hours.

    What only one of them knows is unknown; so are all four if the evidence has operations that no counter saw.
    """
    clashes, silent = [], []
    others = told.values()
    for one, two in zip(record.verdicts(snapshot), told.verdicts(snapshot), strict=True):
        if Status.UNKNOWN in {one.status, two.status}:
            silent.append(one.check)
        elif one.status is not two.status:
            clashes.append(
                f"{one.check} is {one.status} by the counters and {two.status} by the evidence: "
                f"{_said(one)} against {_said(two)}"
            )
        elif one.check in KINDS and _is_more(others[one.check][0], record.violations[one.check].high):
            clashes.append(f"{one.check} is {_said(one)} by the counters and {_said(two)} by the evidence")
    counted, detailed = record.operations, told.operations
    strange = counted.high is not None and (detailed.count or 0) > MANY * counted.high
    doubts = [f"nothing to compare for {', '.join(silent)}"] if silent else []
    doubts += [f"the evidence has {detailed.count:,} operations, the counters {counted.count:,}"] if strange else []
    status = Status.FAIL if clashes else Status.UNKNOWN if doubts else Status.PASS
    reason = "; ".join([*clashes, *doubts])
    return _verdict(record.tenant, status, reason, (str(len(clashes)), detailed.count))


def unheard(tenant: str, window: tuple[datetime, datetime]) -> Verdict:
    """The verdict where evidence was given that holds no operation of the tenant in the window."""
    first, last = map(instant_text, window)
    reason = f"the evidence has no operation from {first} to {last}"
    return _verdict(tenant, Status.UNKNOWN, reason, (None, None))


def _verdict(tenant: str | None, status: Status, reason: str, found: tuple[str | None, int | None]) -> Verdict:
    value, operations = found
    return Verdict(AGREEMENT, tenant, status, value, "0", "<=", "contradictions", reason, IDS, operations)


def _said(verdict: Verdict) -> str:
    return f"{verdict.value} %" if verdict.unit == "%" else f"{verdict.value}"


def _is_more(number: object, most: int | None) -> bool:
    return most is not None and isinstance(number, int) and number > most
