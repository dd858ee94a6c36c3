"""The largest changes from one month to the next, apart from what more or fewer days make of them.

``budget.change.month`` is the whole change of a tenant's driver, ``budget.change.month_calendar`` what the month
before would have cost more in as many days, ``budget.change.month_like_for_like`` the rest, and
``budget.change.month_percent`` that rest as a share of the month before in as many days.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from mcreports.domains.bridge_parts import METHODS
from mcreports.domains.compared import whole_months
from mcreports.domains.derive import difference, ends, money, number, share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.domains.money import Books
    from mcreports.figures import Figure, Figures
    from mcreports.period import Period

MOST_CHANGES = 10
CHANGE, CALENDAR = "budget.change.month", "budget.change.month_calendar"
LIKE, PERCENT = "budget.change.month_like_for_like", "budget.change.month_percent"


def year_changes(books: Books, figures: Figures) -> Iterable[Figure]:
    """The changes that are largest like for like, most USD first, each with its parts and its percentage."""
    months, found = whole_months(books.snapshot), []
    for tenant in books.tenants:
        for driver in books.drivers:
            row = [figures.find("budget.spend.month", tenant, driver=driver, month=month.label) for month in months]
            for (earlier, before), (later, now) in pairwise(zip(months, row, strict=True)):
                if now.value is not None and before.value is not None:
                    found.append(_change(now, before, _days(later) / _days(earlier)))
    for change in sorted((change for change in found if change[0].value), key=_by_size)[:MOST_CHANGES]:
        yield from change


def _change(now: Figure, before: Figure, days: Fraction) -> tuple[Figure, ...]:
    """A change like for like, the whole of it, its days, and its percentage."""
    change, old = difference(CHANGE, now, before), number(before.value) or Fraction()
    calendar, as_long = money(old * (days - 1)), _times(before, days)
    like = difference(LIKE, now, as_long)
    value = (number(change.value) or 0) - (number(calendar) or 0)
    like = replace(like, value=money(value), method=f"{CHANGE} - {CALENDAR}")
    apart = replace(
        change, id=CALENDAR, value=calendar, method=METHODS["calendar"], query=before.query,
        bounds=None if before.bounds is None else _times(before, days - 1).bounds,
    )  # fmt: skip
    return like, change, apart, share(PERCENT, like, as_long)


def _times(figure: Figure, factor: Fraction) -> Figure:
    """So many times a figure; its ends change places where that is less than nothing."""
    low, high = (None if end is None else money(end * factor) for end in ends(figure))
    bounds = None if figure.bounds is None else (low, high) if factor >= 0 else (high, low)
    return replace(figure, value=money((number(figure.value) or 0) * factor), bounds=bounds)


def _days(month: Period) -> Fraction:
    return Fraction((month.after - month.first).days)


def _by_size(change: tuple[Figure, ...]) -> tuple[Fraction, str]:
    like, *_ = change
    return -abs(number(like.value) or Fraction()), like.key
