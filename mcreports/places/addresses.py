"""Addresses as people write them: where a gateway is, and what must not be reachable directly."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from mcreports.places.metadata import is_metadata

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Place:
    """A host and a port; ``is_tls`` if only a TLS handshake proves that somebody is there."""

    shown: str
    host: str
    port: int
    is_tls: bool = False


def gateway_url(text: str) -> str:
    """A gateway's address without its last slash; a ValueError for what is not asked."""
    wanted = "write it like http://egress-a.example:8080"
    parts = _split(text, wanted)
    if parts.scheme not in PORTS or parts.query or parts.fragment or parts.username is not None:
        msg = f"is not a plain http(s) address; {wanted}"
        raise ValueError(msg)
    return text.rstrip("/")


def gateway_place(url: str) -> Place:
    """Where a gateway's address leads to."""
    parts = urlsplit(url)
    return Place(url, str(parts.hostname), parts.port or PORTS[parts.scheme], parts.scheme == "https")


def is_same(one: str, other: str) -> bool:
    """Whether two addresses of gateways are one, however they are written.

    >>> is_same("http://Egress.example.:80/", "http://egress.example"), is_same("http://a/one", "http://a/two")
    (True, False)
    """
    first, second = ((*_where(url), urlsplit(url).path.rstrip("/")) for url in (one, other))
    return first == second


def _where(url: str) -> tuple[str, int]:
    place = gateway_place(url)
    return place.host.rstrip("."), place.port


def path(text: str) -> str:
    """A path to ask for, with its slash; a ValueError for what would lead to another host."""
    if not text.startswith("/") or not text.isascii() or not text.isprintable() or " " in text or "#" in text:
        msg = f"{text!r} is not a path; write it like /v1/models"
        raise ValueError(msg)
    return text


def provider(text: str) -> Place:
    """A provider, host:port or a URL; for https a TLS handshake is what counts.

    >>> provider("https://api.example.com/v1").port, provider("[2001:db8::7]:8443").host
    (443, '2001:db8::7')
    """
    wanted = "write it like api.example.com:443 or https://api.example.com"
    is_url = "://" in text
    parts = _split(text if is_url else f"//{text}", wanted)
    port = parts.port or PORTS.get(parts.scheme)
    if port is None or (is_url and parts.scheme not in PORTS) or parts.username is not None:
        msg = f"has no host and port that can be tried; {wanted}"
        raise ValueError(msg)
    return Place(text, str(parts.hostname), port, parts.scheme == "https")


def _split(text: str, wanted: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        msg = f"is not an address ({error}); {wanted}"
        raise ValueError(msg) from error
    if not host or any(sign.isspace() or not sign.isprintable() or sign == "\\" for sign in text):
        msg = f"is not an address; {wanted}"
        raise ValueError(msg)
    if is_metadata(host):
        msg = f"{host} is a metadata or link-local address, which is never asked"
        raise ValueError(msg)
    return parts
