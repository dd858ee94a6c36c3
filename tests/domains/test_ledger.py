from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.domains import ledger
from mcreports.figures import Quality

MINUTE = 60_000
DAY = 86_400_000
NO_MONTHS = np.empty(0, np.int64)


def line(ts, values, months=NO_MONTHS, watched_since=0):
    made = ledger.curve(np.array(ts, np.int64), np.array(values, float), np.array(months, np.int64), watched_since)
    assert made is not None
    return made


def naive_cents(ts, values, at):
    """The curve by hand, in fractions: unwrap, interpolate, round half up."""
    reached, before = [], Fraction(0)
    for position, value in enumerate(values):
        if position and value < values[position - 1]:
            before += Fraction(values[position - 1])
        reached.append(Fraction(value) + before)
    if at <= ts[0]:
        usd = reached[0]
    elif at >= ts[-1]:
        usd = reached[-1]
    else:
        right = next(i for i, t in enumerate(ts) if t >= at)
        share = Fraction(at - ts[right - 1], ts[right] - ts[right - 1])
        usd = reached[right - 1] + share * (reached[right] - reached[right - 1])
    return usd * 100


@st.composite
def counters(draw):
    gaps = draw(st.lists(st.integers(1, 5 * MINUTE), min_size=2, max_size=40))
    ts = np.cumsum([draw(st.integers(0, DAY)), *gaps]).tolist()
    values, value = [], draw(st.integers(0, 10**6)) / 1000
    for _ in ts:
        value = 0.0 if draw(st.integers(0, 9)) == 0 else value
        value += draw(st.integers(0, 50_000)) / 1000
        values.append(round(value, 3))
    return ts, values


@given(counters(), st.data())
def test_the_curve_is_the_naive_one_rounded_once(counter, data):
    ts, values = counter
    at = data.draw(st.integers(ts[0] - MINUTE, ts[-1] + MINUTE))
    exact = naive_cents(ts, values, at)
    assert abs(int(ledger.cents(line(ts, values), np.array([at]))[0]) - exact) <= Fraction(1, 2) + Fraction(1, 10**4)


@given(counters(), st.data())
def test_windows_that_touch_add_up_to_the_cent(counter, data):
    ts, values = counter
    months = sorted(data.draw(st.lists(st.integers(ts[0], ts[-1]), max_size=3, unique=True)))
    instants = st.integers(ts[0] - MINUTE, ts[-1] + MINUTE)
    cuts = sorted(data.draw(st.lists(instants, min_size=2, max_size=12, unique=True)))
    made = line(ts, values, months)
    parts = [ledger.spend(made, a, b).cents or 0 for a, b in pairwise(cuts)]
    assert sum(parts) == (ledger.spend(made, cuts[0], cuts[-1]).cents or 0)


@given(counters(), st.data())
def test_no_window_is_ever_negative_or_outside_its_bounds(counter, data):
    ts, values = counter
    start, end = sorted(data.draw(st.lists(st.integers(ts[0], ts[-1]), min_size=2, max_size=2, unique=True)))
    spent = ledger.spend(line(ts, values), start, end)
    assert spent.cents is not None
    assert spent.low is not None
    assert 0 <= spent.low <= spent.cents
    assert spent.high is None or spent.cents <= spent.high


@given(st.integers(0, 2**32 - 1), st.integers(1, 50))
@settings(max_examples=40)
def test_scrape_times_do_not_move_a_steady_spend(seed, count):
    draw = np.random.default_rng(seed)
    rate = float(draw.uniform(0, 1e-5))
    phases = [np.unique(draw.integers(0, 3 * DAY, 400)) for _ in range(2)]
    ends = np.sort(draw.integers(DAY, 2 * DAY, count))
    first, second = (ledger.cents(line(ts, ts * rate), ends) for ts in phases)
    assert np.abs(first - second).max() <= 1


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_a_month_costs_the_same_from_wherever_the_samples_begin(seed):
    draw = np.random.default_rng(seed)
    ts = np.arange(0, 60 * DAY, 30 * MINUTE) + int(draw.integers(0, MINUTE))
    values = np.cumsum(draw.uniform(0, 0.7, len(ts)))
    for at in np.sort(draw.integers(1, len(ts), 6)):
        values[at:] -= values[at - 1] if values[at] > values[at - 1] else 0
    months = [30 * DAY]
    late = ts >= 30 * DAY - 2 * 30 * MINUTE
    ends = np.sort(draw.integers(30 * DAY, 60 * DAY, 20))
    whole, part = line(ts, values, months), line(ts[late], values[late], months)
    assert (np.diff(ledger.cents(whole, ends)) == np.diff(ledger.cents(part, ends))).all()


