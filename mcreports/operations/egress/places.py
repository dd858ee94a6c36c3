"""Addresses out of the settings: where a gateway is, and what must not be reachable directly."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from mcreports.errors import SettingsError, UsageError
from mcreports.sources.access import refuse_metadata

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Place:
    """A host and a port; ``is_tls`` if only a TLS handshake proves that somebody is there."""

    shown: str
    host: str
    port: int
    is_tls: bool = False


def gateway_url(setting: str, text: str) -> str:
    """A gateway's address without its last slash; a SettingsError for what is not asked."""
    wanted = "write it like http://egress-a.example:8080"
    parts = _split(setting, text, wanted)
    if parts.scheme not in PORTS or parts.query or parts.fragment or parts.username is not None:
        raise SettingsError(f"{setting} is not a plain http(s) address; {wanted}")
    _refuse_metadata(setting, str(parts.hostname))
    return text.rstrip("/")


def path(setting: str, text: str) -> str:
    """A path to ask for, with its slash; a SettingsError for what would lead to another host."""
    if not text.startswith("/") or not text.isascii() or not text.isprintable() or " " in text or "#" in text:
        raise SettingsError(f"{setting} {text!r} is not a path; write it like /v1/models")
    return text


def gateway_place(url: str) -> Place:
    """Where a gateway's address leads to."""
    parts = urlsplit(url)
    return Place(url, str(parts.hostname), parts.port or PORTS[parts.scheme], parts.scheme == "https")


def provider(text: str) -> Place:
    """A provider, host:port or a URL; for https a TLS handshake is what counts.

    >>> provider("https://api.example.com/v1").port, provider("[2001:db8::7]:8443").host
    (443, '2001:db8::7')
    """
    setting, wanted = "egress.providers", "write it like api.example.com:443 or https://api.example.com"
    is_url = "://" in text
    parts = _split(setting, text if is_url else f"//{text}", wanted)
    port = parts.port or PORTS.get(parts.scheme)
    if port is None or (is_url and parts.scheme not in PORTS) or parts.username is not None:
        raise SettingsError(f"{setting} has no host and port that can be tried; {wanted}")
    _refuse_metadata(setting, str(parts.hostname))
    return Place(text, str(parts.hostname), port, parts.scheme == "https")


def _split(setting: str, text: str, wanted: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(f"{setting} is not an address ({error}); {wanted}") from error
    if not host or any(sign.isspace() or not sign.isprintable() or sign == "\\" for sign in text):
        raise SettingsError(f"{setting} {text!r} is not an address; {wanted}")
    return parts


def _refuse_metadata(setting: str, host: str) -> None:
    try:
        refuse_metadata(host)
    except UsageError as error:
        raise SettingsError(f"{setting}: {host} is a metadata or link-local address, which is never asked") from error
