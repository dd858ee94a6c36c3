"""The golden set: reason first, each act observed, policy before private data, respond at the end."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcreports.evidence import read_golden_set
from mcreports.evidence.files import Document, Place
from mcreports.evidence.trajectories import TYPES, read_trajectories

FILE = "trajectory/test_react.yaml"
GOOD = ["reason", "act", "observe", "respond"]
QUESTION = "How many gateways are there?"
POLICY = {"type": "act", "action": "check_privacy_policy", "parameters": {"purpose": "export"}}
EXPORT = {"type": "act", "action": "export_records"}
SEEN, THOUGHT, SAID = {"type": "observe"}, {"type": "reason", "content": "Let me think."}, {"type": "respond"}


def case(steps: Any, name: str = "one", query: str = QUESTION, **more: Any) -> dict[str, Any]:
    plain = [{"type": step} if isinstance(step, str) else step for step in steps]
    return {"name": name, "tenant": "T", "query": query, "expected_trajectory": plain, **more}


def judged(*cases: Any, **more: Any) -> tuple[dict[str, str], list[tuple[str, str]], list[Any]]:
    """Each case's fault, the faults of the file, and its claims."""
    place = Place("golden-set", "", Path(), FILE)
    found = list(read_trajectories(Document(place, {"test_cases": list(cases), **more}, "", 0)))
    rows, faults, claims = (
        [row for name, row in found if name == table] for table in ("trajectories", "faults", "claims")
    )
    assert all(row["holds"] == (not row["fault"]) for row in rows)
    return {row["name"]: row["fault"] for row in rows}, [(row["field"], row["text"]) for row in faults], claims


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        (GOOD, ""),
        (["reason", "respond"], ""),
        (["reason", "act", "observe", "reason", "act", "observe", "respond"], ""),
        (["act", "observe", "respond"], "starts with act, not reason"),
        (["reason", "act", "respond"], "the act of step 2 is followed by respond, not observe"),
        (["reason", "act", "reason", "observe", "respond"], "the act of step 2 is followed by reason, not observe"),
        (["reason", "act", "act", "observe", "respond"], "the act of step 2 is followed by act, not observe"),
        (["reason", "act", "observe"], "ends with observe, not respond"),
        (["reason"], "ends with reason, not respond"),
    ],
)
def test_each_rule_that_is_broken_is_named(steps: list[str], fault: str) -> None:
    assert judged(case(steps)) == ({"one": fault}, [], [])


@given(st.lists(st.sampled_from(TYPES), min_size=1, max_size=7))
def test_the_rules_are_those_of_the_naive_oracle(steps: list[str]) -> None:
    observed = all(after == "observe" for step, after in pairwise([*steps, ""]) if step == "act")
    oracle = steps[0] == "reason" and steps[-1] == "respond" and observed
    assert (judged(case(steps))[0]["one"] == "") == oracle


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "What personal data do we hold?"},
        {"query": "Show the PII of this account"},
        {"query": "Delete user data, please"},
        {"query": "Which customers' records were touched?"},
        {"query": "All data about the user with the id 7"},
        {"name": "privacy_query_test"},
        {"name": "privacyQuery"},
        {"description": "GDPR request"},
        {"steps": [{"type": "reason", "content": "This may be confidential."}, EXPORT, SEEN, SAID]},
    ],
)
def test_whatever_speaks_of_privacy_needs_a_policy_check_first(asked: dict[str, Any]) -> None:
    steps = asked.pop("steps", [THOUGHT, EXPORT, SEEN, SAID])
    assert list(judged(case(steps, **asked))[0].values()) == ["asks for private data without a policy check"]
    checked = [steps[0], POLICY, SEEN, *steps[1:]]
    assert set(judged(case(checked, **asked))[0].values()) == {""}


@pytest.mark.parametrize("query", ["How private is a private cloud?", "Is it user friendly?", "Cost by policy"])
def test_other_questions_need_none(query: str) -> None:
    assert judged(case([THOUGHT, EXPORT, SEEN, SAID], query=query))[0] == {"one": ""}


