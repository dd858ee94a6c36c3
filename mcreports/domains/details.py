"""What the details in evidence files say of a tenant's operations in a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from mcreports.domains.events import Count, Source
from mcreports.domains.series import Seen

if TYPE_CHECKING:
    from mcreports.snapshot import Snapshot

METHOD = "evidence.details"
SOURCE = (("source", "evidence"),)
LISTS = ("operations", "compensations", "violations")
MOST_DOUBTS = 3
MIDNIGHT = time()


@dataclass(frozen=True)
class Counted:
    """Operations and what became of them, each counted once."""

    operations: Count
    successes: Count
    compensations: Count
    policy: Count
    residency: Count


@dataclass(frozen=True)
class Details:
    """A tenant's operations: all of them, by their type, and the files and hours that they are from.

    ``claimed`` counts the residency violations that the operations tell of; ``unplaced`` are the operations
    that do not say both where their data are and where they were processed.
    """

    whole: Counted
    types: dict[str, Counted]
    claimed: Count
    unplaced: Count
    source: Source


def rows(snapshot: Snapshot, name: str, window: tuple[datetime, datetime], tenant: str | None = None) -> pd.DataFrame:
    """The rows of an evidence table with start <= ts < end, of one tenant or of the expected ones."""
    table = snapshot.evidence.get(name, pd.DataFrame())
    if table.empty:
        return table
    inside = (table["ts"] >= pd.Timestamp(window[0])) & (table["ts"] < pd.Timestamp(window[1]))
    wanted = table["tenant"].isin([tenant] if tenant is not None else list(snapshot.tenants))
    return table[inside & wanted]


def details(snapshot: Snapshot, tenant: str, window: tuple[datetime, datetime]) -> Details | None:
    """A tenant's operations as the evidence has them; None when it has none in the window."""
    operations = rows(snapshot, "operations", window, tenant)
    if operations.empty:
        return None
    listed = {name: rows(snapshot, name, window, tenant) for name in LISTS[1:]}
    events, doubts = _events(operations, listed), tuple(_doubts(snapshot, tenant))
    unplaced = int(((operations["data_region"] == "") | (operations["processing_region"] == "")).sum())
    return Details(
        _counted(events, doubts, unplaced),
        {str(kind): _counted(own, doubts, 0) for kind, own in events.groupby("type")},
        _count(int(operations["residency_claimed"].sum()), doubts),
        _count(unplaced, doubts),
        Source(_span(operations, window), pointer(operations), METHOD),
    )


def _events(operations: pd.DataFrame, listed: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row for each operation that a file tells of; an event told twice, by it and by a list, is one event.

    An operation that only a list names is none of the operations, and of no type.
    """
    told = operations.groupby("operation_id").agg(
        {"operation_type": "first", "success": "min", "compensated": "max", "policy": "max", "residency": "max"}
    )
    events = told.rename(columns={"operation_type": "type"}).assign(operations=1)
    compensations, violations = listed["compensations"], listed["violations"]
    named = [] if compensations.empty else list(compensations["operation_id"].unique())
    kinds = {} if violations.empty else dict(list(violations.groupby("violation_type")["operation_id"]))
    counts = {str(kind): ids.value_counts() for kind, ids in kinds.items()}
    others = pd.Index([*named, *(name for ids in counts.values() for name in ids.index)]).unique()
    events = events.reindex(events.index.union(others, sort=False))
    events["type"] = events["type"].fillna("")
    events = events.fillna(0).astype(dict.fromkeys(events.columns.drop("type"), "int64"))
    events.loc[named, "compensated"] = 1
    for kind, number in counts.items():
        events[kind] = events[kind].clip(lower=number.reindex(events.index, fill_value=0))
    return events


def _counted(events: pd.DataFrame, doubts: tuple[str, ...], unplaced: int) -> Counted:
    placeless = f"{unplaced:,} of {int(events['operations'].sum()):,} operations name no regions"
    homeless = (placeless,) if unplaced else ()
    done, good, compensated, policy = (
        _count(int(events[name].sum()), doubts) for name in ("operations", "success", "compensated", "policy")
    )
    residency = _count(int(events["residency"].sum()), (*doubts, *homeless))
    return Counted(done, good, compensated, policy, residency)


def _doubts(snapshot: Snapshot, tenant: str) -> list[str]:
    """What could not be read of the tenant's lists, and so is not counted."""
    files, faults = snapshot.evidence.get("files"), snapshot.evidence.get("faults")
    if files is None or faults is None or faults.empty:
        return []
    own = faults[faults["kind"].isin(LISTS) & faults["file"].isin(files.loc[files["tenant"] == tenant, "file"])]
    said = [" ".join(filter(None, [f"{one.file}:", str(one.field), str(one.text)])) for one in own.itertuples()]
    more = [f"and {len(said) - MOST_DOUBTS} more faults"] if len(said) > MOST_DOUBTS else []
    return said[:MOST_DOUBTS] + more


def _span(operations: pd.DataFrame, window: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """The hours of the window that have operations, from the first to the last."""
    first, last = (at.to_pydatetime().replace(minute=0, second=0, microsecond=0) for at in _ends(operations))
    return max(window[0], first), min(window[1], last + timedelta(hours=1))


def hours(span: tuple[datetime, datetime]) -> str:
    """The days or hours that something is of, in words.

    >>> from datetime import UTC
    >>> hours((datetime(2025, 10, 25, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)))
    '25 to 31 October 2025'
    >>> hours((datetime(2025, 10, 31, 18, tzinfo=UTC), datetime(2025, 11, 1, tzinfo=UTC)))
    '2025-10-31 18:00 to 2025-11-01 00:00 UTC'
    """
    start, end = (at.astimezone(UTC) for at in span)
    if start.time() != MIDNIGHT or end.time() != MIDNIGHT:
        return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    last = end - timedelta(days=1)
    if start >= last:
        return f"{last:%-d %B %Y}"
    first = "%-d" if f"{start:%Y-%m}" == f"{last:%Y-%m}" else "%-d %B" if start.year == last.year else "%-d %B %Y"
    return f"{start:{first}} to {last:%-d %B %Y}"


def _ends(table: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    return table["ts"].min(), table["ts"].max()


def pointer(table: pd.DataFrame) -> str:
    """Where rows of evidence came from: their file, or the first of several."""
    files = sorted(table["file"].unique())
    return str(files[0]) + ("" if len(files) == 1 else f" and {len(files) - 1} more")


def contradiction(claim: Any) -> str:  # noqa: ANN401 - a row of the table of claims
    """A claim that does not hold, in words."""
    return f"{claim.file}: {claim.field} claims {claim.claimed}, its details give {claim.recomputed}"


def _count(number: int, doubts: tuple[str, ...]) -> Count:
    # how many there should be is what only the counters know
    return Count(number, number, number, seen=Seen(number), doubts=doubts)
