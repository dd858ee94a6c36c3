"""Evidence complies only if every file and every claim of the window holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mcreports.checks import Status
from mcreports.domains.evidence import judge_evidence
from mcreports.evidence.tables import SCHEMAS, frame


def judged(scene: Any, *, files: int = 3, false: int = 0, faults: tuple[str, ...] = (), true: int = 5) -> Any:
    at = int(scene.at(5).timestamp() * 1000)
    names = [f"budgets/{n}.json" for n in range(files)]
    file = {"kind": "budgets", "tenant": "", "since": at, "ts": at, "sha256": "", "size": 1}
    rows = {
        "files": [{"file": name, **file} for name in names],
        "faults": [{"file": n, "kind": k, "field": "f", "text": "is bad"} for n, k in zip(names, faults, strict=False)],
        "claims": [
            {"file": names[0], "kind": "budgets", "field": "f", "claimed": "1", "recomputed": "2", "holds": n >= false}
            for n in range(true + false if files else 0)
        ],
    }
    evidence = {name: frame(name, rows.get(name, [])) for name in SCHEMAS}
    section = judge_evidence(replace(scene.snapshot({}), evidence=evidence), scene.start, scene.end)
    return section.figures[0], section.verdicts[0]


def test_evidence_that_all_holds_is_100_percent(scene: Any) -> None:
    figure, verdict = judged(scene)
    assert (figure.value, figure.samples, verdict.status, verdict.n) == (100.0, 5, Status.PASS, 5)


def test_one_false_claim_fails_and_shows_both_values(scene: Any) -> None:
    figure, verdict = judged(scene, false=1)
    assert (figure.value, verdict.status) == (pytest.approx(100 * 5 / 6), Status.FAIL)
    assert "budgets/0.json: f claims 1, its details give 2" in verdict.reason


def test_one_broken_file_fails_and_is_named(scene: Any) -> None:
    figure, verdict = judged(scene, faults=("budgets",))
    assert (figure.value, verdict.status) == (pytest.approx(100 * 5 / 6), Status.FAIL)
    assert "budgets/0.json: f is bad" in verdict.reason


def test_files_that_are_there_and_claim_nothing_prove_nothing(scene: Any) -> None:
    figure, verdict = judged(scene, files=3, true=0)
    assert (figure.value, verdict.status) == (None, Status.UNKNOWN)


def test_many_faults_are_summed_up(scene: Any) -> None:
    _, verdict = judged(scene, files=30, faults=("budgets",) * 30)
    assert "and 25 more" in verdict.reason


def test_stale_evidence_is_unknown(scene: Any) -> None:
    assert judged(scene, faults=("stale",))[1].status is Status.UNKNOWN


def test_no_evidence_is_unknown_and_never_100(scene: Any) -> None:
    figure, verdict = judged(scene, files=0, true=0)
    assert (figure.value, verdict.status) == (None, Status.UNKNOWN)
    section = judge_evidence(scene.snapshot({}), scene.start, scene.end)
    assert [v.status for v in section.verdicts] == [Status.UNKNOWN]
