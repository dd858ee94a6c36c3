"""Outcomes: what a check of the runbook came to, kept as a signed in-toto statement that reports read again.

out/<check>/<20251103T090000Z>.json      a DSSE envelope; without a key its list of signatures is empty
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mcreports.checks import Status, Verdict, worst
from mcreports.errors import EvidenceError
from mcreports.evidence.dsse import seal, statement
from mcreports.evidence.place import put
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from securesystemslib.signer import Signer

PREDICATE = "urn:mcreports:outcome:1"
STAMP = "%Y%m%dT%H%M%SZ"
SKEW = timedelta(minutes=5)
MOST_AT_ONCE = 99  # results of one check within one second
# what the runbook's operations are called, in the order in which they are told
CHECKS = {
    "config.drift": "Configuration drift",
    "autonomy.validation": "Autonomy validation",
    "grounding.verification": "Grounding verification",
    "evidence.bundle": "Evidence bundle",
    "evidence.archive": "Evidence archive",
    "egress": "Egress gateways",
    "readiness": "Production readiness",
}
COMMANDS = {
    "config.drift": "drift check",
    "autonomy.validation": "autonomy validate",
    "grounding.verification": "grounding verify",
    "evidence.bundle": "evidence pack",
    "evidence.archive": "evidence archive",
    "egress": "egress check",
    "readiness": "readiness",
}


@dataclass(frozen=True)
class Outcome:
    """One check at one instant: every verdict, the facts behind them (JSON), and the SHA-256 of what was looked at.

    ``subject`` is the tenant that was looked at, or several; empty for the whole platform.
    """

    check: str
    at: datetime
    verdicts: tuple[Verdict, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    subject: str = ""

    @property
    def status(self) -> Status:
        """The gravest verdict; without any, unknown."""
        return worst(verdict.status for verdict in self.verdicts)

    @property
    def speaks_until(self) -> datetime:
        """The end of the window that it is of, where that is earlier: found out now, it may be of long ago."""
        window = self.facts.get("window")
        try:
            end = datetime.fromisoformat(window[1]) if isinstance(window, list | tuple) else self.at
        except (ValueError, TypeError, IndexError):
            return self.at
        return min(self.at, end.astimezone(UTC))

    @property
    def source(self) -> str:
        """What kind of source its samples came from; empty where it rests on none."""
        source = self.facts.get("source")
        return str(source.get("kind", "")) if isinstance(source, dict) else ""


def write(outcome: Outcome, directory: Path, signer: Signer | None) -> Path:
    """Keep an outcome beside all earlier ones, signed if there is a key; the path of its file."""
    predicate = {
        "check": outcome.check,
        "subject": outcome.subject,
        "at": instant_text(outcome.at),
        "status": outcome.status.value,
        "verdicts": [verdict.as_dict() for verdict in outcome.verdicts],
        "facts": dict(outcome.facts),
    }
    facts = sha256(json.dumps(predicate["facts"], sort_keys=True, default=str).encode()).hexdigest()
    raw = seal(statement({"facts": facts, **outcome.inputs}, PREDICATE, predicate), signer)
    folder, stamp = directory / outcome.check, f"{outcome.at.astimezone(UTC):{STAMP}}"
    numbered = (f"{stamp}-{number}.json" for number in range(2, MOST_AT_ONCE + 1))
    name = next((name for name in (f"{stamp}.json", *numbered) if not (folder / name).exists()), "")
    if not name:
        msg = f"{folder}: holds {MOST_AT_ONCE} results of {stamp} already; look at what runs this check so often"
        raise EvidenceError(msg)
    return put(folder, name, raw, once=True)


def parse(body: Mapping[str, Any]) -> Outcome:
    """The outcome of a statement; an EvidenceError if it is none, or claims a status that its verdicts do not give."""
    if body.get("predicateType") != PREDICATE:
        msg = f"is {body.get('predicateType')!r}, not {PREDICATE}"
        raise EvidenceError(msg)
    try:
        predicate = body["predicate"]
        verdicts = tuple(map(_verdict, predicate["verdicts"]))
        at = datetime.fromisoformat(predicate["at"]).astimezone(UTC)
        subject = str(predicate.get("subject", ""))
        outcome = Outcome(str(predicate["check"]), at, verdicts, dict(predicate["facts"]), subject=subject)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"is no outcome: {type(error).__name__}: {error}"
        raise EvidenceError(msg) from error
    if predicate.get("status") != outcome.status.value:
        msg = f"claims {predicate.get('status')!r}, its verdicts give {outcome.status.value!r}"
        raise EvidenceError(msg)
    return outcome


def _verdict(raw: Mapping[str, Any]) -> Verdict:
    optional = {key: raw.get(key) for key in ("n", "gap")}
    return Verdict(
        raw["check"], raw["tenant"], Status(raw["status"]), raw["value"], raw["target"], raw["op"], raw["unit"],
        raw["reason"], tuple(raw["figures"]), optional["n"], optional["gap"],
        tuple(sorted((str(key), str(value)) for key, value in raw.get("labels", {}).items())),
    )  # fmt: skip
