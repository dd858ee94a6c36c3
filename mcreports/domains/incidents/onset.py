"""Since when a criterion of autonomy has failed over the six hours before, event by event, back from now."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports.checks import Status
from mcreports.domains.autonomy import COMPENSATION, KINDS, OPERATIONS, SUCCESS
from mcreports.domains.details import SOURCE
from mcreports.domains.incidents.case import FAIL, WINDOW, Onset
from mcreports.domains.incidents.counted import Counters
from mcreports.domains.incidents.detailed import COMPENSATIONS, VIOLATIONS, Evidence
from mcreports.domains.series import EPOCH, MILLISECOND, milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.domains.incidents.case import Case
    from mcreports.domains.incidents.counted import Steps
    from mcreports.figures import Figure
    from mcreports.rules import Number, Rule

LENGTH = WINDOW // MILLISECOND

Witness = Counters | Evidence


def onsets(case: Case, verdicts: Sequence[Verdict]) -> Iterator[Figure]:
    """Since when each criterion that fails now has done so without a break, by counters or by the evidence."""
    for witness, own in _by_witness(verdicts):
        values = _values(case, witness) if own else {}
        for check, (keys, value) in values.items():
            if check not in own:
                continue
            rule = case.snapshot.rule(check, case.tenant)
            onset = _back(case, witness.instants(case, keys), value, (check, rule))
            if witness.is_exact:
                onset = replace(onset, between=None)
            method = f"the first {witness.method} from which on it failed over 6 h, without a break"
            yield onset.figure(case, case.tenant, witness.query(case, keys), method)


def firsts(case: Case, verdicts: Sequence[Verdict], since: datetime) -> Iterator[Figure]:
    """The first sample or event after an instant that tells of a violation of each of these checks."""
    start = milliseconds(since) - 1
    for witness, own in _by_witness(verdicts):
        for check in (kind for kind in KINDS if kind in own):
            steps = witness.steps(case, VIOLATIONS, KINDS[check])
            told = [int(at) for part in steps for at in part.ts if at > start and part.between(start, int(at))]
            if told:
                onset = Onset(check, FAIL, EPOCH + min(told) * MILLISECOND)
                query = witness.query(case, (VIOLATIONS,), type=KINDS[check])
                method = f"the first {witness.method} since the onset that counts one"
                yield onset.figure(case, case.tenant, query, method)


def _by_witness(verdicts: Iterable[Verdict]) -> list[tuple[Witness, set[str]]]:
    """The checks that fail by each witness."""
    failing = [verdict for verdict in verdicts if verdict.status is Status.FAIL]
    by_evidence = [verdict for verdict in failing if set(SOURCE) <= set(verdict.labels)]
    others = [verdict for verdict in failing if verdict not in by_evidence]
    return [(Counters(), {v.check for v in others}), (Evidence(), {v.check for v in by_evidence})]


def _values(case: Case, witness: Witness) -> dict[str, tuple[tuple[str, ...], Callable[[int], Number | None]]]:
    """Each criterion over the window that ends at an instant, and what it is made of; nothing without operations."""

    def rate(part: list[Steps], at: int) -> Fraction | None:
        whole = _sum(every, at)
        return Fraction(100 * _sum(part, at), whole) if whole else None

    every, good = witness.steps(case, OPERATIONS), witness.steps(case, OPERATIONS, "success")
    undone = witness.steps(case, COMPENSATIONS)
    broken = {kind: witness.steps(case, VIOLATIONS, kind) for kind in KINDS.values()}
    found: dict[str, tuple[tuple[str, ...], Callable[[int], Number | None]]] = {
        SUCCESS: ((OPERATIONS,), lambda at: rate(good, at)),
        COMPENSATION: ((COMPENSATIONS, OPERATIONS), lambda at: rate(undone, at)),
    }
    for check, kind in KINDS.items():
        own = broken[kind]
        found[check] = ((VIOLATIONS,), lambda at, own=own: _sum(own, at))  # type: ignore[misc]
    return found


def _sum(parts: list[Steps], at: int) -> int:
    return sum(part.between(at - LENGTH, at) for part in parts)


def _back(case: Case, instants: np.ndarray, value: Callable[[int], Number | None], judged: tuple[str, Rule]) -> Onset:
    """From the newest instant back to the first from which on the criterion failed."""
    check, rule = judged
    ts = np.unique(instants)
    ts = ts[ts <= milliseconds(case.at)]
    begun, before = milliseconds(case.at), None
    for at in ts[::-1].tolist():
        now = value(at)
        if now is None or rule.status(now) is not Status.FAIL:
            before = at
            break
        begun = at
    first = EPOCH + begun * MILLISECOND
    if before is None:
        return Onset(check, FAIL, first, None, "the data go no further back: it may have begun before")
    return Onset(check, FAIL, first, (EPOCH + before * MILLISECOND, first))
