"""DSSE envelopes around in-toto statements: sealed with the key that signs, opened with those that are trusted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from in_toto_attestation.v1.statement import STATEMENT_TYPE_URI
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import FormatError, VerificationError

from mcreports.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securesystemslib.signer import Signer

    from mcreports.evidence.keys import Keyring

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class SignatureError(EvidenceError):
    """An envelope that is unsigned, or whose signature proves nothing; ``fault`` names the case in short."""

    def __init__(self, fault: str, text: str) -> None:
        """Say what is wrong, under a name that others can look for."""
        super().__init__(text)
        self.fault = fault


@dataclass(frozen=True)
class Opened:
    """A statement whose signature holds, and the id of the key that made it."""

    statement: dict[str, Any]
    keyid: str


def statement(subjects: Mapping[str, str], kind: str, predicate: Mapping[str, Any]) -> dict[str, Any]:
    """An in-toto statement, version 1: subjects by name and SHA-256, a predicate and its type."""
    return {
        "_type": STATEMENT_TYPE_URI,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(subjects.items())],
        "predicateType": kind,
        "predicate": dict(predicate),
    }


def seal(body: Mapping[str, Any], signer: Signer | None) -> bytes:
    """The envelope of a statement, signed if there is a key."""
    envelope = Envelope(json.dumps(body, sort_keys=True).encode(), PAYLOAD_TYPE, {})
    if signer is not None:
        envelope.sign(signer)
    return json.dumps(envelope.to_dict(), indent=1, sort_keys=True).encode() + b"\n"


def unseal(raw: bytes, keyring: Keyring) -> Opened:
    """The statement of an envelope that a trusted key signed; a SignatureError says why there is none."""
    try:
        envelope = Envelope.from_dict(json.loads(raw))
        body = json.loads(envelope.payload)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FormatError) as error:
        raise SignatureError("malformed", f"is no DSSE envelope: {type(error).__name__}: {error}") from error
    if envelope.payload_type != PAYLOAD_TYPE or not isinstance(body, dict):
        raise SignatureError("malformed", f"holds {envelope.payload_type!r}, not an in-toto statement")
    if body.get("_type") != STATEMENT_TYPE_URI:
        raise SignatureError("malformed", f"holds a statement of type {body.get('_type')!r}")
    if not envelope.signatures:
        raise SignatureError("unsigned", "is not signed")
    if not keyring.keys:
        raise SignatureError("no key", "is signed, but no key is trusted: set evidence.trusted_keys")
    for signed in envelope.signatures:
        trusted = keyring.of(signed)
        if trusted is not None:
            try:
                envelope.verify([trusted.key], 1)
            except VerificationError as error:
                raise SignatureError("bad signature", f"has a signature of {signed[:16]} that does not hold") from error
            return Opened(body, signed)
    said = ", ".join(keyid[:16] for keyid in envelope.signatures)
    raise SignatureError("unknown key", f"is signed by {said}, which is not among the trusted keys")
