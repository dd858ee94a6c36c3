"""A metric's coverage of the last hours, from the server's counts of all and the raw samples of a few tenants."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports.checks import Status, worst
from mcreports.domains.coverage import counted, told
from mcreports.domains.outages import Outages, outages
from mcreports.domains.scrapes import pace
from mcreports.domains.series import Seen, Watch, lines, seen
from mcreports.names import called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from mcreports.metrics import Metric
    from mcreports.rules import Rule

    Look = Callable[[Sequence[str] | None], pd.DataFrame]
    Own = tuple[str, ...]

MOST = 8  # tenants whose raw samples are looked at; all are counted
FEW = 4  # kinds of gaps that are told in full
BUCKET = "+Inf"


@dataclass(frozen=True)
class Recent:
    """A metric in [start, end) in ms: the samples of each series in it, and in as long a time before it."""

    metric: Metric
    start: int
    end: int
    now: Mapping[Own, int]
    before: Mapping[Own, int]

    def tenant(self, own: Own) -> str | None:
        """Whose series it is; None where the metric has no tenants."""
        return own[self.metric.labels.index("tenant")] if "tenant" in self.metric.labels else None

    def is_new(self, own: Own) -> bool:
        """Whether a series was not there before; of a histogram's its bucket up to +Inf is known."""
        pairs = zip(self.metric.labels, own, strict=True)
        return tuple(BUCKET if label == "le" else value for label, value in pairs) not in self.before


@dataclass(frozen=True)
class Told:
    """The gravest status of a metric's tenants, and what there is to say of them."""

    status: Status
    text: str


def judge_recent(recent: Recent, rule: Callable[[str | None], Rule], look: Look) -> Told:
    """Whether the tenants are covered: ``look`` gives the raw samples of some, asked for the thinnest alone."""
    gone = sorted({str(recent.tenant(own)) for own in recent.before} - {str(recent.tenant(own)) for own in recent.now})
    if not recent.now:
        return Told(Status.FAIL, "no sample")
    fullest = max(recent.now, key=lambda own: (recent.now[own], own))
    interval = _interval(recent, fullest, look)
    if np.isnan(interval):
        return Told(Status.UNKNOWN, "a single sample shows no interval")
    full = max(1, round((recent.end - recent.start) / interval))
    thinnest, most = dict[str | None, int](), dict[str | None, int]()
    for own, count in recent.now.items():
        name = recent.tenant(own)
        thinnest[name], most[name] = min(count, thinnest.get(name, count)), max(count, most.get(name, 0))
    # VictoriaMetrics counts a sample that was written twice as two
    is_full = {
        name: _status(rule(name), thinnest[name], full) is Status.PASS and most[name] <= full + 1 for name in most
    }
    short = sorted((name for name in most if not is_full[name]), key=lambda name: (thinnest[name], str(name)))
    looked = _look(recent, short[:MOST], interval, look)
    statuses = [_status(rule(name), sight.samples, sight.expected) for name, sight in looked.items()]
    statuses += [Status.WARN] * (len(short) > MOST) + [Status.FAIL] * bool(gone) + [Status.PASS]
    kept = {own: count for own, count in recent.now.items() if recent.tenant(own) not in short}
    said = [_covered(recent, kept, full, interval)] if kept else []
    shared = outages(looked.values()) if looked.keys() == thinnest.keys() else Outages()
    said += _grouped((name, told(sight, shared)) for name, sight in looked.items())
    left = [thinnest[name] for name in short[MOST:]]
    if left:
        counts = f"{left[0]:,}" if left[0] == left[-1] else f"{left[0]:,} to {left[-1]:,}"
        said.append(
            f"{len(left):,} more tenants, not looked at one by one: {counts} of {full:,} in the thinnest series"
        )
    said += _grouped((name, "no sample any more") for name in gone)
    return Told(worst(statuses), "; ".join(said))


def _interval(recent: Recent, own: Own, look: Look) -> float:
    tenant = recent.tenant(own)
    every = lines(look(None if tenant is None else [tenant]), recent.metric.labels)
    known = [pace(line.ts, line.interval) for line in every if line.labels == own and len(line.ts) > 1]
    return known[0] if known else float("nan")


def _look(recent: Recent, names: list[str | None], interval: float, look: Look) -> dict[str | None, Seen]:
    """What the raw samples show, from a series' birth on where it was not there before."""
    if not names:
        return {}
    table = look(None if names == [None] else [str(name) for name in names])
    found: dict[str | None, Seen] = {name: Seen() for name in names}
    for line in lines(table, recent.metric.labels, interval):
        earlier = 2 * recent.start - recent.end if recent.is_new(line.labels) else None
        window = Watch(recent.start, recent.end, earlier)
        found[recent.tenant(line.labels)] += seen(line, window, counts=recent.metric.kind != "gauge")
    return found


def _status(rule: Rule, samples: int, expected: int) -> Status:
    return rule.status(Fraction(100 * samples, expected)) if samples else Status.UNKNOWN


def _covered(recent: Recent, kept: Mapping[Own, int], full: int, interval: float) -> str:
    low, high = min(kept.values()), max(kept.values())
    text = counted(Seen(high, max(full, high), interval=interval))
    if low < high:
        text = f"{low:,} to {text}"
    if "tenant" not in recent.metric.labels:
        return text
    tenants = len({recent.tenant(own) for own in kept})
    whose = f"{tenants:,} tenants" if tenants > 1 else called(str(recent.tenant(next(iter(kept)))))
    return f"{text} in each of {len(kept):,} series of {whose}" if len(kept) > 1 else f"{text} of {whose}"


def _grouped(said: Iterable[tuple[str | None, str]]) -> list[str]:
    """Each text once, with those that it is said of."""
    groups: dict[str, list[str | None]] = {}
    for name, text in said:
        groups.setdefault(text, []).append(name)
    found = []
    for text, (first, *others) in groups.items():
        more = f" and {len(others):,} more" if others else ""
        found.append(text if first is None else f"{called(first)}{more}: {text}")
    left = sum(len(names) for names in list(groups.values())[FEW:])
    return found[:FEW] + ([f"{left:,} more tenants are thin, too"] if left else [])
