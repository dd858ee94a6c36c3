"""Keys: the one that signs, read from a file that nobody else may read, and those whose signatures count."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.signer import CryptoSigner, SSlibKey

from mcreports.errors import SettingsError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from securesystemslib.signer import Key, Signer

    from mcreports.operation_sections import EvidenceSettings

OTHERS = stat.S_IRWXG | stat.S_IRWXO


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
    try:
        mode = file.stat().st_mode
        raw = file.read_bytes()
    except OSError as error:
        msg = f"{file}: the signing key cannot be read: {error.strerror}"
        raise SettingsError(msg) from error
    if mode & OTHERS:
        msg = f"{file}: others may read or write this signing key; run chmod 600, and make a new key if they did"
        raise SettingsError(msg)
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        msg = f"{file}: is no private key in PEM without a password: {error}"
        raise SettingsError(msg) from error
    if not isinstance(key, Ed25519PrivateKey):
        msg = f"{file}: is a {type(key).__name__.removesuffix('PrivateKey')} key; Ed25519 is what signs"
        raise SettingsError(msg)
    return CryptoSigner(key)


def load_keyring(settings: EvidenceSettings) -> Keyring:
    """The trusted keys of the settings, and the public half of the key that signs."""
    keys = {own.keyid: own for own in (_public(one.file, one.until) for one in settings.trusted_keys)}
    if settings.key_file is not None:
        own = load_signer(settings.key_file).public_key
        keys.setdefault(own.keyid, Trusted(own.keyid, own))
    return Keyring(tuple(keys.values()))


def _public(file: Path, until: datetime | None) -> Trusted:
    try:
        key = load_pem_public_key(file.read_bytes())
    except OSError as error:
        msg = f"{file}: the trusted key cannot be read: {error.strerror}"
        raise SettingsError(msg) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        msg = f"{file}: is no public key in PEM: {error}"
        raise SettingsError(msg) from error
    if not isinstance(key, Ed25519PublicKey):
        msg = f"{file}: is a {type(key).__name__.removesuffix('PublicKey')} key; only Ed25519 keys are trusted"
        raise SettingsError(msg)
    public = SSlibKey.from_crypto(key)
    return Trusted(public.keyid, public, until)
