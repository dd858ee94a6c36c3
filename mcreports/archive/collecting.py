"""Asking a server for raw samples in pieces that fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.archive.days import DAY, Span, day_text, moment
from mcreports.archive.keeping import Fetched
from mcreports.archive.reading import union
from mcreports.archive.segment import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcreports.archive.segment import Curves, Rows
    from mcreports.metrics import Metric
    from mcreports.sources import Source

ENOUGH = 1_500_000  # samples in one piece: a day of a thousand tenants at one a minute
MOST = 4_000_000  # 64 MB as arrays: a piece with more is asked for again in parts
NARROWEST = DAY // 96
WIDEST = 32 * DAY


def chunks(server: Source, metric: Metric, span: Span, tell: Callable[[str], None]) -> Iterator[Fetched]:
    """All samples of a span, piece by piece, in order; a piece ends with a day, or lies within one."""
    at, width = span[0], DAY
    while at < span[1]:
        until = min(_end(at, width), span[1])
        tell(f"{metric.name} {day_text(at // DAY)}")
        curves = _collect(server, metric, (at, until))
        if curves is None:
            width = max((until - at) // 4, NARROWEST)
            continue
        yield Fetched((at, until), curves)
        count = sum(len(ts) for ts, _ in curves.values())
        width = int(min(WIDEST, 8 * (until - at), (until - at) * ENOUGH / max(count, 1)))
        at, width = until, max(width, NARROWEST)


def _end(at: int, width: int) -> int:
    """The end of a piece that begins at an instant: a whole number of days on, or within the day."""
    midnight = (at // DAY + 1) * DAY
    if at + width >= midnight:
        return max((at + width) // DAY * DAY, midnight)
    return at + width


def _collect(server: Source, metric: Metric, span: Span) -> Curves | None:
    """The samples by canonical labels; None when they are too many to be held at once."""
    parts: dict[str, list[Rows]] = {}
    count = 0
    for one in server.series(metric, moment(span[0]), moment(span[1])):
        parts.setdefault(canonical(one.labels), []).append((one.ts, one.values))
        count += len(one.ts)
        if count > MOST and span[1] - span[0] > NARROWEST:
            return None
    where = f"the server's answer for {metric.name}"
    curves = {labels: union(labels, parts.pop(labels), where) for labels in list(parts)}
    return {labels: rows for labels, rows in curves.items() if len(rows[0])}
