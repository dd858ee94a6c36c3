"""What comes after the period of a trends report: each tenant's next month, and how wrong such forecasts were."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.domains import outlook_ahead
from mcreports.domains.calendar import Calendar
from mcreports.domains.stretches import month_so_far
from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mcreports.domains.money import Books

TOLD = ("budget.forecast.next_month", "budget.forecast.past_error")
MONTH_END = "budget.forecast.month_end"


def year_ahead(books: Books) -> Iterator[Figure]:
    """The forecast of the next month, of each tenant and of the platform as their sum; of one that is open, too."""
    # of a year that is not over, the month that its newest data are of
    month = month_so_far(books.snapshot.period, books.until)
    after = min(month.after, books.snapshot.period.after)
    seen = replace(books.snapshot.period, label="", kind="range", after=after)
    calendar = Calendar(seen, books.until)
    told = TOLD if calendar.to_date[1] == calendar.month.end else (MONTH_END, *TOLD)
    parts = []
    for tenant in books.present(calendar.to_date):
        spent = books.figure("budget.spend.mtd", tenant, calendar.to_date)
        parts.append(outlook_ahead.outlook(books, tenant, spent, _no_budget(spent)))
    whole = books.figure("budget.spend.mtd", None, calendar.to_date)
    for one in (outlook_ahead.platform(books, parts, whole, _no_budget(whole)), *parts):
        yield from (figure for figure in one.figures if figure.id in told)


def _no_budget(spent: Figure) -> Figure:
    return replace(
        spent, id="budget.limit.monthly", value=None, bounds=None, quality=Quality.UNKNOWN,
        reason="a report on trends asks for no budgets",
    )  # fmt: skip
