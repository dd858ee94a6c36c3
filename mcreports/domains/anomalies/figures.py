"""Anomalies as figures, so that a report's data hold all that its pages say of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mcreports.checks import NAMES
from mcreports.domains.anomalies.anomaly import COST
from mcreports.domains.anomalies.events import RATES
from mcreports.figures import Figure, Quality, instant_text
from mcreports.names import several

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.domains.anomalies.anomaly import Amount, Anomaly, Band
    from mcreports.domains.anomalies.find import Findings, Sight
    from mcreports.figures import Value
    from mcreports.snapshot import Snapshot

COUNT, EXCESS, ACTUAL, USUAL, PEAK = (f"anomaly.{name}" for name in ("count", "excess", "actual", "usual", "peak"))
SEVERITY, SCORE, END, KNOWN = (f"anomaly.{name}" for name in ("severity", "score", "end", "acknowledged"))
METHOD = "anomalies.detect: each step by its own past"
SUMMED = f"{METHOD}; sums of its steps and of their bands"
HARDLY = 0.9  # of a window's steps that must be judged for its count not to be doubted
NOUNS = {rate.id: rate.noun for rate in RATES}


@dataclass(frozen=True)
class Told:
    """The figures of one anomaly by what they are; ``main`` is the driver's part of the excess, where it is not all."""

    anomaly: Anomaly
    severity: Figure
    excess: Figure
    actual: Figure
    usual: Figure
    peak: Figure
    at_peak: Figure
    score: Figure
    end: Figure
    main: Figure | None
    known: Figure | None

    def every(self) -> Iterator[Figure]:
        """All of them."""
        own = (self.severity, self.excess, self.actual, self.usual, self.peak, self.at_peak, self.score, self.end)
        yield from (*own, *(one for one in (self.main, self.known) if one is not None))


def told(snapshot: Snapshot, anomaly: Anomaly) -> Told:
    """An anomaly's figures, labelled with its id, and with its driver or its rate."""
    like = blank(snapshot, anomaly)
    peak = replace(like, window=(anomaly.peak.start, anomaly.peak.end), method=METHOD, samples=1)
    at_peak = tuple(sorted((*like.labels, ("at", "peak"))))
    return Told(
        anomaly,
        severity=replace(like, id=SEVERITY, value=anomaly.severity, unit="severity"),
        excess=_excess(like, anomaly),
        actual=replace(like, id=ACTUAL, value=anomaly.value),
        usual=_usual(like, anomaly.usual),
        peak=replace(peak, id=PEAK, value=anomaly.peak.value),
        at_peak=replace(_usual(peak, anomaly.peak.usual), labels=at_peak),
        score=replace(like, id=SCORE, value=round(anomaly.score, 3), unit="of 1"),
        end=_end(like, anomaly),
        main=_main(like, anomaly),
        known=_known(like, anomaly),
    )


def blank(snapshot: Snapshot, anomaly: Anomaly) -> Figure:
    """A figure of an anomaly without its value."""
    return Figure(
        EXCESS, anomaly.tenant, None, "USD" if anomaly.is_cost else "%", anomaly.window, _query(snapshot, anomaly),
        SUMMED, samples=anomaly.samples, labels=_labels(anomaly),
    )  # fmt: skip


def _excess(like: Figure, anomaly: Anomaly) -> Figure:
    if not anomaly.is_cost:
        return replace(like, value=anomaly.excess, unit=NOUNS[anomaly.what])
    low, high = anomaly.usual.low, anomaly.usual.high
    return replace(like, value=anomaly.excess, bounds=(_minus(anomaly.value, high), _minus(anomaly.value, low)))


def _minus(one: Amount, two: Amount) -> Value:
    return one - two  # type: ignore[operator]


def _usual(like: Figure, band: Band) -> Figure:
    return replace(like, id=USUAL, value=band.expected, bounds=(band.low, band.high))


