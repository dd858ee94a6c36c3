"""One suite for all readers: each gives what the server holds, bit for bit what the range selector gives."""

from __future__ import annotations

import itertools
import tracemalloc
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.metrics import CATALOGUE, Metric
from mcreports.samples import Series, gather, gather_parts
from mcreports.sources import export, range_selector, remote_read
from mcreports.sources.access import Access
from mcreports.sources.export import Export
from mcreports.sources.http import StrictSession
from mcreports.sources.prometheus import PrometheusSource
from mcreports.sources.protobuf import SAMPLES, STREAMED
from mcreports.sources.question import Question
from mcreports.sources.range_selector import RangeSelector
from mcreports.sources.reader import read_all, read_parts
from mcreports.sources.remote_read import RemoteRead

START = datetime(2025, 10, 1, tzinfo=UTC)
FIRST = int(START.timestamp() * 1000)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
STALE = np.frombuffer(np.uint64(0x7FF0000000000002).tobytes(), np.float64)[0]
LIMIT = 256_000_000

WAYS = {
    "prometheus": {
        "streamed": lambda url, limit: RemoteRead(url, limit, (STREAMED,)),
        "samples": lambda url, limit: RemoteRead(url, limit, (SAMPLES,)),
        "query": lambda url, _: RangeSelector(url),
    },
    "victoriametrics": {"export": Export, "query": lambda url, _: RangeSelector(url)},
}
PAIRS = [(kind, way) for kind, ways in WAYS.items() for way in ways]
_numbers = itertools.count()


@pytest.fixture(params=PAIRS, ids=" ".join)
def way(request):
    """Each reader of each server in turn: (server, its way to read)."""
    kind, name = request.param
    return request.getfixturevalue(kind), name


def _read(server, name, question, limit=LIMIT, source=None):
    """All samples by the labels of their series: instants, and the bits of the values."""
    settings = source or server.settings()
    reader = WAYS[server.kind][name](server.url, limit)

    with StrictSession(Access.of(settings), question.errand, wants="matrix") as session:
        found: dict[tuple[tuple[str, str], ...], list[tuple[int, int]]] = {}
        for one in read_all(reader, session, question):
            assert len(one.ts) > 0
            own = np.asarray(one.values)
            assert not np.signbit(own[own == 0]).any()
            pairs = zip(one.ts.tolist(), _bits(one), strict=True)
            found.setdefault(tuple(sorted(one.labels.items())), []).extend(pairs)
    return found


def _bits(series):
    return np.where(series.values == 0, 0.0, series.values).view(np.uint64).tolist()  # noqa: PD011 - a Series of ours


def _metric(key="budget.cost", **labels):
    own = CATALOGUE[key]
    return Metric(key, f"read_{next(_numbers)}", own.kind, own.labels, own.unit, labels)


def _one(metric, ts, values, /, **labels):
    return Series({"__name__": metric.name, **labels}, np.asarray(ts, np.int64), np.asarray(values, np.float64))


def _held(series, first, after):
    """What of the pushed series lies in the window, as any reader has to give it."""
    found = {}
    for one in series:
        rows = zip(one.ts.tolist(), _bits(one), np.isnan(one.values).tolist(), strict=True)
        held = [(ts, bits) for ts, bits, is_gap in rows if first <= ts < after and not is_gap]
        if held:
            labels = tuple(sorted((name, value) for name, value in one.labels.items() if value))
            found.setdefault(labels, []).extend(held)
    return found


def _agree(server, name, question, series):
    """The reader gives what was pushed; of VictoriaMetrics, which keeps 15 digits or so, what its selector gives."""
    got = _read(server, name, question)
    wanted = _held(series, question.first, question.after)
    if server.kind == "victoriametrics":
        assert {key: [ts for ts, _ in rows] for key, rows in got.items()} == {
            key: [ts for ts, _ in rows] for key, rows in wanted.items()
        }
        wanted = _read(server, "query", question)
    assert got == wanted


