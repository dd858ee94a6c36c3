from __future__ import annotations

from dataclasses import replace

import pytest

from mcreports.checks import Status, Verdict
from mcreports.period import Period
from mcreports.rules import RULES, Subject, judge
from mcreports.view.words import because, period_words, target_words, verdict_text


def test_a_failing_check_says_value_target_distance_and_events() -> None:
    verdict = judge("grounding.pass_rate", RULES["grounding.pass_rate"], 94.6, Subject(None, n=18204))
    assert verdict_text(verdict) == "▲ FAIL: 94.6 %, target ≥ 95 %, short by 0.4 pp, n = 18,204"


@pytest.mark.parametrize(("used", "word"), [(50, "● WITHIN"), (85, "◆ WATCH"), (95, "▲ OVER")])
def test_a_budget_is_within_watched_or_over(used: int, word: str) -> None:
    assert verdict_text(
        judge("budget.utilization.monthly", RULES["budget.utilization.monthly"], used, Subject("T"))
    ).startswith(word)


def test_without_data_there_is_no_value_and_the_reason_comes_first() -> None:
    verdict = judge(
        "platform.graphql_p95", RULES["platform.graphql_p95"], None, Subject("T"), "no samples since 3 November"
    )
    assert verdict_text(verdict) == "○ NO DATA: no samples since 3 November, target < 250 ms"


def test_a_doubtful_value_is_shown_as_not_proven() -> None:
    verdict = judge(
        "autonomy.success_rate", RULES["autonomy.success_rate"], 99.95, Subject("T"), "half of the samples are missing"
    )
    assert verdict.status is Status.UNKNOWN
    assert verdict_text(verdict) == "○ NO DATA: half of the samples are missing, 99.95 % is not proven, target ≥ 99.9 %"


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2025-10-31", "Friday 31 October 2025"),
        ("2025-W44", "Week 44, 27 October to 2 November 2025"),
        ("2026-W01", "Week 1, 29 December 2025 to 4 January 2026"),
        ("2026-W02", "Week 2, 5 to 11 January 2026"),
        ("2025-10", "October 2025"),
        ("2025-Q4", "Quarter 4 of 2025"),
        ("2025", "2025"),
        ("2025-10-01..2025-10-15", "1 to 15 October 2025"),
        ("2024-11-01..2025-10-31", "1 November 2024 to 31 October 2025"),
    ],
)
def test_a_period_is_said_in_words(label: str, words: str) -> None:
    assert period_words(Period.parse(label)) == words


def test_a_count_has_its_unit_and_grouped_digits() -> None:
    verdict = Verdict("readiness.autonomy_evidence", None, Status.FAIL, "2973", "2974", ">=", "checks", "")
    assert verdict_text(verdict) == "▲ FAIL: 2,973, target ≥ 2,974 checks"
    assert target_words(replace(verdict, target="1")) == "target ≥ 1 check"


def test_nothing_of_what_should_be_reached_is_not_said_to_be_not_proven() -> None:
    verdict = Verdict("readiness", None, Status.UNKNOWN, "0", "1", ">=", "checks", "egress.policies is not set")
    assert verdict_text(verdict) == "○ NO DATA: egress.policies is not set, target ≥ 1 check"
    assert "0 is not proven" in verdict_text(replace(verdict, op="<=", target="0"))


@pytest.mark.parametrize(
    ("value", "doubt", "words"),
    [
        (1, "the gauge was up", "the gauge was up"),
        (1, "", ""),
        (2, "a; b", "a; b"),
        (0, "", ""),
        (None, "no file", "no file"),
    ],
)
def test_a_reason_does_not_repeat_value_and_target(value: int | None, doubt: str, words: str) -> None:
    assert because(judge("config.drift", RULES["config.drift"], value, Subject(None), doubt)) == words


@pytest.mark.parametrize("check", RULES)
def test_the_reason_of_every_rule_says_no_more_than_its_value_and_target(check: str) -> None:
    rule = RULES[check]
    worse = rule.fail - 3 if rule.op == ">=" else rule.fail + 3
    verdict = judge(check, rule, worse, Subject(None))
    assert (verdict.status, because(verdict)) == (Status.FAIL, "")
