"""What is about persons, and what asks whether that is allowed: by the words alone."""

from __future__ import annotations

import re

PERSON = r"(?:user|customer|client|patient|employee|person|people|staff|subscriber|member|contact)(?:s'|'s|s)?"
FACTS = r"(?:data|details?|information|profiles?|records?|names?|e ?mails?|phones?|address(?:es)?)"
# a thing that is called after persons is none of them
THING = (
    r"(?!\W+(?:pipeline|platform|service|lake|warehouse|store|database|model|schema|team|api|portal|gateway|topic|"
    r"stream|dashboard|alert|format)s?\b)"
)
PRIVATE = re.compile(
    r"\b(?:privacy|pii|gdpr|ccpa|ssn|dob|iban|salar(?:y|ies)|wages?|payroll|payslips?|(?:tele)?phones?|medical)\b"
    r"|\b(?:personal|personnel|confidential|passport)|\bsensitive\b|\bdata subject|\bsocial security\b"
    r"|\bdate of birth\b|\bbirthda|\b(?:credit card|bank account|mobile number)"
    r"|\bprivate (?:data|details|information|records?)|\b(?:home|postal|street|mailing|billing|e ?mail) address"
    rf"|\b{PERSON} (?:(?:full|all|contact|billing|account|private) )?{FACTS}\b{THING}"
    rf"|\b{FACTS} (?:of|about|on|for|from) (?:(?:an?|the|this|all|every|each|our) )*{PERSON}\b{THING}"
    rf"|\be ?mails? (?:of|from)\b|\b(?:all|every|their|his|her)(?: the)? e ?mails?\b{THING}|\w's e ?mails?\b{THING}",
    re.IGNORECASE,
)
# at least two of these make a check: opa evaluate, policy engine, check access
TOPIC = (
    r"polic(?:y|ies)|privacy|consent|permissions?|entitlements?|authori[sz]ation"
    r"|access(?! (?:log|key|token|time|point))"
)
TELLS = (
    re.compile(rf"\b(?:{TOPIC})\b", re.IGNORECASE),
    re.compile(
        r"\b(?:check|verif|validat|evaluat|assess|enforc|consult|review|confirm|lookup|look up|decid|decision"
        r"|engine\b|gates?\b|guard)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:opa|rego|rbac|abac)\b", re.IGNORECASE),
)
AS_ONE = re.compile(
    r"\bauthori[sz]e\b|\b(?:is|are) (?:allowed|permitted|authori[sz]ed)\b|\bcan access\b", re.IGNORECASE
)
CHECK = rf"(?:{TOPIC}|checks?|checking|verification|evaluation|engine|opa|gates?|guards?)"
NEAR = r"(?:\w+\W+){0,2}?"
LEFT_OUT = re.compile(
    r"\b(?:(?:skip|bypass|disabl|ignor|overrid|circumvent|omit|suppress|avoid|mock|fak)\w*|without|no|not|never)\W+"
    rf"{NEAR}{CHECK}\b(?:\W+{CHECK}\b)*"
    rf"|\b{CHECK}\W+{NEAR}(?:skipped|bypassed|disabled|ignored|overridden|circumvented|omitted|mocked|off)\b",
    re.IGNORECASE,
)


def speaks_of_persons(said: str) -> bool:
    """Whether words ask for what belongs to a person.

    >>> speaks_of_persons("Show me Jane Doe's salary"), speaks_of_persons("Is the customer data pipeline up?")
    (True, False)
    """
    return bool(PRIVATE.search(said))


def is_policy_check(said: str) -> bool:
    """Whether an act, by its words, asks a policy; one that leaves the check out is none.

    >>> is_policy_check("opa evaluate"), is_policy_check("check access(user)"), is_policy_check("skip policy check")
    (True, True, False)
    """
    kept = LEFT_OUT.sub(" ", said)
    return bool(AS_ONE.search(kept)) or sum(bool(tell.search(kept)) for tell in TELLS) > 1
