"""Since when a criterion of autonomy has failed over the six hours before, sample by sample, back from now."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports.checks import Status
from mcreports.domains.autonomy import COMPENSATION, KINDS, OPERATIONS, SUCCESS
from mcreports.domains.incident_case import FAIL, WINDOW, Onset
from mcreports.domains.series import EPOCH, MILLISECOND, lines, milliseconds, usual_interval, watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.domains.incident_case import Case
    from mcreports.domains.series import Line, Watch
    from mcreports.rules import Number, Rule

COMPENSATIONS, VIOLATIONS = "autonomy.compensations", "autonomy.violations"
LENGTH = WINDOW // MILLISECOND

Passport = tuple[str, str]  # the query and the method


@dataclass(frozen=True)
class Steps:
    """A counter above all its resets: what it had counted at each of its samples, from 0 on."""

    ts: np.ndarray
    counted: np.ndarray

    def between(self, start: int, end: int) -> int:
        """The events in (start, end]."""
        low, high = (int(np.searchsorted(self.ts, at, side="right")) for at in (start, end))
        return int(self.counted[high] - self.counted[low])


def onsets(case: Case, verdicts: Sequence[Verdict]) -> Iterator[tuple[Onset, Passport]]:
    """Since when each criterion that fails now has done so without a break."""
    values = _values(case)
    for verdict in verdicts:
        if verdict.status is Status.FAIL and verdict.check in values:
            keys, value = values[verdict.check]
            rule = case.snapshot.rule(verdict.check, case.tenant)
            onset = _back(case, keys, value, (verdict.check, rule))
            query = " ; ".join(case.snapshot.metrics[key].selector(tenant=case.tenant) for key in keys)
            yield onset, (query, "the first sample from which on it failed over 6 h, without a break")


def firsts(case: Case, verdicts: Sequence[Verdict], since: datetime) -> Iterator[tuple[Onset, Passport]]:
    """The first sample after an instant that tells of a violation of each of these checks."""
    for verdict in verdicts:
        steps, start = _steps(case, VIOLATIONS, KINDS[verdict.check]), milliseconds(since) - 1
        told = [int(at) for part in steps for at in part.ts if at > start and part.between(start, int(at))]
        if told:
            query = case.snapshot.metrics[VIOLATIONS].selector(tenant=case.tenant, type=KINDS[verdict.check])
            onset = Onset(verdict.check, FAIL, EPOCH + min(told) * MILLISECOND)
            yield onset, (query, "the first sample since the onset that counts one")


def _values(case: Case) -> dict[str, tuple[tuple[str, ...], Callable[[int], Number | None]]]:
    """Each criterion over the window that ends at an instant, and the metrics that it is made of."""

    def rate(part: list[Steps], at: int) -> Fraction | None:
        whole = _sum(every, at)
        return Fraction(100 * _sum(part, at), whole) if whole else None

    every, good = _steps(case, OPERATIONS), _steps(case, OPERATIONS, "success")
    undone, broken = _steps(case, COMPENSATIONS), {kind: _steps(case, VIOLATIONS, kind) for kind in KINDS.values()}
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


def _steps(case: Case, key: str, second: str | None = None) -> list[Steps]:
    """The tenant's series of a counter; ``second`` is the value of its label after the tenant."""
    metric, window = case.snapshot.metrics[key], case.snapshot.windows.get(key)
    if window is None:
        return []
    own = lines(case.snapshot.lot(key, case.tenant), metric.labels, usual_interval(case.snapshot, key))
    watched = watch(case.snapshot, key, window.start, window.end)
    return [_unwrapped(line, watched) for line in own if second is None or line.labels[1] == second]


def _unwrapped(line: Line, watched: Watch) -> Steps:
    valid = np.isfinite(line.values) & (line.values >= 0)
    ts, values = line.ts[valid], np.rint(line.values[valid])
    rises = np.where(np.diff(values) < 0, values[1:], np.diff(values)) if len(values) else np.empty(0)
    # what a series held when the data began is nobody's event; one that was born began from 0
    first = values[:1] if watched.is_born(line) else np.zeros(min(1, len(values)))
    return Steps(ts, np.concatenate([[0.0], np.cumsum(np.concatenate([first, rises]))]))


def _back(case: Case, keys: tuple[str, ...], value: Callable[[int], Number | None], judged: tuple[str, Rule]) -> Onset:
    """From the newest sample back to the first from which on the criterion failed."""
    check, rule = judged
    parts = [case.snapshot.lot(key, case.tenant)["ts"].astype("int64").to_numpy() for key in keys]
    ts = np.unique(np.concatenate(parts))
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