def test_a_reset_loses_nothing_that_was_sampled_and_says_what_it_may_hide():
    spent = ledger.spend(line([0, MINUTE, 2 * MINUTE, 3 * MINUTE], [1.0, 3.0, 0.5, 1.0]), 0, 3 * MINUTE)
    assert (spent.cents, spent.resets, spent.quality) == (300, 1, Quality.ACTUAL)
    assert spent.high == 300 + 200  # at most what its fastest minute would have added


def test_a_boundary_in_a_gap_is_estimated_within_the_samples_around_it():
    ts = [*range(0, 10 * MINUTE, MINUTE), *range(30 * MINUTE, 40 * MINUTE, MINUTE)]
    spent = ledger.spend(line(ts, [t / MINUTE for t in ts]), 0, 20 * MINUTE)
    assert spent.quality is Quality.ESTIMATED
    assert (spent.low, spent.cents, spent.high) == (900, 2000, 3000)
    assert spent.reasons == ("its end falls in a gap",)


def test_a_gap_inside_the_window_leaves_the_total_actual():
    ts = [*range(0, 10 * MINUTE, MINUTE), *range(30 * MINUTE, 40 * MINUTE, MINUTE)]
    spent = ledger.spend(line(ts, [t / MINUTE for t in ts]), 0, 35 * MINUTE)
    assert (spent.cents, spent.quality) == (3500, Quality.ACTUAL)
    assert spent.coverage == pytest.approx(15 / 35)


def test_a_boundary_between_two_ordinary_samples_is_not_a_gap():
    spent = ledger.spend(line([0, MINUTE, 2 * MINUTE], [0, 1, 2]), MINUTE // 2, 3 * MINUTE // 2)
    assert (spent.cents, spent.quality) == (100, Quality.ACTUAL)


def test_what_a_counter_held_when_it_was_born_is_nobodys_spend():
    spent = ledger.spend(line([DAY, DAY + MINUTE, DAY + 2 * MINUTE], [5.0, 6.0, 8.0]), 0, DAY + 2 * MINUTE)
    assert (spent.cents, spent.opening, spent.quality) == (300, 500, Quality.ACTUAL)


def test_a_source_that_began_to_look_inside_the_window_gives_an_estimate():
    born = line([DAY, DAY + MINUTE, DAY + 2 * MINUTE], [5.0, 6.0, 8.0], watched_since=DAY)
    spent = ledger.spend(born, 0, DAY + 2 * MINUTE)
    assert (spent.cents, spent.low, spent.high, spent.quality) == (300, 300, 800, Quality.ESTIMATED)


def test_without_a_sample_after_the_end_the_top_is_not_known():
    spent = ledger.spend(line([0, MINUTE, 2 * MINUTE], [0, 1, 2]), 0, DAY)
    assert (spent.cents, spent.high, spent.quality) == (200, None, Quality.ESTIMATED)


def test_before_its_birth_and_after_its_end_a_series_is_unknown():
    made = line([DAY, DAY + MINUTE], [0, 1])
    assert ledger.spend(made, 0, DAY).cents is None
    assert ledger.spend(made, 2 * DAY, 3 * DAY).cents is None


def test_an_idle_counter_costs_exactly_nothing_and_is_known():
    spent = ledger.spend(line([0, MINUTE, 2 * MINUTE, 3 * MINUTE], [7.0] * 4), MINUTE, 3 * MINUTE)
    assert (spent.cents, spent.quality) == (0, Quality.ACTUAL)


def test_infinite_and_negative_values_are_left_out_and_said():
    spent = ledger.spend(line([0, MINUTE, 2 * MINUTE, 3 * MINUTE], [0, np.inf, -1, 3]), 0, 3 * MINUTE)
    assert spent.cents == 300
    assert any("2 invalid samples" in reason for reason in spent.reasons)


def test_without_any_valid_value_there_is_no_curve():
    assert ledger.curve(np.array([0, 1]), np.array([np.nan, -1.0]), NO_MONTHS) is None


def test_a_sum_is_as_uncertain_as_its_parts():
    known = ledger.Spend(100, 100, 100, Quality.ACTUAL)
    rough = ledger.Spend(50, 40, None, Quality.ESTIMATED, reasons=("its end falls in a gap",))
    whole = ledger.total([known, rough, ledger.Spend(None)])
    assert (whole.cents, whole.low, whole.high, whole.quality) == (150, 140, None, Quality.ESTIMATED)
    assert ledger.total([ledger.Spend(None)]).cents is None


def test_a_fall_by_the_last_digit_of_a_float_costs_nothing():
    values = [1919.0, 1919.7600000000002, 1919.76, 1920.0]
    spent = ledger.spend(line([0, MINUTE, 2 * MINUTE, 3 * MINUTE], values), 0, 3 * MINUTE)
    assert (spent.cents, spent.high, spent.resets) == (100, 100, 0)