RNG = np.random.default_rng(7)
STEADY = FIRST + np.arange(0, 3 * DAY, 5 * MINUTE)
JITTER = FIRST + np.cumsum(RNG.integers(1, 2 * MINUTE, 3000))
ODD = [
    0.0,
    -0.0,
    5e-324,
    -2.2e-308,
    1.7976931348623157e308,
    2.0**53 + 1,
    2.0**53 + 2,
    0.1 + 0.2,
    1 / 3,
    -1e-9,
    1e15 + 0.5,
]
SHAPES = {
    "one sample": [([FIRST], [1.5], {})],
    "zeros": [(STEADY, np.zeros(len(STEADY)), {})],
    "minus zeros": [(STEADY, -np.zeros(len(STEADY)), {})],
    "some zeros": [(STEADY, np.arange(len(STEADY)) % 3 - 1.0, {})],
    "a counter": [(STEADY, np.cumsum(RNG.random(len(STEADY))), {})],
    "resets": [(STEADY, np.cumsum(RNG.random(len(STEADY))) % 17, {})],
    "odd floats": [(FIRST + MINUTE * np.arange(len(ODD)), ODD, {})],
    "infinite": [(FIRST + MINUTE * np.arange(5), [1, np.inf, 2, -np.inf, 3], {})],
    "NaN": [(FIRST + MINUTE * np.arange(6), [np.nan, 1, np.nan, 2, 3, np.nan], {})],
    "stale markers": [(FIRST + MINUTE * np.arange(6), [1, STALE, 2, STALE, STALE, 3], {})],
    "nothing but NaN": [([FIRST], [np.nan], {}), ([FIRST], [1], {"driver": "gpu"})],
    "jitter": [(JITTER, RNG.normal(size=3000), {})],
    "every millisecond": [(FIRST + np.arange(2000), RNG.normal(size=2000), {})],
    "gaps": [(np.concatenate([STEADY[:100], STEADY[300:310], STEADY[-2:]]), np.arange(112.0), {})],
    "random bits": [(JITTER[:1000], RNG.uniform(-1, 1, 1000) * 10.0 ** RNG.integers(-300, 300, 1000), {})],
    "an HA pair": [
        (STEADY, np.arange(len(STEADY)), {"replica": "a"}),
        (STEADY[3:-9] + 17_123, np.arange(len(STEADY) - 12), {"replica": "b"}),
    ],
    "pods": [(STEADY[n * 96 : n * 96 + 96], np.arange(96), {"instance": f"p{n}"}) for n in range(9)],
    "foreign labels": [
        (STEADY[:9], np.arange(9), {"ts": "x", "value": "y", "le": "+Inf", "Infinity": 'a","values":['})
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_was_pushed_is_read(way, shape):
    server, name = way
    metric = _metric()
    series = [_one(metric, ts, values, tenant="T", **more) for ts, values, more in SHAPES[shape]]
    server.load(series)
    for first, after in [(0, 4 * DAY), (7 * HOUR + 1, 30 * HOUR), (-DAY, 2 * MINUTE + 1)]:
        _agree(server, name, Question(metric, FIRST + first, FIRST + after), series)


@pytest.mark.parametrize("key", ["budget.cost", "budget.limit_daily", "platform.request_duration", "config.drift"])
def test_every_kind_of_metric_gives_the_frame_that_the_range_selector_gives(server, key):
    metric = _metric(key)
    own = [dict.fromkeys(metric.labels, "1.5"), dict.fromkeys(metric.labels, "+Inf")][: 1 + bool(metric.labels)]
    series = [_one(metric, STEADY, np.arange(len(STEADY)) / 7 + n, job="x", **labels) for n, labels in enumerate(own)]
    server.load(series)
    auto, query = (PrometheusSource(server.settings(reader=reader)) for reader in ("auto", "query"))
    pulled = auto.fetch(metric, START, START + timedelta(days=4))
    assert len(pulled.table) == len(STEADY) * len(own)
    pd.testing.assert_frame_equal(
        pulled.table, query.fetch(metric, START, START + timedelta(days=4)).table, check_exact=True
    )
    session = StrictSession(auto.access, "m")
    assert auto.choice(session).reader.name == {"prometheus": "remote read"}.get(server.kind, "export")


def test_a_window_is_closed_at_its_start_and_open_at_its_end(way):
    server, name = way
    metric = _metric()
    ts = FIRST + np.array([-1, 0, 1, 999, 1000, 1001, MINUTE - 1, MINUTE, MINUTE + 1])
    series = [_one(metric, ts, np.arange(len(ts)), tenant="T")]
    server.load(series)
    edges = [(0, MINUTE), (0, 1), (1, 1000), (-1, 0), (1000, 1001), (1001, MINUTE + 1), (MINUTE + 1, DAY), (2, 900)]
    for first, after in edges:
        _agree(server, name, Question(metric, FIRST + first, FIRST + after), series)


HOSTILE = [
    'a"b',
    "\\",
    "`",
    "a\nb",
    '"},"values":[1',
    '],"timestamps":[',
    "\u2028",
    "\U0001f4b8",
    ".*",
    "a|b",
    "x" * 300,
    "\x7f",
    "a,b",
    "é",
]


def test_hostile_tenants_are_read_one_by_one_some_and_all(way):
    server, name = way
    metric = _metric(tenant="customer")
    names = [*HOSTILE, *(f"T{n}" for n in range(40))]
    series = [_one(metric, STEADY[:3], [n, 1, 2], customer=own) for n, own in enumerate(names)]
    series.append(_one(metric, STEADY[:3], [7, 8, 9], driver="nobody's"))
    server.load(series)
    for wanted in (None, tuple(HOSTILE), ("T3", "nobody", "T1"), (HOSTILE[4],), ("nobody",)):
        held = [one for one in series if wanted is None or one.labels.get("customer") in wanted]
        _agree(server, name, Question(metric, FIRST, FIRST + HOUR, wanted), held)


def test_an_empty_answer_is_no_series(way):
    server, name = way
    assert _read(server, name, Question(_metric(), FIRST, FIRST + DAY)) == {}


def test_samples_out_of_order_come_in_order(way):
    server, name = way
    metric = _metric()
    values = np.cumsum(RNG.random(len(STEADY)))
    for part in (slice(1, None, 2), slice(0, None, 4), slice(2, None, 4)):
        server.load([_one(metric, STEADY[part], values[part], tenant="T")])
    _agree(server, name, Question(metric, FIRST, FIRST + 4 * DAY), [_one(metric, STEADY, values, tenant="T")])


@pytest.mark.parametrize("max_mb", [0.05, 0.4])
def test_answers_too_large_for_the_limit_are_split(way, max_mb):
    server, name = way
    metric = _metric()
    series = [_one(metric, STEADY + n, RNG.normal(size=len(STEADY)), tenant=f"T{n}") for n in range(9)]
    server.load(series)
    settings = server.settings(max_mb=max_mb)
    got = _read(server, name, Question(metric, FIRST, FIRST + 4 * DAY), int(max_mb * 1e6), settings)
    assert got == _read(server, name, Question(metric, FIRST, FIRST + 4 * DAY))
    assert sum(map(len, got.values())) == 9 * len(STEADY)


def test_windows_of_any_width_give_the_same_samples(way, monkeypatch):
    server, name = way
    metric = _metric()
    series = [_one(metric, STEADY + n, RNG.normal(size=len(STEADY)), tenant=f"T{n}") for n in range(3)]
    server.load(series)
    question = Question(metric, FIRST, FIRST + 4 * DAY, ("T2", "T0"))
    whole = _read(server, name, question)
    for module in (export, remote_read, range_selector):
        monkeypatch.setattr(module, "ENOUGH", 60)
    monkeypatch.setattr(export, "LINE", 7)
    assert _read(server, name, question) == whole


def test_a_limit_of_the_server_is_split(new_prometheus):
    server, metric = new_prometheus("--storage.remote.read-sample-limit=1000"), _metric()
    series = [_one(metric, STEADY, np.arange(len(STEADY)), tenant=name) for name in "AB"]
    server.load(series)
    assert _read(server, "samples", Question(metric, FIRST, FIRST + 4 * DAY)) == _held(series, FIRST, FIRST + 4 * DAY)


def test_frames_of_any_size_are_read(new_prometheus):
    server, metric = new_prometheus("--storage.remote.read-max-bytes-in-frame=300"), _metric()
    series = [_one(metric, STEADY, RNG.normal(size=len(STEADY)), tenant=name) for name in "AB"]
    server.load(series)
    assert _read(server, "streamed", Question(metric, FIRST, FIRST + 4 * DAY)) == _held(series, FIRST, FIRST + 4 * DAY)


def test_the_tenants_of_the_index_are_named_in_order(server):
    metric = _metric(tenant="customer")
    server.load([_one(metric, STEADY, np.ones(len(STEADY)), customer=name, tenant="z") for name in ["B", "A", 'a"b']])
    source = PrometheusSource(server.settings())
    assert source.tenants(metric, START, START + timedelta(days=1)) == ("A", "B", 'a"b')
    assert source.tenants(_metric("config.drift"), START, START + timedelta(days=1)) == ()
    assert source.tenants(_metric(), START, START + timedelta(days=1)) == ()
    assert source.tenants(metric, START, START) == ()


def test_pieces_of_a_source_are_what_the_server_holds_under_its_own_labels(server):
    metric = _metric()
    series = [_one(metric, STEADY, np.arange(len(STEADY)), tenant="T", replica=name, job="j") for name in "ab"]
    server.load(series)
    pieces = PrometheusSource(server.settings(), datetime.now(UTC)).series(metric, START, START + timedelta(days=4))
    assert {tuple(sorted(one.labels.items())) for one in pieces} == {
        tuple(sorted(one.labels.items())) for one in series
    }


def _crowd(server, monkeypatch):
    """Many tenants, one series of none, and readers for whom they are too many at once."""
    metric = _metric(tenant="customer")
    names = [*HOSTILE, *(f"T{n}" for n in range(40))]
    series = [_one(metric, STEADY, RNG.normal(size=len(STEADY)), customer=own, driver="d") for own in names]
    series += [_one(metric, STEADY, RNG.normal(size=len(STEADY)), driver=name) for name in "ab"]
    series += [_one(metric, STEADY + n, STEADY / 1e9, customer="pair", replica=str(n)) for n in range(2)]
    server.load(series)
    for module in (export, remote_read):
        monkeypatch.setattr(module, "ENOUGH", 4000)
    return metric, sorted({one.labels.get("customer", "") for one in series})


def test_a_table_that_was_read_tenant_by_tenant_is_the_same_table(server, monkeypatch):
    metric, names = _crowd(server, monkeypatch)
    auto, query = (PrometheusSource(server.settings(reader=reader)) for reader in ("auto", "query"))
    for tenants in (None, names[1::2][::-1], ["T3"]):
        tables = [one.fetch(metric, START, START + timedelta(days=3), tenants).table for one in (auto, query)]
        pd.testing.assert_frame_equal(*tables, check_exact=True)
        assert len(tables[0]) == len(STEADY) * (len(names) + 1 if tenants is None else len(tenants))


def test_tenants_that_the_index_forgets_are_read_with_the_others(server, monkeypatch):
    metric, names = _crowd(server, monkeypatch)
    source = PrometheusSource(server.settings())
    question = Question.of(metric, START, START + timedelta(days=3), None)
    whole = source.fetch(metric, START, START + timedelta(days=3)).table
    for known in ([], names[::3], names[:-1]):
        with StrictSession(source.access, question.errand) as session:
            reader = source.choice(session).reader
            parts = read_parts(reader, session, question, lambda known=known: tuple(known))
            seen = [{tuple(sorted(one.labels.items())) for one in part} for part in parts]
        assert sum(map(len, seen)) == len(set().union(*seen)) == len(names) + 2
        with StrictSession(source.access, question.errand) as session:
            table = gather_parts(metric, read_parts(reader, session, question, lambda known=known: tuple(known))).table
        pd.testing.assert_frame_equal(table, whole, check_exact=True)


@given(
    st.dictionaries(
        st.tuples(st.text("ab", max_size=1), st.text("xy", max_size=1)), st.integers(0, 5), min_size=1, max_size=6
    ),
    st.randoms(use_true_random=False),
)
def test_parts_in_any_order_make_the_table_of_the_whole(lengths, rng):
    metric = CATALOGUE["budget.cost"]
    series = [
        _one(metric, np.arange(size), RNG.normal(size=size), tenant=tenant, driver=driver)
        for (tenant, driver), size in lengths.items()
    ]
    parts = [[one for one in series if one.labels["tenant"] == name] for name in ("", "a", "b")]
    rng.shuffle(parts)
    whole = gather(metric, series)
    pd.testing.assert_frame_equal(gather_parts(metric, parts).table, whole.table, check_exact=True)


def test_a_large_pull_takes_little_more_memory_than_its_table():
    metric, size = CATALOGUE["budget.limit_daily"], 50_000
    ts = np.arange(size) * MINUTE

    def parts():
        for number in range(40):
            yield (_one(metric, ts, ts / 7 + number, tenant=f"T{number:02d}") for _ in range(1))

    tracemalloc.start()
    table = gather_parts(metric, parts()).table
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(table) == 40 * size
    assert peak < 1.2 * table.memory_usage(index=False).sum() + 4 * 16 * size
