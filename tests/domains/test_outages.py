"""What tenants went through together: found by looking at all samples at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.domains.coverage import judge_coverage, judge_sights, sights
from mcreports.domains.outages import outages
from mcreports.domains.series import Line, Watch, seen

KEY = "grounding.checks"
STEP = 60_000
COUNT = 120
WINDOW = Watch(0, COUNT * STEP, -10 * STEP)


def line(ts: np.ndarray, values: np.ndarray | None = None) -> Line:
    return Line(("T", "pass"), ts, np.arange(len(ts), dtype=float) if values is None else values, float(STEP))


@st.composite
def crowds(draw: st.DrawFn) -> list[np.ndarray]:
    """The instants of some tenants' samples: each of its own phase, birth and gaps, and some gaps of all."""
    shared = [(draw(st.integers(0, COUNT)), draw(st.integers(1, 12))) for _ in range(draw(st.integers(0, 3)))]
    every = []
    for _ in range(draw(st.integers(2, 5))):
        ts = np.arange(COUNT) * STEP + draw(st.integers(0, STEP - 1))
        own = [(draw(st.integers(0, COUNT)), draw(st.integers(1, 12))) for _ in range(draw(st.integers(0, 2)))]
        keep = np.ones(COUNT, bool)
        for first, length in (*shared, *own):
            keep &= ~((ts >= first * STEP) & (ts < (first + length) * STEP))
        keep[: draw(st.sampled_from([0, 0, 30]))] = False
        every.append(ts[keep])
    return every


@given(crowds())
def test_the_source_was_silent_where_nobody_has_a_sample(crowd: list[np.ndarray]) -> None:
    merged = [0, *sorted({int(at) for ts in crowd for at in ts}), COUNT * STEP]
    naive = [(a, b) for a, b in pairwise(merged) if b - a > 2.1 * STEP]
    found = outages([seen(line(ts), WINDOW) for ts in crowd])
    assert list(found.silences) == naive
    assert found.tenants == len(crowd)


