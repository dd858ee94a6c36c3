"""The result that is kept, and the runbook's report beside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mcreports import evidence
from mcreports.checks import Status
from mcreports.cli import main
from mcreports.evidence.kept import latest
from mcreports.evidence.keys import load_keyring
from mcreports.operations.readiness.finding import Finding
from mcreports.operations.readiness.report import document, keep, outcome
from mcreports.operations.readiness.validations import VALIDATIONS, Validation
from mcreports.rules import RULES

RULE = RULES["readiness"]
GOOD = Finding("all of it holds", 3, 3)
UNKNOWN, FAILED = replace(GOOD, doubts=("who knows",)), replace(GOOD, good=2, wrong=("one does not",))


def twelve(*others: Finding) -> tuple[Validation, ...]:
    found = [*others, *[GOOD] * (12 - len(others))]
    pairs = zip(VALIDATIONS.items(), found, strict=True)
    return tuple(Validation(name, f"readiness.{look.__name__}", one) for (name, look), one in pairs)


@pytest.fixture
def command(platform: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs readiness as a command over the platform: its exit code, and what it printed."""
    own = platform.settings()
    (platform.root / "mcreports.toml").write_text(
        f"""
        [source]
        url = "{own.source.url}"
        [report]
        evidence = "evidence"
        reports = ["daily"]
        [evidence]
        out = "kept"
        bundles = "bundles"
        key_file = "key.pem"
        [egress]
        policies = ["policies"]
        namespace = "prod"
        pod_labels = {{ app = "web" }}
        allowed = ["10.100.0.0/24:8080"]
        [readiness]
        dashboard = "dashboard.json"
        """
    )
    monkeypatch.chdir(platform.root)
    monkeypatch.setenv("MCREPORTS_NOW", platform.now.isoformat())

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["mcreports", "readiness", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0), capsys.readouterr().out

    return run


def read_report(root: Path) -> Any:
    (file,) = root.glob("readiness-*/production-readiness-report.json")
    return json.loads(file.read_bytes())


def test_twelve_of_twelve_is_ready_signed_and_leaves_with_0(platform: Any, command: Callable[..., Any]) -> None:
    code, out = command()
    assert (code, out.count("● PASS")) == (0, 13), out
    report = read_report(platform.root / "kept")
    assert report["summary"] == {
        "total_validations": 12, "passed_validations": 12, "failed_validations": 0, "unknown_validations": 0,
        "pass_rate_percent": 100.0, "production_ready": True,
    }  # fmt: skip
    assert [one["name"] for one in report["epic_validations"]] == list(VALIDATIONS)
    assert all(one["status"] == "PASS" and one["details"] and one["evidence"] and one["age"]
               for one in report["epic_validations"])  # fmt: skip
    keyring = load_keyring(platform.settings().evidence)
    found = latest(platform.root / "kept", "readiness", keyring, platform.now)
    assert (found.doubt, found.outcome.status, len(found.outcome.verdicts)) == ("", Status.PASS, 13)
    assert report["report_metadata"]["statement"] == found.file
    page = (platform.root / "kept" / found.file).with_suffix(".html").read_text(encoding="utf-8")
    assert "Evidence bundle" in page


def test_eleven_of_twelve_is_not_ready_and_leaves_with_3(platform: Any, command: Callable[..., Any]) -> None:
    (platform.root / "policies" / "egress.yaml").unlink()
    code, out = command("--json", "--output", "elsewhere")
    told = json.loads(out)
    assert (code, told["status"]) == (3, "fail")
    assert told["report"] == read_report(platform.root / "elsewhere")
    assert told["report"]["summary"]["production_ready"] is False
    assert [one["name"] for one in told["report"]["epic_validations"] if one["status"] != "PASS"] == [
        "E3_Gateway_Config"
    ]
    assert sorted(path.name for path in (platform.root / "kept").iterdir()) == [
        "autonomy.validation", "egress", "grounding.verification",
    ]  # fmt: skip


def test_the_report_agrees_with_itself_when_it_is_read_back_as_a_claim(platform: Any) -> None:
    told = document(platform.validate(), platform.now)
    keep(told, platform.root / "evidence" / "out", platform.now)
    tables = evidence.read(platform.root / "evidence", (platform.now - timedelta(days=7), platform.now))
    claims = tables["claims"]
    own = claims[claims["file"].str.endswith("production-readiness-report.json")]
    counts = own[own["field"].str.startswith("summary.") & (own["field"] != "summary.production_ready")]
    assert sorted(counts["field"]) == [
        "summary.failed_validations", "summary.pass_rate_percent", "summary.passed_validations",
        "summary.total_validations",
    ]  # fmt: skip
    assert counts["holds"].all()
    assert own.loc[own["field"] == "epic_validations[*]", "holds"].all()


@pytest.mark.parametrize("other", [UNKNOWN, FAILED, Finding("nothing was looked at")])
def test_one_that_is_not_proven_is_enough_to_fail(ready: Any, other: Finding) -> None:
    found = outcome(twelve(other), RULE, ready.now)
    assert (found.status, found.verdicts[0].value, found.verdicts[0].gap) == (
        Status.FAIL, "11", "short by 1 validation",
    )  # fmt: skip
    assert f"not proven: E1_Dashboards {other.status}" in found.verdicts[0].reason


def test_a_laxer_threshold_does_not_make_it_ready(ready: Any) -> None:
    validations = twelve(UNKNOWN)
    found = outcome(validations, replace(RULE, fail=RULE.fail - 1), ready.now)
    assert found.status is Status.UNKNOWN
    assert document(validations, ready.now)["summary"]["production_ready"] is False


def test_no_validation_at_all_is_not_ready(ready: Any) -> None:
    assert document((), ready.now)["summary"]["production_ready"] is False
    assert outcome((), RULE, ready.now).status is Status.FAIL


def test_hostile_words_stay_data(ready: Any) -> None:
    told = document(twelve(replace(GOOD, wrong=("\x1b[2J</script>\ud800",))), ready.now)
    assert json.loads(json.dumps(told)) == told
