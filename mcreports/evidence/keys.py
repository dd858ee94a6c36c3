"""Keys: the one that signs, read from a file that nobody else may read (but root), and those whose signatures count."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from mcreports.errors import EvidenceError, SettingsError
from mcreports.evidence.place import opened, put, read

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from securesystemslib.signer import Key, Signer

    from mcreports.operation_sections import EvidenceSettings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
OWNER_ALONE = 0o600
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Trusted:
    """A public key, its id, and the instant from which its signatures no longer count."""

    keyid: str
    key: Key
    until: datetime | None = None


@dataclass(frozen=True)
class Keyring:
    """The public keys of the settings; without any nothing can be proven."""

    keys: tuple[Trusted, ...] = ()

    def of(self, keyid: str) -> Trusted | None:
        """The key of an id, if it is trusted."""
        return next((key for key in self.keys if key.keyid == keyid), None)


def load_signer(file: Path) -> Signer:
    """The private key of a file; a SettingsError if others may read it, or if it is no Ed25519 key."""
    return CryptoSigner(_private(file))


def load_keyring(settings: EvidenceSettings) -> Keyring:
    """The trusted keys of the settings, and the public half of the key that signs."""
    keys: dict[str, Trusted] = {}
    for one in settings.trusted_keys:
        own = _trusted(one.file, one.until)
        if own.keyid in keys:
            msg = f"{one.file}: evidence.trusted_keys has this key twice; keep the one whose `until` is right"
            raise SettingsError(msg)
        keys[own.keyid] = own
    if settings.key_file is not None:
        signing = load_signer(settings.key_file).public_key
        keys.setdefault(signing.keyid, Trusted(signing.keyid, signing))
    return Keyring(tuple(keys.values()))


def new_key(file: Path) -> tuple[str, Path]:
    """Make a key that only its owner may read, and its public half beside it; the key's id and the public file."""
    beside = file.with_name(f"{file.name}.pub")
    for path in (file, beside):
        if os.path.lexists(path):
            msg = f"{path} is there already, and a key is never overwritten; choose another name"
            raise SettingsError(msg)
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        put(file.parent, file.name, secret, once=True, mode=OWNER_ALONE)
        put(beside.parent, beside.name, _pem(key.public_key()), once=True)
    except EvidenceError as error:
        raise SettingsError(str(error)) from error
    return SSlibKey.from_crypto(key.public_key()).keyid, beside


def show_key(file: Path) -> tuple[str, str]:
    """The id of a private or public key file, and its public half as PEM."""
    raw = _read(file)
    key = _private(file).public_key() if b"PRIVATE KEY" in raw else _public(file, raw)
    return SSlibKey.from_crypto(key).keyid, _pem(key).decode("ascii")


def _private(file: Path) -> Ed25519PrivateKey:
    raw = _secret(file)
    # what the library says of a key stays in its own error: no byte of a key may get into a message
    try:
        key = load_pem_private_key(raw, password=None)
    except TypeError as error:
        msg = f"{file}: this signing key has a password that nobody can type here; store it without one"
        raise SettingsError(msg) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        msg = f"{file}: is no private key in PEM; `mcreports evidence key new` makes one"
        raise SettingsError(msg) from error
    if not isinstance(key, Ed25519PrivateKey):
        msg = f"{file}: is a {type(key).__name__.removesuffix('PrivateKey')} key; Ed25519 is what signs"
        raise SettingsError(msg)
    return key


def _secret(file: Path) -> bytes:
    """The bytes of a file that we alone can read, and its owner replace, whatever links lead to it."""
    try:
        with opened(file) as held:
            status = os.fstat(held.fileno())
            raw = held.read(MOST_BYTES)
        places = {file.absolute().parent.stat().st_mode, file.resolve().parent.stat().st_mode}
    except OSError as error:
        msg = f"{file}: the signing key cannot be read: {error.strerror}"
        raise SettingsError(msg) from error
    if not stat.S_ISREG(status.st_mode):
        msg = f"{file}: the signing key is no regular file"
        raise SettingsError(msg)
    if status.st_mode & OTHERS & ~_lent(status):
        msg = f"{file}: others may read or write this signing key; run chmod 600, and make a new key if they did"
        raise SettingsError(msg)
    if any(place & stat.S_IWOTH and not place & stat.S_ISVTX for place in places):
        msg = f"{file}: anybody may replace this signing key, its directory is writable for all; run chmod o-w on it"
        raise SettingsError(msg)
    return raw


def _lent(status: os.stat_result) -> int:
    """The right to read that root's file gives to a group of ours, as Kubernetes mounts a secret; else none."""
    is_lent = status.st_uid == 0 != os.geteuid() and status.st_gid in {os.getegid(), *os.getgroups()}
    return stat.S_IRGRP if is_lent else 0


def _trusted(file: Path, until: datetime | None) -> Trusted:
    public = SSlibKey.from_crypto(_public(file, _read(file)))
    return Trusted(public.keyid, public, until)


def _public(file: Path, raw: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        said = "is a private key; give its public half" if b"PRIVATE KEY" in raw else "is no public key in PEM"
        msg = f"{file}: {said}"
        raise SettingsError(msg) from error
    if not isinstance(key, Ed25519PublicKey):
        msg = f"{file}: is a {type(key).__name__.removesuffix('PublicKey')} key; only Ed25519 keys are trusted"
        raise SettingsError(msg)
    return key


def _read(file: Path) -> bytes:
    try:
        return read(file, MOST_BYTES)
    except EvidenceError as error:
        msg = f"{error}; give an Ed25519 key in PEM"
        raise SettingsError(msg) from error


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
