"""Grounding verified: scores, changes against the period before, and the golden set; nothing missing passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mcreports.domains.changes import changes
from mcreports.domains.grounding import judge_grounding
from mcreports.domains.scores import LOWEST, MEAN, NEAREST, score_figures
from mcreports.domains.trajectories import judge_trajectories
from mcreports.evidence.tables import SCHEMAS, frame
from mcreports.figures import Figure, Quality

WINDOW = (datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 10, 8, tzinfo=UTC))
FILE = "rag/attest.json"


def tables(**rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: frame(name, rows.get(name, [])) for name in SCHEMAS}


def golden(*holds: bool, faults: tuple[str, ...] = (), files: int = 1) -> dict[str, Any]:
    """The tables of a golden set with these cases."""
    own = {"kind": "golden-set", "tenant": "", "since": None, "ts": None, "sha256": "", "size": 1}
    cases = [
        {
            "file": "0.yaml",
            "name": f"case {n}",
            "tenant": "",
            "steps": 4,
            "holds": one,
            "fault": "" if one else "is bad",
        }
        for n, one in enumerate(holds)
    ]
    broken = [
        {"file": f"{n}.yaml", "kind": "golden-set", "field": field, "text": "is cut off"}
        for n, field in enumerate(faults)
    ]
    return tables(files=[{"file": f"{n}.yaml", **own} for n in range(files)], trajectories=cases, faults=broken)


@pytest.mark.parametrize(
    ("found", "status", "value"),
    [
        (golden(True, True), "pass", "100.0"),
        (golden(True, False), "fail", "50.0"),
        (golden(*[True] * 9999, False), "fail", "99.99"),
        (golden(), "unknown", None),
        (golden(faults=("",)), "unknown", None),
        (golden(True, faults=("test_cases",)), "unknown", "100.0"),
        (golden(False, faults=("test_cases",)), "fail", "0.0"),
        (golden(True, files=2), "unknown", "100.0"),
    ],
)
def test_every_case_of_the_golden_set_must_hold(found: Any, status: str, value: str | None) -> None:
    (verdict,) = judge_trajectories(found, WINDOW).verdicts
    assert (verdict.check, verdict.status.value, verdict.value) == ("grounding.trajectories", status, value)


def test_broken_cases_are_named_a_few_of_them() -> None:
    (verdict,) = judge_trajectories(golden(*[False] * 8), WINDOW).verdicts
    assert "case 0: is bad" in verdict.reason
    assert "and 3 more" in verdict.reason


def test_without_a_golden_set_there_is_no_verdict() -> None:
    assert judge_trajectories(tables(), WINDOW).verdicts == ()


def attested(scene: Any, *, faults: list[dict[str, Any]] | None = None, scores: dict[str, list[float]]) -> Any:
    ts = int(scene.at(30).timestamp() * 1000)
    results = [
        {
            "file": FILE,
            "tenant": tenant,
            "response_id": f"{tenant}{n}",
            "ts": ts,
            "grounding_score": one,
            "passed": one >= 0.8,
        }
        for tenant, own in scores.items()
        for n, one in enumerate(own)
    ]
    head = {"file": FILE, "ts": ts, "platform_version": "", "cases": len(results), "claimed_pass_rate": 1.0,
            "pass_rate": 1.0, "threshold": 0.8, "hash_holds": True}  # fmt: skip
    claim = {"file": FILE, "kind": "attestation", "field": "f", "claimed": "1", "recomputed": "1", "holds": True}
    rows = {"attestations": [head], "attestation_results": results, "claims": [claim]} if scores else {}
    snapshot = scene.snapshot({"grounding.checks": {("T", "pass"): scene.steady(1)}}, tuple(scores) or ("T",))
    return replace(snapshot, evidence=tables(**rows, faults=faults or []))


def test_scores_are_told_of_each_tenant_and_of_all(scene: Any) -> None:
    snapshot = attested(scene, scores={"T": [0.9, 0.82], "U": [0.79, 1.0]})
    found = {(one.id, one.tenant): one.value for one in score_figures(snapshot, (scene.start, scene.end))}
    assert found == {
        (MEAN, None): 87.75, (LOWEST, None): 79.0, (NEAREST, None): -1.0,
        (MEAN, "T"): 86.0, (LOWEST, "T"): 82.0, (NEAREST, "T"): 2.0,
        (MEAN, "U"): 89.5, (LOWEST, "U"): 79.0, (NEAREST, "U"): -1.0,
    }  # fmt: skip


def test_without_attestations_there_are_no_scores(scene: Any) -> None:
    window = (scene.start, scene.end)
    assert score_figures(scene.snapshot({}), window) == ()
    assert score_figures(attested(scene, scores={}), window) == ()


@pytest.mark.parametrize("scores", [{}, {"T": [0.9]}])
def test_an_attestation_that_cannot_be_read_is_never_a_pass(scene: Any, scores: Any) -> None:
    file = FILE if scores else "rag/other-attest.json"
    fault = {"file": file, "kind": "attestation", "field": "timestamp", "text": "is missing"}
    section = judge_grounding(attested(scene, faults=[fault], scores=scores), scene.start, scene.end)
    (verdict,) = [one for one in section.verdicts if one.check == "grounding.attestation"]
    assert (verdict.status.value, f"{file}: timestamp is missing" in verdict.reason) == ("unknown", True)


def figure(value: float | None, day: int, query: str = "q", **more: Any) -> Figure:
    window = (datetime(2025, 10, day, tzinfo=UTC), datetime(2025, 10, day + 7, tzinfo=UTC))
    quality = Quality.UNKNOWN if value is None else Quality.ACTUAL
    return Figure("rate", None, value, "%", window, query, "m", quality, **more)


def test_a_change_is_in_percentage_points_over_both_windows() -> None:
    (one,) = changes("rate", [figure(94.5, 8)], [figure(97.0, 1)])
    assert (one.id, one.value, one.unit, one.quality) == ("rate.change", -2.5, "pp", Quality.ACTUAL)
    assert (one.window[0].day, one.window[1].day) == (1, 15)


@pytest.mark.parametrize(("now", "before"), [(None, 97.0), (97.0, None)])
def test_a_change_from_or_to_nothing_is_unknown(now: float | None, before: float | None) -> None:
    (one,) = changes("rate", [figure(now, 8)], [figure(before, 1)])
    assert (one.value, one.quality) == (None, Quality.UNKNOWN)


def test_one_attestation_is_no_change_of_itself() -> None:
    labels = (("source", "evidence"),)
    (one,) = changes("rate", [figure(97.0, 8, FILE, labels=labels)], [figure(97.0, 1, FILE, labels=labels)])
    assert (one.value, one.reason) == (None, "both rest on the same file")


def test_what_was_not_there_before_has_no_change() -> None:
    assert list(changes("rate", [figure(97.0, 8)], [])) == []
