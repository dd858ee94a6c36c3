"""Sets of numbers as spans: ports, and addresses on one line, IPv4 first and IPv6 after it."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Span = tuple[int, int]  # the first and the last number, both within
Spans = tuple[Span, ...]  # in order, apart from each other

V6 = 1 << 32  # where IPv6 begins on the line
EVERY_PORT: Spans = ((1, 65535),)
ANYWHERE: Spans = ((0, V6 + (1 << 128) - 1),)


def union(spans: Iterable[Span]) -> Spans:
    """All numbers of the spans, each once.

    >>> union([(5, 9), (1, 2), (3, 3), (8, 12)])
    ((1, 3), (5, 12))
    """
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def minus(spans: Iterable[Span], taken: Iterable[Span]) -> Spans:
    """The numbers of the first spans that are not in the second.

    >>> minus([(1, 10)], [(3, 4), (9, 20)])
    ((1, 2), (5, 8))
    """
    left: list[Span] = []
    holes, at = union(taken), 0
    for first, last in union(spans):
        begin = first
        while at < len(holes) and holes[at][1] < begin:
            at += 1
        look = at
        while look < len(holes) and holes[look][0] <= last:
            if begin < holes[look][0]:
                left.append((begin, holes[look][0] - 1))
            begin = holes[look][1] + 1
            look += 1
        if begin <= last:
            left.append((begin, last))
    return tuple(left)


def common(one: Iterable[Span], other: Iterable[Span]) -> Spans:
    """The numbers that are in both.

    >>> common([(1, 10)], [(3, 4), (9, 20)])
    ((3, 4), (9, 10))
    """
    first = union(one)
    return minus(first, minus(first, other))


def network_span(text: str) -> Span:
    """A CIDR on the line; a ValueError if it is none: a mask or a zone is nothing that a cluster takes."""
    address, _, length = text.partition("/")
    if not length.isdecimal() or "%" in address:
        msg = f"{text!r} is no address with a prefix length"
        raise ValueError(msg)
    network = ip_network(text, strict=False)
    start = int(network.network_address) + (V6 if network.version == 6 else 0)  # noqa: PLR2004
    return start, start + network.num_addresses - 1


def address_point(text: str) -> int:
    """An address on the line."""
    address = ip_address(text)
    return int(address) + (V6 if address.version == 6 else 0)  # noqa: PLR2004


def cidrs(spans: Iterable[Span]) -> Iterator[str]:
    """The spans of the line as CIDRs.

    >>> list(cidrs(ANYWHERE)), list(cidrs([network_span("10.0.0.7/31")]))
    (['0.0.0.0/0', '::/0'], ['10.0.0.6/31'])
    """
    for first, last in spans:
        if first < V6:
            yield from map(str, _fours(first, min(last, V6 - 1)))
        if last >= V6:
            yield from map(str, _sixes(max(first, V6) - V6, last - V6))


def _fours(first: int, last: int) -> Iterator[IPv4Network]:
    return summarize_address_range(IPv4Address(first), IPv4Address(last))


def _sixes(first: int, last: int) -> Iterator[IPv6Network]:
    return summarize_address_range(IPv6Address(first), IPv6Address(last))


def ports_text(spans: Iterable[Span]) -> str:
    """Ports as a person writes them.

    >>> ports_text([(53, 53), (8080, 8090)]), ports_text(EVERY_PORT)
    ('53,8080-8090', '*')
    """
    if tuple(spans) == EVERY_PORT:
        return "*"
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans)
