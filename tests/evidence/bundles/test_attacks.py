"""Every attack on a bundle is refused by its name; what is unsigned proves nothing."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mcreports.checks import Status
from mcreports.evidence.bundles.faults import NAMES
from mcreports.evidence.bundles.index import read_index
from mcreports.evidence.bundles.statement import FILE
from mcreports.evidence.bundles.verify import Expected, Verified, judge, verify
from mcreports.evidence.dsse import seal
from mcreports.evidence.keys import Keyring, Trusted
from mcreports.period import Period
from mcreports.rules import RULES

NOW = Period.parse("2025-11-03").start + timedelta(hours=9)
ATTEST = "evidence/rag/grounding-final-attest.json"
Members = dict[str, bytes]


def look(raw: bytes, keyring: Keyring, **expected: Any) -> Verified:
    return verify(raw, keyring, Expected(**{"now": NOW, "version": "v0.3.3", **expected}))


def statuses(found: Verified) -> tuple[Status, Status]:
    whole, claims = judge(found, "b.zip", RULES["evidence.compliance"])
    return whole.status, claims.status


def names(found: Verified) -> list[str]:
    assert {fault.name for fault in found.faults} <= set(NAMES)
    return [fault.name for fault in found.faults]


def envelope(members: Members, **changes: Any) -> None:
    members[FILE] = json.dumps({**json.loads(members[FILE]), **changes}).encode()


def restated(members: Members, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The statement, changed, that an attacker signs or does not sign."""
    body = json.loads(b64decode(json.loads(members[FILE])["payload"]))
    change(body)
    return body


def add_evil(members: Members) -> None:
    members["evidence/rag/evil-attest.json"] = b"{}"


def edit(members: Members) -> None:
    members[ATTEST] = members[ATTEST].replace(b"v0.3.3", b"v9.9.9")


def edit_statement(members: Members) -> None:
    body = restated(members, lambda body: body["predicate"]["compliance"].update(percent="100.0", claims=9))
    envelope(members, payload=b64encode(json.dumps(body).encode()).decode())


def publish_key(members: Members) -> None:
    said = json.loads(members[FILE])["signatures"]
    envelope(members, signatures=[{**said[0], "publicKey": "MCowBQYDK2VwAyEA"}])


def forge_keyid(members: Members) -> None:
    said = json.loads(members[FILE])["signatures"]
    envelope(members, signatures=[{**said[0], "sig": b64encode(b"\x01" * 64).decode()}])


@pytest.mark.parametrize(
    ("attack", "name", "file"),
    [
        (edit, "edited", ATTEST),
        (lambda members: members.pop(ATTEST), "dropped", ATTEST),
        (add_evil, "added", "evidence/rag/evil-attest.json"),
        (lambda members: members.update({"README": b"x"}), "added", "README"),
        (edit_statement, "bad signature", FILE),
        (forge_keyid, "bad signature", FILE),
        (publish_key, "key inside", FILE),
        (lambda members: members.update({FILE: b"{"}), "malformed", FILE),
        (lambda members: members.update({FILE: b"[" * 100_000}), "malformed", FILE),
        (lambda members: envelope(members, payloadType="text/plain"), "malformed", FILE),
    ],
)
def test_a_bundle_that_was_tampered_with_fails_by_name(
    desk: Any, bundle: bytes, attack: Callable[[Members], object], name: str, file: str
) -> None:
    assert statuses(look(bundle, desk.keyring)) == (Status.PASS, Status.PASS)
    members = desk.opened(bundle)
    attack(members)
    found = look(desk.closed(members), desk.keyring)
    assert [(fault.name, fault.file) for fault in found.faults] == [(name, file)]
    assert statuses(found)[0] is Status.FAIL
    assert statuses(found)[1] is not Status.PASS


def test_every_difference_is_told_not_the_first(desk: Any, bundle: bytes) -> None:
    members = desk.opened(bundle)
    edit(members)
    add_evil(members)
    del members["evidence/config/config-current.json"]
    assert names(look(desk.closed(members), desk.keyring)) == ["edited", "dropped", "added"]


def test_the_signature_of_another_bundle_does_not_hold(desk: Any, bundle: bytes) -> None:
    members, other = desk.opened(bundle), desk.opened(desk.pack("2025-09").raw)
    envelope(members, signatures=json.loads(other[FILE])["signatures"])
    assert names(look(desk.closed(members), desk.keyring)) == ["bad signature"]


def test_the_statement_of_another_bundle_does_not_fit_the_files(desk: Any, bundle: bytes) -> None:
    (desk.evidence / "rag/new.json").write_text("{}")
    members = {**desk.opened(bundle), FILE: desk.opened(desk.pack().raw)[FILE]}
    assert names(look(desk.closed(members), desk.keyring)) == ["dropped"]


def test_a_stranger_who_signs_and_brings_his_key_along_is_refused_for_both(desk: Any) -> None:
    raw = bytes.fromhex(desk.stranger.public_key.keyval["public"])
    pem = Ed25519PublicKey.from_public_bytes(raw).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (desk.evidence / "key.pem").write_bytes(pem)
    found = look(desk.pack(signer=desk.stranger).raw, desk.keyring)
    assert [(fault.name, fault.file) for fault in found.faults] == [
        ("unknown key", FILE),
        ("key inside", "evidence/key.pem"),
    ]
    assert statuses(look(desk.pack().raw, desk.keyring))[0] is Status.PASS


