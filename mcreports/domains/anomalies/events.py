"""Events by the hour, or by six hours where they are few: how many there were, and how many of them went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains.anomalies.grid import hours, rate_spans
from mcreports.domains.anomalies.readings import ABSENT, joined
from mcreports.domains.facts import Ask, known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mcreports.domains.anomalies.readings import Readings
    from mcreports.snapshot import Snapshot

OPERATIONS, COMPENSATIONS, CHECKS = "autonomy.operations", "autonomy.compensations", "grounding.checks"
COARSE = 6  # hours: the runbook validates autonomy every six
EARLY = 14 * 24  # hours that tell how many events an hour has: what comes later does not change how it is read
PLENTY = 10  # bad events that an hour at the target has: then it can be judged by itself


@dataclass(frozen=True)
class Rate:
    """A rate that is watched: its id, its events, those that went right (else wrong), and what it calls them."""

    id: str
    events: str
    counter: str
    label: str | None
    is_good: bool
    noun: str


RATES = (
    Rate("autonomy.success_rate", OPERATIONS, OPERATIONS, "success", True, "failures"),
    Rate("autonomy.compensation_rate", OPERATIONS, COMPENSATIONS, None, False, "compensations"),
    Rate("grounding.pass_rate", CHECKS, CHECKS, "pass", True, "failed checks"),
)


@dataclass(frozen=True)
class Tried:
    """How many events each step had and how many of them went wrong, NaN where not known; the steps' ends in ms."""

    edges: np.ndarray
    events: np.ndarray
    bad: np.ndarray


def tried(snapshot: Snapshot, rate: Rate, allowance: float) -> Iterator[tuple[str, Tried]]:
    """Each tenant's events of a rate, in steps of which one at the target has some bad events."""
    spans = {key: (start, end) for key, start, end in rate_spans(snapshot)}
    if not {rate.events, rate.counter} <= spans.keys():
        return
    start = max(spans[key][0] for key in (rate.events, rate.counter))
    end = min(spans[key][1] for key in (rate.events, rate.counter))
    edges = hours(snapshot.period.start, start, end)
    every, chosen = (_found(snapshot, key, spans[key], len(edges)) for key in (rate.events, rate.counter))
    for tenant in snapshot.tenants:
        if tenant in every and tenant in chosen:
            events = np.asarray(reduce(joined, every[tenant].values()))
            part = [own for label, own in chosen[tenant].items() if rate.label in {None, label}]
            counted = np.asarray(reduce(joined, part)) if part else np.full(len(events), ABSENT)
            yield tenant, _stepped(edges, events, (counted, rate.is_good), allowance)


def _found(
    snapshot: Snapshot, key: str, span: tuple[object, object], edges: int
) -> Mapping[str, Mapping[str, Readings]]:
    """What was counted of a metric, the last of its hours where another metric has fewer."""
    found = known(snapshot, Ask("steps", key, *span))  # type: ignore[arg-type]
    return {
        tenant: {label: own[len(own) - edges + 1 :] for label, own in labels.items()}
        for tenant, labels in found.items()
    }


def _stepped(edges: np.ndarray, events: np.ndarray, part: tuple[np.ndarray, bool], allowance: float) -> Tried:
    counted, is_good = part
    is_known = (events >= 0) & (counted != -1)
    every = np.where(is_known, events, np.nan)
    chosen = np.where(is_known, counted.clip(0), np.nan)
    bad = every - chosen if is_good else chosen
    early = every[:EARLY][np.isfinite(every[:EARLY])]
    if len(early) and np.median(early) * allowance >= PLENTY:
        return Tried(edges, every, bad)
    first = (len(edges) - 1) % COARSE
    return Tried(edges[first::COARSE], *(one[first:].reshape(-1, COARSE).sum(axis=1) for one in (every, bad)))
