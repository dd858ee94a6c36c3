"""DSSE envelopes around in-toto statements: sealed with the key that signs, opened with those that are trusted."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from in_toto_attestation.v1.statement import STATEMENT_TYPE_URI
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Signature

from mcreports.errors import EvidenceError
from mcreports.evidence.fields import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securesystemslib.signer import Signer

    from mcreports.evidence.keys import Keyring, Trusted

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MOST_BYTES = 64 * 1024 * 1024
MOST_SIGNATURES = 16
SHORT = 16  # of a key's id, in messages
WHEN = "at"  # the field of a predicate that says when it was signed
_ENVELOPE, _SIGNATURE = ("payload", "payloadType", "signatures"), ("keyid", "sig")


class SignatureError(EvidenceError):
    """An envelope that is unsigned, or whose signature proves nothing; ``fault`` names the case in short."""

    def __init__(self, fault: str, text: str) -> None:
        """Say what is wrong, under a name that others can look for."""
        super().__init__(text)
        self.fault = fault


@dataclass(frozen=True)
class Opened:
    """A statement whose signature holds, the id of the key that made it, and the SHA-256 of what it signed."""

    statement: dict[str, Any]
    keyid: str
    payload: str = ""


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
    envelope = Envelope(json.dumps(body, sort_keys=True, allow_nan=False).encode(), PAYLOAD_TYPE, {})
    if signer is not None:
        envelope.sign(signer)
    return json.dumps(envelope.to_dict(), indent=1, sort_keys=True).encode() + b"\n"


def unseal(raw: bytes, keyring: Keyring) -> Opened:
    """The statement of an envelope that a trusted key signed; a SignatureError says why there is none.

    A key that was retired signs nothing from then on: the predicate must say ``at``, an instant before that.
    """
    if len(raw) > MOST_BYTES:
        raise SignatureError("too large", f"has {len(raw):,} bytes; {MOST_BYTES:,} is the most that is read")
    try:
        envelope = _envelope(_parse(raw))
        body = _parse(envelope.payload)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        said = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise SignatureError("malformed", f"is no DSSE envelope: {said}") from error
    if not isinstance(body, dict) or body.get("_type") != STATEMENT_TYPE_URI:
        raise SignatureError("malformed", "holds no in-toto statement of version 1")
    if not envelope.signatures:
        raise SignatureError("unsigned", "is not signed")
    if not keyring.keys:
        raise SignatureError("no key", "is signed, but no key is trusted: set evidence.trusted_keys")
    trusted = next(filter(None, map(keyring.of, envelope.signatures)), None)
    if trusted is None:
        said = ", ".join(shown(keyid[:SHORT]) for keyid in envelope.signatures)
        raise SignatureError("unknown key", f"is signed by {said}, which is not among the trusted keys")
    try:
        envelope.verify([trusted.key], 1)
    except VerificationError as error:
        text = f"has a signature of {trusted.keyid[:SHORT]} that does not hold"
        raise SignatureError("bad signature", text) from error
    _refuse_retired(body, trusted)
    return Opened(body, trusted.keyid, sha256(envelope.payload).hexdigest())


def _refuse_retired(body: Mapping[str, Any], trusted: Trusted) -> None:
    if trusted.until is None:
        return
    predicate = body.get("predicate")
    said = predicate.get(WHEN) if isinstance(predicate, dict) else None
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        at = None  # an instant that cannot be read is none
    key = f"{trusted.keyid[:SHORT]}, which was retired on {trusted.until.isoformat()}"
    if at is None:
        raise SignatureError("retired key", f"is signed by {key}, and does not say when")
    if (at if at.tzinfo else at.replace(tzinfo=UTC)) >= trusted.until:
        raise SignatureError("retired key", f"was signed on {at.isoformat()} by {key}")


def _envelope(body: object) -> Envelope:
    """The envelope of a JSON document that has its three fields, in the one way of writing them."""
    whole = _record(body, _ENVELOPE)
    if whole["payloadType"] != PAYLOAD_TYPE:
        msg = f"its payload is of type {shown(whole['payloadType'])}"
        raise ValueError(msg)
    said = whole["signatures"]
    if not isinstance(said, list) or len(said) > MOST_SIGNATURES:
        msg = f"its signatures are {shown(said)}, not a list of at most {MOST_SIGNATURES}"
        raise ValueError(msg)
    signatures: dict[str, Signature] = {}
    for one in said:
        own = _record(one, _SIGNATURE)
        if len(own) != len(_SIGNATURE):
            # whoever signs with a key of his own likes to bring it along
            named = shown(next(field for field in own if field not in _SIGNATURE))
            raise SignatureError("key inside", f"brings {named} with its signature; keys come from the settings alone")
        keyid = own["keyid"]
        if not isinstance(keyid, str) or not keyid or keyid in signatures:
            msg = f"a signature's keyid is {shown(keyid)}, which must be text and not there twice"
            raise ValueError(msg)
        signatures[keyid] = Signature(keyid, _decoded(own["sig"], "a signature").hex())
    return Envelope(_decoded(whole["payload"], "its payload"), PAYLOAD_TYPE, signatures)


def _record(body: object, fields: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(body, dict):
        msg = f"{shown(body)} is not an object"
        raise TypeError(msg)
    for field in fields:
        _ = body[field]
    return body


def _decoded(text: object, name: str) -> bytes:
    if not isinstance(text, str):
        msg = f"{name} is {shown(text)}, not text"
        raise TypeError(msg)
    raw = b64decode(text, validate=True)
    if b64encode(raw).decode("ascii") != text:
        msg = f"{name} is not in the usual form of base64"
        raise ValueError(msg)
    return raw


def _parse(raw: bytes) -> object:
    return json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        msg = "a key is there twice in one object"
        raise ValueError(msg)
    return found


def _no_constant(name: str) -> object:
    msg = f"it has {name}, which is no JSON number"
    raise ValueError(msg)
