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
from mcreports.evidence.dsse import SignatureError, seal, statement, unseal
from mcreports.evidence.place import put
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from securesystemslib.signer import Signer

    from mcreports.evidence.keys import Keyring

PREDICATE = "urn:mcreports:outcome:1"
STAMP = "%Y%m%dT%H%M%SZ"
SKEW = timedelta(minutes=5)
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
    """One check at one instant: every verdict, the facts behind them (JSON), and the SHA-256 of what was looked at."""

    check: str
    at: datetime
    verdicts: tuple[Verdict, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)

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


@dataclass(frozen=True)
class Found:
    """The latest outcome of a check, or why none can be believed; ``file`` is its name below the directory."""

    check: str
    outcome: Outcome | None
    file: str = ""
    doubt: str = ""
    keyid: str = ""


def write(outcome: Outcome, directory: Path, signer: Signer | None) -> Path:
    """Keep an outcome, signed if there is a key; the path of its file."""
    predicate = {
        "check": outcome.check,
        "at": instant_text(outcome.at),
        "status": outcome.status.value,
        "verdicts": [verdict.as_dict() for verdict in outcome.verdicts],
        "facts": dict(outcome.facts),
    }
    facts = sha256(json.dumps(predicate["facts"], sort_keys=True, default=str).encode()).hexdigest()
    raw = seal(statement({"facts": facts, **outcome.inputs}, PREDICATE, predicate), signer)
    return put(directory / outcome.check, f"{outcome.at.astimezone(UTC):{STAMP}}.json", raw)


def latest(directory: Path, check: str, keyring: Keyring, now: datetime) -> Found:
    """The newest outcome of a check up to now that lies in the directory, if it is signed and whole.

    A newest file that cannot be believed is a doubt about the check: an older pass does not stand in for it.
    """
    last = f"{now + SKEW:{STAMP}}.json"
    files = sorted(path.name for path in (directory / check).glob("*.json") if path.name <= last)
    if not files:
        return Found(check, None, doubt=f"no result is kept in {directory}: run mcreports {COMMANDS[check]}")
    name = f"{check}/{files[-1]}"
    try:
        raw = (directory / name).read_bytes()
        opened = unseal(raw, keyring)
        outcome = _outcome(opened.statement)
    except OSError as error:
        return Found(check, None, name, f"{name}: cannot be read: {error.strerror}")
    except SignatureError as error:
        return Found(check, None, name, f"{name}: {error}")
    except EvidenceError as error:
        return Found(check, None, name, f"{name}: {error}")
    doubt = _doubt(outcome, check, files[-1])
    return Found(check, None if doubt else outcome, name, f"{name}: {doubt}" if doubt else "", opened.keyid)


def _doubt(outcome: Outcome, check: str, name: str) -> str:
    if outcome.check != check:
        return f"is a result of {outcome.check}"
    is_renamed = f"{outcome.at:{STAMP}}.json" != name
    return f"is a result of {instant_text(outcome.at)} under another name" if is_renamed else ""


def _outcome(body: Mapping[str, Any]) -> Outcome:
    """The outcome of a statement; its status is taken from its verdicts, and must be the one it claims."""
    if body.get("predicateType") != PREDICATE:
        msg = f"is {body.get('predicateType')!r}, not {PREDICATE}"
        raise EvidenceError(msg)
    try:
        predicate = body["predicate"]
        verdicts = tuple(map(_verdict, predicate["verdicts"]))
        at = datetime.fromisoformat(predicate["at"]).astimezone(UTC)
        outcome = Outcome(str(predicate["check"]), at, verdicts, dict(predicate["facts"]))
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
