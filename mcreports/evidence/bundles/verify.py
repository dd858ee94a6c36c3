"""Verifying a bundle offline: its signature, its files, its time and its place in the chain, and what it proves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mcreports.checks import Status, Verdict
from mcreports.evidence.bundles.examine import Examined, evidence_in, examine
from mcreports.evidence.bundles.faults import Fault
from mcreports.evidence.compliance import Compliance, judge_compliance, measure
from mcreports.evidence.outcomes import SKEW
from mcreports.figures import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mcreports.evidence.bundles.index import Entry
    from mcreports.evidence.bundles.statement import Bundle
    from mcreports.evidence.keys import Keyring
    from mcreports.period import Period
    from mcreports.rules import Rule

CHECK = "evidence.bundle"
MOST_SAID = 8


@dataclass(frozen=True)
class Expected:
    """Which bundle is looked for: the current one of a version, or that of a period that is named.

    ``history`` are the entries of the archive, ``previous`` is the SHA-256 of the statement before, if it is known;
    ``doubts`` say why one of them is not.
    """

    now: datetime
    version: str = ""
    period: Period | None = None
    fresh: timedelta = timedelta(days=7)
    history: tuple[Entry, ...] = ()
    previous: str | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verified:
    """A bundle as it was found, and what its own files prove; ``doubts`` and ``faults`` are all that speak against."""

    examined: Examined
    faults: tuple[Fault, ...]
    doubts: tuple[str, ...]
    compliance: Compliance | None

    @property
    def bundle(self) -> Bundle | None:
        """What the bundle states, if a trusted key signed it."""
        return self.examined.bundle

    def facts(self) -> dict[str, Any]:
        """What was found, as JSON carries it."""
        bundle = self.bundle
        said: dict[str, Any] = {"sha256": self.examined.sha256, "faults": [fault.as_dict() for fault in self.faults]}
        if bundle is not None:
            said |= {
                "bundle": bundle.id,
                "version": bundle.version,
                "packed_at": instant_text(bundle.at),
                "period": bundle.period.label,
                "files": len(bundle.files),
                "keyid": self.examined.keyid,
                "payload": self.examined.payload,
                "previous": bundle.previous,
            }
        return said | ({} if self.compliance is None else {"compliance": self.compliance.as_dict()})


def verify(raw: bytes, keyring: Keyring, expected: Expected) -> Verified:
    """All that can be found out about a bundle without asking anybody, and without believing it."""
    found, compliance = recompute(raw, keyring)
    bundle = found.bundle
    if bundle is None:
        return Verified(found, found.faults, found.doubts, None)
    faults = (*found.faults, *replays(found, expected))
    return Verified(found, faults, (*found.doubts, *expected.doubts, *_age(bundle, expected)), compliance)


def recompute(raw: bytes, keyring: Keyring) -> tuple[Examined, Compliance | None]:
    """A bundle examined, and what its own files prove of its period, if a trusted key signed it."""
    with TemporaryDirectory(prefix="mcreports-") as held:
        found = examine(raw, keyring, Path(held))
        bundle = found.bundle
        if bundle is None:
            return found, None
        left_out = [Fault("left out", str(one.get("file")), str(one.get("text"))) for one in bundle.left_out]
        span = (bundle.period.start, bundle.period.end)
        return found, measure(evidence_in(Path(held)), span, keyring, left_out, bundle.at)


def judge(found: Verified, name: str, rule: Rule) -> tuple[Verdict, ...]:
    """The verdicts on a bundle, by the name of its file, and on what it proves."""
    said = [*map(str, found.faults[:MOST_SAID]), *found.doubts]
    more = [f"and {len(found.faults) - MOST_SAID} more"] if len(found.faults) > MOST_SAID else []
    status = Status.FAIL if found.faults else Status.UNKNOWN if found.doubts else Status.PASS
    value = None if status is Status.UNKNOWN else str(len(found.faults))
    whole = Verdict(
        CHECK, None, status, value, "0", "<=", "faults", "; ".join([*said, *more]), labels=(("file", name),)
    )  # fmt: skip
    unproven = [] if status is Status.PASS else ["the bundle itself is not proven"]
    return whole, _claims(judge_compliance(rule, found.compliance, unproven), found)


def replays(found: Examined, expected: Expected) -> Iterator[Fault]:
    """Why a bundle that is whole may not be the one that is looked for."""
    bundle = found.bundle
    if bundle is None:
        return
    if bundle.at > expected.now + SKEW:
        yield Fault("not yet", "", f"was packed at {instant_text(bundle.at)}, which is yet to come")
    label, wanted = bundle.period.label, expected.period
    if wanted is not None and (wanted.start, wanted.end) != (bundle.period.start, bundle.period.end):
        yield Fault("replayed", "", f"is of {label}, {wanted.label} was asked for")
    # what is archived may be of an earlier version, and is what the signed index says
    is_archived = wanted is not None and any(entry.payload == found.payload for entry in expected.history)
    if expected.version and bundle.version != expected.version and not is_archived:
        yield Fault("replayed", "", f"is of version {bundle.version}, the settings say {expected.version}")
    if expected.previous is not None and bundle.previous != expected.previous:
        yield Fault("chain broken", "", f"follows {_short(bundle.previous)}, not {_short(expected.previous)}")
    yield from _archived(found, bundle, expected)


def _archived(found: Examined, bundle: Bundle, expected: Expected) -> Iterator[Fault]:
    """What the archive says against it: another bundle of the month, a later month, another predecessor."""
    label, kin = bundle.period.label, _kin(expected.history, bundle.period)
    for entry in kin:
        if entry.period == bundle.period and entry.payload != found.payload:
            yield Fault("replayed", "", f"is not the bundle of {label} that is archived as {entry.file}")
    later = [entry for entry in kin if entry.period.start > bundle.period.start]
    if later and expected.period is None:
        yield Fault("replayed", "", f"is of {label}, and {later[-1].period.label} is archived already")
    before = [entry for entry in kin if entry.period.start < bundle.period.start]
    if before and bundle.previous != before[-1].payload:
        last = before[-1]
        text = f"follows {_short(bundle.previous)}, the archive's {last.period.label} is {_short(last.payload)}"
        yield Fault("chain broken", "", text)


def _kin(history: Sequence[Entry], period: Period) -> list[Entry]:
    return [entry for entry in history if entry.period.kind == period.kind]


def _age(bundle: Bundle, expected: Expected) -> list[str]:
    if expected.period is not None or expected.now - bundle.at <= expected.fresh:
        return []
    old = f"was packed at {instant_text(bundle.at)}, more than {expected.fresh.days} days ago"
    return [f"{old}; give --period {bundle.period.label} if that is the one"]


def _claims(verdict: Verdict, found: Verified) -> Verdict:
    """The verdict, a failure if the statement claims another compliance than its own files give."""
    if found.bundle is None or found.compliance is None:
        return verdict
    text = overstated(found.bundle, found.compliance)
    if not text:
        return verdict
    return replace(verdict, status=Status.FAIL, reason="; ".join(filter(None, [verdict.reason, text])))


def overstated(bundle: Bundle, found: Compliance) -> str:
    """What a statement claims of its compliance and its own files contradict; empty if they do not."""
    said, own = bundle.compliance, found.as_dict()
    keys = [key for key in ("percent", "claims", "held") if said.get(key) != own[key]]
    return "; ".join(f"compliance.{key} claims {said.get(key)}, its files give {own[key]}" for key in keys)


def _short(digest: str | None) -> str:
    return "no other" if digest is None else digest[:16]
