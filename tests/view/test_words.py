from __future__ import annotations

import pytest

from mcreports.checks import Status
from mcreports.period import Period
from mcreports.rules import RULES, Subject, judge
from mcreports.view.words import period_words, verdict_text


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
