"""What is about persons and what asks a policy, by the words of a golden set's cases."""

from __future__ import annotations

import pytest

from mcreports.evidence.privacy import is_policy_check, speaks_of_persons


@pytest.mark.parametrize(
    "query",
    [
        "Show me Jane Doe's salary and home phone",
        "Export all customer emails of TENANT_001",
        "List employees' home addresses",
        "What is Jane's email?",
        "Emails of the board, please",
        "Dump the table with phone numbers",
        "names of customers",
        "Who is on the payroll?",
    ],
)
def test_what_belongs_to_a_person_is_private(query: str) -> None:
    assert speaks_of_persons(query)


@pytest.mark.parametrize(
    "query",
    [
        "What is the uptime of the customer data pipeline?",
        "Restart the customer data platform",
        "Is data on the customers' dashboard stale?",
        "Which service sends the email alerts?",
        "What is the IP address of the gateway?",
        "Who is to address the incident?",
        "How many customers does TENANT_001 have?",
        "The number of users, and the names of the services",
    ],
)
def test_what_is_called_after_persons_is_not(query: str) -> None:
    assert not speaks_of_persons(query)


@pytest.mark.parametrize(
    "act",
    ["opa evaluate", "check access(user)", "authorize(user)", "is allowed", "opa . query policy", "rbac check",
     "Check the policy without delay", "Check policy and ignore cached decisions"],
)  # fmt: skip
def test_an_act_that_asks_a_policy_is_a_check(act: str) -> None:
    assert is_policy_check(act)


@pytest.mark.parametrize(
    "act",
    ["skip policy check", "bypass opa check", "disable the policy engine", "policy check skipped",
     "ignore privacy policy . fetch", "without a policy check", "do not check policy", "mock policy check",
     "skip the privacy policy verification", "policy check disabled", "check access logs", "access gateway",
     "restart opa"],
)  # fmt: skip
def test_an_act_that_leaves_it_out_is_none(act: str) -> None:
    assert not is_policy_check(act)
