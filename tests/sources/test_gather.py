"""How a server's series become one table: replicas, duplicates, order; against a naive oracle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.errors import DataError
from mcreports.metrics import CATALOGUE
from mcreports.samples import Series, gather, unwrap

COST = CATALOGUE["budget.cost"]
LIMIT = CATALOGUE["budget.limit_daily"]
MINUTE = 60_000


def _series(samples, **labels):
    ts, values = zip(*samples, strict=True) if samples else ((), ())
    return Series({"__name__": COST.name, **labels}, np.array(ts, np.int64), np.array(values, np.float64))


def _rows(pulled):
    table = pulled.table
    return list(zip(table["tenant"], table["driver"], table["ts"].astype("int64"), table["value"], strict=True))


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
values = st.floats(allow_nan=False, allow_infinity=True) | st.integers(-5, 5).map(float)
truth = st.dictionaries(
    st.tuples(names, names), st.dictionaries(st.integers(0, 10**13), values, min_size=1, max_size=30), max_size=5
)


@given(truth, st.randoms(use_true_random=False))
def test_any_cut_any_order_any_repetition_gives_the_sorted_truth(data, rng):
    parts = []
    for (tenant, driver), samples in data.items():
        pairs = [*samples.items(), *rng.sample(sorted(samples.items()), rng.randint(0, len(samples)))]
        pairs += [(at, float("nan")) for at in range(rng.randint(0, 3))]
        rng.shuffle(pairs)
        cut = rng.randint(0, len(pairs))
        parts += [
            _series(pairs[:cut], tenant=tenant, driver=driver),
            _series(pairs[cut:], driver=driver, tenant=tenant),
        ]
    rng.shuffle(parts)
    wanted = [(*own, at, value) for own in sorted(data) for at, value in sorted(data[own].items())]
    pulled = gather(COST, parts)
    assert _rows(pulled) == wanted
    assert pulled.notes == ()
    assert pulled.table["tenant"].cat.categories.tolist() == sorted({tenant for tenant, _ in data})


increments = st.lists(st.sampled_from([0.0, 0.25, 1.0, 7.5]), min_size=30, max_size=80)


@given(increments, st.integers(1, MINUTE - 1), st.data())
def test_two_replicas_of_one_counter_are_never_added_up_whatever_their_holes_and_phase(steps, phase, data):
    curve = np.concatenate([[0.0], np.cumsum(steps)])
    grid = np.arange(len(curve)) * MINUTE

    def scraped(shift):
        ts = grid[:-1] + shift
        keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(ts), max_size=len(ts))))
        keep[:2] = keep[-2:] = True
        return list(zip(ts[keep].tolist(), np.interp(ts, grid, curve)[keep].tolist(), strict=True))

    one, two = _series(scraped(0), tenant="T", replica="a"), _series(scraped(phase), tenant="T", replica="b")
    table = gather(COST, [one, two]).table
    assert table["ts"].is_monotonic_increasing
    assert table["ts"].is_unique
    assert unwrap(table["value"].to_numpy()).tolist() == table["value"].tolist()
    spent = table["value"].iloc[-1] - table["value"].iloc[0]
    assert spent <= curve[-1] + 1e-9
    assert spent >= curve[-2] - curve[1] - 1e-9
    for at, value in zip(table["ts"].astype("int64"), table["value"], strict=True):
        assert value == pytest.approx(np.interp(at, grid, curve))


def _line(start, end, offset=0.0, shift=0):
    return [(at * MINUTE + shift, 1000 + offset + at) for at in range(start, end)]


def test_the_fullest_replica_is_taken_and_its_hole_filled():
    one = _series([*_line(0, 20), *_line(40, 100)], tenant="T", replica="a")
    two = _series(_line(10, 60, shift=7_000, offset=7 / 60), tenant="T", replica="b")
    rows = _rows(gather(COST, [one, two]))
    assert len(rows) == 80 + 21
    assert [at for _, _, at, _ in rows][19:22] == [19 * MINUTE, 19 * MINUTE + 7_000, 20 * MINUTE + 7_000]


def test_a_replica_a_little_behind_does_not_make_a_reset():
    one = _series([*_line(0, 20), *_line(40, 100)], tenant="T", replica="a")
    two = _series(_line(5, 80, offset=-30), tenant="T", replica="b")
    pulled = gather(COST, [one, two])
    spent = unwrap(pulled.table["value"].to_numpy())
    assert spent[-1] - spent[0] == 99
    assert [note.kind for note in pulled.notes] == ["replicas.apart"]


def test_a_replica_a_little_behind_does_not_prolong_the_other():
    one = _series(_line(0, 60), tenant="T", replica="a")
    two = _series(_line(45, 100, offset=-2), tenant="T", replica="b")
    spent = unwrap(gather(COST, [one, two]).table["value"].to_numpy())
    assert spent[-1] - spent[0] <= 99


def test_a_successor_with_a_counter_of_its_own_is_a_reset():
    one = _series(_line(0, 60), tenant="T", instance="old")
    two = _series([(at * MINUTE, float(at - 60)) for at in range(60, 100)], tenant="T", instance="new")
    pulled = gather(COST, [one, two])
    spent = unwrap(pulled.table["value"].to_numpy())
    assert len(pulled.table) == 100
    assert spent[-1] - spent[0] == 59 + 39
    assert pulled.notes == ()


def test_a_reset_that_both_replicas_saw_is_kept_through_a_hole():
    reset = [(at * MINUTE, float(at if at < 30 else at - 30)) for at in range(100)]
    one = _series(reset[:20] + reset[40:], tenant="T", replica="a")
    pulled = gather(COST, [one, _series(reset[10:70], tenant="T", replica="b")])
    assert [value for _, _, _, value in _rows(pulled)] == [value for _, value in reset]


def test_replicas_more_than_a_hundredth_apart_are_noted_and_not_mixed():
    one = _series([*_line(0, 20), *_line(40, 100)], tenant="T", replica="a")
    two = _series([(at * MINUTE, 1000 + at * 1.03) for at in range(90)][:70], tenant="T", replica="b")
    pulled = gather(COST, [one, two])
    assert len(pulled.table) == 80
    assert [(note.kind, note.tenant) for note in pulled.notes] == [("replicas.apart", "T")]
    assert "replica=a and b" in pulled.notes[0].text


def test_replicas_with_infinite_values_raise_no_warning():
    one = [(0, 1.0), (MINUTE, float("inf")), (2 * MINUTE, float("inf"))]
    pulled = gather(COST, [_series(one, tenant="T", replica="a"), _series(one[::2], tenant="T", replica="b")])
    assert len(pulled.table) == 3


def test_gauges_of_replicas_are_merged_whatever_their_values():
    one = Series({"tenant": "T", "replica": "a"}, np.arange(10) * MINUTE, np.full(10, 5.0))
    two = Series({"tenant": "T", "replica": "b"}, np.arange(5, 15) * MINUTE, np.full(10, 3.0))
    assert gather(LIMIT, [one, two]).table["value"].tolist() == [5.0] * 10 + [3.0] * 5


def test_two_values_for_one_instant_are_refused_with_both():
    parts = [_series([(0, 1.0), (MINUTE, 2.0)], tenant="T"), _series([(MINUTE, 3.0)], tenant="T")]
    with pytest.raises(DataError, match=r'tenant="T".*1970-01-01T00:01:00\+00:00.*2.0.*3.0'):
        gather(COST, parts)


def test_another_tenants_series_is_refused():
    with pytest.raises(DataError, match="'B'"):
        gather(COST, [_series([(0, 1.0)], tenant="B")], ["A"])


def test_nothing_is_an_empty_table_of_the_same_shape():
    some, none = gather(COST, [_series([(0, 1.0)], tenant="T")]).table, gather(COST, []).table
    assert none.dtypes.astype(str).tolist() == some.dtypes.astype(str).tolist()
    assert gather(COST, [_series([(0, float("nan"))], tenant="T")]).table.empty
    assert isinstance(none["ts"].dtype, pd.DatetimeTZDtype)


def _pod(name, start, end, rise, **labels):
    """A process that counts from 0, scraped every minute from ``start`` s to ``end`` s, inclusive."""
    ts = np.arange(start * 1000, end * 1000 + 1, MINUTE)
    return _series(
        [(int(at), rise * (int(at) - start * 1000) / MINUTE) for at in ts], tenant="T", instance=name, **labels
    )


def _spent(*series):
    table = gather(COST, series).table
    assert table["ts"].is_monotonic_increasing
    assert table["ts"].is_unique
    return float(np.ptp(unwrap(table["value"].to_numpy())))


@pytest.mark.parametrize("pause", [-120, -90, -60, -20, 1, 40, 59, 60, 3600, 400_000])
@pytest.mark.parametrize(("before", "after"), [(600, 6000), (6000, 600), (6000, 6000)])
@pytest.mark.parametrize(("rise", "fall"), [(10.0, 1.0), (1.0, 10.0), (5.0, 5.0)])
def test_a_redeploy_loses_no_more_than_the_scrapes_that_both_had(pause, before, after, rise, fall):
    old, new = _pod("p1", 0, before, rise), _pod("p2", before + pause, before + pause + after, fall)
    whole, lost = rise * before / 60 + fall * after / 60, max(0, 1 - pause // 60) * max(rise, fall) if pause < 0 else 0
    for pods in ((old, new), (new, old)):
        pulled = gather(COST, pods)
        assert pulled.notes == ()
        assert whole - lost <= _spent(*pods) <= whole


def test_a_pod_a_day_for_a_month_is_all_there():
    pods = [_pod(f"p{day}", day * 86_400 + 40 * (day % 2), (day + 1) * 86_400 - 60, 1.0) for day in range(30)]
    minutes = sum(len(pod.ts) - 1 for pod in pods)
    assert _spent(*pods[::-1]) == minutes
    assert gather(COST, pods).notes == ()


def test_two_scrapers_of_pods_that_follow_each_other_are_not_added_up():
    pods = [(f"p{day}", day * 3600, (day + 1) * 3600 + 30, 1.0) for day in range(5)]
    every = [_pod(*pod, replica=name) for pod in pods for name in "ab"]
    assert _spent(*every) == _spent(*every[::2])
    assert gather(COST, every).notes == ()


def test_a_scraper_a_little_behind_that_takes_over_makes_no_reset():
    one = _series(_line(0, 60), tenant="T", replica="a")
    two = _series(_line(58, 100, offset=-2), tenant="T", replica="b")
    assert _spent(one, two) == 97


def test_a_fall_by_the_last_digit_is_no_reset():
    values = np.array([1919.0, 1919.7600000000002, 1919.76, 1919.76, 1920.0, 3.0, 4.0])
    assert unwrap(values).tolist() == [1919.0, *[1919.7600000000002] * 3, 1920.0, 1923.0, 1924.0]
    assert unwrap(np.array([5.0, 4.9999])).tolist() == [5.0, 9.9999]


pods = st.lists(
    st.tuples(st.sampled_from([-100, -60, -30, 1, 40, 60, 300, 5000]), st.integers(1, 60), st.sampled_from([1.0, 7.5])),
    min_size=1,
    max_size=6,
)


@given(pods, st.randoms(use_true_random=False))
def test_pods_in_a_row_are_never_more_than_they_counted_nor_much_less_in_any_order(lives, rng):
    every, first, last, lost = [], 0, -1, 0.0
    for number, (pause, scrapes, rise) in enumerate(lives):
        first = max(last + pause, first + 1)
        every.append(_pod(f"p{number}", first, first + 60 * (scrapes - 1), rise))
        lost += 7.5 * 3 if pause < 0 else 0.0
        last = max(last, first + 60 * (scrapes - 1))
    truth = sum(rise * (scrapes - 1) for _, scrapes, rise in lives)
    spent = _spent(*every)
    assert truth - lost <= spent <= truth
    rng.shuffle(every)
    assert _spent(*every) == spent
