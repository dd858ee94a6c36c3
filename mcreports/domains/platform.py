"""The platform: policy denies, and the 95th percentiles of replication lag and of GraphQL requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from math import inf, isnan
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.domains import Section
from mcreports.domains.coverage import judge_sight
from mcreports.domains.events import Count, together
from mcreports.domains.tally import tally
from mcreports.figures import Figure, Quality
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.domains.tally import Tally
    from mcreports.snapshot import Snapshot

Bound = Fraction | float  # a float only where it is infinite or not a number
DENIES = "platform.policy_denies"
METHOD = "histogram.p95"
RANK = Fraction(95, 100)
QUANTILES = {  # figure: metric, unit, how many of the unit are a second
    "platform.replication_lag_p95": ("platform.replication_lag", "s", 1),
    "platform.graphql_p95": ("platform.request_duration", "ms", 1000),
}


@dataclass(frozen=True)
class Quantile:
    """A quantile of a histogram, the bucket that it lies in, and what is doubtful about it."""

    value: Fraction | None
    low: Fraction | None = None
    high: Fraction | None = None
    events: int = 0
    doubts: tuple[str, ...] = ()


def judge_platform(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """Denies of all and of each expected tenant in [start, end), and each tenant's quantiles."""
    decisions = tally(snapshot, "policy.decisions", start, end)
    denies = {tenant: decisions.of(tenant, decision="deny") for tenant in snapshot.tenants}
    figures = [
        count.figure(DENIES, tenant, "decisions", decisions.source(tenant, decision="deny"))
        for tenant, count in ((None, together(denies)), *denies.items())
    ]
    verdicts = []
    for figure_id, (key, _, _) in QUANTILES.items():
        counted = tally(snapshot, key, start, end)
        for tenant in snapshot.tenants:
            figure, verdict = _quantile(snapshot, counted, figure_id, tenant)
            figures.append(figure)
            verdicts.append(verdict)
    return Section(tuple(figures), tuple(verdicts))


def _quantile(snapshot: Snapshot, counted: Tally, figure_id: str, tenant: str) -> tuple[Figure, Verdict]:
    _, unit, scale = QUANTILES[figure_id]
    whole = counted.of(tenant)
    found = _trust(snapshot, counted, tenant, whole)
    value = None if found.value is None else scale * found.value
    bounds = None
    if value is not None:
        low, high = (None if end is None else float(scale * end) for end in (found.low, found.high))
        bounds = (low, high)
    source = counted.source(tenant)
    doubt = "; ".join(found.doubts)
    quality = Quality.UNKNOWN if value is None else Quality.ESTIMATED if doubt else Quality.ACTUAL
    figure = Figure(
        figure_id, tenant, None if value is None else float(value), unit, source.window, source.query, METHOD, quality,
        bounds, whole.seen.share, whole.seen.samples, whole.resets, reason=doubt,
    )  # fmt: skip
    subject = Subject(tenant, (figure_id,), found.events)
    return figure, judge(figure_id, snapshot.rule(figure_id, tenant), value, subject, doubt)


def _trust(snapshot: Snapshot, counted: Tally, tenant: str, whole: Count) -> Quantile:
    """The quantile, unless so many samples are missing that none can be told."""
    if whole.count is None:
        return Quantile(None, doubts=whole.doubts)
    verdict = judge_sight(snapshot, counted.metric.key, tenant, whole.seen)
    if verdict.status in {Status.FAIL, Status.UNKNOWN}:
        return Quantile(None, doubts=(f"coverage: {verdict.reason or 'unknown'}",))
    buckets: dict[Bound, int] = {}
    for named, count in counted.series[tenant]:
        bound = _bound(named["le"])
        if isnan(bound):
            return Quantile(None, doubts=(f"le={named['le']!r} is not a number",))
        # "1" and "1.0" are one bucket, written by two versions of a server
        buckets[bound] = buckets.get(bound, 0) + (count.count or 0)
    found = quantile(buckets, RANK)
    return replace(found, doubts=tuple(dict.fromkeys((*whole.doubts, *found.doubts))))


def _bound(text: str) -> Bound:
    """A bucket's bound exactly as it is written: 0.35 s is a threshold, and the float beside it is below."""
    try:
        return Fraction(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return float("nan")


def quantile(buckets: Mapping[Bound, int], rank: Fraction) -> Quantile:
    """A quantile of cumulative counts by upper bound, interpolated as ``histogram_quantile`` does.

    >>> float(quantile({1.0: 50, 2.0: 100, inf: 100}, Fraction(95, 100)).value)
    1.9
    """
    bounds = sorted(buckets)
    if len(bounds) < 2 or bounds[-1] != inf:  # noqa: PLR2004 - one bound and infinity
        return Quantile(None, doubts=("there is no bucket up to +Inf",))
    counts = [buckets[bound] for bound in bounds]
    doubts = ("its buckets contradict each other",) if any(b < a for a, b in pairwise(counts)) else ()
    counts = list(accumulate(counts, max))
    if not counts[-1]:
        return Quantile(None, doubts=(*doubts, "no events"))
    wanted = rank * counts[-1]
    at = next(position for position, count in enumerate(counts) if count >= wanted)
    if bounds[at] == inf:
        top = Fraction(bounds[-2])
        doubts = (*doubts, f"it is at least {float(bounds[-2]):g} s, the last bucket's bound")
        return Quantile(top, top, None, counts[-1], doubts)
    value, low, high = _interpolate(bounds[: at + 1], counts[: at + 1], wanted)
    return Quantile(value, low, high, counts[-1], doubts)


def _interpolate(bounds: Sequence[Bound], counts: Sequence[int], wanted: Fraction) -> tuple[Fraction, ...]:
    high = Fraction(bounds[-1])
    if len(bounds) == 1 and high <= 0:
        return high, high, high
    low, below = (Fraction(bounds[-2]), counts[-2]) if len(bounds) > 1 else (Fraction(0), 0)
    return low + (high - low) * (wanted - below) / (counts[-1] - below), low, high
