"""What is worked out of each tenant's series alone: counts and coverage, in one pass over each metric.

A fact of a tenant hangs on its own samples and on what the snapshot says of all (windows, metrics): so
facts may be worked out for some tenants here and for others elsewhere, and be the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mcreports.domains.anomalies.grid import hours, rate_spans
from mcreports.domains.anomalies.readings import counted, joined
from mcreports.domains.events import count
from mcreports.domains.series import Seen, every_line, seen, watch
from mcreports.domains.stretches import followed
from mcreports.plan import INCIDENTS, RATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from mcreports.domains.series import Line
    from mcreports.period import Period
    from mcreports.snapshot import Snapshot

    Found = dict[Any, Any]  # by tenant; None where the metric has none
    Add = Callable[[Found, Line], None]

OPERATIONS = "autonomy.operations"
VIOLATIONS = "autonomy.violations"  # no rate: neither an error budget nor a cost hangs on them
COUNTED = (*RATES, "policy.decisions", "platform.replication_lag", "platform.request_duration")


@dataclass(frozen=True)
class Ask:
    """A question to every series of a metric: its ``counts``, what was ``seen``, or its ``steps`` hour by hour."""

    kind: str
    key: str
    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """What the answer is kept under."""
        return f"{self.kind} {self.key} {self.start.isoformat()}/{self.end.isoformat()}"


def known(snapshot: Snapshot, ask: Ask) -> Found:
    """The answer by tenant (None: the metric has no tenants), worked out now unless it was before."""
    found: Found = snapshot.once(ask.name, lambda: sweep(snapshot, ask.key, [ask])[ask.name])
    return found


def remember(snapshot: Snapshot) -> None:
    """Work out what the report is going to ask for, unless that was done before."""
    snapshot.once("facts", lambda: snapshot.memo.update(prepare(snapshot)))


def prepare(snapshot: Snapshot) -> dict[str, Found]:
    """The answers to all that a report is going to ask of a snapshot, or of a part of one, by their names."""
    asks: dict[str, list[Ask]] = defaultdict(list)
    for ask in dict.fromkeys(_foreseen(snapshot)):
        asks[ask.key].append(ask)
    return {name: found for key, own in asks.items() for name, found in sweep(snapshot, key, own).items()}


def sweep(snapshot: Snapshot, key: str, asks: Iterable[Ask]) -> dict[str, Found]:
    """The answers to several questions about one metric in one pass over its samples."""
    answers: dict[str, Found] = {}
    adders: list[tuple[Found, Add]] = []
    for ask in asks:
        found = answers.setdefault(ask.name, {})
        adders.append((found, _ADD[ask.kind](snapshot, ask)))
    for line in every_line(snapshot, key):
        for found, add in adders:
            add(found, line)
    return answers


def seen_part(snapshot: Snapshot, part: Period) -> tuple[datetime, datetime]:
    """The part of a period that is over: counts of an unfinished one end where the source was asked until."""
    asked = [window.end for window in snapshot.windows.values()]
    return part.start, min([part.end, *(end for end in asked if end > part.start)])


def week_before(day: Period) -> Period:
    """The same weekday of the week before."""
    return day.containing("day", day.first - timedelta(days=7), day.zone)


def _foreseen(snapshot: Snapshot) -> Iterator[Ask]:
    period, has = snapshot.period, snapshot.windows.keys()
    if snapshot.report in INCIDENTS:
        return  # its windows hang on when it began
    own = seen_part(snapshot, period)
    rated = {
        "daily": (), "weekly": (period.previous(), *period.split("day")), "monthly": (period.previous(),),
        "trends": period.split("month"),
    }[snapshot.report]  # fmt: skip
    for key, start, end in rate_spans(snapshot):
        yield Ask("steps", key, start, end)
    for key in sorted(has & set(RATES)):
        yield from (Ask("counts", key, *seen_part(snapshot, part)) for part in rated)
        if key != VIOLATIONS:
            yield from (Ask("counts", key, *span) for span in followed(snapshot.report, period, own[1]))
    if snapshot.report == "daily" and OPERATIONS in has:
        yield Ask("counts", OPERATIONS, *seen_part(snapshot, week_before(period)))
    if snapshot.report == "trends":
        newest = [month for month in rated if month.end <= own[1]][-1:]
        yield from (Ask("seen", key, month.start, month.end) for month in newest for key in sorted(has))
    else:
        yield from (Ask("counts", key, *own) for key in sorted(has & set(COUNTED)))
        yield from (Ask("seen", key, *own) for key in sorted(has))


def _counts(snapshot: Snapshot, ask: Ask) -> Add:
    labels, window = snapshot.metrics[ask.key].labels, watch(snapshot, ask.key, ask.start, ask.end)

    def add(found: Found, line: Line) -> None:
        named = dict(zip(labels, line.labels, strict=True))
        found[named["tenant"]] = (*found.get(named["tenant"], ()), (named, count(line, window)))

    return add


def _seen(snapshot: Snapshot, ask: Ask) -> Add:
    labels, window = snapshot.metrics[ask.key].labels, watch(snapshot, ask.key, ask.start, ask.end)
    at = labels.index("tenant") if "tenant" in labels else None
    counts = snapshot.metrics[ask.key].kind != "gauge"

    def add(found: Found, line: Line) -> None:
        tenant = None if at is None else line.labels[at]
        found[tenant] = found.get(tenant, Seen()) + seen(line, window, counts=counts)

    return add


def _steps(snapshot: Snapshot, ask: Ask) -> Add:
    """Events by the hour, of each value of the label after the tenant's."""
    window = watch(snapshot, ask.key, ask.start, ask.end)
    edges = hours(snapshot.period.start, ask.start, ask.end)

    def add(found: Found, line: Line) -> None:
        tenant, second, *_ = line.labels
        own = found.setdefault(tenant, {})
        own[second] = joined(own.get(second), counted(line, window, edges))

    return add


_ADD: dict[str, Callable[[Snapshot, Ask], Add]] = {"counts": _counts, "seen": _seen, "steps": _steps}
