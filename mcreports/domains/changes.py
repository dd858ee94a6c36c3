"""Changes: by how much a figure differs from the one of the period before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mcreports.figures import Figure, Quality

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def changes(figure_id: str, now: Iterable[Figure], before: Iterable[Figure]) -> Iterator[Figure]:
    """The change in percentage points of each figure of this id; unknown where either of the two is.

    Two that rest on the very same file tell of one thing twice, and of no change.
    """
    earlier = {(one.tenant, one.labels): one for one in before if one.id == figure_id}
    for one in now:
        other = earlier.get((one.tenant, one.labels))
        if one.id == figure_id and other is not None:
            yield _change(one, other)


def _change(one: Figure, other: Figure) -> Figure:
    values = [value for value in (one.value, other.value) if isinstance(value, int | float)]
    is_same = bool(one.labels) and one.query == other.query
    reason = "both rest on the same file" if is_same else "; ".join(filter(None, [one.reason, other.reason]))
    difference = values[0] - values[1] if len(values) == 2 and not is_same else None  # noqa: PLR2004 - two figures
    surest = {one.quality, other.quality} == {Quality.ACTUAL}
    known = Quality.ACTUAL if surest else Quality.ESTIMATED
    return replace(
        one, id=f"{one.id}.change", value=difference, unit="pp", window=(other.window[0], one.window[1]), bounds=None,
        coverage=None, quality=Quality.UNKNOWN if difference is None else known, reason=reason,
        samples=one.samples + other.samples, resets=one.resets + other.resets,
    )  # fmt: skip
