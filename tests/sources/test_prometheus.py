"""Exact samples from the real servers, whatever the names, the shapes and the windows."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from mcreports.errors import DataError
from mcreports.metrics import Metric
from mcreports.samples import Series
from mcreports.sources import range_selector, reader
from mcreports.sources.prometheus import PrometheusSource

START = datetime(2025, 10, 1, tzinfo=UTC)
FIRST = int(START.timestamp() * 1000)
MINUTE, DAY = 60_000, 86_400_000

NAMES = """\
<script>alert(1)</script>|</script>|<img src=x onerror=alert(1)>|javascript:alert(1)|```mermaid|{{7*7}}|{0.__class__}
%(x)s|=cmd|'/c calc'!A0|+1|-1|@SUM(A1)|../|/etc/passwd|..%2f|.|x.|CON|NA|null|None|true|007|1e5|x"} or up{a!="|O'Brien
.*|a\\|a\\"|"|\\|\\\\|`|$1|${x}|(?i)a|[a-z]+|a|A|\xe9|e\u0301|\u202eevil|a\u200bb|\U0001f4b8|\ufeffa|\u2028|\xa0
<!channel>|a,b|a=b|{|}|<iframe src=file:///etc/passwd>|a\r\u0085Bcc: x@evil|tab\tinside
nul\x00inside|\x7f|\x01|a b| a|a |&amp;
&|?|#|%|%22|+|'|\'\'|~|!=|=~"""


def _hostile(count: int) -> list[str]:
    """The list of names, and generated ones of the same pieces, up to 300 bytes long."""
    listed = [*(name for line in NAMES.split("\n") for name in line.split("|")), "a\r\nBcc: x@evil", "\n", "=a|b"]
    rng = random.Random(7)
    pieces = [*listed, *map(chr, range(1, 0x180)), "\u4e2d", "\U0001f600", "\ufffd", "\ue000"]
    made = ["".join(rng.choices(pieces, k=rng.randint(1, 6))) for _ in range(count)]
    return list(dict.fromkeys(name for name in [*listed, "x" * 300, "\u4e2d" * 100, *made] if name))


def _metric(name: str, kind: str = "counter") -> Metric:
    return Metric("budget.cost", name, kind, ("tenant", "driver"), "USD")  # type: ignore[arg-type]


def _one(metric: Metric, ts: np.ndarray, values: np.ndarray, **labels: str) -> Series:
    return Series({"__name__": metric.name, **labels}, np.asarray(ts, np.int64), np.asarray(values, np.float64))


def test_every_hostile_tenant_is_stored_asked_for_and_answered_exactly(server):
    names = _hostile(300)
    assert len(names) > 350
    metric = _metric(f"hostile_{server.kind}_total")
    server.load([_one(metric, [FIRST, FIRST + MINUTE], [n, n + 0.5], tenant=name) for n, name in enumerate(names)])
    source = PrometheusSource(server.settings())
    end = START + timedelta(minutes=5)
    every = source.fetch(metric, START, end).table
    assert every.groupby("tenant", observed=True)["value"].apply(list).to_dict() == {
        name: [n, n + 0.5] for n, name in enumerate(names)
    }
    for n, name in list(enumerate(names))[::7]:
        table = source.fetch(metric, START, end, [name]).table
        assert table["tenant"].tolist() == [name, name]
        assert table["value"].tolist() == [n, n + 0.5]
    pd.testing.assert_frame_equal(source.fetch(metric, START, end, names).table, every)


def test_half_a_character_is_a_tenant_that_no_server_has(server):
    pulled = PrometheusSource(server.settings()).fetch(_metric("up"), START, START + timedelta(hours=1), ["\ud800"])
    assert pulled.table.empty
    assert [note.kind for note in pulled.notes] == ["source.tenant"]


