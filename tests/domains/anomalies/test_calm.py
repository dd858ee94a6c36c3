"""What is calm has nothing to find: no detector need be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from mcreports.analysis.anomalies import Options, Series, detect, intervals
from mcreports.domains.anomalies.calm import is_calm
from mcreports.domains.anomalies.find import find

HOUR = 3_600_000
HOURS = 24 * 57


def series(values: np.ndarray) -> Series:
    return Series(np.arange(len(values)) * HOUR, values)


def rhythm(noise: float, seed: int) -> np.ndarray:
    hours = np.arange(HOURS)
    usual = 10 + 5 * np.sin(hours / 24 * 2 * np.pi) + (hours // 24 % 7 > 4) * -3.0
    return usual * np.random.default_rng(seed).lognormal(0, noise, HOURS)


@given(some.integers(0, 10_000), some.sampled_from([0.01, 0.03, 0.06]))
def test_where_a_series_is_calm_the_detector_finds_nothing(seed: int, noise: float) -> None:
    own = series(rhythm(noise, seed))
    if is_calm(own, HOURS - 24):
        found = intervals(own, detect(own, Options(least=0.02)))
        assert [one for one in found if one.stop > HOURS - 24] == []


@pytest.mark.parametrize("times", [0.5, 1.6])
def test_one_hour_that_is_off_is_not_calm(times: float) -> None:
    values = rhythm(0.01, 1)
    assert is_calm(series(values), HOURS - 24)
    values[-5] *= times
    assert not is_calm(series(values), HOURS - 24)


def test_without_weeks_before_nothing_is_calm() -> None:
    values = rhythm(0.01, 1)
    assert not is_calm(series(values[-24 * 20 :]), 24 * 19)
    values[: -24 * 8] = np.nan
    assert not is_calm(series(values), HOURS - 24)


def test_with_drivers_that_are_calm_the_same_is_found(
    spend: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def made() -> Any:
        night = ("2025-10-30T02:00", "2025-10-30T06:00", 4.0)
        both = spend(spend(driver="storage", usd=3.0), spike=night)
        return both.snapshot("daily", "2025-10-30")

    quick = find(made()).anomalies
    monkeypatch.setattr("mcreports.domains.anomalies.spend.is_calm", lambda *_: False)
    assert find(made()).anomalies == quick
    assert quick
