"""What the settings allow: places and ports, as they are written and as sets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.places.spans import EVERY_PORT, Span, Spans, network_span

if TYPE_CHECKING:
    from collections.abc import Iterable

PROTOCOLS = ("TCP", "UDP", "SCTP")
_WRITTEN = re.compile(
    r"\[?(?P<place>[^\[\]]+?)\]?:(?P<first>\*|\d{1,5})(?:-(?P<last>\d{1,5}))?(?:/(?P<protocol>[A-Z]+|\*))?"
)
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Allowed:
    """One place that may be reached: a span of addresses, or a namespace of the cluster by its name."""

    addresses: Spans
    namespace: str
    ports: Span
    protocols: tuple[str, ...]


def allowed(written: Iterable[str]) -> tuple[Allowed, ...]:
    """What the settings' list means; a ValueError for an entry that means nothing.

    >>> [one.ports for one in allowed(["10.0.0.0/8:443", "[fd00::/8]:8000-8080/UDP", "kube-system:53/UDP"])]
    [(443, 443), (8000, 8080), (53, 53)]
    """
    return tuple(map(_allowed, written))


def _allowed(text: str) -> Allowed:
    fault = f"{text!r} means nothing; write it like 10.100.0.0/24:8080, [fd00::/8]:8000-8080/UDP or kube-system:53/UDP"
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(fault)
    place, protocol = match["place"], match["protocol"] or "TCP"
    ports = EVERY_PORT[0]
    if match["first"] != "*":
        ports = int(match["first"]), int(match["last"] or match["first"])
    is_sound = EVERY_PORT[0][0] <= ports[0] <= ports[1] <= EVERY_PORT[0][1]
    if not is_sound or (match["first"] == "*" and match["last"]) or protocol not in {*PROTOCOLS, "*"}:
        raise ValueError(fault)
    protocols = PROTOCOLS if protocol == "*" else (protocol,)
    if _NAMESPACE.fullmatch(place):
        return Allowed((), place, ports, protocols)
    try:
        return Allowed((network_span(place),), "", ports, protocols)
    except ValueError as error:
        msg = f"{fault} ({error})"
        raise ValueError(msg) from error