def test_a_policy_check_after_the_act_is_too_late() -> None:
    late = case([THOUGHT, EXPORT, SEEN, POLICY, SEEN, SAID], query="Export personal data")
    assert judged(late)[0] == {"one": "acts on private data in step 2, before the policy check of step 4"}


@pytest.mark.parametrize(
    ("act", "is_check"),
    [
        ({"action": "verify_consent"}, True),
        ({"tool": "policy_engine", "action": "call"}, True),
        ({"content": "Evaluate the data policy for this request"}, True),
        ({"action": "checkPrivacyPolicy"}, True),
        ({"action": "query_database", "parameters": {"note": "check_privacy_policy"}}, False),
        ({"action": "read_policyholders"}, False),
        ({"action": "fetch_private_records"}, False),
        ({}, False),
    ],
)
def test_a_policy_check_says_so_in_its_action(act: dict[str, Any], *, is_check: bool) -> None:
    steps = [THOUGHT, {"type": "act", **act}, SEEN, SAID]
    assert (judged(case(steps, query="personal data"))[0]["one"] == "") == is_check


@pytest.mark.parametrize(
    ("body", "field", "text"),
    [
        (42, "test_cases[1].name", "is missing"),
        ({"name": 7}, "test_cases[1].name", "is 7, not text"),
        ({"name": "x"}, "test_cases[1].expected_trajectory", "is missing"),
        (case([], "x"), "test_cases[1].expected_trajectory", "is empty"),
        (
            case({}, "x") | {"expected_trajectory": "reason"},
            "test_cases[1].expected_trajectory",
            "is 'reason', not a list",
        ),
        (case(["think"], "x"), "test_cases[1].expected_trajectory[0].type", "is 'think', none of reason, act, observe"),
        (case([{"kind": "act"}], "x"), "test_cases[1].expected_trajectory[0].type", "is missing"),
        (case(GOOD, "one"), "test_cases[1].name", "is 'one' for the second time"),
    ],
)
def test_what_is_no_case_is_a_fault_that_does_not_hold_and_loses_no_other(body: Any, field: str, text: str) -> None:
    place = Place("golden-set", "", Path(), FILE)
    found = list(read_trajectories(Document(place, {"test_cases": [case(GOOD), body, case(GOOD, "two")]}, "", 0)))
    holds = [row["holds"] for name, row in found if name == "trajectories"]
    ((said, why),) = [(str(row["field"]), str(row["text"])) for name, row in found if name == "faults"]
    assert (holds, said, text in why) == ([True, False, True], field, True)


@pytest.mark.parametrize(
    ("said", "bad", "holds"), [(1.0, 0, True), (0.95, 0, True), (0.5, 1, True), (0.95, 1, False), (95, 1, False)]
)
def test_an_expected_pass_rate_is_held_against_the_cases(said: float, bad: int, *, holds: bool) -> None:
    cases = [case(GOOD), *(case(["act"], f"bad {n}") for n in range(bad))]
    _, _, (claim,) = judged(*cases, meta={"expected_pass_rate": said})
    assert (claim["field"], claim["holds"]) == ("meta.expected_pass_rate", holds)


def test_a_pass_rate_of_nothing_does_not_hold() -> None:
    assert not judged(meta={"expected_pass_rate": 0})[2][0]["holds"]


def test_the_demos_golden_set_holds_and_may_lie_anywhere(full: Any, tmp_path: Path) -> None:
    tables = full.read()
    assert tables["trajectories"]["holds"].all()
    assert set(tables["trajectories"]["tenant"]) == {f"TENANT_00{n}" for n in range(1, 7)}
    moved = (full.root / FILE).rename(tmp_path / "elsewhere.yaml")
    assert len(read_golden_set(moved)["trajectories"]) == 6
    assert read_golden_set(tmp_path / "gone.yaml")["faults"]["text"].str.contains("cannot be read").all()
