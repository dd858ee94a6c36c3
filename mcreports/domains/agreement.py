"""Agreement: whether counters and evidence of the same hours contradict each other on autonomy's criteria."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.domains.chance import RARE, chance
from mcreports.domains.criteria import IDS, KINDS, OPERATIONS, WORDS
from mcreports.domains.details import SOURCE, hours
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mcreports.domains.criteria import Record
    from mcreports.domains.proof_size import Proof
    from mcreports.snapshot import Snapshot

    Pair = tuple[Proof, Proof]  # how often something went wrong, by the counters and by the evidence

AGREEMENT = "autonomy.evidence_agreement"
MANY = 1.1  # a window's last scrape may miss some of its operations, but not a tenth of them


def agreement(snapshot: Snapshot, record: Record, told: Record) -> Verdict:
    """The verdict on a tenant's counters and its details, both of the same hours.

    Rates contradict each other where one passes, the other fails, and chance does not explain it. What only one of
    them knows is unknown; so is all of it if the evidence has more operations, or more that went wrong, than counted.
    """
    clashes: list[str] = []
    apart: list[str] = []
    silent: list[str] = []
    others, pairs = told.values(), _pairs(snapshot, record, told)
    for one, two in zip(record.verdicts(snapshot), told.verdicts(snapshot), strict=True):
        if Status.UNKNOWN in {one.status, two.status}:
            silent.append(one.check)
        elif one.check in KINDS and one.status is two.status and _is_more(others[one.check][0], record, one.check):
            clashes.append(f"{one.check} is {_said(one)} by the counters and {_said(two)} by the evidence")
        elif one.status is not two.status:
            what = f"{one.check} is {one.status} by the counters and {two.status} by the evidence: "
            is_chance = one.check in pairs and _is_chance(*pairs[one.check])
            said = f"{what}{_said(one)} against {_said(two)}"
            (apart if is_chance else clashes).append(f"{said}, which chance explains" if is_chance else said)
    strange = [
        f"the evidence has {_wrong(check, two)}, the counters {one.wrong:,}"
        for check, (one, two) in pairs.items()
        if _is_whole(record, check) and two.wrong > MANY * one.wrong
    ]
    counted, detailed = record.operations, told.operations
    if counted.high is not None and (detailed.count or 0) > MANY * counted.high:
        strange.append(f"the evidence has {detailed.count:,} operations, the counters {counted.count:,}")
    doubts = ([f"nothing to compare for {', '.join(silent)}"] if silent else []) + strange
    status = Status.FAIL if clashes else Status.UNKNOWN if doubts else Status.PASS
    reason = "; ".join([*clashes, *doubts, *apart, _part(record, told)])
    return _verdict(record.tenant, status, reason, (str(len(clashes)), detailed.count))


def evident(snapshot: Snapshot, record: Record, told: Record) -> Iterator[Verdict]:
    """The verdicts on the evidence; a failing rate of a few of the operations that the counters pass is to be watched.

    That is so only where chance may have drawn those few from what the counters have of the same hours.
    """
    pairs = _pairs(snapshot, record, told)
    for one, two in zip(record.verdicts(snapshot), told.verdicts(snapshot, SOURCE), strict=True):
        check = one.check
        if (one.status, two.status) != (Status.PASS, Status.FAIL) or check not in pairs or not _is_drawn(*pairs[check]):
            yield two
            continue
        full, few = pairs[check]
        said = (
            f"not proven: {_wrong(check, few)} in {few.whole:,} operations, which chance explains beside the "
            f"{full.wrong:,} in {full.whole:,} that the counters have of the same hours ({one.value} %)"
        )
        doubt = told.rates[check].doubt
        yield replace(
            two, status=Status.UNKNOWN if doubt else Status.WARN, reason="; ".join(filter(None, [said, doubt]))
        )


def unheard(tenant: str, window: tuple[datetime, datetime]) -> Verdict:
    """The verdict where evidence was given that holds no operation of the tenant in the window."""
    first, last = map(instant_text, window)
    reason = f"the evidence has no operation from {first} to {last}"
    return _verdict(tenant, Status.UNKNOWN, reason, (None, None))


def _verdict(tenant: str | None, status: Status, reason: str, found: tuple[str | None, int | None]) -> Verdict:
    value, operations = found
    return Verdict(AGREEMENT, tenant, status, value, "0", "<=", "contradictions", reason, IDS, operations)


def _pairs(snapshot: Snapshot, record: Record, told: Record) -> dict[str, Pair]:
    """What went wrong by the two of them, for each rate that both know."""
    found = {}
    for check, rate in record.rates.items():
        rule = snapshot.rule(check, record.tenant)
        one, two = rate.proof(rule), told.rates[check].proof(rule)
        if one is not None and two is not None:
            found[check] = one, two
    return found


def _is_chance(one: Proof, two: Proof) -> bool:
    """Whether both may be of the same operations; an operation that is compensated twice counts once here."""
    first, second = ((min(each.wrong, each.whole), each.whole) for each in (one, two))
    return chance(first, second) >= RARE


def _is_drawn(full: Proof, few: Proof) -> bool:
    """Whether a few may be some of all that were counted."""
    return few.whole <= MANY * full.whole and few.wrong <= MANY * full.wrong and _is_chance(full, few)


def _part(record: Record, told: Record) -> str:
    """How many of the operations that were counted the evidence has, and of which hours."""
    counted = record.operations.count
    among = "operations" if counted is None else f"of {counted:,} operations counted"
    return f"the evidence has {told.operations.count:,} {among}, {hours(told.sources[OPERATIONS].window)}"


def _said(verdict: Verdict) -> str:
    return f"{verdict.value} % of {verdict.n or 0:,}" if verdict.unit == "%" else f"{verdict.value}"


def _wrong(check: str, found: Proof) -> str:
    noun = WORDS[check][1]
    return f"{found.wrong:,} {noun}{'' if found.wrong == 1 else 's'}"


def _is_whole(record: Record, check: str) -> bool:
    """Whether no reset hides how often it went wrong."""
    rate = record.rates[check]
    return None not in {rate.part.high, rate.whole.high}


def _is_more(number: object, record: Record, check: str) -> bool:
    most = record.violations[check].high
    return most is not None and isinstance(number, int) and number > most
