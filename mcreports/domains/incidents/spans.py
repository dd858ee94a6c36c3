"""Many windows at once: read off a tenant's curves, and told as few spans."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.domains import ledger
from mcreports.domains.accounts import COST, curves
from mcreports.domains.money import open_books
from mcreports.domains.series import milliseconds
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mcreports.domains.incidents.case import Case

HOUR = timedelta(hours=1)


def foresee(case: Case, spans: Sequence[tuple[datetime, datetime]]) -> None:
    """Read many windows off the tenant's curves at once: one by one, each would cost a walk over all samples."""
    own = open_books(case.snapshot).accounts.get(case.tenant, {})
    if not own:
        return
    wanted = [(milliseconds(start), milliseconds(end)) for start, end in spans]
    for (_, driver), line in curves(case.snapshot, case.snapshot.lot(COST, case.tenant)).items():
        own[driver].spends.update(zip(wanted, ledger.spends(line, wanted), strict=True))


def told(starts: Sequence[datetime]) -> str:
    """Hours in words, those that follow each other as one span.

    >>> from datetime import UTC, datetime
    >>> told([datetime(2025, 10, 30, hour, tzinfo=UTC) for hour in (1, 2, 5)])
    '2025-10-30T01:00:00Z to 2025-10-30T03:00:00Z, 2025-10-30T05:00:00Z to 2025-10-30T06:00:00Z'
    """
    spans: list[list[datetime]] = []
    for start in starts:
        if spans and spans[-1][1] == start:
            spans[-1][1] = start + HOUR
        else:
            spans.append([start, start + HOUR])
    return ", ".join(f"{instant_text(first)} to {instant_text(last)}" for first, last in spans)
