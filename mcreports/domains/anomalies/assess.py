"""The part of a report that tells of anomalies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.domains import Section
from mcreports.domains.anomalies.figures import counts, told
from mcreports.domains.anomalies.find import find
from mcreports.domains.anomalies.hourly import pictured
from mcreports.domains.anomalies.words import why

if TYPE_CHECKING:
    from mcreports.domains.anomalies.figures import Told
    from mcreports.domains.sentence import Sentence
    from mcreports.snapshot import Snapshot

MOST = 20  # anomalies of a year that are told one by one, by their money; the counts have all of them


def assess(snapshot: Snapshot) -> Section:
    """The anomalies that touch the report's window, how many there are, and the largest of them hour by hour."""
    found = find(snapshot)
    figures = [*counts(snapshot, found), *(figure for each in told_of(snapshot) for figure in each.every())]
    return Section((*figures, *pictured(snapshot, found)))


def told_of(snapshot: Snapshot) -> tuple[Told, ...]:
    """The anomalies that a report tells one by one, the gravest first and those that somebody knows of last."""
    told_ones: tuple[Told, ...] = snapshot.once("anomalies.told", lambda: _told(snapshot))
    return told_ones


def _told(snapshot: Snapshot) -> tuple[Told, ...]:
    found = find(snapshot)
    chosen = sorted(found.anomalies, key=lambda one: -abs(float(one.excess)))[:MOST]
    every = [one for one in found.anomalies if snapshot.report != "trends" or one in chosen]
    return tuple(told(snapshot, one) for one in sorted(every, key=lambda one: one.known is not None))


def first_sentence(snapshot: Snapshot) -> tuple[Sentence, ...]:
    """The gravest anomaly that nobody has acknowledged in a sentence; nothing where none is grave."""
    return tuple(("Unusual: ", *why(each)) for each in grave(snapshot)[:1])


def grave(snapshot: Snapshot) -> tuple[Told, ...]:
    """The grave anomalies that nobody has acknowledged: somebody must look at each of them."""
    return tuple(one for one in told_of(snapshot) if one.anomaly.known is None and one.anomaly.severity == "high")
