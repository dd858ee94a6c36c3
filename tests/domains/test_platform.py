"""Denies and quantiles: counted as events, interpolated as a server would."""

from __future__ import annotations

from fractions import Fraction
from math import inf, isclose, isnan, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.domains.platform import judge_platform, quantile
from mcreports.figures import Figures

LAG, LATENCY = "platform.replication_lag", "platform.request_duration"


def histogram_quantile(q: float, buckets: list[tuple[float, float]]) -> float:
    """Prometheus' own bucketQuantile, line by line."""
    buckets = sorted(buckets)
    if len(buckets) < 2 or buckets[-1][0] != inf:
        return nan
    for position in range(1, len(buckets)):
        if buckets[position][1] < buckets[position - 1][1]:
            buckets[position] = (buckets[position][0], buckets[position - 1][1])
    observations = buckets[-1][1]
    if observations == 0:
        return nan
    rank = q * observations
    b = 0
    while b < len(buckets) - 1 and buckets[b][1] < rank:
        b += 1
    if b == len(buckets) - 1:
        return buckets[-2][0]
    if b == 0 and buckets[0][0] <= 0:
        return buckets[0][0]
    start, end, count = 0.0, buckets[b][0], buckets[b][1]
    if b > 0:
        start, count, rank = buckets[b - 1][0], count - buckets[b - 1][1], rank - buckets[b - 1][1]
    return start + (end - start) * (rank / count)


@given(
    st.lists(st.tuples(st.floats(-1, 1000).map(lambda bound: round(bound, 3)), st.integers(0, 10_000)), max_size=9),
    st.integers(0, 10_000),
)
def test_a_quantile_is_that_of_the_server(finite: list[tuple[float, int]], more: int) -> None:
    total, buckets = 0, {}
    for bound, count in sorted(dict(finite).items()):
        total += count
        buckets[bound] = total
    buckets[inf] = total + more
    expected, found = histogram_quantile(0.95, list(buckets.items())), quantile(buckets, Fraction(95, 100))
    if found.value is None:
        assert isnan(expected)
    else:
        assert isclose(float(found.value), expected, rel_tol=1e-6, abs_tol=1e-6)


def lag(scene: Any, **each: float) -> dict[str, Any]:
    """T's lag histogram by bucket: how many more events each minute, cumulative."""
    names = {"b9": "9", "b60": "60.0", "b120": "120", "inf": "+Inf"}
    return {LAG: {("T", names[name]): scene.steady(value) for name, value in each.items()}}


def p95(scene: Any, tables: dict[str, Any], figure_id: str = "platform.replication_lag_p95") -> tuple[Any, Any]:
    section = judge_platform(scene.snapshot(tables), scene.start, scene.end)
    verdict = next(v for v in section.verdicts if v.check == figure_id)
    return Figures(section.figures).find(figure_id, "T"), verdict


def test_buckets_are_ordered_as_numbers(scene: Any) -> None:
    figure, verdict = p95(scene, lag(scene, b9=50, b60=90, b120=100, inf=100))
    assert (figure.value, figure.bounds, verdict.status.value) == (90.0, (60.0, 120.0), "warn")


def test_a_quantile_beyond_the_last_bucket_is_at_least_its_bound(scene: Any) -> None:
    figure, verdict = p95(scene, lag(scene, b9=10, b60=20, inf=100))
    assert (figure.value, figure.bounds, verdict.status.value) == (60.0, (60.0, None), "unknown")
    assert "at least 60 s" in verdict.reason
    assert p95(scene, lag(scene, b120=20, inf=100))[1].status.value == "fail"


def test_two_spellings_of_one_bound_are_one_bucket(scene: Any) -> None:
    tables = {
        LAG: {
            ("T", "1"): scene.steady(10, until=57),
            ("T", "1.0"): [(minute, 10.0 * (minute - 57)) for minute in range(58, 71)],
            ("T", "+Inf"): scene.steady(10),
        }
    }
    assert p95(scene, tables)[0].value == pytest.approx(0.95)


@pytest.mark.parametrize(
    "each",
    [{}, {"b9": 10, "b60": 20}, {"inf": 5}, {"b9": 0, "inf": 0}],
    ids=["nothing", "no +Inf", "only +Inf", "no events"],
)
def test_what_no_quantile_can_be_taken_of_is_unknown(scene: Any, each: dict[str, float]) -> None:
    figure, verdict = p95(scene, lag(scene, **each))
    assert (figure.value, verdict.status.value) == (None, "unknown")
    assert verdict.reason


def test_a_bound_that_is_no_number_is_named(scene: Any) -> None:
    tables = {LAG: {("T", "many"): scene.steady(1), ("T", "+Inf"): scene.steady(1)}}
    assert "le='many'" in p95(scene, tables)[1].reason


def test_buckets_that_contradict_each_other_are_no_pass(scene: Any) -> None:
    assert p95(scene, lag(scene, b9=100, b60=50, inf=100))[1].status.value == "unknown"


def test_a_quantile_needs_95_percent_of_its_samples(scene: Any) -> None:
    tables = lag(scene, b9=100, inf=100)
    thin = {key: [row for row in rows if not 10 <= row[0] < 14] for key, rows in tables[LAG].items()}
    figure, verdict = p95(scene, {LAG: thin})
    assert (figure.value, figure.quality.value, verdict.status.value) == (None, "unknown", "unknown")
    assert "coverage" in figure.reason


def test_graphql_is_told_in_milliseconds(scene: Any) -> None:
    tables = {LATENCY: {("T", "0.2"): scene.steady(100), ("T", "+Inf"): scene.steady(100)}}
    figure, verdict = p95(scene, tables, "platform.graphql_p95")
    assert (figure.value, figure.unit, verdict.status.value) == (pytest.approx(190), "ms", "pass")


def test_denies_are_counted_and_allows_are_not(scene: Any) -> None:
    tables = {"policy.decisions": {("T", "deny"): scene.steady(2), ("T", "allow"): scene.steady(50)}}
    figures = Figures(judge_platform(scene.snapshot(tables, ("T", "U")), scene.start, scene.end).figures)
    assert [figures.find("platform.policy_denies", name).value for name in ("T", "U", None)] == [120, None, 120]
    assert figures.find("platform.policy_denies").quality.value == "estimated"


@pytest.mark.parametrize(("bound", "status"), [("0.35", "fail"), ("0.25", "warn"), ("0.249", "pass")])
def test_a_quantile_on_a_bucket_bound_is_that_very_number(scene: Any, bound: str, status: str) -> None:
    key = "platform.request_duration"
    rows = {("T", "0.1"): scene.steady(10), ("T", bound): scene.steady(95), ("T", "+Inf"): scene.steady(100)}
    section = judge_platform(scene.snapshot({key: rows}), scene.start, scene.end)
    verdict = next(v for v in section.verdicts if v.check == "platform.graphql_p95")
    assert (verdict.status.value, verdict.value) == (status, f"{float(bound) * 1000:.1f}")
