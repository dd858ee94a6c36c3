"""An incident: one tenant at one instant, and the figures that are instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from mcreports.domains.accounts import until
from mcreports.figures import Figure, Quality, instant_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.escalation import Grade
    from mcreports.snapshot import Snapshot

SINCE = "incident.since"
WARN: Grade = "warn"
FAIL: Grade = "fail"
OVERRUN: Grade = "overrun"
WINDOW = timedelta(hours=6)  # the runbook validates autonomy every six hours


@dataclass(frozen=True)
class Case:
    """What an incident's snapshot is of: nothing that was sampled after ``at`` is in it."""

    snapshot: Snapshot

    @property
    def subject(self) -> str:
        """budget, autonomy or drift."""
        return self.snapshot.report.removeprefix("incident-")

    @property
    def tenant(self) -> str:
        """Whom it concerns."""
        return self.snapshot.tenants[0]

    @cached_property
    def at(self) -> datetime:
        """The instant that it is seen from."""
        return min(until(self.snapshot), self.snapshot.period.end)


@dataclass(frozen=True)
class Onset:
    """When a condition began to hold, between the two samples around that; ``doubt`` says why it may be earlier."""

    condition: str
    level: Grade
    at: datetime
    between: tuple[datetime, datetime] | None = None
    doubt: str = ""

    def figure(self, case: Case, tenant: str | None, query: str, method: str) -> Figure:
        """The instant with its passport."""
        bounds = None if self.between is None else (instant_text(self.between[0]), instant_text(self.between[1]))
        return Figure(
            SINCE, tenant, instant_text(self.at), "instant", (min(self.at, case.at), case.at), query, method,
            Quality.ESTIMATED if self.doubt else Quality.ACTUAL, bounds, reason=self.doubt,
            labels=(("condition", self.condition), ("level", self.level)),
        )  # fmt: skip


def deadline(figure_id: str, case: Case, start: datetime, within: timedelta, **labels: str) -> Figure:
    """The instant by which something is to be done."""
    window = min(start, case.at), case.at
    method = f"{instant_text(start)} + {within // timedelta(minutes=1)} min"
    value = instant_text(start + within)
    return Figure(
        figure_id,
        case.tenant,
        value,
        "instant",
        window,
        "settings: escalation",
        method,
        labels=tuple(sorted(labels.items())),
    )


def span_of(case: Case, figures: Iterable[Figure]) -> tuple[datetime, datetime]:
    """The six hours before, or for autonomy all the time since it began to fail."""
    starts = [instant_of(figure) for figure in figures if figure.id == SINCE and case.subject == "autonomy"]
    return min([case.at - WINDOW, *starts]), case.at


def instant_of(figure: Figure) -> datetime:
    """The instant that a figure of one holds."""
    return datetime.fromisoformat(str(figure.value))


def told_of(labels: Iterable[tuple[str, str]]) -> str:
    """Which witness and which time a verdict is of, where it is not of the metrics in the last hours.

    >>> told_of((("source", "evidence"), ("window", "since the onset")))
    'by the evidence, since the onset'
    """
    return ", ".join(f"by the {value}" if name == "source" else value for name, value in labels)
