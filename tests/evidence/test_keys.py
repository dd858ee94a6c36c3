"""Keys: made for their owner alone, refused where others could have read them, and never shown."""

from __future__ import annotations

import os
import stat
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from mcreports.errors import SettingsError
from mcreports.evidence.keys import load_keyring, load_signer, new_key, show_key
from mcreports.operation_sections import EvidenceSettings


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "keys" / "evidence.pem"
    new_key(file)
    return file


def store(file: Path, key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> Path:
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o600)
    return file


def test_a_new_key_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keyid, public = new_key(tmp_path / "evidence.pem")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "evidence.pem").stat().st_mode) == 0o600
    assert public.name == "evidence.pem.pub"
    assert load_signer(tmp_path / "evidence.pem").public_key.keyid == keyid
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["evidence.pem", "evidence.pem.pub"]


@pytest.mark.parametrize("name", ["evidence.pem", "evidence.pem.pub"])
def test_a_key_is_never_overwritten_not_even_a_dead_link(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="never overwritten"):
        new_key(tmp_path / "evidence.pem")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_key_tells_its_id_and_its_public_half_alone(key: Path) -> None:
    keyid, pem = show_key(key)
    assert (keyid, pem) == show_key(key.with_name("evidence.pem.pub"))
    assert "PRIVATE" not in pem
    assert pem == key.with_name("evidence.pem.pub").read_text()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666])
def test_a_key_that_others_may_read_or_write_is_refused(key: Path, mode: int) -> None:
    key.chmod(mode)
    for use in (load_signer, show_key):
        with pytest.raises(SettingsError, match="chmod 600"):
            use(key)


@pytest.fixture
def mounted(key: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A key as another user finds it: whose it is, its group and mode, and who and in which groups we are."""

    def stand(mode: int, owner: int, group: int, *, us: int, ours: list[int]) -> Path:
        real = os.fstat

        def fstat(descriptor: int) -> os.stat_result:
            told = list(real(descriptor))
            told[stat.ST_MODE], told[stat.ST_UID], told[stat.ST_GID] = stat.S_IFREG | mode, owner, group
            return os.stat_result(told)

        monkeypatch.setattr(os, "fstat", fstat)
        monkeypatch.setattr(os, "geteuid", lambda: us)
        monkeypatch.setattr(os, "getegid", lambda: 0)
        monkeypatch.setattr(os, "getgroups", lambda: ours)
        return key

    return stand


@pytest.mark.parametrize("mode", [0o440, 0o640])
def test_a_key_that_root_lends_to_our_group_is_read_as_kubernetes_mounts_it(
    mounted: Callable[..., Path], mode: int
) -> None:
    load_signer(mounted(mode, 0, 10001, us=10001, ours=[10001]))


@pytest.mark.parametrize(
    ("mode", "owner", "group", "us"),
    [
        (0o460, 0, 10001, 10001),
        (0o450, 0, 10001, 10001),
        (0o444, 0, 10001, 10001),
        (0o442, 0, 10001, 10001),
        (0o440, 0, 4711, 10001),
        (0o440, 1000, 10001, 10001),
        (0o640, 10001, 10001, 10001),
        (0o440, 0, 10001, 0),
    ],
)
def test_a_key_that_anybody_else_may_read_or_write_is_refused(
    mounted: Callable[..., Path], mode: int, owner: int, group: int, us: int
) -> None:
    with pytest.raises(SettingsError, match="chmod 600"):
        load_signer(mounted(mode, owner, group, us=us, ours=[10001]))


def test_a_link_is_judged_by_what_it_leads_to(key: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.pem"
    link.symlink_to(key)
    load_signer(link)
    key.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_signer(link)


def test_a_key_that_anybody_may_replace_is_refused(key: Path, tmp_path: Path) -> None:
    key.parent.chmod(0o777)
    with pytest.raises(SettingsError, match="anybody may replace"):
        load_signer(key)
    link = tmp_path / "link.pem"
    link.symlink_to(key)
    with pytest.raises(SettingsError, match="anybody may replace"):
        load_signer(link)
    key.parent.chmod(0o1777)
    load_signer(key)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (str, "cannot be read"),
        (lambda file: file.mkdir(), "cannot be read|no regular file"),
        (lambda file: os.mkfifo(file, 0o600), "no regular file"),
        (lambda file: file.touch(0o600), "is no private key"),
        (lambda file: file.write_bytes(b"\0" * 100_000) and file.chmod(0o600), "is no private key"),
        (lambda file: store(file, ec.generate_private_key(ec.SECP256R1())), "Ed25519 is what signs"),
        (lambda file: store(file, rsa.generate_private_key(65537, 2048)), "Ed25519 is what signs"),
    ],
)
def test_what_is_no_signing_key_is_refused_by_its_name(
    tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    file = tmp_path / "x.pem"
    make(file)
    with pytest.raises(SettingsError, match=said) as told:
        load_signer(file)
    assert str(file) in str(told.value)


def test_a_key_with_a_password_is_refused(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    file = tmp_path / "x.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="has a password"):
        load_signer(file)


def test_no_byte_of_a_broken_key_gets_into_an_error(key: Path) -> None:
    lines = key.read_text().splitlines()
    key.write_text("\n".join([lines[0], lines[1][:-5], lines[2]]))
    with pytest.raises(SettingsError) as told:
        load_signer(key)
    said = "".join(traceback.format_exception(told.value))
    assert lines[1][:20] not in said
    assert lines[1][20:40] not in said


def test_old_keys_stay_trusted_until_they_were_retired(key: Path, tmp_path: Path) -> None:
    new_key(tmp_path / "new.pem")
    old = {"file": str(key.with_name("evidence.pem.pub")), "until": "2025-11-01T00:00:00"}
    settings = EvidenceSettings.model_validate(
        {"key_file": tmp_path / "new.pem", "trusted_keys": [old, str(tmp_path / "new.pem.pub")]}
    )
    ring = load_keyring(settings)
    assert [one.until for one in ring.keys] == [datetime(2025, 11, 1, tzinfo=UTC), None]
    assert [one.keyid for one in ring.keys] == [show_key(key)[0], show_key(tmp_path / "new.pem")[0]]


def test_a_key_that_is_trusted_twice_is_refused(key: Path) -> None:
    public = str(key.with_name("evidence.pem.pub"))
    with pytest.raises(SettingsError, match="has this key twice"):
        load_keyring(EvidenceSettings.model_validate({"trusted_keys": [public, {"file": public}]}))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is no public key"),
        (b"x" * 100_000, "is larger than"),
        (
            rsa.generate_private_key(65537, 2048)
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "only Ed25519 keys",
        ),
    ],
    ids=["empty", "huge", "rsa"],
)
def test_what_is_no_public_key_is_not_trusted(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "x.pem").write_bytes(raw)
    with pytest.raises(SettingsError, match=said):
        load_keyring(EvidenceSettings.model_validate({"trusted_keys": [str(tmp_path / "x.pem")]}))


def test_a_private_key_is_no_key_to_trust(key: Path) -> None:
    with pytest.raises(SettingsError, match="is a private key; give its public half"):
        load_keyring(EvidenceSettings.model_validate({"trusted_keys": [str(key)]}))


@pytest.mark.parametrize("version", ["../x", "", "a/b", "x\n", "-x", "v" * 65])
def test_a_version_that_cannot_be_part_of_a_files_name_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="version"):
        EvidenceSettings(version=version)
