"""Where a server is, and how this machine proves who it is: no secret ever leaves here as text."""

from __future__ import annotations

import re
import ssl
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, unquote, urlsplit

from mcreports.errors import SettingsError, UsageError
from mcreports.places.metadata import is_metadata

if TYPE_CHECKING:
    from pathlib import Path

    from mcreports.settings import SourceSettings

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
SHORTEST = 4  # a header's value below that is no secret, and masking it would spoil every sentence


@dataclass(frozen=True)
class Access:
    """A server's address without its secrets, and the settings that hold the way to them."""

    url: str
    shown: str
    settings: SourceSettings = field(repr=False)
    user: tuple[str, str] | None = field(default=None, repr=False)

    @staticmethod
    def of(settings: SourceSettings) -> Access:
        """The access that the settings describe; an address or a pair of credentials that cannot be is refused."""
        parts = _split(settings.url)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
        place = f"{host}{'' if parts.port is None else f':{parts.port}'}{parts.path.rstrip('/')}"
        user = None
        if parts.username is not None:
            user = unquote(parts.username), unquote(parts.password or "")
        shown = f"{parts.scheme}://{'' if user is None else '***@'}{place}"
        access = Access(f"{parts.scheme}://{place}", shown, settings, user)
        access.refuse_contradictions()
        return access

    def refuse_contradictions(self) -> None:
        """Raise a SettingsError when two credentials compete, or one lacks its other half."""
        own = self.settings
        ways = {
            "source.token_file": own.token_file is not None,
            "source.username": own.username is not None,
            "a user in source.url": self.user is not None,
            "source.headers Authorization": any(name.lower() == "authorization" for name in own.headers),
        }
        used = [name for name, is_used in ways.items() if is_used]
        if len(used) > 1:
            msg = f"{self.shown}: {' and '.join(used)} are both set; a server takes one credential"
            raise SettingsError(msg)
        for half, other in (("username", "password_file"), ("key_file", "cert_file"), ("password_file", "username")):
            if getattr(own, half) is not None and getattr(own, other) is None:
                msg = f"{self.shown}: source.{half} is set and source.{other} is not; one needs the other"
                raise SettingsError(msg)

    @property
    def origin(self) -> str:
        """Where the credential comes from, in words, for the reader of a 401."""
        own = self.settings
        if own.token_file is not None:
            return f"the token of source.token_file {own.token_file}"
        if own.username is not None:
            return f"user {own.username!r} of source.username with source.password_file {own.password_file}"
        if self.user is not None:
            return "the user and password in source.url"
        if own.headers:
            return f"source.headers {', '.join(own.headers)}"
        if own.cert_file is not None:
            return f"the client certificate of source.cert_file {own.cert_file}"
        return "no credential at all (set source.token_file, or source.username and source.password_file)"

    def headers(self) -> dict[str, str]:
        """The request headers that prove who this is, read from their files now."""
        own = self.settings
        headers = dict(own.headers)
        if own.org_id is not None:
            headers["X-Scope-OrgID"] = own.org_id
        for name, value in headers.items():
            if not _TOKEN.fullmatch(name) or not _is_sendable(value):
                msg = f"source.headers {name!r} or source.org_id holds what no HTTP header can carry"
                raise SettingsError(msg)
        user = self.user
        if own.token_file is not None:
            headers["Authorization"] = f"Bearer {_secret(own.token_file, 'token_file')}"
        elif own.username is not None and own.password_file is not None:
            user = own.username, _secret(own.password_file, "password_file")
        if user is not None:
            headers["Authorization"] = f"Basic {b64encode(':'.join(user).encode()).decode()}"
        return headers

    def scrub(self, text: str, headers: dict[str, str]) -> str:
        """The text on one line, shortened, with every secret of these headers and of the address masked."""
        credential = headers.get("Authorization", "").partition(" ")[2]
        secrets = {value for value in headers.values() if len(value) >= SHORTEST} - {self.settings.org_id}
        secrets |= {credential, *_passwords(headers)} - {""}
        for secret in sorted({*secrets, *map(quote, secrets)}, key=len, reverse=True):
            text = text.replace(secret, "***")
        line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
        return line if len(line) <= 300 else f"{line[:300]}..."  # noqa: PLR2004 - three lines of a terminal

    def verify(self) -> str | bool:
        """What certificates are checked against: the settings' authority, else the usual ones."""
        own = self.settings
        if self.url.startswith("http:"):
            return True
        try:
            context = ssl.create_default_context(cafile=own.ca_file)
        except OSError as error:
            msg = f"source.ca_file {own.ca_file} cannot be used: {error}"
            raise SettingsError(msg) from error
        if own.cert_file is not None:
            try:
                context.load_cert_chain(own.cert_file, own.key_file, password=_no_password)
            except (OSError, ValueError) as error:
                msg = f"source.cert_file {own.cert_file} with source.key_file {own.key_file} cannot be used: {error}"
                raise SettingsError(msg) from error
        return True if own.ca_file is None else str(own.ca_file)

    def certificate(self) -> tuple[str, str] | str | None:
        """The client certificate as requests wants it."""
        own = self.settings
        if own.cert_file is None:
            return None
        return str(own.cert_file) if own.key_file is None else (str(own.cert_file), str(own.key_file))


def refuse_metadata(host: str) -> None:
    """Raise a UsageError for a cloud's metadata address, however it is written.

    >>> refuse_metadata("2852039166")
    Traceback (most recent call last):
        ...
    mcreports.errors.UsageError: 2852039166 is a metadata or link-local address: no samples are there
    """
    if is_metadata(host):
        msg = f"{host} is a metadata or link-local address: no samples are there"
        raise UsageError(msg)


def _split(url: str) -> SplitResult:
    wanted = "write it like https://prometheus.example:9090/prefix"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        msg = f"source.url is not an address ({error}); {wanted}"
        raise UsageError(msg) from error
    strange = any(sign.isspace() or not sign.isprintable() or sign == "\\" for sign in url)
    if parts.scheme not in {"http", "https"} or not host or strange:
        msg = f"source.url is not an http(s) address; {wanted}"
        raise UsageError(msg)
    if parts.query or parts.fragment:
        msg = f"source.url {parts.scheme}://{host} has a ? or # part, which no server is asked with; {wanted}"
        raise UsageError(msg)
    refuse_metadata(host)
    return parts


def _secret(file: Path, setting: str) -> str:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        msg = f"source.{setting} {file} cannot be read: {reason}"
        raise SettingsError(msg) from None  # a decoding error carries the file's bytes
    if not text or "\n" in text or (setting == "token_file" and not _is_sendable(text)):
        msg = f"source.{setting} {file} is empty or does not hold exactly one line of plain text"
        raise SettingsError(msg)
    return text


def _passwords(headers: dict[str, str]) -> list[str]:
    way, _, credential = headers.get("Authorization", "").partition(" ")
    try:
        return [b64decode(credential).decode().partition(":")[2]] if way == "Basic" else []
    except ValueError:
        return []


def _is_sendable(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()


def _no_password() -> str:
    msg = "the key is encrypted, and nobody is there to type its password"
    raise ValueError(msg)
