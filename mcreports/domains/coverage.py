"""Coverage: how many of the samples that a tenant's metric should have are there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains import Section, facts
from mcreports.domains.facts import Ask
from mcreports.domains.outages import Outages, outages
from mcreports.domains.series import Seen, instant
from mcreports.figures import Figure, Quality
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.snapshot import Snapshot

CHECK = "data.coverage"
METHOD = "samples.expected"
SILENT = "the source was silent"
RESTARTED = "the exporter was restarted at about"
MOST_GAPS = 3
UNJUDGED = {"tenant.info"}  # no figure rests on it
SECOND = 1000
ALONE = Outages()


def judge_coverage(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The coverage of every expected tenant and pulled metric in [start, end), and of each metric as a whole."""
    whole = Section()
    for key in sorted(snapshot.tables.keys() - UNJUDGED):
        whole += judge_sights(snapshot, key, sights(snapshot, key, start, end), (start, end))
    return whole


def sights(snapshot: Snapshot, key: str, start: datetime, end: datetime) -> dict[str | None, Seen]:
    """What each tenant's series of a metric have seen in a window, by tenant (None: it has no tenants)."""
    return facts.known(snapshot, Ask("seen", key, start, end))


def judge_sights(
    snapshot: Snapshot, key: str, found: Mapping[str | None, Seen], window: tuple[datetime, datetime]
) -> Section:
    """The figures and verdicts on what the tenants of a metric have seen; what all share is told of none alone."""
    if "tenant" not in snapshot.metrics[key].labels:
        sight = found.get(None, Seen())
        return Section((_figure(snapshot, key, None, sight, window),), (judge_sight(snapshot, key, None, sight),))
    tenants = [tenant for tenant in snapshot.tenants if not _is_set_by_hand(snapshot, key, tenant)]
    own = {tenant: found.get(tenant, Seen()) for tenant in tenants}
    if not own:
        return Section()
    shared = outages(own.values())
    figures = [_whole(_figure(snapshot, key, None, _sum(own), window), own, shared)]
    for tenant, sight in own.items():
        figures.append(replace(_figure(snapshot, key, tenant, sight, window), reason=told(sight, shared)))
    return Section(tuple(figures), tuple(judge_sight(snapshot, key, name, own[name], shared) for name in tenants))


def judge_sight(snapshot: Snapshot, key: str, tenant: str | None, sight: Seen, shared: Outages = ALONE) -> Verdict:
    """The verdict on a coverage; its reason names the gaps and the resets."""
    percent = Fraction(100 * sight.samples, sight.expected) if sight.samples else None
    subject = Subject(tenant, (CHECK,), sight.samples, (("metric", key),))
    verdict = judge(CHECK, snapshot.rule(CHECK, tenant), percent, subject)
    return replace(verdict, reason="; ".join(filter(None, [verdict.reason, describe(sight, shared)])))


def told(sight: Seen, shared: Outages = ALONE) -> str:
    """What was seen of what was expected, and what is missing."""
    return "; ".join(filter(None, [counted(sight), describe(sight, shared)]))


def counted(sight: Seen) -> str:
    """The samples seen and expected, and their interval.

    >>> counted(Seen(1439, 1440, interval=60_000.0))
    '1,439 of 1,440 samples at 60 s'
    """
    if not sight.samples:
        return "no data"
    pace = f" at {float(f'{sight.interval / SECOND:.3g}'):,g} s" if sight.interval else ""
    return f"{sight.samples:,} of {max(sight.samples, sight.expected):,} samples{pace}"


def describe(sight: Seen, shared: Outages = ALONE) -> str:
    """The gaps in words, the longest first, and the resets; what all tenants share goes by the name it has there."""
    silences = {gap: shared.silence_of(gap, sight.interval) for gap in sight.gaps}
    restarts = {reset: shared.restart_of(reset) for reset in sight.resets}
    return "; ".join(
        [
            *_from_to(SILENT, list(dict.fromkeys(filter(None, silences.values())))),
            *_from_to("nothing", [gap for gap, silence in silences.items() if silence is None]),
            *_at(RESTARTED, list(dict.fromkeys(filter(None, restarts.values())))),
            *_at("it began anew at", [reset for reset, restart in restarts.items() if restart is None]),
        ]
    )


def describe_shared(shared: Outages) -> str:
    """What all tenants went through together, in words."""
    every = f" (all {shared.tenants:,} tenants)"
    counts = [f" ({count:,} of {shared.tenants:,} tenants)" for count in shared.restarted]
    return "; ".join(
        [
            *_from_to(SILENT, shared.silences, every),
            *_at(RESTARTED, shared.restarts, counts),
        ]
    )


def _from_to(what: str, spans: Sequence[tuple[int, int]], whose: str = "") -> list[str]:
    longest = sorted(spans, key=lambda span: (span[0] - span[1], span))
    said = [f"{what} from {instant(first)} to {instant(last)}{whose}" for first, last in longest[:MOST_GAPS]]
    more = len(spans) - MOST_GAPS
    return [*said, f"{more} shorter gap{'s' if more > 1 else ''}"] if more > 0 else said


def _at(what: str, spans: Sequence[tuple[int, int]], whose: Sequence[str] = ()) -> list[str]:
    ends = whose or [""] * len(spans)
    said = [f"{what} {instant(last)}{end}" for (_, last), end in zip(spans, ends, strict=True)]
    more = len(spans) - MOST_GAPS
    return [*said[:MOST_GAPS], f"{more:,} more resets" if more > 1 else "1 more reset"] if more > 0 else said


def _figure(snapshot: Snapshot, key: str, tenant: str | None, sight: Seen, window: tuple[datetime, datetime]) -> Figure:
    share = sight.share if sight.samples else None
    named = {} if tenant is None else {"tenant": tenant}
    return Figure(
        CHECK, tenant, None if share is None else 100 * share, "%", window, snapshot.metrics[key].selector(**named),
        METHOD, Quality.UNKNOWN if share is None else Quality.ACTUAL, None, share, sight.samples, len(sight.resets),
        (("metric", key),), told(sight),
    )  # fmt: skip


def _sum(own: Mapping[str, Seen]) -> Seen:
    """The samples of all tenants, without what only their order in time would tell."""
    return Seen(
        sum(sight.samples for sight in own.values()),
        sum(sight.expected for sight in own.values()),
        interval=max(sight.interval for sight in own.values()),
    )


def _whole(figure: Figure, own: Mapping[str, Seen], shared: Outages) -> Figure:
    """The figure of all tenants: what they share, and how many of them are not in it."""
    silent = sum(not sight.samples for sight in own.values())
    missing = f"no data of {silent:,} of {len(own):,} tenants" if silent and figure.is_known else ""
    counts = figure.reason
    known = Quality.ESTIMATED if missing else figure.quality
    resets = sum(len(sight.resets) for sight in own.values())
    reason = "; ".join(filter(None, [counts, missing, describe_shared(shared)]))
    return replace(figure, quality=known, resets=resets, reason=reason)


def _is_set_by_hand(snapshot: Snapshot, key: str, tenant: str | None) -> bool:
    """Whether a limit comes from the settings, so that nothing rests on its metric."""
    limit = key.removeprefix("budget.limit_")
    return limit != key and tenant is not None and limit in snapshot.budgets.get(tenant, {})