def test_a_signed_statement_of_something_else_is_no_bundle(desk: Any, bundle: bytes) -> None:
    members = desk.opened(bundle)
    for change in (
        lambda body: body.update(predicateType="urn:mcreports:outcome:1"),
        lambda body: body.update(subject=[]),
        lambda body: body["subject"].append(body["subject"][0]),
        lambda body: body["subject"][0]["digest"].update(sha256="0"),
        lambda body: body["predicate"].pop("period"),
        lambda body: body["predicate"].update(version="../../x"),
        lambda body: body["predicate"].update(previous={"sha256": 7}),
        lambda body: body["predicate"].update(at="yesterday"),
        lambda body: body["predicate"]["period"].update(start="2020-01-01T00:00:00Z"),
    ):
        members[FILE] = seal(restated(members, change), desk.signer)
        found = look(desk.closed(members), desk.keyring)
        assert names(found) == ["malformed"], change
        members = desk.opened(bundle)


def test_a_compliance_that_the_files_do_not_give_fails_with_both_values(desk: Any, bundle: bytes) -> None:
    members = desk.opened(bundle)
    change = restated(members, lambda body: body["predicate"]["compliance"].update(percent="99.0"))
    members[FILE] = seal(change, desk.signer)
    whole, claims = judge(look(desk.closed(members), desk.keyring), "b.zip", RULES["evidence.compliance"])
    assert (whole.status, claims.status) == (Status.PASS, Status.FAIL)
    assert "compliance.percent claims 99.0, its files give 100.0" in claims.reason


@pytest.mark.parametrize("signer", ["nobody", "trusted by nobody", "stripped", "statement dropped"])
def test_what_is_unsigned_is_never_a_pass(desk: Any, bundle: bytes, signer: str) -> None:
    members, keyring = desk.opened(bundle), desk.keyring
    if signer == "nobody":
        members = desk.opened(desk.pack(signer=None).raw)
    elif signer == "stripped":
        envelope(members, signatures=[])
    elif signer == "statement dropped":
        del members[FILE]
    else:
        keyring = Keyring()
    found = look(desk.closed(members), keyring)
    assert statuses(found) == (Status.UNKNOWN, Status.UNKNOWN)
    assert "sign" in found.doubts[0]


@pytest.mark.parametrize(("days", "name"), [(-1, []), (0, ["retired key"]), (1, ["retired key"])])
def test_a_retired_key_signs_nothing_from_then_on(desk: Any, days: int, name: list[str]) -> None:
    until = NOW - timedelta(days=1)
    key = desk.signer.public_key
    keyring = Keyring((Trusted(key.keyid, key, until),))
    raw = desk.pack(at=until + timedelta(days=days)).raw
    assert names(look(raw, keyring)) == name


# replays


def test_last_months_bundle_is_refused_where_this_months_is_asked_for(desk: Any) -> None:
    found = look(desk.pack("2025-09").raw, desk.keyring, period=Period.parse("2025-10"))
    assert names(found) == ["replayed"]
    assert "is of 2025-09, 2025-10 was asked for" in str(found.faults[0])
    assert names(look(desk.pack("2025-09").raw, desk.keyring, period=Period.parse("2025-09"))) == []


def test_an_old_bundle_is_not_the_current_one(desk: Any) -> None:
    raw = desk.pack("2025-09", at=NOW - timedelta(days=32)).raw
    found = look(raw, desk.keyring)
    assert statuses(found)[0] is Status.UNKNOWN
    assert "give --period 2025-09 if that is the one" in found.doubts[0]


def test_a_bundle_of_another_version_is_a_replay_unless_it_is_the_archived_one_of_its_period(desk: Any) -> None:
    raw, period = desk.pack(version="v0.3.2").raw, Period.parse("2025-10")
    assert names(look(raw, desk.keyring)) == ["replayed"]
    found = look(raw, desk.keyring, period=period)
    assert list(map(str, found.faults)) == ["replayed: is of version v0.3.2, the settings say v0.3.3"]
    desk.archive(raw, desk.place / "archives")
    history = read_index(desk.place / "archives", desk.keyring)
    assert names(look(raw, desk.keyring, period=period, history=history)) == []
    assert names(look(raw, desk.keyring, history=history)) == ["replayed"]


def test_a_bundle_of_the_future_is_refused(desk: Any) -> None:
    assert names(look(desk.pack(at=NOW + timedelta(minutes=6)).raw, desk.keyring)) == ["not yet"]


def test_a_bundle_that_follows_another_one_than_it_should_breaks_the_chain(desk: Any) -> None:
    before = look(desk.pack("2025-09").raw, desk.keyring).examined.payload
    assert names(look(desk.pack(previous=before).raw, desk.keyring, previous=before)) == []
    assert names(look(desk.pack(previous="0" * 64).raw, desk.keyring, previous=before)) == ["chain broken"]
    assert names(look(desk.pack().raw, desk.keyring, previous=before)) == ["chain broken"]


def test_what_came_before_and_is_not_proven_is_a_doubt(desk: Any, bundle: bytes) -> None:
    assert statuses(look(bundle, desk.keyring, doubts=("the index is gone",)))[0] is Status.UNKNOWN
