"""Whether what a detector said of a point changes when the points after it are taken away."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from mcreports.analysis.anomalies import Detection, Series

if TYPE_CHECKING:
    from collections.abc import Callable

CUTS = (0.2, 0.35, 0.5, 0.65, 0.8, 0.95)


@dataclass(frozen=True)
class Difference:
    """Where a prefix of a series was judged otherwise than the whole: the first such row, of how many rows, in what."""

    series: str
    rows: int
    field: str
    row: int


def differences(
    detect: Callable[[Series], Detection], series: Series, whole: Detection, name: str
) -> tuple[int, list[Difference]]:
    """How many prefixes were judged again, and every field of them that is not, bit for bit, that of the whole."""
    lengths = sorted({int(cut * len(series.ts)) for cut in CUTS} - {0})
    found = []
    for length in lengths:
        part = detect(Series(series.ts[:length], series.values[:length]))
        for field in fields(Detection):
            before, after = getattr(part, field.name), getattr(whole, field.name)[:length]
            same = (before == after) | ((before != before) & (after != after))  # noqa: PLR0124 - both are NaN
            if not same.all():
                found.append(Difference(name, length, field.name, int(np.argmin(same))))
    return len(lengths), found