def _end(like: Figure, anomaly: Anomaly) -> Figure:
    """When it was over; not known while it goes on."""
    if anomaly.end is None:
        return replace(like, id=END, value=None, unit="instant", quality=Quality.UNKNOWN, reason="it goes on")
    return replace(like, id=END, value=instant_text(anomaly.end), unit="instant")


def _main(like: Figure, anomaly: Anomaly) -> Figure | None:
    if anomaly.main_excess is None:
        return None
    labels = tuple(sorted((*like.labels, ("driver", anomaly.main or ""))))
    return replace(like, value=anomaly.main_excess, labels=labels)


def _known(like: Figure, anomaly: Anomaly) -> Figure | None:
    """When somebody said that they know of it; the note is its reason, the file its query."""
    known = anomaly.known
    if known is None:
        return None
    return replace(
        like, id=KNOWN, value=instant_text(known.at), unit="instant", query=known.file, method="acknowledgement",
        samples=0, labels=tuple(sorted((*like.labels, ("by", known.by)))), reason=known.note,
    )  # fmt: skip


def _labels(anomaly: Anomaly) -> tuple[tuple[str, str], ...]:
    labels = {"anomaly": anomaly.id}
    if not anomaly.is_cost:
        labels["rate"] = anomaly.what
    elif anomaly.main_excess is None and anomaly.main is not None:
        labels["driver"] = anomaly.main
    return tuple(sorted(labels.items()))


def _query(snapshot: Snapshot, anomaly: Anomaly) -> str:
    metrics, named = snapshot.metrics, {"tenant": anomaly.tenant}
    if anomaly.is_cost:
        return metrics[COST].selector(**named, **({} if anomaly.driver is None else {"driver": anomaly.driver}))
    rate = next(each for each in RATES if each.id == anomaly.what)
    return " ; ".join(metrics[key].selector(**named) for key in dict.fromkeys((rate.counter, rate.events)))


def counts(snapshot: Snapshot, found: Findings) -> Iterator[Figure]:
    """How many anomalies nobody has acknowledged, of the platform and of each tenant, as far as they can be told."""
    by_tenant: dict[str, list[Sight]] = defaultdict(list)
    for sight in found.sights:
        by_tenant[sight.tenant].append(sight)
    names = tuple(dict.fromkeys((*snapshot.tenants, *by_tenant)))
    own = {tenant: _count(snapshot, found, tenant, by_tenant[tenant]) for tenant in names}
    blind = [tenant for tenant in names if own[tenant].value is None]
    partly = [tenant for tenant in names if own[tenant].quality is Quality.ESTIMATED]
    known = Quality.UNKNOWN if len(blind) == len(names) else Quality.ESTIMATED if blind or partly else Quality.ACTUAL
    reasons = [f"no history to judge {several(blind)} by"] if blind else []
    reasons += [f"not all can be judged of {several(partly)}"] if partly else []
    yield Figure(
        COUNT, None, None if known is Quality.UNKNOWN else len(found.open), "anomalies", found.window,
        snapshot.metrics[COST].selector(), METHOD, known, reason="; ".join(reasons) or ("" if names else "no tenant"),
    )  # fmt: skip
    yield from own.values()


def _count(snapshot: Snapshot, found: Findings, tenant: str, sights: list[Sight]) -> Figure:
    number = sum(one.tenant == tenant for one in found.open)
    thin = [sight for sight in sights if sight.judged < HARDLY * sight.steps]
    spend = next((sight for sight in sights if sight.what == COST), None)
    blind = spend is None or not spend.judged
    known = Quality.UNKNOWN if blind and not number else Quality.ESTIMATED if thin else Quality.ACTUAL
    said = [f"{NAMES.get(sight.what, 'spend')}: {sight.judged} of {sight.steps} steps judged" for sight in thin]
    return Figure(
        COUNT, tenant, None if known is Quality.UNKNOWN else number, "anomalies", found.window,
        snapshot.metrics[COST].selector(tenant=tenant), METHOD, known,
        samples=sum(sight.judged for sight in sights), reason="; ".join(said) or ("no spend is known" if blind else ""),
    )  # fmt: skip
