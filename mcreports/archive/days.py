"""Time in the archive: milliseconds since 1970, days counted from there, and spans of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from mcreports.sources.question import EPOCH, MS, milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DAY", "EPOCH", "MS", "Span", "day_number", "day_text", "days_of", "instant", "joined", "less", "milliseconds",
    "moment", "span_text", "without",
]  # fmt: skip
DAY = 86_400_000

Span = tuple[int, int]


def instant(ms: int) -> str:
    """The moment as text.

    >>> instant(86_400_000)
    '1970-01-02T00:00:00Z'
    """
    at = EPOCH + ms * MS
    return at.isoformat(timespec="milliseconds" if ms % 1000 else "seconds").replace("+00:00", "Z")


def moment(ms: int) -> datetime:
    """The moment as an aware datetime."""
    return EPOCH + ms * MS


def day_text(day: int) -> str:
    """The date of a day counted from 1970.

    >>> day_text(20_392)
    '2025-10-31'
    """
    return (EPOCH + timedelta(days=day)).date().isoformat()


def day_number(text: str) -> int | None:
    """The day that a directory is named for; None for a name that is no date."""
    try:
        return (date.fromisoformat(text) - EPOCH.date()).days if len(text) == len("2025-10-31") else None
    except ValueError:
        return None


def days_of(span: Span) -> range:
    """The UTC days that a span touches."""
    return range(span[0] // DAY, -(-span[1] // DAY)) if span[0] < span[1] else range(0)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as few spans, in order.

    >>> joined([(5, 9), (1, 3), (3, 4), (8, 10)])
    [(1, 4), (5, 10)]
    """
    whole: list[Span] = []
    for start, until in sorted(span for span in spans if span[0] < span[1]):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], until)
        else:
            whole.append((start, until))
    return whole


def without(span: Span, covered: Iterable[Span]) -> list[Span]:
    """What of a span is not covered.

    >>> without((0, 10), [(2, 3), (5, 20)])
    [(0, 2), (3, 5)]
    """
    at, left = span[0], []
    for start, until in joined(covered):
        if start >= span[1]:
            break
        if start > at:
            left.append((at, start))
        at = max(at, until)
    return [*left, (at, span[1])] if at < span[1] else left


def less(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What of some spans is in none of the others.

    >>> less([(0, 4), (6, 9)], [(2, 7)])
    [(0, 2), (7, 9)]
    """
    gone = joined(others)
    return [left for span in joined(spans) for left in without(span, gone)]


def span_text(spans: Iterable[Span], most: int = 3) -> str:
    """Some spans in words.

    >>> span_text([(0, DAY)])
    '1970-01-01T00:00:00Z..1970-01-02T00:00:00Z'
    """
    whole = joined(spans)
    shown = ", ".join(f"{instant(start)}..{instant(until)}" for start, until in whole[:most])
    return f"{shown} and {len(whole) - most} more" if len(whole) > most else shown
