"""An outcome's page: every verdict with its reason, hostile text literal, no script and no outside address."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from mcreports.checks import Status, Verdict
from mcreports.evidence.outcomes import Outcome, write
from mcreports.reports.outcome_page import write_page

AT = datetime(2025, 11, 3, 9, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"


def page(directory: Path, outcome: Outcome, **more: object) -> str:
    file = write(outcome, directory, None)
    return write_page(outcome, file, **more).read_text(encoding="utf-8")  # type: ignore[arg-type]


def test_a_page_tells_each_verdict_its_reason_and_what_was_measured(tmp_path: Path) -> None:
    verdicts = (
        Verdict("egress.failover", None, Status.FAIL, "9", "5", "<=", "s", "the secondary did not answer"),
        Verdict("egress.direct", None, Status.UNKNOWN, None, "0", "<=", "", "nothing was tried"),
    )
    facts = {"gateways": [{"name": "primary", "p50_ms": 3.5}], "control": {"reachable": True}}
    said = re.sub("<[^>]*>", " ", page(tmp_path, Outcome("egress", AT, verdicts, facts), lines=("one more thing",)))
    for text in ("1 failed, 1 not proven", "did not answer", "nothing was tried", "3.5", "UNSIGNED", "one more thing"):
        assert text in said


def test_what_others_wrote_is_shown_and_never_executed(tmp_path: Path) -> None:
    verdict = Verdict("egress", EVIL, Status.FAIL, EVIL, "1", "<=", "", EVIL, labels=(("host", EVIL),))
    text = page(tmp_path, Outcome("egress", AT, (verdict,), {EVIL: [{EVIL: EVIL}], "x": EVIL}, {EVIL: "0" * 64}))
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert re.findall(r'(?:src|href)="(?!#)[^"]*', text) == ['href="20251103T090000Z.json']


def test_a_page_without_a_verdict_says_that_nothing_was_checked(tmp_path: Path) -> None:
    assert "NO DATA: nothing was checked" in re.sub("<[^>]*>", "", page(tmp_path, Outcome("egress", AT, ())))
