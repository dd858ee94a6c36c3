"""Coverage: how many of the samples that a tenant's metric should have are there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.domains import Section
from mcreports.domains.series import Seen, instant, lines, seen, watch
from mcreports.figures import Figure, Quality
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.snapshot import Snapshot

CHECK = "data.coverage"
METHOD = "samples.expected"
MOST_GAPS = 3
UNJUDGED = {"tenant.info"}  # no figure rests on it


def judge_coverage(snapshot: Snapshot, start: datetime, end: datetime) -> Section:
    """The coverage of every expected tenant and pulled metric in [start, end)."""
    figures: list[Figure] = []
    verdicts: list[Verdict] = []
    for key in sorted(snapshot.tables.keys() - UNJUDGED):
        found = sights(snapshot, key, start, end)
        tenants = snapshot.tenants if "tenant" in snapshot.metrics[key].labels else (None,)
        for tenant in tenants:
            if not _is_set_by_hand(snapshot, key, tenant):
                sight = found.get(tenant, Seen())
                figures.append(_figure(snapshot, key, tenant, sight, (start, end)))
                verdicts.append(judge_sight(snapshot, key, tenant, sight))
    return Section(tuple(figures), tuple(verdicts))


def sights(snapshot: Snapshot, key: str, start: datetime, end: datetime) -> dict[str | None, Seen]:
    """What each tenant's series of a metric have seen in a window, by tenant (None: it has no tenants)."""
    metric, window = snapshot.metrics[key], watch(snapshot, key, start, end)
    found: dict[str | None, Seen] = {}
    for line in lines(snapshot.table(key), metric.labels):
        tenant = line.labels[metric.labels.index("tenant")] if "tenant" in metric.labels else None
        found[tenant] = found.get(tenant, Seen()) + seen(line, window)
    return found


def judge_sight(snapshot: Snapshot, key: str, tenant: str | None, sight: Seen) -> Verdict:
    """The verdict on a coverage; its reason names the gaps."""
    percent = Fraction(100 * sight.samples, sight.expected) if sight.samples else None
    subject = Subject(tenant, (CHECK,), sight.samples, (("metric", key),))
    verdict = judge(CHECK, snapshot.rule(CHECK, tenant), percent, subject)
    return replace(verdict, reason="; ".join(filter(None, [verdict.reason, describe(sight)])))


def describe(sight: Seen) -> str:
    """The gaps in words, the longest first."""
    gaps = sorted(sight.gaps, key=lambda gap: (gap[0] - gap[1], gap))
    said = [f"nothing from {instant(first)} to {instant(last)}" for first, last in gaps[:MOST_GAPS]]
    more = [f"{len(gaps) - MOST_GAPS} shorter gaps"] if len(gaps) > MOST_GAPS else []
    return "; ".join(said + more)


def _figure(snapshot: Snapshot, key: str, tenant: str | None, sight: Seen, window: tuple[datetime, datetime]) -> Figure:
    share = sight.share if sight.samples else None
    named = {} if tenant is None else {"tenant": tenant}
    return Figure(
        CHECK, tenant, None if share is None else 100 * share, "%", window, snapshot.metrics[key].selector(**named),
        METHOD, Quality.UNKNOWN if share is None else Quality.ACTUAL, None, share, sight.samples,
        labels=(("metric", key),), reason=describe(sight) or ("no data" if share is None else ""),
    )  # fmt: skip


def _is_set_by_hand(snapshot: Snapshot, key: str, tenant: str | None) -> bool:
    """Whether a limit comes from the settings, so that nothing rests on its metric."""
    limit = key.removeprefix("budget.limit_")
    return limit != key and tenant is not None and limit in snapshot.budgets.get(tenant, {})
