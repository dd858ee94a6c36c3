"""An envelope is opened with trusted keys alone; whatever else it is ends in one error with the fault's name."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from mcreports.evidence import dsse
from mcreports.evidence.dsse import SignatureError, seal, statement, unseal
from mcreports.evidence.keys import Keyring, Trusted

SIGNER, OTHER = CryptoSigner.generate_ed25519(), CryptoSigner.generate_ed25519()
BODY = statement({"a.json": "0" * 64}, "urn:test:1", {"at": "2025-11-03T09:00:00Z", "n": 1})
FAULTS = {
    "malformed", "unsigned", "no key", "unknown key", "bad signature", "retired key", "key inside", "too large",
}  # fmt: skip


def ring(*signers: Any, until: datetime | None = None) -> Keyring:
    return Keyring(tuple(Trusted(one.public_key.keyid, one.public_key, until) for one in signers))


RING = ring(SIGNER)
SEALED: dict[str, Any] = json.loads(seal(BODY, SIGNER))


def fault(raw: bytes | dict[str, Any], keyring: Keyring = RING) -> str:
    with pytest.raises(SignatureError) as told:
        unseal(raw if isinstance(raw, bytes) else json.dumps(raw).encode(), keyring)
    assert told.value.fault in FAULTS
    assert str(told.value)
    return told.value.fault


def signed(*signatures: Any) -> dict[str, Any]:
    return {**SEALED, "signatures": list(signatures)}


def test_what_was_sealed_is_opened_with_its_key() -> None:
    opened = unseal(seal(BODY, SIGNER), RING)
    assert (opened.statement, opened.keyid) == (BODY, SIGNER.public_key.keyid)
    assert len(opened.payload) == 64


def test_sealing_again_gives_the_same_bytes() -> None:
    assert seal(BODY, SIGNER) == seal(BODY, SIGNER)


def test_one_signature_of_a_trusted_key_is_enough_beside_a_strangers() -> None:
    own, other = SEALED["signatures"][0], json.loads(seal(BODY, OTHER))["signatures"][0]
    assert unseal(json.dumps(signed(other, own)).encode(), RING).keyid == own["keyid"]


@given(st.sampled_from(["payload", "sig", "keyid"]), st.data())
def test_a_payload_signature_or_keyid_with_any_character_changed_is_refused(field: str, data: st.DataObject) -> None:
    own = dict(SEALED["signatures"][0])
    text = SEALED["payload"] if field == "payload" else own[field]
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="ascii").filter(lambda letter: letter != text[at]))
    changed = text[:at] + letter + text[at + 1 :]
    if field == "payload":
        assert fault({**SEALED, "payload": changed}) in {"malformed", "bad signature"}
    else:
        assert fault(signed({**own, field: changed})) in {"malformed", "bad signature", "unknown key"}


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_signature_or_payload_with_any_byte_changed_is_refused(at: int, flip: int) -> None:
    for raw, put in (
        (dsse.b64decode(SEALED["payload"]), lambda text: {**SEALED, "payload": text}),
        (dsse.b64decode(SEALED["signatures"][0]["sig"]), lambda text: signed({**SEALED["signatures"][0], "sig": text})),
    ):
        changed = bytearray(raw)
        changed[at % len(raw)] ^= flip
        assert fault(put(b64encode(bytes(changed)).decode())) in {"malformed", "bad signature"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(SEALED["payload"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*SEALED, "keyid", "sig"]), inner),
    max_leaves=8,
)


paths = [(), ("payload",), ("payloadType",), ("signatures",), ("signatures", 0), ("signatures", 0, "sig")]


@given(st.sampled_from(paths), json_values)
def test_any_json_in_any_place_ends_in_one_kind_of_error(path: tuple[Any, ...], value: object) -> None:
    body = json.loads(json.dumps(SEALED))
    inner = body
    for part in path[:-1]:
        inner = inner[part]
    if path and inner[path[-1]] != value:
        inner[path[-1]] = value
        fault(json.dumps(body).encode())
    elif not path and value != SEALED:
        fault(json.dumps(value).encode())


@given(st.binary(max_size=200))
def test_any_bytes_end_in_one_kind_of_error(raw: bytes) -> None:
    assert fault(raw) == "malformed"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (signed(), "unsigned"),
        (signed(*[{"keyid": str(n), "sig": ""} for n in range(17)]), "malformed"),
        (signed(*SEALED["signatures"] * 2), "malformed"),
        (signed({"keyid": 7, "sig": ""}), "malformed"),
        (signed({"keyid": "", "sig": ""}), "malformed"),
        (signed({"sig": SEALED["signatures"][0]["sig"]}), "malformed"),
        (signed({**SEALED["signatures"][0], "cert": "-----BEGIN"}), "key inside"),
        (signed({"keyid": OTHER.public_key.keyid, "sig": SEALED["signatures"][0]["sig"]}), "unknown key"),
        (signed({"keyid": "\ud800" * 9, "sig": ""}), "unknown key"),
        (signed({**SEALED["signatures"][0], "sig": ""}), "bad signature"),
        ({**SEALED, "signatures": {}}, "malformed"),
        ({**SEALED, "signatures": "x"}, "malformed"),
        ({**SEALED, "payload": "!!!!"}, "malformed"),
        ({**SEALED, "payload": SEALED["payload"] + "\n"}, "malformed"),
        ({**SEALED, "payload": None}, "malformed"),
        ({**SEALED, "payloadType": "application/json"}, "malformed"),
        ({key: SEALED[key] for key in ("payload", "payloadType")}, "malformed"),
        (b"[" * 100_000 + b"]" * 100_000, "malformed"),
        (b'{"payload":' * 100_000, "malformed"),
        (b'{"payload": "", "payload": ""}', "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"1" * 10_000, "malformed"),
    ],
)
def test_a_hostile_envelope_is_refused_by_its_faults_name(raw: Any, name: str) -> None:
    assert fault(raw) == name


def test_a_payload_that_is_signed_and_no_statement_is_malformed() -> None:
    for body in ({}, {"_type": "https://in-toto.io/Statement/v0.1"}, [], "x", None):
        assert fault(seal(body, SIGNER)) == "malformed"  # type: ignore[arg-type]


def test_a_payload_that_is_nested_without_end_is_malformed() -> None:
    envelope = dsse.Envelope(b"[" * 100_000, dsse.PAYLOAD_TYPE, {})
    envelope.sign(SIGNER)
    assert fault(envelope.to_dict()) == "malformed"


def test_an_envelope_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dsse, "MOST_BYTES", 100)
    assert fault(seal(BODY, SIGNER)) == "too large"


def test_without_a_trusted_key_nothing_is_opened() -> None:
    assert fault(seal(BODY, SIGNER), Keyring()) == "no key"
    assert fault(seal(BODY, OTHER)) == "unknown key"


def test_numbers_that_no_json_has_are_never_sealed() -> None:
    with pytest.raises(ValueError, match="JSON"):
        seal(statement({}, "urn:test:1", {"n": float("nan")}), SIGNER)


@pytest.mark.parametrize(
    "at", ["2025-11-03T09:00:00Z", "2025-11-03T09:00:00", "2025-11-03T10:00:00+01:00", "soon", None, 7]
)
def test_a_retired_key_counts_for_nothing_that_it_signed_since(at: object) -> None:
    keyring = ring(SIGNER, until=datetime(2025, 11, 3, 9, tzinfo=UTC))
    assert fault(seal(statement({"a": "0" * 64}, "urn:test:1", {"at": at}), SIGNER), keyring) == "retired key"


@pytest.mark.parametrize("at", ["2025-11-03T08:59:59Z", "2025-11-03T08:59:59", "2025-11-03T10:00:00+02:00"])
def test_a_retired_key_counts_for_what_it_signed_before(at: str) -> None:
    keyring = ring(SIGNER, until=datetime(2025, 11, 3, 9, tzinfo=UTC))
    assert unseal(seal(statement({"a": "0" * 64}, "urn:test:1", {"at": at}), SIGNER), keyring).keyid
