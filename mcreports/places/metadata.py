"""Addresses that are never asked: where clouds keep the credentials of the machine."""

from __future__ import annotations

import ipaddress
import socket

_METADATA = frozenset({ipaddress.ip_address("fd00:ec2::254")})  # what is not link-local among the clouds' own


def is_metadata(host: str) -> bool:
    """Whether a host is a cloud's metadata address or link-local, however it is written.

    >>> is_metadata("2852039166"), is_metadata("192.0.2.7"), is_metadata("metadata.example")
    (True, False, False)
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return False  # a name: what it resolves to is looked at when it is connected
    inner = getattr(address, "ipv4_mapped", None) or address
    return inner.is_link_local or inner in _METADATA