SHAPES = {
    "steady": [(np.arange(0, 3 * DAY, MINUTE), lambda t: t / 7e5, {})],
    "resets": [(np.arange(0, 3 * DAY, MINUTE), lambda t: (t % (DAY // 2)) / 3e4, {})],
    "gaps": [(np.concatenate([np.arange(0, DAY, MINUTE), np.arange(2 * DAY, 3 * DAY, MINUTE)]), lambda t: t / 9e4, {})],
    "sparse": [(np.arange(0, 40 * DAY, 3_600_000), lambda t: t // 3_600_000 * 0.37, {})],
    "born late": [(np.arange(20 * DAY + 17, 21 * DAY, MINUTE), lambda t: 5 + (t - 20 * DAY) / 1e6, {})],
    "odd instants": [(np.arange(0, DAY, MINUTE) + np.arange(1440) * 7919 % 997, lambda t: t / 1e5, {})],
    "values of every kind": [(np.arange(0, 6 * MINUTE, MINUTE), lambda _: [0, -1, np.inf, -np.inf, np.nan, 1e-9], {})],
    "replicas out of phase": [
        (np.arange(0, 3 * DAY, MINUTE), lambda t: t / 7e5, {"replica": "a"}),
        (np.arange(23_456, 3 * DAY, MINUTE), lambda t: t / 7e5, {"replica": "b"}),
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_both_servers_give_back_what_was_pushed(prometheus, victoriametrics, shape):
    metric = _metric(f"shape_{list(SHAPES).index(shape)}_total")
    parts = [(FIRST + ts, np.asarray(values(ts), float), more) for ts, values, more in SHAPES[shape]]
    series = [_one(metric, ts, values, tenant="T", driver="compute", **more) for ts, values, more in parts]
    tables = []
    for server in (prometheus, victoriametrics):
        server.load(series)
        tables.append(PrometheusSource(server.settings()).fetch(metric, START, START + timedelta(days=60)).table)
    ts, values, _ = parts[0]
    known = ~np.isnan(values)
    for table in tables:
        assert table["ts"].astype("int64").tolist() == ts[known].tolist()
        np.testing.assert_allclose(table["value"], values[known], rtol=1e-12)
    pd.testing.assert_frame_equal(*tables, rtol=1e-12)


def test_a_window_is_closed_at_its_start_and_open_at_its_end_to_the_millisecond(server):
    metric = _metric(f"edges_{server.kind}_total")
    ts = FIRST + np.array([-1, 0, 1, 999, 1000, 1001, MINUTE - 1, MINUTE, MINUTE + 1])
    server.load([_one(metric, ts, np.arange(len(ts)), tenant="T")])
    source = PrometheusSource(server.settings())
    for start, end in [(0, MINUTE), (0, 1), (1, 1000), (-1, 0), (1000, 1001), (1001, MINUTE + 1), (MINUTE + 1, DAY)]:
        edges = [START + timedelta(milliseconds=edge) for edge in (start, end)]
        got = source.fetch(metric, *edges).table["ts"].astype("int64").tolist()
        assert got == [at for at in ts.tolist() if FIRST + start <= at < FIRST + end], (start, end)
    half = timedelta(microseconds=500)
    got = source.fetch(metric, START - half, START + timedelta(milliseconds=1) + half).table["ts"].astype("int64")
    assert got.tolist() == [FIRST, FIRST + 1]


def test_windows_of_any_width_give_the_same_table(server, monkeypatch):
    metric = _metric(f"widths_{server.kind}_total")
    ts = FIRST + np.arange(0, 10 * DAY, 5 * MINUTE)
    series = [_one(metric, ts + 13 * n, ts / 1e9 + n, tenant=f"T{n}") for n in range(3)]
    server.load(series)
    source, end = PrometheusSource(server.settings()), START + timedelta(days=11)
    whole = source.fetch(metric, START, end).table
    assert len(whole) == 3 * len(ts)
    for enough in (1, 500, 5_000):
        monkeypatch.setattr(range_selector, "ENOUGH", enough)
        monkeypatch.setattr(reader, "NARROWEST_WINDOW", 17 * 3_600_000)
        pd.testing.assert_frame_equal(source.fetch(metric, START, end).table, whole)
        pd.testing.assert_frame_equal(source.fetch(metric, START, end, ["T2", "T0", "T1", "T0"]).table, whole)


def test_only_the_named_tenants_are_pulled(server):
    metric = _metric(f"named_{server.kind}_total")
    server.load([_one(metric, [FIRST], [n], tenant=name) for n, name in enumerate(["A", "B", "AB"])])
    source, end = PrometheusSource(server.settings()), START + timedelta(days=1)
    assert source.fetch(metric, START, end, ["A"]).table["tenant"].tolist() == ["A"]
    assert source.fetch(metric, START, end, ["A", "AB", "nobody"]).table["tenant"].tolist() == ["A", "AB"]
    assert source.fetch(metric, START, end, ["nobody"]).table.empty


def test_remapped_names_are_asked_for_and_come_back_as_ours(server):
    metric = Metric(
        "budget.cost", f"acme_{server.kind}", "counter", ("tenant", "driver"), "USD", {"tenant": "customer"}
    )
    labels = {"__name__": metric.name, "customer": "A", "driver": "gpu", "ts": "x", "value": "y", "tenant": "z"}
    server.load([Series(labels, np.array([FIRST]), np.array([1.0]))])
    table = PrometheusSource(server.settings()).fetch(metric, START, START + timedelta(days=1), ["A"]).table
    assert table[["tenant", "driver", "value"]].to_numpy().tolist() == [["A", "gpu", 1.0]]


def test_stale_markers_are_gaps(server):
    metric = _metric(f"stale_{server.kind}_total")
    stale = np.frombuffer(np.uint64(0x7FF0000000000002).tobytes(), np.float64)[0]
    server.load([_one(metric, FIRST + np.arange(4) * MINUTE, [1, stale, np.nan, 2], tenant="T")])
    table = PrometheusSource(server.settings()).fetch(metric, START, START + timedelta(days=1)).table
    assert table["value"].tolist() == [1, 2]


def test_an_empty_server_has_nothing_and_says_so_without_fault(new_prometheus):
    pulled = PrometheusSource(new_prometheus().settings()).fetch(_metric("mc_total"), START, START + timedelta(days=31))
    assert pulled.table.empty
    assert pulled.notes == ()


def test_a_window_up_to_now_and_beyond_holds_the_newest_sample(server):
    metric = _metric(f"fresh_{server.kind}_total")
    now = datetime.now(UTC)
    server.load([_one(metric, [int(now.timestamp() * 1000) - 2000], [1], tenant="T")])
    table = (
        PrometheusSource(server.settings(), now).fetch(metric, now - timedelta(hours=3), now + timedelta(hours=2)).table
    )
    assert len(table) == 1


def test_a_server_says_what_it_is_and_where_without_its_password(server):
    url = server.url.replace("//", "//alice:s3cr3t@")
    info = PrometheusSource(server.settings().model_copy(update={"url": url})).info
    assert (info.kind, info.url) == (server.kind, server.url.replace("//", "//***@"))


def test_a_low_limit_of_the_server_is_split(new_prometheus):
    server, metric = new_prometheus("--query.max-samples=2000"), _metric("limited_total")
    ts = FIRST + np.arange(0, 5 * DAY, MINUTE)
    server.load([_one(metric, ts, ts / 1e9, tenant="T")])
    assert len(PrometheusSource(server.settings()).fetch(metric, START, START + timedelta(days=5)).table) == len(ts)


def test_a_prefix_is_kept(new_prometheus):
    server, metric = (
        new_prometheus("--web.external-url=http://localhost/mon", "--web.route-prefix=/"),
        _metric("p_total"),
    )
    server.load([_one(metric, [FIRST], [1], tenant="T")])
    assert len(PrometheusSource(server.settings()).fetch(metric, START, START + timedelta(days=1)).table) == 1


def test_a_series_of_a_tenant_that_was_not_asked_for_is_refused(play, say):
    raw = {"metric": {"tenant": "B"}, "values": [[FIRST / 1000, "1"]]}
    stage = play(say({"status": "success", "data": {"resultType": "matrix", "result": [raw]}}))
    with pytest.raises(DataError, match="'B'"):
        PrometheusSource(stage.settings()).fetch(_metric("m"), START, START + timedelta(hours=1), ["A"])
