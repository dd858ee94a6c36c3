from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mcreports.analysis.anomalies import Detection, Options, Series, detect, intervals

HOUR = 3_600_000
STEPS = (300_000, HOUR, 6 * HOUR, 24 * HOUR)
floats = st.one_of(st.floats(), st.floats(-1e3, 1e3), st.just(float("nan")))


@st.composite
def any_series(draw: st.DrawFn) -> Series:
    """Any values at any instants: even or not, of any length."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    count, step = draw(st.integers(0, 900)), draw(st.sampled_from(STEPS))
    gaps = np.full(count, step) if draw(st.booleans()) else generator.integers(1, 2 * step, count)
    values = 10 + generator.standard_normal(count) + draw(st.sampled_from((0, 5))) * np.sin(np.arange(count) / 4)
    values *= draw(st.sampled_from((1.0, -1.0, 1e-300, 1e300)))
    if count:
        places = generator.integers(0, count, 12)
        values[places[:6]] *= 10
        values[places] = np.where(
            generator.random(12) < 0.5, values[places], draw(st.lists(floats, min_size=12, max_size=12))
        )
    return Series(draw(st.integers(-(10**12), 10**12)) + np.cumsum(gaps), values)


def same(one: np.ndarray, two: np.ndarray) -> bool:
    return one.tobytes() == two.tobytes()


@given(any_series(), st.floats(0, 1), st.sampled_from((Options(), Options(least=1.0, even=0.0))))
def test_taking_the_future_away_changes_nothing_bit_for_bit(series: Series, share: float, options: Options) -> None:
    cut = round(share * len(series))
    whole = detect(series, options)
    part = detect(Series(series.ts[:cut], series.values[:cut]), options)
    for field in fields(Detection):
        assert same(getattr(part, field.name), getattr(whole, field.name)[:cut]), field.name


@given(any_series())
def test_every_point_is_judged_in_full_or_not_at_all_and_a_gap_never_is(series: Series) -> None:
    found = detect(series)
    judged = np.isfinite(found.score)
    assert not judged[~np.isfinite(series.values)].any()
    assert (np.isnan(found.low) == np.isnan(found.score)).all()
    assert (np.isnan(found.expected) == np.isnan(found.score)).all()
    assert ((found.score[judged] >= 0) & (found.score[judged] <= 1)).all()
    assert (found.low[judged] <= found.expected[judged]).all()
    assert (found.expected[judged] <= found.high[judged]).all()
    assert (found.score[found.flags] >= 0.5).all()


@given(any_series())
def test_beyond_the_band_the_score_is_an_alerts(series: Series) -> None:
    found = detect(series)
    width = found.high - found.low
    beyond = (series.values > found.high + 0.001 * width) | (series.values < found.low - 0.001 * width)
    assert (found.score[beyond] >= 0.5).all()


@given(any_series())
def test_intervals_lie_within_the_series_and_their_peaks_within_them(series: Series) -> None:
    found = intervals(series, detect(series))
    for one in found:
        assert 0 <= one.start <= one.peak < one.stop <= len(series)
        assert one.score >= 0.5
    for side in (1, -1):
        own = [one for one in found if one.excess * side > 0]
        assert all(one.stop <= following.start for one, following in pairwise(own))


@given(any_series())
def test_two_alerts_are_a_day_apart(series: Series) -> None:
    assert (np.diff(series.ts[detect(series).flags]) >= 24 * HOUR).all()
