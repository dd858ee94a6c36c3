"""What ``mcreports doctor`` says of the last day's samples on the real servers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcreports.samples import Series
from tests.cli.conftest import NOW

Command = Callable[..., Any]
SETTINGS = """
[source]
url = "{url}"

[metrics."budget.cost"]
name = "{prefix}_cost"

[metrics."config.drift"]
name = "{prefix}_drift"
"""


@pytest.fixture
def found(mcreports: Command, server: Any, tmp_path: Path) -> dict[str, tuple[str, str]]:
    """The findings on three tenants, of which one has a gap and one was born, and on a gauge half of which is there."""
    prefix = re.sub(r"\W", "_", tmp_path.name)  # a server without our samples yet
    (tmp_path / "mcreports.toml").write_text(SETTINGS.format(url=server.url, prefix=prefix), encoding="utf-8")
    ts = int(datetime.fromisoformat(NOW).timestamp() * 1000) - np.arange(2 * 1440, 0, -1) * 60_000 + 17
    minute = np.arange(2 * 1440) - 1440
    there = {"WHOLE": minute > -2000, "GAP": (minute < 600) | (minute > 640), "NEW": minute >= 1000}
    cost = [
        Series({"__name__": f"{prefix}_cost", "tenant": name, "driver": driver}, ts[own], ts[own] / 1e9)
        for name, own in there.items()
        for driver in ("compute", "storage")
    ]
    half = (minute < 300) | (minute > 1000)
    server.load([*cost, Series({"__name__": f"{prefix}_drift"}, ts[half], np.zeros(half.sum()))])
    ran = mcreports("doctor", "--json")
    assert ran.code == 0
    return {each["finding"]: (each["state"], each["detail"]) for each in ran.data}


def test_the_doctor_tells_the_coverage_of_the_last_day(found: dict[str, tuple[str, str]]) -> None:
    state, detail = found["budget.cost coverage"]
    assert state == "watch"
    assert "1,440 of 1,440 samples at 60 s in each of 2 series of WHOLE" in detail
    assert "GAP: 2,798 of 2,880 samples at 60 s; nothing from 2025-11-02T18:59:00Z to 2025-11-02T19:41:00Z" in detail
    assert "NEW: 880 of 880 samples at 60 s" in detail


def test_half_of_a_gauges_samples_are_missing(found: dict[str, tuple[str, str]]) -> None:
    state, detail = found["config.drift coverage"]
    assert (state, "nothing from 2025-11-02T13:59:00Z to 2025-11-03T01:41:00Z" in detail) == ("missing", True)


def test_metrics_that_nobody_has_heard_of_have_no_coverage_of_their_own(found: dict[str, tuple[str, str]]) -> None:
    assert "grounding.checks coverage" not in found
    assert found["grounding.checks"][0] == "missing"
