"""Remote write: every sample arrives, in order, in batches, or the refusal is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.errors import SettingsError, SourceError, UnreachableError, UsageError
from mcreports.metrics import Metric
from mcreports.samples import Series
from mcreports.settings import SourceSettings
from mcreports.sources import push as module
from mcreports.sources.prometheus import PrometheusSource
from mcreports.sources.push import batches, push

START = datetime(2024, 2, 29, tzinfo=UTC)
FIRST = int(START.timestamp() * 1000)


def _series(name, ts, values, **labels):
    return Series({"__name__": name, **labels}, np.array(ts, np.int64), np.array(values, np.float64))


def _varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return number, at


def _fields(data):
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 1:
            yield key >> 3, data[at : at + 8]
            at += 8
        else:
            number, at = _varint(data, at)
            if key & 7 == 2:
                yield key >> 3, data[at : at + number]
                at += number
            else:
                yield key >> 3, number


def _read(body):
    """A naive reader of a write request: (labels, [(ts, value)]) for each series."""
    for _, series in _fields(body):
        labels, samples = {}, []
        for number, part in _fields(series):
            inner = dict(_fields(part))
            if number == 1:
                labels[inner[1].decode()] = inner[2].decode()
            else:
                samples.append((inner[2], np.frombuffer(inner[1])[0]))
        yield labels, samples


stamps = st.lists(st.integers(0, 2**42 - 1), max_size=40).map(sorted)


@given(st.lists(stamps, max_size=4), st.integers(1, 50))
def test_a_naive_reader_finds_every_sample_once_and_in_order_of_time(columns, size):
    series = [_series("m", ts, [at / 3 for at in ts], n=str(n)) for n, ts in enumerate(columns)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", size)
        made = list(batches(series))
    found = {str(n): [] for n in range(len(columns))}
    newest = -1
    for body, count in made:
        parts = list(_read(body))
        assert count == sum(len(samples) for _, samples in parts)
        assert min(at for _, samples in parts for at, _ in samples) > newest
        newest = max(at for _, samples in parts for at, _ in samples)
        for labels, samples in parts:
            found[labels["n"]] += samples
    assert found == {str(n): [(at, at / 3) for at in ts] for n, ts in enumerate(columns)}


def test_labels_travel_sorted_and_empty_ones_not_at_all():
    ((body, _),) = batches([_series("m", [1], [1.0], z="1", a="\u00e9" * 200, empty="")])
    ((labels, _),) = _read(body)
    assert list(labels.items()) == [("__name__", "m"), ("a", "\u00e9" * 200), ("z", "1")]


@pytest.mark.parametrize("ts", [[2, 1], [-1], [2**42]])
def test_samples_out_of_order_or_out_of_time_are_refused(ts):
    with pytest.raises(UsageError, match="out of order or not between"):
        list(batches([_series("m", ts, [0.0] * len(ts))]))


def test_a_plain_prometheus_takes_a_history_of_many_batches(new_prometheus, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 1000)
    server, heard = new_prometheus(), []
    ts = FIRST + np.arange(20 * 1440) * 60_000
    series = [
        _series("long_total", ts[n * 1440 :] + n, np.arange(len(ts) - n * 1440), tenant=f"T{n}") for n in range(3)
    ]
    total = sum(len(one.ts) for one in series)
    assert push(server.settings(), series, heard.append) == total
    assert sum(heard) == total
    metric = Metric("budget.cost", "long_total", "counter", ("tenant",), "USD")
    table = PrometheusSource(server.settings()).fetch(metric, START, START + timedelta(days=20)).table
    assert len(table) == total
    assert table["value"].to_numpy()[: len(ts)].tolist() == series[0].values.tolist()


def test_a_refusal_is_told_in_the_servers_words(new_prometheus):
    server = new_prometheus()
    push(server.settings(), [_series("m", [FIRST], [1.0])])
    with pytest.raises(SourceError, match=f"{server.url}: 1 samples by remote write: HTTP 400: out of bounds"):
        push(server.settings(), [_series("m", [FIRST - 10**10], [1.0])])


def test_a_server_that_takes_no_samples_is_a_wrong_setting(play, say):
    with pytest.raises(SettingsError, match="is the prefix right"):
        push(play(say(b"404 page not found", 404, Content_Type="text/plain")).settings(), [_series("m", [1], [1.0])])


def test_a_server_in_trouble_is_tried_again(play, say):
    stage = play(say(b"busy", 503, Content_Type="text/plain"), say(b"", 204, Content_Length="", Content_Type=""))
    assert push(stage.settings(deadline=5), [_series("m", [1], [1.0])]) == 1
    assert stage.requests[0] == stage.requests[1]


def test_nobody_there_is_unreachable():
    with pytest.raises(UnreachableError, match="by remote write"):
        push(SourceSettings(url="http://127.0.0.1:9", deadline=0.3), [_series("m", [1], [1.0])])


def test_nothing_to_push_is_nothing_asked(play, say):
    stage = play(say())
    assert push(stage.settings(), [_series("m", [], [])]) == 0
    assert stage.requests == []
