"""The command where nothing is set: everything is said, nothing is proven, nothing else is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcreports.operations.readiness.validations import VALIDATIONS

Command = Callable[..., Any]


def test_where_nothing_is_set_nothing_is_proven_and_it_leaves_with_3(mcreports: Command, tmp_path: Path) -> None:
    ran = mcreports("readiness", "--json")
    assert (ran.code, ran.data["status"], ran.data["verdicts"][0]["value"]) == (3, "fail", "0")
    assert [one["status"] for one in ran.data["report"]["epic_validations"]].count("PASS") == 0
    assert [one["name"] for one in ran.data["report"]["epic_validations"]] == list(VALIDATIONS)
    (report,) = tmp_path.glob("out/readiness-20251103/*.json")
    assert json.loads(report.read_bytes()) == ran.data["report"]
    assert (tmp_path / "out/readiness/20251103T090000Z.html").exists()


def test_the_demos_evidence_proves_what_it_can_and_names_the_rest(mcreports: Command, tmp_path: Path) -> None:
    from mcreports.sources.demo.evidence import write_evidence

    write_evidence(tmp_path / "evidence", 7)
    ran = mcreports("readiness", "--evidence", "evidence")
    assert ran.code == 3
    lines = {line.split()[2]: line for line in ran.out.splitlines() if "readiness." in line}
    passed = {check for check, line in lines.items() if "● PASS" in line}
    assert passed == {"readiness.config_attestation", "readiness.change_gate", "readiness.trajectories"}
    assert "success rate of 99.89 % is not >= 99.9 %" in lines["readiness.autonomy_evidence"]
    assert "run mcreports egress check" in lines["readiness.gateway_validation"]
    assert "report: out/readiness-20251103/production-readiness-report.json" in ran.out


def test_a_key_that_others_may_read_is_a_settings_error(mcreports: Command, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    (tmp_path / "key.pem").chmod(0o644)
    (tmp_path / "mcreports.toml").write_text('[evidence]\nkey_file = "key.pem"\n')
    ran = mcreports("readiness")
    assert (ran.code, "chmod 600" in ran.err) == (2, True)
    assert not (tmp_path / "out").exists()
