"""Autonomy: did each tenant's operations succeed, uncompensated and without violations?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.domains import Section, compensations
from mcreports.domains.agreement import AGREEMENT, agreement, evident
from mcreports.domains.autonomy_parts import by_reason, by_type, details_by_type
from mcreports.domains.criteria import COMPENSATION, IDS, KINDS, OPERATIONS, POLICY, RESIDENCY, SUCCESS, Record
from mcreports.domains.details import SOURCE, details, hours
from mcreports.domains.events import Source, together
from mcreports.domains.tally import Tally, tally
from mcreports.domains.tenant_tally import tenant_tally
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.domains.details import Details
    from mcreports.snapshot import Snapshot

__all__ = ["AGREEMENT", "COMPENSATION", "KINDS", "OPERATIONS", "POLICY", "RESIDENCY", "SUCCESS"]

COUNTERS = ("operations", "compensations", "violations")
CLAIMED, UNPLACED = "autonomy.residency_claimed", "autonomy.operations_without_regions"
SHARE = "autonomy.evidence_share"
FEW = 6  # tenants that are told by type and by reason


@dataclass(frozen=True)
class Case:
    """A window as counters and evidence have it: by tenant, and what the counters make of the platform.

    ``told`` is what the evidence has, and ``beside`` what the counters have of the hours that it is of.
    """

    snapshot: Snapshot
    window: tuple[datetime, datetime]
    counted: dict[str, Tally]
    records: dict[str, Record]
    found: dict[str, Details]
    told: dict[str, Record]
    beside: dict[str, Record]

    @property
    def whole(self) -> Record:
        """The platform's record."""
        return _whole(self.counted, self.records)


def judge_autonomy(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The four criteria for every expected tenant in [start, end), and the platform's figures."""
    return _judge(_open(snapshot, (start, end)))


def review_autonomy(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """All that :func:`judge_autonomy` gives, the same from evidence, what so many operations prove, and their parts."""
    case = _open(snapshot, (start, end))
    section = _judge(case)
    figures = [record.needed(snapshot.rule(SUCCESS, record.tenant)) for record in (case.whole, *case.records.values())]
    verdicts: list[Verdict] = []
    for tenant, own in case.found.items():
        record = case.told[tenant]
        verdicts += evident(snapshot, case.beside[tenant], record)
        counts = own.claimed.figure(CLAIMED, tenant, "events", own.source)
        without = own.unplaced.figure(UNPLACED, tenant, "operations", own.source)
        needed, share = record.needed(snapshot.rule(SUCCESS, tenant)), _share(case, tenant)
        figures += [replace(each, labels=SOURCE) for each in (needed, counts, without, share)]
    return section + Section((*figures, *_parts(case, section)), tuple(verdicts))


def _open(snapshot: Snapshot, window: tuple[datetime, datetime]) -> Case:
    counted = {key: tally(snapshot, f"autonomy.{key}", *window) for key in COUNTERS}
    records = {tenant: _record(counted, tenant) for tenant in snapshot.tenants}
    every = {
        tenant: details(snapshot, tenant, window)
        for tenant in (snapshot.tenants if "files" in snapshot.evidence else ())
    }
    found = {tenant: own for tenant, own in every.items() if own is not None}
    told = {tenant: _told(tenant, own) for tenant, own in found.items()}
    beside = {
        tenant: records[tenant] if own.source.window == window else _beside(snapshot, tenant, own.source.window)
        for tenant, own in found.items()
    }
    return Case(snapshot, window, counted, records, found, told, beside)


def _beside(snapshot: Snapshot, tenant: str, span: tuple[datetime, datetime]) -> Record:
    """What the counters have of the few hours that evidence is of."""
    return _record({key: tenant_tally(snapshot, f"autonomy.{key}", tenant, span) for key in COUNTERS}, tenant)


def _judge(case: Case) -> Section:
    snapshot = case.snapshot
    figures = [figure for record in (case.whole, *case.records.values()) for figure in record.figures()]
    verdicts = [verdict for record in case.records.values() for verdict in record.verdicts(snapshot)]
    for tenant, told in case.told.items():
        done, all_done = told.operations.count, case.beside[tenant].operations.count
        seen = min(1.0, done / all_done) if done and all_done else None
        figures += [replace(figure, labels=SOURCE, coverage=seen) for figure in told.figures()]
        verdicts.append(agreement(snapshot, case.beside[tenant], told))
    return Section(tuple(figures), tuple(verdicts))


def _parts(case: Case, section: Section) -> Iterator[Figure]:
    """By type and by reason: of the platform, and of the few tenants that have something to explain."""
    told = compensations.events(case.snapshot, case.window) if "files" in case.snapshot.evidence else []
    yield from compensations.told(told, case.window)
    few = _few(case, section)
    for record in ([case.whole] if len(case.records) > 1 else []) + [case.records[tenant] for tenant in few]:
        for what, parts in (("operations", by_type), ("compensations", by_reason)):
            yield from parts(case.counted[what], _who(case, record, what), record.tenant, getattr(record, what))
    for tenant in few:
        if tenant in case.found:
            yield from details_by_type(tenant, case.found[tenant])
            yield from compensations.counts(told, tenant, case.found[tenant].source)


def _who(case: Case, record: Record, what: str) -> tuple[str, ...]:
    """The tenants that a record is of: of all, those that have such events to count."""
    if record.tenant is not None:
        return (record.tenant,)
    return tuple(tenant for tenant, own in case.records.items() if getattr(own, what).count is not None)


def _few(case: Case, section: Section) -> list[str]:
    """The tenants that fail, or that there is evidence of: those that fail first, then by their success rate."""
    failing = {verdict.tenant for verdict in section.verdicts if verdict.status is Status.FAIL}

    def place(tenant: str) -> tuple[bool, bool, float, str]:
        percent = case.records[tenant].rates[SUCCESS].percent
        return tenant not in failing, tenant not in case.found, 101.0 if percent is None else float(percent), tenant

    named = [tenant for tenant in case.records if tenant in failing or tenant in case.found]
    return sorted(named if len(case.records) > 1 else case.records, key=place)[:FEW]


def _share(case: Case, tenant: str) -> Figure:
    """Which part of the operations counted in the whole window the evidence has."""
    done, every, source = case.told[tenant].operations, case.records[tenant].operations, case.found[tenant].source
    share = 100 * (done.count or 0) / every.count if every.count else None
    of = "" if every.count is None else f" of {every.count:,}"
    said = f"{done.count:,}{of} operations, {hours(source.window)}"
    return Figure(
        SHARE, tenant, share, "%", case.window, source.query, "ratio",
        Quality.UNKNOWN if share is None else every.quality, samples=done.count or 0,
        reason="; ".join(filter(None, [said, every.doubt])),
    )  # fmt: skip


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
    operations, compensated = counted["operations"], counted["compensations"].source(tenant)
    every, good = operations.source(tenant), operations.source(tenant, status="success")
    return {
        OPERATIONS: every,
        SUCCESS: replace(good, query=f"{good.query} ; {every.query}"),
        COMPENSATION: replace(compensated, query=f"{compensated.query} ; {every.query}"),
        **{check: counted["violations"].source(tenant, type=kind) for check, kind in KINDS.items()},
    }


def _told(tenant: str, found: Details) -> Record:
    own = found.whole
    violations = {POLICY: own.policy, RESIDENCY: own.residency}
    return Record(
        tenant, own.operations, own.successes, own.compensations, violations, dict.fromkeys(IDS, found.source)
    )
