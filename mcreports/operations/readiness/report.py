"""Readiness as a result that is kept, and as the runbook's own report beside it."""

from __future__ import annotations

import json
from datetime import UTC
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mcreports.checks import NAMES, Status
from mcreports.evidence.outcomes import STAMP, Outcome
from mcreports.evidence.place import put
from mcreports.figures import instant_text
from mcreports.operations.readiness.finding import age_words
from mcreports.rules import Subject, judge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from mcreports.operations.readiness.validations import Validation
    from mcreports.rules import Rule

CHECK = "readiness"
FILE = "production-readiness-report.json"


def outcome(validations: Sequence[Validation], rule: Rule, now: datetime) -> Outcome:
    """The verdict on the whole, which only all of the validations pass, and one on each of them."""
    whole = judge(CHECK, rule, _proven(validations), Subject(None, n=len(validations)), _missing(validations))
    verdicts = [one.finding.verdict(one.check, now) for one in validations]
    pieces = [(NAMES[one.check], piece) for one in validations for piece in one.finding.pieces]
    evidence = [{"validation": name, **piece.as_dict(now)} for name, piece in pieces]
    facts = {"proven": f"{_proven(validations)} of {len(validations)}", "evidence": evidence}
    inputs = {piece.name: piece.sha256 for _, piece in pieces if piece.sha256}
    return Outcome(CHECK, now, (whole, *verdicts), facts, inputs)


def document(validations: Sequence[Validation], now: datetime) -> dict[str, Any]:
    """The runbook's report: what is not proven has not passed, whether it failed or is unknown."""
    proven, total = _proven(validations), len(validations)
    return {
        "report_metadata": {
            "timestamp": instant_text(now),
            "generated_by": "mcreports readiness",
            "statement": f"{CHECK}/{now.astimezone(UTC):{STAMP}}.json",
        },
        "summary": {
            "total_validations": total,
            "passed_validations": proven,
            "failed_validations": total - proven,
            "unknown_validations": sum(one.finding.status is Status.UNKNOWN for one in validations),
            "pass_rate_percent": float(Fraction(100 * proven, total)) if total else 0.0,
            "production_ready": 0 < total == proven,
        },
        "epic_validations": [_entry(one, now) for one in validations],
    }


def keep(told: dict[str, Any], out: Path, now: datetime) -> Path:
    """Write the runbook's report into the day's directory; the path of its file."""
    directory = out / f"{CHECK}-{now.astimezone(UTC):%Y%m%d}"
    return put(directory, FILE, json.dumps(told, indent=2).encode() + b"\n")


def _entry(one: Validation, now: datetime) -> dict[str, Any]:
    found = one.finding
    return {
        "name": one.name,
        "check": one.check,
        "status": found.status.upper(),
        "details": found.why,
        "wrong": list(found.wrong),
        "doubts": list(found.doubts),
        "at": None if found.at is None else instant_text(found.at),
        "age": None if found.at is None else age_words(now - found.at),
        "evidence": [piece.as_dict(now) for piece in found.pieces],
    }


def _proven(validations: Sequence[Validation]) -> int:
    return sum(one.finding.status is Status.PASS for one in validations)


def _missing(validations: Sequence[Validation]) -> str:
    names = [f"{one.name} {one.finding.status}" for one in validations if one.finding.status is not Status.PASS]
    return f"not proven: {', '.join(names)}" if names else ""
