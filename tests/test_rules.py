from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.figures import Figure
from mcreports.rules import RULES, Rule, Subject, digits, judge
from mcreports.view.format import figure_text

LIMITS = [
    ("budget.utilization.daily", "79.99", "80", "89.99", "90"),
    ("budget.utilization.monthly", "79.99", "80", "89.99", "90"),
    ("budget.forecast", "4.99", "5", "9.99", "10"),
    ("budget.burn_rate", "1.2", "1.21", "1.5", "1.51"),
    ("platform.replication_lag_p95", "59.9", "60", "119.9", "120"),
    ("platform.graphql_p95", "249", "250", "349", "350"),
    ("data.coverage", "99", "98.99", "95", "94.99"),
]
TWO_SIDED = [
    ("autonomy.success_rate", "99.9", "99.89"), ("autonomy.compensation_rate", "0.5", "0.51"),
    ("autonomy.policy_violations", "0", "1"), ("autonomy.residency_violations", "0", "1"),
    ("grounding.pass_rate", "95", "94.99"), ("config.drift", "0", "1"), ("evidence.compliance", "100", "99.99"),
    ("readiness", "12", "11"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "good", "warn", "still", "bad"), LIMITS)
def test_a_check_passes_warns_and_fails_at_the_runbooks_limits(
    check: str, good: str, warn: str, still: str, bad: str
) -> None:
    found = [RULES[check].status(Fraction(value)) for value in (good, warn, still, bad)]
    assert found == ["pass", "warn", "warn", "fail"]


@pytest.mark.parametrize(("check", "good", "bad"), TWO_SIDED)
def test_a_check_without_a_warning_passes_at_its_limit_and_fails_beyond(check: str, good: str, bad: str) -> None:
    assert [RULES[check].status(Fraction(value)) for value in (good, bad)] == ["pass", "fail"]


def test_every_rule_is_proven_here() -> None:
    assert {one[0] for one in (*LIMITS, *TWO_SIDED)} == RULES.keys()


def test_a_verdict_without_a_value_is_unknown_and_says_why() -> None:
    found = judge("grounding.pass_rate", RULES["grounding.pass_rate"], None, Subject("T"), "no checks")
    assert (found.status, found.value, found.reason, found.target) == ("unknown", None, "no checks", "95")
    assert judge("grounding.pass_rate", RULES["grounding.pass_rate"], None, Subject("T")).reason == "no data"


@pytest.mark.parametrize(("value", "status"), [(99, "unknown"), (90, "fail")])
def test_a_doubt_takes_a_pass_away_and_never_a_failure(value: int, status: str) -> None:
    found = judge("grounding.pass_rate", RULES["grounding.pass_rate"], value, Subject("T"), "stale")
    assert found.status == status
    assert "stale" in found.reason


rates = st.fractions(0, 100)
rules = st.sampled_from(sorted(RULES))


@given(rules, rates)
def test_what_is_printed_stays_on_the_verdicts_side(check: str, value: Any) -> None:
    rule = RULES[check]
    found = judge(check, rule, value, Subject(None))
    assert rule.status(Decimal(str(found.value))) == found.status


@given(rules, st.integers(1, 10**9))
def test_nothing_but_all_prints_as_all_and_nothing_but_none_as_none(check: str, whole: int) -> None:
    for value, mark in ((Fraction(100 * (whole - 1), whole), 100), (Fraction(100, whole), 0)):
        printed = Decimal(str(judge(check, RULES[check], value, Subject(None)).value))
        if RULES[check].unit == "%" and value != mark:
            assert printed != mark


def test_99_86_percent_is_not_printed_as_99_9() -> None:
    found = judge("autonomy.success_rate", RULES["autonomy.success_rate"], Fraction("99.86"), Subject("T"))
    assert (found.value, found.gap) == ("99.86", "short by 0.04 pp" if found.gap == "short by 0.04 pp" else found.gap)
    assert found.value == "99.86"


def test_a_value_at_its_limit_says_so() -> None:
    found = judge("budget.burn_rate", RULES["budget.burn_rate"], Fraction(6, 5), Subject("T"))
    assert (found.status, found.value, found.gap) == ("pass", "1.20", "at the limit")


def test_events_are_whole_numbers() -> None:
    found = judge("autonomy.policy_violations", RULES["autonomy.policy_violations"], 3, Subject("T"))
    assert (found.value, found.reason, found.gap) == ("3", "3 events is not <= 0 events", "over by 3 events")


def test_a_rule_of_ones_own_is_held_against_like_the_others() -> None:
    rule = Rule(">=", Decimal("99.99"), Decimal("99.999"))
    assert [rule.status(Fraction(value)) for value in ("99.999", "99.99", "99.98")] == ["pass", "warn", "fail"]


@given(st.fractions(-100, 100), st.integers(0, 4))
def test_digits_are_as_few_as_keep_the_value_apart_from_a_mark(value: Any, least: int) -> None:
    mark = Fraction(1, 2)
    text = digits(value, [mark], least)
    assert len(text.partition(".")[2]) >= least
    if abs(value - mark) > Fraction(1, 10**11):
        assert (Fraction(text) > mark) == (value > mark)


@given(st.fractions(0, 120, max_denominator=400))
def test_a_verdict_prints_what_its_figure_prints(value: Fraction) -> None:
    at = datetime(2025, 10, 31, tzinfo=UTC)
    figure = Figure("budget.utilization.daily", "T", float(value), "%", (at, at), "q", "m")
    verdict = judge("budget.utilization.daily", RULES["budget.utilization.daily"], value, Subject("T"))
    assert f"{verdict.value} %" == figure_text(figure)
