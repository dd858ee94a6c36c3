"""Anomalies of spend: found in what a tenant costs in all and on each driver, told once with the driver behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.anomalies import Options, Series
from mcreports.domains.anomalies.anomaly import COST, Anomaly, Band, Course, Peak, graded, identity
from mcreports.domains.anomalies.calm import is_calm
from mcreports.domains.anomalies.readings import joined
from mcreports.domains.anomalies.tracks import clusters, total, track, usd
from mcreports.domains.series import EPOCH, MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mcreports.domains.accounts import Account
    from mcreports.domains.anomalies.anomaly import Severity
    from mcreports.domains.anomalies.tracks import Cluster, Track
    from mcreports.rules import Rule

LEAST_SPREAD = 0.02  # USD an hour: spend is read in whole cents, and what is less is rounding
DAY = 86_400_000
HOUR = 3_600_000  # ms
SURE = 0.9  # of a score, ten times as far off as the band is wide: so much surprise makes a medium one high
# from how large a part of a usual day's spend on, and how many times the least amount that is told
GRADES: tuple[tuple[Severity, Fraction, int], ...] = (("medium", Fraction(1, 10), 3), ("high", Fraction(1, 4), 5))


@dataclass(frozen=True)
class Ground:
    """A tenant's tracks, that of all its spend first, the ends of their steps in ms, and what is worth telling."""

    tenant: str
    tracks: tuple[Track, ...]
    edges: np.ndarray
    rule: Rule
    zone: str
    only: str | None = None  # the one driver that there is

    @property
    def what(self) -> str:
        """What an anomaly is named after: by whole days it has another size, so it is another one than by hours."""
        return f"{COST} by day" if (np.diff(self.edges[:2]) > HOUR).any() else COST

    def at(self, edge: int) -> datetime:
        """The instant of an edge."""
        return EPOCH + int(self.edges[edge]) * MILLISECOND


def ground(
    tenant: str, own: Mapping[str, Account], edges: np.ndarray, told: tuple[Rule, str], since: int | None = None
) -> Ground:
    """A tenant's spend in all, and each driver's where there are several and it is more than next to nothing.

    ``since`` is the first step that is told of: a driver that is calm from there on needs no track.
    """
    rule, zone = told
    readings = {driver: np.asarray(account.hours) for driver, account in sorted(own.items())}
    if not readings or not len(edges[1:]):
        return Ground(tenant, (), edges, rule, zone)
    ts, options = edges[:-1], Options(least=LEAST_SPREAD)
    whole = np.asarray(reduce(joined, (account.hours for account in own.values())))
    found = [track(None, Series(ts, usd(whole)), options)]
    # what costs less in all than the least that is told is neither over nor under it by so much
    large = {name: one for name, one in readings.items() if Fraction(int(one.clip(0).sum()), 100) >= _least(rule)}
    series = {driver: Series(ts, usd(cents)) for driver, cents in large.items() if len(readings) > 1}
    lively = {name: one for name, one in series.items() if since is None or not is_calm(one, since)}
    found += [track(driver, one, options) for driver, one in lively.items()]
    return Ground(tenant, tuple(found), edges, rule, zone, next(iter(own)) if len(own) == 1 else None)


def spend_anomalies(own: Ground) -> Iterator[Anomaly]:
    """All anomalies of a tenant's spend that are worth telling, in order of time."""
    named = Counter[str]()
    for cluster in clusters(own.tracks):
        name = identity((own.tenant, own.what, cluster.side), own.at(cluster.start), own.zone)
        named[name] += 1
        found = _anomaly(own, cluster, name if named[name] == 1 else f"{name}-{named[name]}")
        if found is not None:
            yield found


