"""Compensation events of the evidence, one by one: their reason, their impact, and what contradicts them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcreports.domains.details import METHOD, SOURCE, rows
from mcreports.figures import Figure, instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mcreports.domains.events import Source
    from mcreports.snapshot import Snapshot

EVENT, COMPENSATIONS = "autonomy.compensation_event", "autonomy.compensations"
MOST = 10  # events that are told one by one
MOST_PARTS = 12  # reasons, or pairs of reason and impact, that are told apart
GRAVE = ("critical", "severe", "high", "major", "medium", "moderate", "low", "minor", "none")
NOBODY, DENIED, UNLISTED = "no operation of the evidence is called so", "its operation denies it", "no list names it"


@dataclass(frozen=True)
class Event:
    """One compensation, as a list tells of it, or its operation where no list does."""

    tenant: str
    operation: str
    kind: str
    reason: str
    impact: str
    at: datetime
    file: str
    note: str = ""

    @property
    def gravity(self) -> tuple[bool, int, float]:
        """What is told first: a contradiction, then the worst impact, then the newest."""
        impact = self.impact.casefold()
        return not self.note, GRAVE.index(impact) if impact in GRAVE else len(GRAVE), -self.at.timestamp()

    def figure(self, window: tuple[datetime, datetime]) -> Figure:
        """When it was, with everything else that is known of it."""
        labels = {
            "impact": self.impact, "operation": self.operation, "operation_type": self.kind, "reason": self.reason,
        }  # fmt: skip
        return Figure(
            EVENT, self.tenant, instant_text(self.at), "instant", window, self.file, METHOD, samples=1,
            labels=(*labels.items(), *SOURCE), reason=self.note,
        )  # fmt: skip


def events(snapshot: Snapshot, window: tuple[datetime, datetime]) -> list[Event]:
    """The compensations that the evidence has of the expected tenants, each as often as it is told otherwise.

    The gravest come first.
    """
    listed: list[Any] = rows(snapshot, "compensations", window).to_dict("records")
    done = rows(snapshot, "operations", window)
    own: list[Any] = [] if done.empty else done[done["compensated"]].to_dict("records")
    denied, every = _denied(snapshot), _known(snapshot, listed)
    found: dict[tuple[str, ...], Event] = {}
    for row in listed:
        key = row["tenant"], row["operation_id"]
        operation = every.get(key)
        event = Event(
            *key, operation["operation_type"] if operation else "", row["reason"], row["impact_level"],
            row["ts"].to_pydatetime(), row["file"], _note(row, operation, denied),
        )  # fmt: skip
        found.setdefault((*key, event.reason, event.impact), event)
    lists = {row["tenant"] for row in listed}
    named = {(row["tenant"], row["operation_id"]) for row in listed}
    for row in own:
        key = row["tenant"], row["operation_id"]
        if key not in named:
            note, at = UNLISTED if row["tenant"] in lists else "", row["ts"].to_pydatetime()
            found[key] = Event(*key, row["operation_type"], row["compensation_reason"], "", at, row["file"], note)
    return sorted(found.values(), key=lambda event: (*event.gravity, event.tenant, event.operation))


def told(every: Sequence[Event], window: tuple[datetime, datetime]) -> Iterator[Figure]:
    """The first of the events, each as a figure."""
    yield from (event.figure(window) for event in every[:MOST])


def counts(every: Sequence[Event], tenant: str, source: Source) -> Iterator[Figure]:
    """How many of a tenant's operations were compensated for each reason, and with which impact."""
    own = {event.operation: event for event in reversed(every) if event.tenant == tenant}
    reasons = Counter((("reason", event.reason),) for event in own.values())
    impacts = Counter((("impact", event.impact), ("reason", event.reason)) for event in own.values())
    for found in (reasons, impacts):
        for labels, number in sorted(found.items(), key=lambda part: (-part[1], part[0]))[:MOST_PARTS]:
            yield Figure(
                COMPENSATIONS, tenant, number, "events", source.window, source.query, METHOD, samples=number,
                labels=(*labels, *SOURCE),
            )  # fmt: skip


def _known(snapshot: Snapshot, listed: Sequence[Any]) -> dict[tuple[str, str], Any]:
    """The operations, of any hour, that a list names."""
    table = snapshot.evidence.get("operations")
    if table is None or table.empty or not listed:
        return {}
    named = table[table["operation_id"].isin([row["operation_id"] for row in listed])]
    every: list[Any] = named.to_dict("records")
    return {(row["tenant"], row["operation_id"]): row for row in every}


def _denied(snapshot: Snapshot) -> set[str]:
    """The operations whose own word is that they were not compensated, by the field that claims it."""
    claims = snapshot.evidence.get("claims")
    return set() if claims is None or claims.empty else set(claims.loc[~claims["holds"], "field"])


def _note(row: dict[str, Any], operation: dict[str, Any] | None, denied: set[str]) -> str:
    if operation is None:
        return NOBODY
    if f"{row['operation_id']}.compensated" in denied:
        return DENIED
    said = operation["compensation_reason"]
    return f"its operation says {said!r}" if said and row["reason"] and said != row["reason"] else ""
