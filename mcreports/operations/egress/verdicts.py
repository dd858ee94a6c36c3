"""What the measurements of gateways and providers amount to."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.checks import Status, Verdict
from mcreports.operations.egress import direct
from mcreports.rules import Rule, Subject, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mcreports.operations.egress.direct import Tried
    from mcreports.operations.egress.failover import Rehearsal
    from mcreports.operations.egress.gateways import Measured, Probe

EVERY = Rule(">=", Decimal(100))
NONE = Rule("<=", Decimal(0), unit="connections")
MOST = 3  # so many reasons are written out


def listed(reasons: Iterable[str]) -> str:
    """The first reasons, and how many more there are.

    >>> listed(["a", "b", "c", "d"])
    'a; b; c; and 1 more'
    """
    every = list(dict.fromkeys(filter(None, reasons)))
    return "; ".join(every[:MOST] + ([f"and {len(every) - MOST} more"] if len(every) > MOST else []))


def on(gateway: str) -> Subject:
    """A gateway as a verdict's subject."""
    return Subject(None, labels=(("gateway", gateway),))


def judge_gateway(name: str, measured: Measured | None, latency_ms: float) -> Iterator[Verdict]:
    """Health, routing and latency of one gateway; unknown where nothing was set to be asked."""
    slowest = Rule("<=", Decimal(str(latency_ms)).normalize(), unit="ms")
    if measured is None:
        missing = f"egress.{name} is not set"
        yield judge(f"egress.{name}", EVERY, None, Subject(None), missing)
        yield judge("egress.routing", EVERY, None, on(name), missing)
        yield judge("egress.latency", slowest, None, on(name), missing)
        return
    health, took = measured.health, measured.answered
    share = None if _is_unasked(health) else Fraction(100 * health.good, len(health.replies))
    yield judge(f"egress.{name}", EVERY, share, Subject(None, n=len(health.replies)), listed(health.faults))
    yield _routing(name, measured.routes)
    silent = [probe.path for probe in measured.probes if len(probe.answered) < len(probe.replies)]
    doubt = f"no answer to {listed(silent)}" if silent else ""
    subject = Subject(None, n=len(took) or None, labels=(("gateway", name),))
    yield judge("egress.latency", slowest, max(took, default=None), subject, doubt)


def _routing(name: str, routes: Sequence[Probe]) -> Verdict:
    if not routes:
        return judge("egress.routing", EVERY, None, on(name), "egress.routes is not set")
    sound = sum(not probe.faults for probe in routes)
    share = None if all(map(_is_unasked, routes)) else Fraction(100 * sound, len(routes))
    reasons = [f"{probe.path}: {probe.faults[0]}" if probe.faults else probe.doubt for probe in routes]
    subject = Subject(None, n=len(routes), labels=(("gateway", name),))
    return judge("egress.routing", EVERY, share, subject, listed(reasons))


def _is_unasked(probe: Probe) -> bool:
    return all(reply.is_unresolved for reply in probe.replies)


def judge_failover(rehearsal: Rehearsal, seconds: float) -> Verdict:
    """The longest silence of the entry against what a failover may cost; what was not tried is unknown."""
    rule, subject = Rule("<=", Decimal(str(seconds)).normalize(), unit="s"), on(rehearsal.gateway)
    verdict = judge("egress.failover", rule, rehearsal.longest, subject, rehearsal.failure or rehearsal.doubt)
    if not rehearsal.failure:
        return verdict
    return Verdict(
        verdict.check, None, Status.FAIL, verdict.value, verdict.target, verdict.op, verdict.unit, verdict.reason,
        labels=verdict.labels,
    )  # fmt: skip


def judge_direct(tried: Sequence[Tried], controls: Sequence[Tried]) -> Iterator[Verdict]:
    """Each provider: a connection is a failure, and none is a pass only where a gateway was reached."""
    if not tried:
        yield judge("egress.direct", NONE, None, Subject(None), "egress.providers is not set")
    for one in tried:
        subject = Subject(None, n=len(one.attempts) or None, labels=(("provider", one.place.shown),))
        reached = [f"{attempt.address}: {attempt.words}" for attempt in one.reached]
        doubt = listed(reached) or direct.doubt(one, controls)
        yield judge("egress.direct", NONE, len(reached) if one.attempts else None, subject, doubt)
