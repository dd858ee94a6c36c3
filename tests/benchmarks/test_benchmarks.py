"""The benchmark at a tiny size, end to end: what it proves and prints; nothing here says how fast anything is."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What one quick run printed, and what it wrote as JSON."""
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    words = [sys.executable, "-m", "benchmarks", "--quick", "--markdown", "--json", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_text())


def test_every_contender_that_ran_held_the_very_samples_that_were_loaded(told):
    _, written = told
    prints = {
        result["name"]: {run["facts"]["fingerprint"] for run in result["runs"]}
        for result in written["reading"]
        if result["runs"]
    }
    assert "prometheus-api-client" in prints
    assert any(name.startswith("mcreports") for name in prints)
    assert len(set.union(*prints.values())) == 1


def test_a_peer_is_measured_or_its_reason_is_told(told):
    _, written = told
    peer = next(result for result in written["reading"] if result["name"] == "prometheus-pandas")
    if importlib.util.find_spec("prometheus_pandas") is None:
        assert "prometheus_pandas" in peer["failure"]
    else:
        assert peer["runs"]


def test_every_stage_is_measured_at_one_two_four_and_eight_times_the_samples(told):
    _, written = told
    assert list(written["growth"]) == ["1", "2", "4", "8"]
    tenants = [load["tenants"] for load in written["loads"].values()]
    assert [one / tenants[0] for one in tenants] == [1, 2, 4, 8]
    for results in written["growth"].values():
        assert [result["name"] for result in results] == ["fetch", "pull", "read", "ledger"]
        assert all(run["seconds"] > 0 and run["peak"] > 0 for result in results for run in result["runs"])
        assert all(result["runs"] for result in results)


def test_a_bare_download_reads_bytes(told):
    _, written = told
    assert len(written["downloads"]) == 3
    assert all(run["facts"]["bytes"] > 0 for result in written["downloads"] for run in result["runs"])


def test_the_page_shows_the_tables_that_the_command_prints(told):
    printed, _ = told
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    headers = [line for line, rule in zip(printed.split("\n"), printed.split("\n")[1:], strict=False)
               if rule.startswith("| ---")]  # fmt: skip
    assert len(headers) == 3
    assert all(f"\n{header}\n" in page for header in headers)


def _benchmarks(name: str):
    sys.path.insert(0, str(ROOT))
    try:
        return importlib.import_module(f"benchmarks.{name}")
    finally:
        sys.path.remove(str(ROOT))


def test_one_bit_in_one_value_is_another_fingerprint():
    fingerprint = _benchmarks("workload").fingerprint
    ts, values = np.arange(3), np.array([1.0, 0.1 + 0.2, 3.0])
    assert fingerprint({"a": (ts, values)}) == fingerprint({"a": (ts.copy(), values.copy())})
    others = [
        {"a": (ts, np.array([1.0, 0.3, 3.0]))},
        {"a": (np.array([0, 1, 3]), values)},
        {"b": (ts, values)},
        {"a": (ts[:2], values[:2])},
        {"a": (ts, values), "b": (ts[:0], values[:0])},
    ]
    assert fingerprint({"a": (ts, values)}) not in {fingerprint(other) for other in others}


def test_a_contender_with_another_sample_ends_the_benchmark():
    measure, readers = _benchmarks("measure"), _benchmarks("readers")
    run = measure.Run(1.0, 1.0, 0.0, 1, {"fingerprint": "of other samples"})
    with pytest.raises(_benchmarks("server").BenchmarkError, match="not those that were loaded"):
        measure.refuse_other_samples(readers.PEERS[0], run, "of what was loaded")


def test_rows_that_come_mixed_are_told_apart_by_tenant():
    ts = pd.date_range("2025-10-01", periods=4, freq=timedelta(seconds=1), tz="UTC", unit="ns")
    columns = _benchmarks("readers").by_tenant(pd.Series(list("abab")), pd.Series(ts), pd.Series([1.0, 2.0, 3.0, 4.0]))
    first = int(ts[0].timestamp() * 1000)
    assert {name: (list(at - first), list(values)) for name, (at, values) in columns.items()} == {
        "a": ([0, 2000], [1.0, 3.0]),
        "b": ([1000, 3000], [2.0, 4.0]),
    }


def test_the_request_of_the_bare_download_is_what_protobuf_says():
    download, task, workload = _benchmarks("download"), _benchmarks("task"), _benchmarks("workload")
    place = task.Place("http://nowhere", workload.Workload(2, 1, 300), "")
    start, last = 1_759_276_800_000, 1_759_276_800_000 + 86_400_000 - 300_000
    name = b"bench_2_tenants_cost_total_usd"
    matcher = b"\x12\x08__name__\x1a" + bytes([len(name)]) + name
    query = b"\x08" + _varint(start) + b"\x10" + _varint(last) + b"\x1a" + bytes([len(matcher)]) + matcher
    assert download.read_request(place, 1) == b"\x0a" + bytes([len(query)]) + query + b"\x10\x01"


def _varint(number: int) -> bytes:
    groups = [number >> shift & 0x7F for shift in range(0, 42, 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])
