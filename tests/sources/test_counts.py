"""Samples counted by the real servers are those that they hand over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from mcreports.errors import SourceError
from mcreports.metrics import Metric
from mcreports.samples import Series
from mcreports.sources.counts import counts_of, resets_of
from mcreports.sources.prometheus import PrometheusSource

START = datetime(2025, 4, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def metric_of(server, name, kind="counter", labels=("tenant", "driver")):
    return Metric("budget.cost", f"counted_{name}_{server.kind}", kind, labels, "USD", {"tenant": "customer"})


def test_the_servers_counts_are_the_samples_that_are_read(server):
    metric, rng = metric_of(server, "plain"), np.random.default_rng(7)
    first = int(START.timestamp() * 1000) - 3_600_000
    made = []
    for number in range(20):
        # 17 ms after the full second: no sample lies a millisecond before the start
        ts = first + np.flatnonzero(rng.random(26 * 60) > 0.02 * number) * 60_000 + 17
        made.append(Series({"__name__": metric.name, "customer": f'T"{number}\\', "driver": "a"}, ts, ts / 1e9))
    server.load(made)
    table = PrometheusSource(server.settings()).fetch(metric, START, START + DAY).table
    read = table.groupby(["tenant", "driver"], observed=True).size().to_dict()
    assert counts_of(server.settings(), metric, START, START + DAY) == read
    assert len(read) == 20


def test_of_replicas_the_fullest_is_counted_and_of_a_histogram_one_bucket(server):
    metric = metric_of(server, "bucket", "histogram", ("tenant", "le"))
    ts = int(START.timestamp() * 1000) + 17 + np.arange(60) * 60_000
    server.load(
        [
            Series(
                {"__name__": metric.name, "customer": "T", "le": le, "replica": replica}, ts[:count], ts[:count] / 1e9
            )
            for le in ("1", "+Inf")
            for replica, count in (("a", 60), ("b", 40))
        ]
    )
    assert counts_of(server.settings(), metric, START, START + DAY) == {("T", "+Inf"): 60}


def test_resets_are_told_of_the_series_that_fell(server):
    metric = metric_of(server, "fell")
    ts = int(START.timestamp() * 1000) + 17 + np.arange(60) * 60_000
    rising = np.arange(60, dtype=float)
    twice = np.where(ts < ts[20], rising, np.where(ts < ts[40], rising - 20, rising - 40))
    server.load(
        [
            Series({"__name__": metric.name, "customer": tenant, "driver": "a"}, ts, values)
            for tenant, values in (("T", twice), ("U", rising))
        ]
    )
    assert resets_of(server.settings(), metric, START, START + DAY) == {("T", "a"): 2}


def test_a_metric_that_is_not_there_has_no_counts(server):
    assert counts_of(server.settings(), metric_of(server, "nothing"), START, START + DAY) == {}


def test_what_is_no_count_is_an_error_that_names_the_metric(play, say):
    odd = [{"metric": {"customer": "T"}, "value": [0, "many"]}]
    answer = {"status": "success", "data": {"resultType": "vector", "result": odd}}
    metric = Metric("budget.cost", "odd_total", "counter", ("tenant",), "USD")
    with pytest.raises(SourceError, match=r"odd_total for 2025-04-01.* holds what is no count"):
        counts_of(play(say(answer)).settings(), metric, START, START + DAY)