def _anomaly(own: Ground, cluster: Cluster, name: str) -> Anomaly | None:
    lead = _lead(cluster)
    start, stop = cluster.span(lead)
    values, found, sign = lead.series.values, lead.found, 1 if cluster.side == "over" else -1
    spent, usual = (
        _cents(total(values, start, stop, found.expected)),
        _cents(total(found.expected, start, stop, values)),
    )
    severity = _severity(own, (spent - usual) * sign, (start, stop), cluster.score)
    if severity is None:
        return None
    peak = _peak(lead, (start, stop), sign)
    main, part = _main(own, lead, (start, stop), sign)
    return Anomaly(
        id=name, tenant=own.tenant, what=COST, side=cluster.side, driver=lead.driver, main=main,
        start=own.at(start), end=None if stop >= lead.last else own.at(stop), until=own.at(stop),
        value=spent, usual=Band(usual, *(_cents(total(end, start, stop, values)) for end in _ends(lead))),
        excess=spent - usual,
        peak=Peak(own.at(peak), own.at(peak + 1), _cents(values[peak]), _band(lead, peak)),
        severity=severity, score=cluster.score, samples=lead.judged(start, stop), main_excess=part,
        course=Course(own.edges, values, *_ends(lead)),
    )  # fmt: skip


def _peak(lead: Track, span: tuple[int, int], sign: int) -> int:
    """The step with the most money beyond the usual, of those outside their band where there are any."""
    within, above = slice(*span), lead.above(*span) * sign
    low, high = (end[within] for end in _ends(lead))
    values = lead.series.values[within]
    outside = values > high if sign > 0 else values < low
    return span[0] + int(np.nanargmax(np.where(outside, above, np.nan) if outside.any() else above))


def _lead(cluster: Cluster) -> Track:
    """The track that the anomaly is told of: the one driver that stands out, else all of the tenant's spend."""
    tracks = {id(each): each for each, _ in cluster.parts}
    drivers = [each for each in tracks.values() if each.driver is not None]
    whole = [each for each in tracks.values() if each.driver is None]
    if len(drivers) == 1 or not whole:
        return max(drivers, key=lambda each: abs(np.nansum(each.above(*cluster.span(each)))))
    return whole[0]


def _main(own: Ground, lead: Track, span: tuple[int, int], sign: int) -> tuple[str | None, Decimal | None]:
    """The driver that carries most of the excess, and how much of it."""
    if lead.driver is not None or own.only is not None:
        return (own.only if lead.driver is None else lead.driver), None
    parts = {each.driver: sign * _part(each, span) for each in own.tracks if each.driver is not None}
    most = max(parts, key=lambda driver: parts[driver], default=None)
    return (None, None) if most is None or parts[most] <= 0 else (most, _cents(sign * parts[most]))


def _part(driver: Track, span: tuple[int, int]) -> float:
    """By how much a driver is over what was usual of it: one that there was not before, by all that it costs."""
    is_new = not np.isfinite(driver.series.values[: span[0]]).any()
    return float(np.nansum(driver.series.values[slice(*span)] if is_new else driver.above(*span)))


def _severity(own: Ground, excess: Decimal, span: tuple[int, int], score: float) -> Severity | None:
    """How grave so much is beside the least that is told, and beside a usual day of the tenant; None: not told."""
    least, day = _least(own.rule), _usual_day(own, span)
    marks: list[tuple[Severity, Fraction]] = [("low", max(least, day * Fraction(own.rule.fail) / 100))]
    marks += [(severity, max(times * least, share * day)) for severity, share, times in GRADES]
    found = graded(Fraction(excess), marks)
    return "high" if found == "medium" and score >= SURE else found


def _usual_day(own: Ground, span: tuple[int, int]) -> Fraction:
    """What a day of the tenant was expected to cost at that time, in USD."""
    for each in own.tracks:
        usual = each.found.expected[slice(*span)]
        usual = usual[np.isfinite(usual)]
        if len(usual):
            steps = max(1, round(DAY / float(own.edges[1] - own.edges[0])))
            return Fraction(float(usual.mean())) * steps
    return Fraction(0)


def _least(rule: Rule) -> Fraction:
    return Fraction(rule.least_usd or 0)


def _ends(lead: Track) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the band; nobody spends less than nothing."""
    return np.maximum(lead.found.low, 0.0), lead.found.high


def _band(lead: Track, step: int) -> Band:
    return Band(*(_cents(each[step]) for each in (lead.found.expected, *_ends(lead))))


def _cents(amount: float) -> Decimal:
    return Decimal(round(Fraction(float(amount)) * 100)).scaleb(-2)
