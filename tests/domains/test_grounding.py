"""Grounding: 95 % of the checks must hold, of each tenant and of all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mcreports.domains.grounding import judge_grounding
from mcreports.evidence.tables import SCHEMAS, frame
from mcreports.figures import Figures

if TYPE_CHECKING:
    from mcreports.snapshot import Snapshot


def checks(scene: Any, **held: tuple[float, float]) -> dict[str, Any]:
    """Per tenant how many checks pass and fail each minute."""
    return {
        "grounding.checks": {
            (tenant, result): scene.steady(each)
            for tenant, both in held.items()
            for result, each in zip(("pass", "fail"), both, strict=True)
        }
    }


def judged(scene: Any, snapshot: Snapshot) -> dict[tuple[str, str | None, bool], str]:
    section = judge_grounding(snapshot, scene.start, scene.end)
    return {(v.check.split(".")[1], v.tenant, bool(v.labels)): v.status.value for v in section.verdicts}


@pytest.mark.parametrize(("passing", "failing", "status"), [(95, 5, "pass"), (949, 51, "fail"), (0, 0, "unknown")])
def test_95_percent_is_enough_and_nothing_less(scene: Any, passing: int, failing: int, status: str) -> None:
    found = judged(scene, scene.snapshot(checks(scene, T=(passing, failing))))
    assert found == {("pass_rate", None, False): status, ("pass_rate", "T", False): status}


def test_a_tenant_without_data_keeps_the_whole_from_passing_but_not_from_failing(scene: Any) -> None:
    good = judged(scene, scene.snapshot(checks(scene, T=(100, 0)), ("T", "GONE")))
    assert (good["pass_rate", None, False], good["pass_rate", "GONE", False]) == ("unknown", "unknown")
    assert judged(scene, scene.snapshot(checks(scene, T=(1, 1)), ("T", "GONE")))["pass_rate", None, False] == "fail"


def test_the_whole_is_weighed_by_checks_and_not_by_tenants(scene: Any) -> None:
    snapshot = scene.snapshot(checks(scene, T=(980, 20), U=(5, 5)), ("T", "U"))
    whole = Figures(judge_grounding(snapshot, scene.start, scene.end).figures).find("grounding.pass_rate")
    assert whole.value == pytest.approx(100 * 985 / 1010)


def attested(scene: Any, at: float, passed: list[bool], *, holds: bool = True) -> Snapshot:
    """A snapshot with one attestation, its results, and one claim about it."""
    file, ts = "rag/attest.json", int(scene.at(at).timestamp() * 1000)
    results = [
        {"file": file, "tenant": "T", "response_id": f"r{n}", "ts": ts, "grounding_score": 0.9, "passed": one}
        for n, one in enumerate(passed)
    ]
    head = {"file": file, "ts": ts, "platform_version": "", "cases": len(passed), "claimed_pass_rate": 1.0,
            "pass_rate": 1.0, "threshold": 0.8, "hash_holds": True}  # fmt: skip
    claim = {"file": file, "kind": "attestation", "field": "f", "claimed": "1", "recomputed": "2", "holds": holds}
    rows = {"attestations": [head], "attestation_results": results, "claims": [claim]}
    snapshot = scene.snapshot(checks(scene, T=(100, 0)))
    return replace(snapshot, evidence={name: frame(name, rows.get(name, [])) for name in SCHEMAS})


def test_an_attestation_is_judged_by_its_details(scene: Any) -> None:
    found = judged(scene, attested(scene, 30, [True] * 9 + [False]))
    assert (found["attestation", None, False], found["pass_rate", "T", True]) == ("pass", "fail")


def test_a_false_claim_fails_the_attestation(scene: Any) -> None:
    assert judged(scene, attested(scene, 30, [True], holds=False))["attestation", None, False] == "fail"


def test_an_attestation_at_the_windows_end_speaks_for_it(scene: Any) -> None:
    assert judged(scene, attested(scene, 60, [True]))["attestation", None, False] == "pass"


def test_an_attestation_of_another_month_proves_nothing(scene: Any) -> None:
    found = judged(scene, attested(scene, -30 * 24 * 60, [True]))
    assert found["attestation", None, False] == "unknown"
    assert ("pass_rate", None, True) not in found


def test_without_attestations_there_is_no_verdict_on_them(scene: Any) -> None:
    assert ("attestation", None, False) not in judged(scene, scene.snapshot(checks(scene, T=(1, 0))))
