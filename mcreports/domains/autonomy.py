"""Autonomy: did each tenant's operations succeed, uncompensated and without violations?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.domains import Section
from mcreports.domains.details import SOURCE, details
from mcreports.domains.events import Count, Source, together
from mcreports.domains.rates import Rate
from mcreports.domains.tally import tally
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from fractions import Fraction

    from mcreports.domains.details import Details
    from mcreports.domains.tally import Tally
    from mcreports.figures import Figure
    from mcreports.snapshot import Snapshot

SUCCESS = "autonomy.success_rate"
COMPENSATION = "autonomy.compensation_rate"
POLICY = "autonomy.policy_violations"
RESIDENCY = "autonomy.residency_violations"
OPERATIONS = "autonomy.operations"
AGREEMENT = "autonomy.evidence_agreement"
KINDS = {POLICY: "policy", RESIDENCY: "residency"}


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


def judge_autonomy(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The four criteria for every expected tenant in [start, end), and the platform's figures."""
    counted = _tallies(snapshot, (start, end))
    records = {tenant: _record(counted, tenant) for tenant in snapshot.tenants}
    figures = [figure for record in (_whole(counted, records), *records.values()) for figure in record.figures()]
    verdicts = [verdict for record in records.values() for verdict in _judge(snapshot, record)]
    for tenant, record in records.items():
        found = details(snapshot, tenant, (start, end))
        if found is not None:
            told = _told(tenant, found)
            figures += [replace(figure, labels=SOURCE) for figure in told.figures()]
            # evidence of a few days is held against the counters of those days
            same = record if found.span == (start, end) else _record(_tallies(snapshot, found.span), tenant)
            verdicts.append(_agreement(snapshot, same, told))
    return Section(tuple(figures), tuple(verdicts))


def _tallies(snapshot: Snapshot, window: tuple[datetime, datetime]) -> dict[str, Tally]:
    return {key: tally(snapshot, f"autonomy.{key}", *window) for key in ("operations", "compensations", "violations")}


def _record(counted: dict[str, Tally], tenant: str) -> Record:
    operations, violations = counted["operations"], counted["violations"]
    strange = tuple(_strange(violations, tenant))
    by_kind = {
        figure_id: replace(found, doubts=(*found.doubts, *strange))
        for figure_id, kind in KINDS.items()
        for found in [violations.of(tenant, type=kind)]
    }
    return Record(
        tenant,
        operations.of(tenant),
        operations.of(tenant, status="success"),
        counted["compensations"].of(tenant),
        by_kind,
        _sources(counted, tenant),
    )


def _strange(violations: Tally, tenant: str) -> Iterable[str]:
    """Violations of a type that no criterion counts must not go unseen."""
    for kind in violations.values(tenant, "type"):
        if kind not in KINDS.values():
            number = violations.of(tenant, type=kind).count
            if number:
                yield f"{number} violations are of type {kind!r}"


def _whole(counted: dict[str, Tally], records: dict[str, Record]) -> Record:
    return Record(
        None,
        together({tenant: record.operations for tenant, record in records.items()}),
        together({tenant: record.successes for tenant, record in records.items()}),
        together({tenant: record.compensations for tenant, record in records.items()}),
        {check: together({tenant: record.violations[check] for tenant, record in records.items()}) for check in KINDS},
        _sources(counted, None),
    )


def _sources(counted: dict[str, Tally], tenant: str | None) -> dict[str, Source]:
    operations, compensations = counted["operations"], counted["compensations"].source(tenant)
    every, good = operations.source(tenant), operations.source(tenant, status="success")
    return {
        OPERATIONS: every,
        SUCCESS: replace(good, query=f"{good.query} ; {every.query}"),
        COMPENSATION: replace(compensations, query=f"{compensations.query} ; {every.query}"),
        **{check: counted["violations"].source(tenant, type=kind) for check, kind in KINDS.items()},
    }


def _told(tenant: str, found: Details) -> Record:
    ids = (OPERATIONS, SUCCESS, COMPENSATION, *KINDS)
    violations = {POLICY: found.policy, RESIDENCY: found.residency}
    sources = dict.fromkeys(ids, found.source)
    return Record(tenant, found.operations, found.successes, found.compensations, violations, sources)


def _judge(snapshot: Snapshot, record: Record) -> Iterator[Verdict]:
    for check, (value, doubt) in record.values().items():
        ids = (check,) if check in KINDS else (check, OPERATIONS)
        subject = Subject(record.tenant, ids, record.operations.count)
        yield judge(check, snapshot.rule(check, record.tenant), value, subject, doubt)


def _doubt(count: Count) -> str:
    opening = f"up to {count.opening} may be older than the data" if count.opening and count.count is not None else ""
    return "; ".join(filter(None, [count.doubt, opening]))


def _agreement(snapshot: Snapshot, record: Record, told: Record) -> Verdict:
    """Whether counters and details come to the same verdict on each criterion."""
    clashes, silent = [], []
    for (check, (value, _)), (other, _) in zip(record.values().items(), told.values().values(), strict=True):
        rule = snapshot.rule(check, record.tenant)
        if value is None or other is None:
            silent.append(check)
        elif rule.status(value) is not rule.status(other):
            clashes.append(f"{check} is {rule.status(value)} by the counters and {rule.status(other)} by the evidence")
    reason = "; ".join(clashes) or (f"nothing to compare for {', '.join(silent)}" if silent else "")
    status = Status.FAIL if clashes else Status.UNKNOWN if silent else Status.PASS
    ids = (OPERATIONS, SUCCESS, COMPENSATION, *KINDS)
    return Verdict(
        AGREEMENT, record.tenant, status, str(len(clashes)), "0", "<=", "contradictions", reason, ids,
        told.operations.count,
    )  # fmt: skip
