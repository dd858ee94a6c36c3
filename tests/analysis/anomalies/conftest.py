from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mcreports.analysis.anomalies import Series

HOUR = 3_600_000
START = 1_736_121_600_000  # a Monday


@pytest.fixture
def hourly() -> Callable[..., Series]:
    """Eight weeks of a tenant's spend: more by day, less at weekends, a tenth of noise; values may be changed."""

    def build(change: Callable[[np.ndarray], None] | None = None, weeks: int = 8, seed: int = 1) -> Series:
        ts = START + HOUR * np.arange(weeks * 168)
        hour, day = ts // HOUR % 24, ts // (24 * HOUR) % 7
        shape = (1 + 0.6 * np.sin((hour - 8) / 24 * 2 * np.pi)) * np.where((day == 2) | (day == 3), 0.5, 1.0)
        values = 20 * shape * (1 + 0.1 * np.random.default_rng(seed).standard_normal(len(ts)))
        if change:
            change(values)
        return Series(ts, values)

    return build
