"""Reading what an archive holds: series as the server named them, in order of days, each sample once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mcreports.archive import segment
from mcreports.archive.days import days_of, instant
from mcreports.errors import DataError
from mcreports.samples import Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.archive.archive import Archive
    from mcreports.archive.days import Span
    from mcreports.archive.records import Record
    from mcreports.archive.segment import Curves, Rows
    from mcreports.metrics import Metric

RESTATE = "; if the server is right: mcreports pull --since DAY --until THE-DAY-AFTER --restate REASON"


def series(archive: Archive, metric: Metric, span: Span, tenants: Sequence[str] | None = None) -> Iterator[Series]:
    """Every archived sample in [start, end), milliseconds, of all or only the named tenants.

    Two segments that contradict each other, or one that is damaged, is a DataError that names them.
    """
    wanted = None if tenants is None or "tenant" not in metric.labels else frozenset(tenants)
    for records in archive.live(metric.name, days_of(span)).values():
        inside = [one for one in records if one.content and one.content.first < span[1] and one.content.last >= span[0]]
        for group in _overlapping(inside):
            for labels, (ts, values) in _curves(archive, metric, group, wanted):
                if ts[0] < span[0] or ts[-1] >= span[1]:
                    begin, end = np.searchsorted(ts, span)
                    ts, values = ts[begin:end], values[begin:end]  # noqa: PLW2901 - the same series, cut
                if len(ts):
                    yield Series(dict(segment.parsed(labels)), ts, values)


def tenants(archive: Archive, metric: Metric, span: Span) -> tuple[str, ...]:
    """The tenants with an archived sample on the days of [start, end), sorted."""
    if "tenant" not in metric.labels:
        return ()
    label = metric.server_label("tenant")
    found: set[str] = set()
    for records in archive.live(metric.name, days_of(span)).values():
        for record in records:
            if record.content:
                file = archive.part(record, lambda footer: range(0, 2 * footer.num_row_groups, 2))
                texts = set(segment.names(file, archive.where(record)))
                found |= {segment.parsed(text).get(label, "") for text in texts}
    return tuple(sorted(found))


def content(archive: Archive, metric: Metric, records: Sequence[Record]) -> Curves:
    """All samples of some segments of one day, by canonical labels."""
    return dict(_merged(archive, metric, records, None))


def _overlapping(records: Sequence[Record]) -> list[list[Record]]:
    """Segments in order of their first sample; those that lie across each other together."""
    groups: list[list[Record]] = []
    last = -1
    for record in records:
        if record.content is None:
            continue
        if groups and record.content.first <= last:
            groups[-1].append(record)
        else:
            groups.append([record])
        last = max(last, record.content.last)
    return groups


def _curves(
    archive: Archive, metric: Metric, group: Sequence[Record], wanted: frozenset[str] | None
) -> Iterator[tuple[str, Rows]]:
    if len(group) > 1:
        yield from _merged(archive, metric, group, wanted)
    else:
        yield from _read(archive, metric, group[0], wanted)


def _read(
    archive: Archive, metric: Metric, record: Record, wanted: frozenset[str] | None
) -> Iterator[tuple[str, Rows]]:
    """One segment's samples, a part of a series at a time."""
    label, where = metric.server_label("tenant"), archive.where(record)
    if wanted is None:
        yield from segment.pieces(archive.whole(record), record, where, None)
        return
    # where the label was another one when the segment was written, its column says nothing of these tenants
    names = tuple(wanted) if record.tenant_label == label else None
    file = archive.part(
        record, lambda footer: [2 * group + half for group in segment.groups_of(footer, names) for half in (0, 1)]
    )
    yield from segment.pieces(
        file, record, where, names, lambda labels: segment.parsed(labels).get(label, "") in wanted
    )


def _merged(
    archive: Archive, metric: Metric, records: Sequence[Record], wanted: frozenset[str] | None
) -> Iterator[tuple[str, Rows]]:
    parts: dict[str, list[Rows]] = {}
    for record in records:
        if record.content:
            for labels, rows in _read(archive, metric, record, wanted):
                parts.setdefault(labels, []).append(rows)
    for labels in list(parts):
        yield labels, union(labels, parts.pop(labels), f"the archive {archive.store.shown}", RESTATE)


def union(labels: str, parts: Sequence[Rows], where: str, advice: str = "") -> Rows:
    """One series' samples in order of time, equal ones once, no NaN; two values of one instant are a DataError."""
    ts = np.concatenate([ts for ts, _ in parts]).astype(np.int64, copy=False)
    values = np.concatenate([values for _, values in parts]).astype(np.float64, copy=False)
    is_known = ~np.isnan(values)
    if not is_known.all():
        ts, values = ts[is_known], values[is_known]
    if len(ts) < 2 or (ts[1:] > ts[:-1]).all():  # noqa: PLR2004 - nothing to sort
        return ts, values
    order = np.argsort(ts, kind="stable")
    ts, values = ts[order], values[order]
    is_same = ts[1:] == ts[:-1]
    is_torn = is_same & (values[1:] != values[:-1])
    if is_torn.any():
        at = int(np.flatnonzero(is_torn)[0])
        both = float(values[at]), float(values[at + 1])
        raise contradiction(where, f"{labels} at {instant(int(ts[at]))}", both, advice)
    keep = np.concatenate([[True], ~is_same])
    return ts[keep], values[keep]


def contradiction(where: str, what: str, values: tuple[float, float], advice: str = "") -> DataError:
    """The error that says both values of one instant."""
    first, second = values
    return DataError(f"{where} has two values of {what}: {first!r} and {second!r}; no figure can rest on that{advice}")
