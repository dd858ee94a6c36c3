"""The ReAct golden set: how an agent is to reason, act, observe and respond, case by case."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from mcreports.evidence import fields
from mcreports.evidence.claims import Found, claim, fault, some
from mcreports.evidence.fields import FieldError, shown
from mcreports.evidence.privacy import is_policy_check, speaks_of_persons

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.evidence.files import Document
    from mcreports.evidence.tables import Row

CASES, STEPS = "test_cases", "expected_trajectory"
TYPES = ("reason", "act", "observe", "respond")
EXPECTED = ("meta.expected_pass_rate", "metadata.expected_pass_rate")


def read_trajectories(document: Document) -> Iterator[Found]:
    """A row for each case and whether it keeps the rules; what is no trajectory at all is a fault beside it."""
    body, place = fields.record(document.body, ""), document.place
    rows: list[Row] = []
    faults: list[Found] = []
    seen: Counter[str] = Counter()
    for position, case in enumerate(fields.items(body, CASES)):
        path, name, kinds = f"{CASES}[{position}]", "", []
        try:
            name = fields.text(case, "name")
            seen[name] += 1
            kinds = _kinds(case, seen[name])
            broken = "; ".join(_broken(case, kinds))
        except FieldError as error:
            faults.append(fault(place, f"{path}.{error.field}".rstrip("."), error.text))
            broken = f"{error.field} {error.text}"
        own = {"file": place.name, "name": name or path, "tenant": _tenant(case), "steps": len(kinds)}
        misses = f"{shown(own['name'])}: {broken}" if broken else ""
        rows.append({**own, "holds": not broken, "fault": broken, "misses": misses})
    yield from some(faults)
    yield from (("trajectories", row) for row in rows)
    yield from _expected(document, rows)


def _tenant(case: object) -> str:
    tenant = case.get("tenant") if isinstance(case, dict) else None
    return tenant if isinstance(tenant, str) else ""


def _kinds(case: object, times: int) -> list[str]:
    """The types of a case's steps; a FieldError for a step that is none, and for a case that was there before."""
    if times > 1:
        raise FieldError("name", f"is {shown(fields.text(case, 'name'))} for the second time")
    kinds: list[str] = []
    for position, step in enumerate(fields.items(case, STEPS)):
        path = f"{STEPS}[{position}]"
        try:
            kind = fields.text(step, "type")
        except FieldError as error:
            raise FieldError(f"{path}.{error.field}", error.text) from error
        if kind not in TYPES:
            raise FieldError(f"{path}.type", f"is {shown(kind)}, none of {', '.join(TYPES)}")
        kinds.append(kind)
    if not kinds:
        raise FieldError(STEPS, "is empty")
    return kinds


def _broken(case: object, kinds: Sequence[str]) -> Iterator[str]:
    """Each rule that a trajectory breaks."""
    if kinds[0] != TYPES[0]:
        yield f"starts with {kinds[0]}, not reason"
    for position, (kind, after) in enumerate(zip(kinds, [*kinds[1:], "nothing"], strict=True)):
        if kind == "act" and after != "observe":
            yield f"the act of step {position + 1} is followed by {after}, not observe"
    if kinds[-1] != TYPES[-1]:
        yield f"ends with {kinds[-1]}, not respond"
    steps = fields.items(case, STEPS)
    if _is_private(case, steps):
        acts = [(n, step) for n, (kind, step) in enumerate(zip(kinds, steps, strict=True), start=1) if kind == "act"]
        checks = [n for n, step in acts if _is_policy_check(step)]
        others = [n for n, step in acts if not _is_policy_check(step)]
        if not checks:
            yield "asks for private data without a policy check"
        elif others and others[0] < checks[0]:
            yield f"acts on private data in step {others[0]}, before the policy check of step {checks[0]}"


def _is_private(case: object, steps: Sequence[object]) -> bool:
    reasoning = next((_said(step) for step in steps if isinstance(step, dict) and step.get("type") == "reason"), "")
    return speaks_of_persons(f"{_said(case, ('name', 'description', 'query', 'category'))} {reasoning}")


def _is_policy_check(step: object) -> bool:
    return is_policy_check(_said(step, ("action", "tool", "name", "content")))


def _said(body: object, keys: Sequence[str] = ("content", "thought", "reasoning", "text")) -> str:
    """What some fields say, names_like_this and namesLikeThis as words."""
    found = [str(body[key]) for key in keys if isinstance(body, dict) and isinstance(body.get(key), str)]
    return re.sub(r"[_\-]+|(?<=[a-z])(?=[A-Z])", " ", " . ".join(found))


def _expected(document: Document, rows: Sequence[Row]) -> Iterator[Found]:
    for path in EXPECTED:
        try:
            fields.dig(document.body, path)
        except FieldError:
            continue
        said = fields.number(document.body, path)
        share = Fraction(sum(bool(row["holds"]) for row in rows), len(rows)) if rows else None
        least = Fraction(repr(said)) / (1 if said <= 1 else 100)
        told = "of nothing" if share is None else float(share)
        yield claim(document.place, path, said, told, holds=share is not None and share >= least)
