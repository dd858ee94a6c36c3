"""What the details in evidence files say of a tenant's operations in a window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from mcreports.domains.events import Count, Source
from mcreports.domains.series import Seen

if TYPE_CHECKING:
    from mcreports.snapshot import Snapshot

METHOD = "evidence.details"
SOURCE = (("source", "evidence"),)


@dataclass(frozen=True)
class Details:
    """Operations and what became of them, counted one by one; ``span`` is the days that they are of."""

    operations: Count
    successes: Count
    compensations: Count
    policy: Count
    residency: Count
    source: Source
    span: tuple[datetime, datetime]


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
    compensated = set(operations.loc[operations["compensated"], "operation_id"])
    listed = rows(snapshot, "compensations", window, tenant)
    compensated |= set() if listed.empty else set(listed["operation_id"])
    violations = rows(snapshot, "violations", window, tenant)
    policy, residency = (_violations(operations, violations, kind) for kind in ("policy", "residency"))
    return Details(
        _count(operations["operation_id"].nunique()),
        _count(operations.loc[operations["success"], "operation_id"].nunique()),
        _count(len(compensated)),
        _count(policy),
        _count(residency),
        Source(window, pointer(operations), METHOD),
        _span(operations, window),
    )


def _span(operations: pd.DataFrame, window: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """The UTC days of the window that have operations, from the first to the last."""
    first, last = (at.to_pydatetime().replace(hour=0, minute=0, second=0, microsecond=0) for at in _ends(operations))
    return max(window[0], first), min(window[1], last + timedelta(days=1))


def _ends(table: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    return table["ts"].min(), table["ts"].max()


def pointer(table: pd.DataFrame) -> str:
    """Where rows of evidence came from: their file, or the first of several."""
    files = sorted(table["file"].unique())
    return str(files[0]) + ("" if len(files) == 1 else f" and {len(files) - 1} more")


def contradiction(claim: Any) -> str:  # noqa: ANN401 - a row of the table of claims
    """A claim that does not hold, in words."""
    return f"{claim.file}: {claim.field} claims {claim.claimed}, its details give {claim.recomputed}"


def _violations(operations: pd.DataFrame, listed: pd.DataFrame, kind: str) -> int:
    """Violations counted once, whether an operation tells of them, a list of violations, or both."""
    told = operations.groupby("operation_id")[kind].max()
    if listed.empty:
        return int(told.sum())
    named = listed.loc[listed["violation_type"] == kind].groupby("operation_id").size()
    return int(pd.concat([told, named], axis=1).fillna(0).max(axis=1).sum())


def _count(number: int) -> Count:
    return Count(number, number, number, seen=Seen(number, number))