@given(st.data())
def test_a_restart_is_told_once_when_half_of_the_tenants_share_it(data: st.DataObject) -> None:
    tenants = data.draw(st.integers(2, 6))
    restarts = {minute: data.draw(st.sets(st.integers(0, tenants - 1))) for minute in (20, 50, 80, 110)}
    met = []
    for tenant in range(tenants):
        ts = np.arange(COUNT) * STEP + data.draw(st.integers(0, STEP - 1))
        began = [minute * STEP + STEP // 2 for minute, whose in restarts.items() if tenant in whose]
        values = np.array([float(at - max([b for b in began if b <= at], default=-STEP)) for at in ts])
        met.append(seen(line(ts, values), WINDOW, counts=True))
    found = outages(met)
    wanted = {minute: len(whose) for minute, whose in restarts.items() if len(whose) > 1 and 2 * len(whose) >= tenants}
    assert list(found.restarted) == list(wanted.values())
    for minute, (first, last) in zip(wanted, found.restarts, strict=True):
        assert first < minute * STEP + STEP // 2 <= last
        assert last - first <= STEP


def judged(scene: Any, tenants: dict[str, Any]) -> Any:
    tables = {KEY: {(name, "pass"): rows for name, rows in tenants.items()}}
    return judge_coverage(scene.snapshot(tables, tuple(tenants)), scene.start, scene.end)


def whole(section: Any) -> Any:
    return next(figure for figure in section.figures if figure.tenant is None)


def late(rows: Any, minutes: float) -> Any:
    return [(minute + minutes, value) for minute, value in rows]


def test_a_silence_of_all_is_told_once_and_not_as_each_tenants_own(scene: Any) -> None:
    rows = [row for row in scene.steady() if not 20 < row[0] < 30]
    section = judged(scene, {"T": rows, "U": late(rows, 0.3), "V": late(rows, 0.6)})
    said = "the source was silent from 2025-10-31T00:20:36Z to 2025-10-31T00:30:00Z"
    assert whole(section).reason == f"153 of 180 samples at 60 s; {said} (all 3 tenants)"
    assert all(verdict.reason.endswith(said) for verdict in section.verdicts)
    assert "nothing from" not in str(section)


def test_a_gap_that_one_tenant_has_been_spared_is_the_others_own(scene: Any) -> None:
    rows = [row for row in scene.steady() if not 20 < row[0] < 30]
    section = judged(scene, {"T": rows, "U": rows, "V": scene.steady()})
    assert "silent" not in str(section)
    assert [("nothing from" in verdict.reason) for verdict in section.verdicts] == [True, True, False]


def test_one_tenant_alone_does_not_speak_for_the_source(scene: Any) -> None:
    section = judged(scene, {"T": [row for row in scene.steady() if not 20 < row[0] < 30]})
    assert "silent" not in str(section)


def test_a_tenant_that_is_silent_for_longer_tells_its_own_gap(scene: Any) -> None:
    short, long = ([row for row in scene.steady() if not 20 < row[0] < end] for end in (30, 40))
    section = judged(scene, {"T": short, "U": short, "V": long})
    assert "the source was silent from 2025-10-31T00:20:00Z to 2025-10-31T00:30:00Z (all 3" in whole(section).reason
    assert "nothing from 2025-10-31T00:20:00Z to 2025-10-31T00:40:00Z" in section.verdicts[2].reason


def test_a_restart_of_all_is_told_once_with_its_count(scene: Any) -> None:
    rows = [(minute, (minute - 40) % 90 + 10.0) for minute, _ in scene.steady()]
    section = judged(scene, {"T": rows, "U": late(rows, 0.5), "V": scene.steady()})
    assert whole(section).resets == 2
    assert "the exporter was restarted at about 2025-10-31T00:40:00Z (2 of 3 tenants)" in whole(section).reason
    assert [figure.resets for figure in section.figures if figure.tenant] == [1, 1, 0]
    assert "the exporter was restarted at about" in section.verdicts[0].reason


def test_a_reset_of_one_is_its_own(scene: Any) -> None:
    rows = [(minute, (minute - 40) % 90 + 10.0) for minute, _ in scene.steady()]
    section = judged(scene, {"T": rows, "U": scene.steady(), "V": scene.steady()})
    assert "restarted" not in str(section)
    assert section.verdicts[0].reason == "it began anew at 2025-10-31T00:40:00Z"
    assert section.verdicts[0].status.value == "pass"


def test_a_gauge_that_falls_was_not_reset(scene: Any) -> None:
    falling = {("T",): [(minute, -float(minute)) for minute, _ in scene.steady()]}
    snapshot = scene.snapshot({"budget.limit_daily": falling})
    assert {figure.resets for figure in judge_coverage(snapshot, scene.start, scene.end).figures} == {0}


def test_tenants_without_data_are_counted_beside_the_share_of_the_others(scene: Any) -> None:
    snapshot = scene.snapshot({KEY: {("T", "pass"): scene.steady()}}, ("T", "U"))
    figure = whole(judge_coverage(snapshot, scene.start, scene.end))
    assert (figure.value, figure.quality.value) == (100.0, "estimated")
    assert figure.reason == "60 of 60 samples at 60 s; no data of 1 of 2 tenants"


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_what_is_shared_is_the_same_however_the_tenants_are_parted(scene: Any, parts: int) -> None:
    rows = [row for row in scene.steady() if not 20 < row[0] < 30]
    tables = {(name, "pass"): late(rows, 0.2 * number) for number, name in enumerate("TUVWX")}
    every = scene.snapshot({KEY: tables}, tuple("TUVWX"), {KEY: -10.0})
    found: dict[Any, Any] = {}
    for part in range(parts):
        own = {labels: rows for at, (labels, rows) in enumerate(tables.items()) if at % parts == part}
        found |= sights(scene.snapshot({KEY: own}, (), {KEY: -10.0}), KEY, scene.start, scene.end)
    section = judge_sights(every, KEY, found, (scene.start, scene.end))
    assert section == judge_coverage(every, scene.start, scene.end)
