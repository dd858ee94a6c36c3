"""An outcome's page: every verdict with its reason, hostile text literal, no script and no outside address."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from mcreports.checks import Status, Verdict
from mcreports.evidence.outcomes import Outcome, write
from mcreports.figures import Figure
from mcreports.reports.outcome_facts import said
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


def text_of(markup: str) -> str:
    return unescape(re.sub("<[^>]*>", " ", markup.partition("</style>")[2]))


def test_the_reason_of_what_is_unknown_stands_in_the_column_of_reasons(tmp_path: Path) -> None:
    reason = "the source is demo:, no server that answers PromQL: give --source http(s)://..."
    verdict = Verdict("readiness.dashboards", None, Status.UNKNOWN, None, "1", ">=", "checks", reason)
    assert f'<td class="mc-words"><bdi>{reason}</bdi></td></tr>' in page(tmp_path, Outcome("readiness", AT, (verdict,)))


def test_what_is_empty_stays_blank_and_nothing_is_called_none(tmp_path: Path) -> None:
    facts = {"note": "", "faults": [], "policies": {}, "states": [{"side": "baseline", "git_commit": ""}]}
    text = text_of(page(tmp_path, Outcome("egress", AT, (), facts), lines=("", "  ", "said")))
    assert "(no name)" not in text
    assert "invisible" not in text
    assert re.search(r"Faults\s+none\s+Policies\s+none", text)


def test_lines_that_belong_together_are_shown_as_they_were_written(tmp_path: Path) -> None:
    diff = "  @@ -1,2 +1,2 @@\n   a:\n  -  b: <1>\n  +  b: 2"
    text = page(tmp_path, Outcome("config.drift", AT, ()), lines=("", "changed: a.yaml", diff, "added: b"))
    found = re.search("<pre[^>]*>([^<]*)</pre>", text)
    assert found is not None
    assert unescape(found[1]) == "@@ -1,2 +1,2 @@\n a:\n-  b: <1>\n+  b: 2"
    assert re.findall("<li><bdi>([^<]*)</bdi></li>", text) == ["changed: a.yaml", "added: b"]


def test_every_field_of_a_record_is_shown(tmp_path: Path) -> None:
    record = {f"field_{number}": f"value {number}" for number in range(11)} | {"diff": ["a"] * 7}
    text = text_of(page(tmp_path, Outcome("egress", AT, (), {"probes": [record]})))
    assert all(f"value {number}" in text for number in range(11))
    assert "Field 10: value 10" in text
    assert "Diff: 7 entries" in text


def test_what_is_left_out_is_said_and_leads_to_no_file_that_is_not_there(tmp_path: Path) -> None:
    facts = {"probes": [{"n": number} for number in range(71)], **{f"f{number}": number for number in range(65)}}
    inputs = {f"file{number}": "0" * 64 for number in range(63)}
    figures = [Figure("own.figure", f"T{n}", n, "events", (AT, AT), "q", "m") for n in range(62)]
    text = page(tmp_path, Outcome("egress", AT, (), facts, inputs), figures=figures)
    for count in (71, 65, 62):
        assert f"60 of {count} are shown; the statement has all of them." in text
    assert re.search(r"and 3 more\s+in the statement", text_of(text))
    assert re.findall(r'(?:src|href)="(?!#)[^"]*', text) == ['href="20251103T090000Z.json']


def test_what_the_pages_figures_and_its_head_say_is_not_said_again(tmp_path: Path) -> None:
    figure = Figure("autonomy.success_rate", "T", 99.95721009841678, "%", (AT, AT), "q", "m")
    facts = {"window": ["2025-11-03T03:00:00Z", "2025-11-03T09:00:00Z"], "metrics": {figure.id: {"value": 99.957}}}
    text = text_of(page(tmp_path, Outcome("autonomy.validation", AT, (), facts), window=(AT, AT), figures=[figure]))
    assert "What was found" not in text
    assert "99.96 %" in text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-10282, "\N{MINUS SIGN}10,282"),
        (90.146666667, "90.1467"),
        (3.108111162930527e-05, "0.0000310811"),
        (1234567.8, "1,234,568"),
        (60.0, "60"),
        (float("nan"), "NaN"),
        pytest.param(10**400, f"{10**400:,}", id="huge"),
        (False, "no"),
        (None, "n/a"),
        ({}, "none"),
        ([{"from": "2025-10-31T23:59:19Z"}, {"n": 1000}], "from 2025-10-31 23:59:19 UTC; n 1,000"),
    ],
)
def test_a_value_is_said_as_people_read_it(value: object, words: str) -> None:
    assert said(value) == words
