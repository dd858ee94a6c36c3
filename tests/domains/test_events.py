"""Events are whole numbers: last value minus first value, resets unwrapped, silence never a zero."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.domains.events import EXACT, Count, together
from mcreports.domains.tally import tally
from mcreports.figures import Quality

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "autonomy.violations"
Rows = list[tuple[float, float]]


@pytest.fixture(scope="module")
def policy(scene: Any) -> Any:
    """The policy violations of T in the hour, from its series by type."""

    def counted(series: Mapping[str, Rows] | Rows, watched: float | None = None, **others: Rows) -> Count:
        own = {"policy": series} if isinstance(series, list) else series
        rows = {("T", kind): rows for kind, rows in own.items()} | {(name, "policy"): r for name, r in others.items()}
        snapshot = scene.snapshot({KEY: rows}, watched=None if watched is None else {KEY: watched})
        return tally(snapshot, KEY, scene.start, scene.end).of("T", type="policy")

    return counted


def naive(rows: Rows, start: float, end: float) -> int:
    """One event after the other, as a person with a pencil would."""
    total, held = 0, None
    for minute, value in rows:
        if minute > end:
            break
        if held is not None and minute > start:
            total += int(value if value < held else value - held)
        held = value
    return total


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=71, max_size=71), st.integers(1, 59))
def test_counts_are_those_of_a_pencil_whatever_the_resets_and_halves_add_up(
    scene: Any, steps: list[tuple[int, bool]], cut: int
) -> None:
    rows, value = [], 3
    for minute, (rise, is_reset) in zip(range(-5, 66), steps, strict=True):
        value = rise if is_reset else value + rise
        rows.append((float(minute), float(value)))
    snapshot = scene.snapshot({KEY: {("T", "policy"): rows}})
    whole, left, right = (
        tally(snapshot, KEY, scene.at(first), scene.at(last)).of("T", type="policy").count
        for first, last in ((0, 60), (0, cut), (cut, 60))
    )
    assert whole == naive(rows, 0, 60)
    assert (left, right) == (naive(rows, 0, cut), naive(rows, cut, 60))
    assert whole == left + right


def test_a_sample_on_the_end_counts_and_one_on_the_start_does_not(policy: Any) -> None:
    rows = [(minute, {0: 5, 60: 9}.get(minute, 5 if minute < 60 else 20)) for minute in range(65)]
    assert policy([(-1, 0), *rows]).count == 4


def test_a_counter_that_is_born_with_1_while_others_were_watched_is_one_event(policy: Any, scene: Any) -> None:
    born = policy([(minute, 1.0) for minute in range(30, 66)], U=scene.steady())
    assert (born.count, born.quality) == (1, Quality.ACTUAL)


def test_a_counter_that_is_born_with_1_counts_when_only_the_snapshot_knows_of_the_others(policy: Any) -> None:
    assert policy([(minute, 1.0) for minute in range(30, 66)], watched=-10).count == 1


def test_what_a_counter_held_when_the_data_begin_is_not_attributed_and_doubted(policy: Any) -> None:
    count = policy([(minute, 7.0) for minute in range(30, 66)])
    assert (count.count, count.opening, count.quality) == (0, 7, Quality.ESTIMATED)
    assert count.doubt == "data begin at 2025-10-31T00:30:00Z"
    assert (count.low, count.high) == (0, 7)


def test_a_first_sample_within_two_intervals_of_the_start_is_no_doubt(policy: Any) -> None:
    assert not policy([(minute + 0.5, 4.0) for minute in range(66)]).doubts


def test_a_series_that_ends_long_before_the_end_is_doubted(policy: Any, scene: Any) -> None:
    assert policy(scene.steady(until=30)).doubt == "no sample since 2025-10-31T00:30:00Z"
    assert not policy(scene.steady(until=55)).doubts


def test_a_series_that_ended_before_the_window_is_no_doubt_about_its_siblings(policy: Any, scene: Any) -> None:
    count = policy({"policy": scene.steady(), "residency": scene.steady(until=-8)})
    assert (count.count, count.doubts) == (60, ())


def test_a_label_that_was_watched_and_is_over_is_0_with_a_doubt(policy: Any, scene: Any) -> None:
    count = policy({"policy": scene.steady(until=-3), "residency": scene.steady()})
    assert (count.count, count.doubt) == (0, "no sample since 2025-10-30T23:57:00Z")


def test_a_doubt_about_one_series_is_one_about_its_siblings(policy: Any, scene: Any) -> None:
    assert policy({"policy": scene.steady(), "residency": scene.steady(until=20)}).doubts


def test_a_label_that_never_was_counts_0_beside_one_that_was(policy: Any, scene: Any) -> None:
    assert policy({"residency": scene.steady()}).count == 0


@pytest.mark.parametrize(("rows", "doubt"), [([], "no data"), ([(-9.0, 1.0), (-8.0, 1.0)], "no sample since")])
def test_no_sample_in_the_window_is_unknown_and_never_0(policy: Any, scene: Any, rows: Rows, doubt: str) -> None:
    count = policy({"policy": rows} if rows else {}, U=scene.steady())
    assert (count.count, count.quality) == (None, Quality.UNKNOWN)
    assert doubt in count.doubt


def test_equal_values_around_a_window_without_a_sample_are_unknown(policy: Any) -> None:
    rows = [(float(minute), 5.0) for minute in (*range(-10, 0), *range(61, 70))]
    assert policy(rows).count is None


@pytest.mark.parametrize("bad", [inf, -inf, -1.0, EXACT])
def test_an_impossible_value_is_left_out_and_doubted(policy: Any, scene: Any, bad: float) -> None:
    rows = [(minute, bad if minute == 30 else value) for minute, value in scene.steady()]
    count = policy(rows)
    assert count.count == 60
    assert "1 invalid samples" in count.doubt


def test_a_series_of_impossible_values_alone_is_no_silent_0(policy: Any, scene: Any) -> None:
    count = policy({"policy": [(minute, inf) for minute, _ in scene.steady()], "residency": scene.steady()})
    assert count.doubts


def test_values_that_are_not_whole_are_doubted(policy: Any, scene: Any) -> None:
    assert policy(scene.steady(per_minute=0.5)).doubt == "its values are not whole numbers"


def test_a_reset_is_counted_and_leaves_no_known_top(policy: Any) -> None:
    rows = [(minute, float(minute + 10 if minute < 30 else minute - 30)) for minute in range(-5, 66)]
    count = policy(rows)
    assert (count.count, count.resets, count.low, count.high) == (29 + 30, 1, 59, None)


@given(st.integers(-9, 20), st.integers(23, 80))
def test_a_gap_over_a_boundary_gives_bounds_that_hold_the_truth(scene: Any, first: int, last: int) -> None:
    rows = [row for row in scene.steady(per_minute=2, since=-20, until=90) if not first < row[0] < last]
    count = tally(scene.snapshot({KEY: {("T", "policy"): rows}}), KEY, scene.start, scene.end).of("T", type="policy")
    if count.count is None:
        assert not any(0 <= minute < 60 for minute, _ in rows)
        return
    assert count.low <= 120 <= count.high
    assert (count.count == 120) or count.doubts


def test_a_gap_inside_the_window_leaves_the_count_exact(policy: Any, scene: Any) -> None:
    count = policy([row for row in scene.steady() if not 20 < row[0] < 50])
    assert (count.count, count.doubts) == (60, ())
    assert count.seen.share == pytest.approx(31 / 60)


def test_a_figure_carries_bounds_resets_and_reason(policy: Any, scene: Any) -> None:
    rows = [(minute, float(minute + 10 if minute < 30 else minute - 30)) for minute in range(-5, 66)]
    snapshot = scene.snapshot({KEY: {("T", "policy"): rows}})
    counted = tally(snapshot, KEY, scene.start, scene.end)
    figure = counted.of("T", type="policy").figure("x", "T", "events", counted.source("T", type="policy"))
    assert (figure.value, figure.bounds, figure.resets, figure.samples) == (59, (59, None), 1, 60)
    assert figure.query == 'mc_autonomy_violations_total{tenant="T",type="policy"}'
    assert policy(rows).count == figure.value


def test_a_tenant_that_was_born_later_is_no_doubt_about_the_platform(scene: Any) -> None:
    rows = {("T", "policy"): scene.steady(), ("U", "policy"): scene.steady(since=65)}
    found = tally(scene.snapshot({KEY: rows}, ("T", "U"), {KEY: -600}), KEY, scene.start, scene.end)
    whole = together({tenant: found.of(tenant) for tenant in ("T", "U")})
    assert (whole.count, whole.doubts, found.of("U").count) == (60, (), None)


def test_a_tenant_that_fell_silent_is_a_doubt_about_the_platform(scene: Any) -> None:
    rows = {("T", "policy"): scene.steady(), ("U", "policy"): scene.steady(since=-600, until=-60)}
    found = tally(scene.snapshot({KEY: rows}, ("T", "U")), KEY, scene.start, scene.end)
    assert together({tenant: found.of(tenant) for tenant in ("T", "U")}).quality is Quality.ESTIMATED


def test_a_fall_by_the_last_digits_of_a_float_is_no_reset(policy: Any) -> None:
    rows = [(float(minute), 2.0**51 + (7 if minute == 30 else 5)) for minute in range(-5, 66)]
    count = policy(rows)
    assert (count.count, count.resets) == (2, 0)
