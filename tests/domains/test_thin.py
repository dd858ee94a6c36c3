"""What half of the samples still prove, and what they do not, on every report that rests on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

HOLES = {
    "daily": ("2025-10-31", ("2025-10-31T04:00", "2025-10-31T20:00")),
    "weekly": ("2025-W43", ("2025-10-21T05:00", "2025-10-24T04:00")),
    "monthly": ("2025-10", ("2025-10-08T05:00", "2025-10-20T04:00")),
}
COUNTED = {
    "autonomy.operations": {"status": "success", "operation_type": "a"},
    "autonomy.violations": {"type": "policy"},
    "autonomy.compensations": {"reason": "a"},
    "grounding.checks": {"result": "pass"},
    "policy.decisions": {"decision": "deny"},
}
TOTALS = ("budget.spend.period", "autonomy.operations", "autonomy.policy_violations", "grounding.checks",
          "platform.policy_denies")  # fmt: skip
RATES = ("autonomy.success_rate", "autonomy.compensation_rate", "grounding.pass_rate")
QUANTILES = ("platform.replication_lag_p95", "platform.graphql_p95")
LIMITS = ("budget.limit.daily", "budget.limit.monthly")


def report(platform: Any, name: str, *, drifted: bool = False) -> Any:
    """A report over a platform that misses half of its scrapes in one hole, both ends of the period covered."""
    label, hole = HOLES[name]
    made = platform().cost().limit().known()
    ts = made.times(None, None)
    for key, labels in COUNTED.items():
        made.add(key, {"tenant": "T", **labels}, ts, np.arange(len(ts)))
    for key in ("platform.replication_lag", "platform.request_duration"):
        for bound in ("0.1", "1", "+Inf"):
            made.add(key, {"tenant": "T", "le": bound}, ts, np.arange(len(ts)) * 5)
    made.add("config.drift", {}, ts, np.full(len(ts), float(drifted)))
    first, last = (np.datetime64(at, "ms").astype(int) for at in hole)
    every, made.rows = made.rows, []
    for key, one in every:
        there = (one.ts <= first) | (one.ts >= last)
        made.add(key, dict(one.labels), one.ts[there], one.values[there])
    return made.report(name, label)


@pytest.mark.parametrize("name", HOLES)
def test_totals_of_counters_stay_actual_beside_a_coverage_that_fails(platform: Any, name: str) -> None:
    made = report(platform, name)
    for figure_id in (*TOTALS, *RATES):
        figure = made.figures.find(figure_id, "T")
        assert (figure_id, figure.quality.value) == (figure_id, "actual")
    failed = {
        dict(v.labels)["metric"] for v in made.verdicts if v.check == "data.coverage" and v.status.value == "fail"
    }
    assert failed >= {"budget.cost", *COUNTED}
    days = [f for f in made.figures.where("budget.spend.day") if f.tenant == "T"]
    is_within_a_day = name == "daily"
    assert ("estimated" in {day.quality.value for day in days}) is not is_within_a_day


@pytest.mark.parametrize("name", HOLES)
def test_gauges_and_quantiles_below_the_threshold_are_unknown(platform: Any, name: str) -> None:
    made = report(platform, name)
    quantiles = [f for figure_id in QUANTILES for f in made.figures.where(figure_id)]
    limits = [f for figure_id in LIMITS for f in made.figures.where(figure_id) if f.method == "gauge.last"]
    thin = [f for f in limits if f.coverage is not None and f.coverage < 0.95]
    assert quantiles
    assert thin
    for figure in (*quantiles, *thin):
        assert (figure.id, figure.value, figure.quality.value) == (figure.id, None, "unknown")
    (drift,) = made.figures.where("config.drift")
    assert (drift.value, drift.quality.value) == (None, "unknown")
    for check in (*QUANTILES, "config.drift"):
        assert {(v.check, v.status.value) for v in made.verdicts if v.check == check} == {(check, "unknown")}


def test_one_sample_of_a_gauge_that_is_up_proves_a_drift(platform: Any) -> None:
    made = report(platform, "daily", drifted=True)
    (drift,) = made.figures.where("config.drift")
    assert drift.value == 1
    assert [v.status.value for v in made.verdicts if v.check == "config.drift"] == ["fail"]
