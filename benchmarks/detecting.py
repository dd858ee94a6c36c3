"""Rows a second that the anomaly detector judges: python -m benchmarks.detecting."""

from __future__ import annotations

import time

import numpy as np

from mcreports.analysis.anomalies import Series, detect, intervals

HOUR = 3_600_000
CASES = (
    ("5 minutes, 100,000 rows", 300_000, 100_000),
    ("hourly, 100,000 rows", HOUR, 100_000),
    ("daily, 100,000 rows", 24 * HOUR, 100_000),
    ("hourly, 8 weeks", HOUR, 8 * 168),
    ("daily, a year", 24 * HOUR, 365),
)
ROUNDS = 5


def seconds(step: int, count: int) -> float:
    """The best of some rounds: detection and intervals of one series with a daily rhythm."""
    ts = step * np.arange(count)
    noise = np.random.default_rng(1).standard_normal(count)
    series = Series(ts, 10 + 3 * np.sin(ts / (24 * HOUR) * 2 * np.pi) + noise)
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        intervals(series, detect(series))
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Print a line per case."""
    for name, step, count in CASES:
        spent = seconds(step, count)
        print(f"{name:24} {1000 * spent:8.1f} ms {count / spent:12,.0f} rows a second")


if __name__ == "__main__":
    main()
