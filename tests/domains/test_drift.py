"""Drift: proven absent, proven present, or unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mcreports.domains.drift import judge_drift
from mcreports.evidence.configuration.changes import compare
from mcreports.evidence.tables import SCHEMAS, frame

GAUGE = "config.drift"


def config(
    scene: Any, current: dict[str, str] | None, minute: float = 30, *, holds: bool = True, approved: Any = ()
) -> dict[str, Any]:
    """The evidence of a baseline {a: 1, b: 2} and of a current state, some of whose paths were approved."""
    before, stamp = {"a": "1", "b": "2"}, int(scene.at(minute).timestamp() * 1000)
    files = [] if current is None else [("current", stamp)]
    file_rows = [
        {"file": f"config/config-{side}.json", "kind": f"config-{side}", "tenant": "", "since": at, "ts": at,
         "sha256": "", "size": 1}
        for side, at in [("baseline", stamp - 10**8), *files]
    ]  # fmt: skip
    changes = [
        {"file": "config/config-current.json", "path": one.path, "change": one.kind, "before": "", "after": "",
         "approval": "config/approvals/x.json" if one.path in approved else "", "approved": stamp,
         "approved_by": "Ann", "why": "CHG-1\nand more", "note": ""}
        for one in compare(before, before if current is None else current)
    ]  # fmt: skip
    claim = {"file": "config/config-current.json", "kind": "config-current", "field": "config_hash", "claimed": "x",
             "recomputed": "y", "holds": holds}  # fmt: skip
    sides = [("baseline", before), *([] if current is None else [("current", current)])]
    paths = [
        {"file": f"config/config-{side}.json", "side": side, "ts": stamp, "path": path, "content_hash": content}
        for side, contents in sides
        for path, content in contents.items()
    ]
    tables = {"files": file_rows, "config": paths, "config_changes": changes, "claims": [claim]}
    return {name: frame(name, tables.get(name, [])) for name in SCHEMAS}


def judged(scene: Any, gauge: list[tuple[float, float]] | None, evidence: dict[str, Any] | None = None) -> Any:
    snapshot = scene.snapshot({GAUGE: {(): gauge}} if gauge is not None else {})
    section = judge_drift(replace(snapshot, evidence=evidence or {}), scene.start, scene.end)
    return section.verdicts[0]


def test_a_gauge_that_stays_down_passes(scene: Any) -> None:
    assert judged(scene, scene.steady(0)).status.value == "pass"


def test_a_gauge_that_was_up_for_a_minute_fails_and_says_when(scene: Any) -> None:
    verdict = judged(scene, [(minute, float(minute == 20)) for minute in range(61)])
    assert (verdict.status.value, verdict.value) == ("fail", "1")
    assert "2025-10-31T00:20:00Z" in verdict.reason


@pytest.mark.parametrize(
    "gauge",
    [
        None,
        [],
        [(float(minute), 0.0) for minute in range(-10, 0)],
        [(float(minute), 0.0) for minute in range(30)],
        [(float(minute), 0.0) for minute in range(30, 61)],
        [(float(minute), 0.0) for minute in range(61) if not 20 < minute < 40],
        [(float(minute), -1.0 if minute == 9 else 0.0) for minute in range(61)],
        [(5.0, 0.0)],
    ],
    ids=["no table", "empty", "before", "fell silent", "began late", "gap", "negative", "one sample"],
)
def test_a_gauge_that_was_not_seen_to_stay_down_is_unknown(scene: Any, gauge: Any) -> None:
    verdict = judged(scene, gauge)
    assert verdict.status.value == "unknown"
    assert verdict.reason


def test_equal_files_prove_that_nothing_drifted(scene: Any) -> None:
    assert judged(scene, None, config(scene, {"a": "1", "b": "2"})).status.value == "pass"


def test_files_that_differ_fail_whatever_the_gauge_says_and_are_named(scene: Any) -> None:
    verdict = judged(scene, scene.steady(0), config(scene, {"a": "9", "c": "3"}))
    assert (verdict.status.value, verdict.value) == ("fail", "3")
    assert "changed: a, added: c, removed: b" in verdict.reason


@pytest.mark.parametrize(
    "evidence",
    [{"minute": -30 * 24 * 60}, {"minute": 3 * 24 * 60}, {"holds": False}, {"current": None}],
    ids=["stale", "of another time", "a false hash", "no current side"],
)
def test_equal_files_that_cannot_be_trusted_prove_nothing(scene: Any, evidence: dict[str, Any]) -> None:
    told = config(scene, **{"current": {"a": "1", "b": "2"}, **evidence})
    assert judged(scene, None, told).status.value == "unknown"


def test_stale_files_do_not_spoil_what_the_gauge_proves(scene: Any) -> None:
    told = config(scene, {"a": "1", "b": "2"}, minute=-30 * 24 * 60)
    assert judged(scene, scene.steady(0), told).status.value == "pass"


def test_stale_files_that_differ_are_a_doubt_that_no_gauge_clears(scene: Any) -> None:
    verdict = judged(scene, scene.steady(0), config(scene, {"a": "1", "b": "9"}, minute=-60 * 24 * 30))
    assert (verdict.status.value, "it differs from the baseline" in verdict.reason) == ("unknown", True)


def test_an_approved_change_warns_and_carries_who_when_and_why(scene: Any) -> None:
    verdict = judged(scene, None, config(scene, {"a": "9", "b": "2"}, approved={"a"}))
    assert (verdict.status.value, verdict.value) == ("warn", "1")
    assert "changed: a (approved by Ann on 2025-10-31T00:30:00Z: CHG-1␊and more)" in verdict.reason


@pytest.mark.parametrize("up", [0.0, 1.0])
def test_an_approved_change_warns_whatever_the_gauge_says(scene: Any, up: float) -> None:
    gauge = [(float(minute), up) for minute in range(61)]
    verdict = judged(scene, gauge, config(scene, {"a": "9", "b": "2"}, approved={"a"}))
    assert verdict.status.value == "warn"


def test_a_gauge_that_is_up_for_what_no_file_shows_fails(scene: Any) -> None:
    gauge = [(float(minute), 1.0) for minute in range(61)]
    assert judged(scene, gauge, config(scene, {"a": "1", "b": "2"})).status.value == "fail"


def test_one_change_that_nobody_approved_fails_and_comes_first(scene: Any) -> None:
    verdict = judged(scene, None, config(scene, {"a": "9", "b": "9"}, approved={"a"}))
    assert (verdict.status.value, verdict.value) == ("fail", "1")
    assert verdict.reason.index("changed: b, ") < verdict.reason.index("changed: a (approved")


def test_an_approved_change_in_a_file_that_claims_what_is_false_is_unknown(scene: Any) -> None:
    verdict = judged(scene, None, config(scene, {"a": "9", "b": "2"}, approved={"a"}, holds=False))
    assert verdict.status.value == "unknown"
    assert "config_hash claims x, its details give y" in verdict.reason


def test_a_state_that_holds_no_file_any_more_has_lost_them_all(scene: Any) -> None:
    assert judged(scene, None, config(scene, {})).value == "2"
