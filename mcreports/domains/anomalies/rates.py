"""Anomalies of rates: more failures, compensations or ungrounded answers than the weeks before make likely."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.anomalies import Options, Series
from mcreports.checks import Status
from mcreports.domains.anomalies.anomaly import Anomaly, Band, Course, Peak, identity
from mcreports.domains.anomalies.events import tried
from mcreports.domains.anomalies.surprise import bad_at, deviations, usual_share
from mcreports.domains.anomalies.tracks import clusters, track
from mcreports.domains.series import EPOCH, MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mcreports.domains.anomalies.anomaly import Severity, Side
    from mcreports.domains.anomalies.events import Rate, Tried
    from mcreports.domains.anomalies.tracks import Cluster, Track
    from mcreports.rules import Rule
    from mcreports.snapshot import Snapshot

WHOLE = 100
# the series is one of standard deviations already: six parts of this are four of them, which chance hardly reaches
OPTIONS = Options(least=0.7, even=0.0)
HARDLY = 2.0  # deviations: half of those four; without more of them there is nothing to ask the detector
DAY = 86_400_000
FEWEST = 1.0  # bad events at the target: a step with less than that says nothing of a rate
LEAST_EVENTS, MANY_EVENTS = 10, 50  # bad events beyond the usual: fewer are not told; so many are grave past the target
LEAST_SHARE = Fraction(1, 4)  # of what the target allows: a rate that differs by less is what it was


@dataclass(frozen=True)
class Watched:
    """A tenant's rate: its events, the usual share of bad ones at each step, and how far from it each step is."""

    tenant: str
    rate: Rate
    rule: Rule
    tried: Tried
    share: np.ndarray
    series: Series

    def at(self, edge: int) -> datetime:
        """The instant of an edge."""
        return EPOCH + int(self.tried.edges[edge]) * MILLISECOND

    def judged(self, start: int, stop: int) -> int:
        """How many of the steps could be judged."""
        return int(np.isfinite(self.series.values[start:stop]).sum())

    def percent(self, bad: float, events: float) -> float:
        """The rate of so many bad events, in percent, as it is told: of the good ones, or of the bad ones."""
        wrong = WHOLE * bad / events
        return WHOLE - wrong if self.rate.is_good else wrong

    def band(self, bad: Sequence[float], events: float) -> Band:
        """The usual rate, from the usual number of bad events and the ends of its band."""
        expected, *ends = (self.percent(each, events) for each in bad)
        return Band(expected, *sorted(ends))


@dataclass(frozen=True)
class Noticed:
    """What the detector says of a rate, and the usual number of bad events at each step with the ends of its band."""

    of: Watched
    track: Track
    usual: tuple[np.ndarray, np.ndarray, np.ndarray]


def watched(snapshot: Snapshot, rate: Rate) -> Iterator[Watched]:
    """Each tenant's rate step by step; a step of too few events is not judged."""
    whole = _allowance(snapshot.rule(rate.id), rate)
    for tenant, own in tried(snapshot, rate, float(whole)):
        rule = snapshot.rule(rate.id, tenant)
        few = ~(own.events * float(_allowance(rule, rate)) >= FEWEST)
        events, bad = (np.where(few, np.nan, one) for one in (own.events, own.bad))
        ts = own.edges[:-1]
        share = usual_share(ts, events, bad)
        yield Watched(tenant, rate, rule, own, share, Series(ts, deviations(events, bad, share)))


def rate_anomalies(own: Watched, zone: str, since: int) -> Iterator[Anomaly]:
    """Where the rate was worse than usual, told from an instant in ms on; that it was better is no alert."""
    if not (own.series.values[np.searchsorted(own.series.ts, since - DAY) :] > HARDLY).any():
        return
    side: Side = "under" if own.rate.is_good else "over"
    named = Counter[str]()
    noticed = _noticed(own)
    for cluster in clusters([noticed.track]):
        if cluster.side == "over":
            name = identity((own.tenant, own.rate.id, side), own.at(cluster.start), zone)
            named[name] += 1
            found = _anomaly(noticed, cluster, (name if named[name] == 1 else f"{name}-{named[name]}", side))
            if found is not None:
                yield found


def _noticed(own: Watched) -> Noticed:
    found = track(None, own.series, OPTIONS)
    ends = found.found.expected, found.found.low, found.found.high
    expected, low, high = (bad_at(each, own.tried.events, own.share) for each in ends)
    return Noticed(own, found, (expected, low, high))


def _anomaly(noticed: Noticed, cluster: Cluster, named: tuple[str, Side]) -> Anomaly | None:
    own, (name, side), (start, stop) = noticed.of, named, cluster.span(noticed.track)
    events, bad = own.tried.events, own.tried.bad
    steps = start + np.flatnonzero(np.isfinite(noticed.track.found.score[start:stop]))
    done, wrong = int(events[steps].sum()), int(bad[steps].sum())
    usual = [float(each[steps].sum()) for each in noticed.usual]
    severity = _severity(own, (wrong, done), wrong - usual[0])
    if severity is None:
        return None
    outside = steps[(bad > noticed.usual[2])[steps]]
    most = outside if len(outside) else steps
    peak = int(most[np.argmax((bad - noticed.usual[0])[most])])
    return Anomaly(
        id=name, tenant=own.tenant, what=own.rate.id, side=side, driver=None, main=None,
        start=own.at(start), end=None if stop >= noticed.track.last else own.at(stop), until=own.at(stop),
        value=own.percent(wrong, done), usual=own.band(usual, done), excess=round(wrong - usual[0]),
        peak=Peak(
            own.at(peak), own.at(peak + 1), own.percent(float(bad[peak]), float(events[peak])),
            own.band([float(each[peak]) for each in noticed.usual], float(events[peak])),
        ),
        severity=severity, score=cluster.score, samples=done, course=_course(noticed),
    )  # fmt: skip


def _course(noticed: Noticed) -> Course:
    """The rate of each step with its band, in percent."""
    counted, is_good = noticed.of.tried, noticed.of.rate.is_good
    every = np.where(counted.events > 0, counted.events, np.nan)
    values, low, high = (WHOLE * each / every for each in (counted.bad, *noticed.usual[1:]))
    return (
        Course(counted.edges, WHOLE - values, WHOLE - high, WHOLE - low)
        if is_good
        else (Course(counted.edges, values, low, high))
    )


def _severity(own: Watched, part: tuple[int, int], excess: float) -> Severity | None:
    """Low while the target is met all the same; high where it is missed by many events."""
    (bad, events), allowed = part, _allowance(own.rule, own.rate)
    if excess < LEAST_EVENTS or excess < float(allowed * LEAST_SHARE) * events:
        return None
    good = Fraction(WHOLE * (events - bad if own.rate.is_good else bad), events)
    if own.rule.status(good) is Status.PASS:
        return "low"
    return "high" if excess >= MANY_EVENTS else "medium"


def _allowance(rule: Rule, rate: Rate) -> Fraction:
    """The share of bad events that a target allows."""
    target = Fraction(rule.fail) / WHOLE
    return 1 - target if rate.is_good else target
