"""Providers that must not be reachable directly: tried, beside something that must be reachable."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mcreports.errors import UsageError
from mcreports.operations.egress.probe import together
from mcreports.sources.access import refuse_metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mcreports.places.addresses import Place

MOST_ADDRESSES = 16
# what a firewall, a policy or a missing way looks like from inside; anything else is this machine's own trouble
BLOCKS = frozenset({
    errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT,
    errno.EACCES, errno.EPERM,
})  # fmt: skip


@dataclass(frozen=True)
class Attempt:
    """One address tried: True if somebody was there, False if the way is blocked, None if that cannot be told."""

    address: str
    is_reached: bool | None
    words: str


@dataclass(frozen=True)
class Tried:
    """Every address of a place tried; without any ``fault`` says why nothing was."""

    place: Place
    attempts: tuple[Attempt, ...] = ()
    fault: str = ""

    @property
    def reached(self) -> tuple[Attempt, ...]:
        """The addresses at which somebody was there."""
        return tuple(one for one in self.attempts if one.is_reached)

    @property
    def is_local(self) -> bool:
        """Whether only this machine itself was tried."""
        return bool(self.attempts) and all(ipaddress.ip_address(one.address).is_loopback for one in self.attempts)

    def rows(self) -> Iterator[dict[str, object]]:
        """The attempts as the kept result carries them."""
        target = self.place.shown
        for one in self.attempts:
            yield {"target": target, "address": one.address, "reached": one.is_reached, "outcome": one.words}
        if self.fault:
            yield {"target": target, "address": None, "reached": None, "outcome": self.fault}


def attempt(places: Sequence[Place], timeout: float) -> tuple[Tried, ...]:
    """Try every address of every place, all at once, within twice the time of one probe."""
    found = together([partial(_resolve, place) for place in places], timeout)
    pairs = [(place, address) for place, addresses in zip(places, found, strict=True) for address in addresses or ()]
    done = together([partial(_connect, place, address, timeout) for place, address in pairs], 2 * timeout)
    late = f"nothing within {timeout:g} s"
    by_place: dict[Place, list[Attempt]] = {}
    for (place, address), one in zip(pairs, done, strict=True):
        by_place.setdefault(place, []).append(one or Attempt(address, None, late))
    unresolved = "the name does not resolve here; nothing was tried"
    return tuple(
        Tried(place, tuple(by_place[place])) if place in by_place else Tried(place, fault=unresolved)
        for place in places
    )


def doubt(tried: Tried, controls: Iterable[Tried]) -> str:
    """Why no connection to a place does not prove that it is blocked; empty if it does."""
    if tried.fault:
        return tried.fault
    unclear = next((one for one in tried.attempts if one.is_reached is None), None)
    if unclear is not None:
        return f"{unclear.address}: {unclear.words}"
    reached = [control for control in controls if control.reached]
    if not reached:
        return "no gateway can be reached from here, so that nothing else can be does not prove a block"
    if not tried.is_local and all(control.is_local for control in reached):
        return "only gateways on this very machine were reached: that does not prove a network"
    return ""


def _resolve(place: Place) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    addresses = dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found)
    return tuple(addresses)[:MOST_ADDRESSES]


def _connect(place: Place, address: str, timeout: float) -> Attempt:
    try:
        refuse_metadata(address)
    except UsageError:
        return Attempt(address, None, "is a metadata or link-local address, which is never asked")
    try:
        bare = socket.create_connection((address, place.port), timeout)
    except TimeoutError:
        return Attempt(address, False, f"no connection within {timeout:g} s")
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        return Attempt(address, False if error.errno in BLOCKS else None, said)
    with bare:
        return _shake(bare, place, address) if place.is_tls else Attempt(address, True, "connected")


def _shake(bare: socket.socket, place: Place, address: str) -> Attempt:
    """A TLS handshake: whoever answers in any way is there, whatever his certificate.

    A connection that is taken and then dropped may be a proxy's: it proves neither.
    """
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with context.wrap_socket(bare, server_hostname=place.host):
            return Attempt(address, True, "connected, and TLS was agreed on")
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError, TimeoutError) as error:
        return Attempt(address, None, f"took the connection and ended it before TLS ({type(error).__name__})")
    except ssl.SSLError as error:
        return Attempt(address, True, f"connected, and answered with {error.reason or 'no TLS'}")
    except OSError as error:
        return Attempt(address, None, (error.strerror or str(error)).lower())
