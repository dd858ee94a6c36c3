"""Hours that are dearer than that hour usually is: simple, and resting on the past alone.

An hour is unusual where its spend lies more than FAR deviations above the median of the same hour on the days
before. A deviation is the median absolute one, made comparable with a standard deviation, and never less than
a share of the median: what is very even is not called unusual for a few cents.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from mcreports.domains import ledger
from mcreports.domains.accounts import COST, curves
from mcreports.domains.derive import money
from mcreports.domains.money import open_books
from mcreports.domains.series import milliseconds
from mcreports.figures import Figure, Quality, instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mcreports.domains.incidents.case import Case
    from mcreports.domains.money import Books

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPEND, USUAL, UNUSUAL = "incident.hour.spend", "incident.hour.usual", "incident.hours.unusual"
LOOKED_AT, DAYS, FEWEST = 24, 28, 7
FAR, EVEN, NORMAL = 6.0, 0.05, 1.4826
METHOD = f"spend of the hour > median of {DAYS} days + {FAR:g} * max({NORMAL} * MAD, {EVEN:.0%} of the median)"


def foresee(case: Case, spans: Sequence[tuple[datetime, datetime]]) -> None:
    """Read many windows off the tenant's curves at once: one by one, each would cost a walk over all samples."""
    own = open_books(case.snapshot).accounts.get(case.tenant, {})
    if not own:
        return
    wanted = [(milliseconds(start), milliseconds(end)) for start, end in spans]
    for (_, driver), line in curves(case.snapshot, case.snapshot.lot(COST, case.tenant)).items():
        own[driver].spends.update(zip(wanted, ledger.spends(line, wanted), strict=True))


def hours(case: Case, end: datetime) -> Iterator[Figure]:
    """The last whole hours of each driver, what the hour usually costs, and how many are unusual."""
    books = open_books(case.snapshot)
    last = end.replace(minute=0, second=0, microsecond=0)
    starts = [last - back * HOUR for back in range(LOOKED_AT, 0, -1)]
    foresee(case, [(at, at + HOUR) for start in starts for at in (start - back * DAY for back in range(DAYS + 1))])
    for driver in books.drivers:
        found = [_hour(books, case.tenant, driver, start) for start in starts]
        yield from (figure for spent, usual, _ in found for figure in (spent, usual))
        yield _count(found, driver)


def _hour(books: Books, tenant: str, driver: str, start: datetime) -> tuple[Figure, Figure, bool | None]:
    """What an hour cost, what it usually does, and whether it is unusual; None where nobody can tell."""
    labels = {"driver": driver, "hour": f"{start:%Y-%m-%dT%H:%MZ}"}
    spent = books.figure(SPEND, tenant, (start, start + HOUR), **labels)
    past = [_cents(books, tenant, driver, start - back * DAY) for back in range(1, DAYS + 1)]
    known = np.array([cents for cents in past if cents is not None])
    usual = replace(
        spent, id=USUAL, value=None, bounds=None, quality=Quality.UNKNOWN, samples=len(known), coverage=None, resets=0,
        method=f"median of the same hour on {len(known)} of {DAYS} days before",
        reason=f"only {len(known)} days to compare",
    )  # fmt: skip
    if len(known) < FEWEST:
        return spent, usual, None
    middle = float(np.median(known))
    usual = replace(usual, value=money(middle / 100), quality=Quality.ACTUAL, reason="")
    if spent.value is None or not spent.samples:
        return spent, usual, None
    spread = max(NORMAL * float(np.median(np.abs(known - middle))), EVEN * middle)
    return spent, usual, float(spent.value) * 100 > middle + FAR * spread


def _cents(books: Books, tenant: str, driver: str, start: datetime) -> int | None:
    """An hour of the past; None where it was not measured, or is a line through a gap."""
    spent = books.spend(tenant, driver, (start, start + HOUR))
    return spent.cents if spent.samples and spent.quality is Quality.ACTUAL else None


def _count(found: list[tuple[Figure, Figure, bool | None]], driver: str) -> Figure:
    """How many of the hours are unusual; its labels name the driver, its reason the hours."""
    (first, _, _), (last, _, _) = found[0], found[-1]
    odd = [spent.window[0] for spent, _, is_odd in found if is_odd]
    blind = sum(is_odd is None for _, _, is_odd in found)
    known = Quality.UNKNOWN if blind == len(found) else Quality.ESTIMATED if blind else Quality.ACTUAL
    reason = "; ".join(filter(None, [told(odd), f"{blind} of {len(found)} hours cannot be told" if blind else ""]))
    return Figure(
        UNUSUAL, first.tenant, None if known is Quality.UNKNOWN else len(odd), "hours",
        (first.window[0], last.window[1]), first.query, METHOD, known,
        samples=sum(spent.samples for spent, _, _ in found), labels=(("driver", driver),), reason=reason,
    )  # fmt: skip


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
