"""What a pod may really reach: the union of its policies, and what of it the settings do not allow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from mcreports.operations.egress.selectors import Selector
from mcreports.places.allowed import PROTOCOLS
from mcreports.places.spans import ANYWHERE, EVERY_PORT, Span, Spans, cidrs, common, minus, ports_text, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mcreports.operations.egress.policies import Pods, Policy, Rule
    from mcreports.places.allowed import Allowed

MOST = 8  # so many CIDRs of one range are written out; the rest is only said to be there
LISTED = 2000  # and so many in the kept result


@dataclass(frozen=True)
class Range:
    """Addresses or pods, by ports of a protocol, and the rule that opens them."""

    protocol: str
    ports: Spans
    addresses: Spans = ()
    pods: str = ""
    namespaces: tuple[str, ...] | None = None
    of: str = ""

    @property
    def words(self) -> str:
        """The range as a person reads it.

        >>> Range("TCP", ((8080, 8080),), ((0, 255),), of="a.yaml: web egress[0]").words
        'TCP 8080 to 0.0.0.0/24 (a.yaml: web egress[0])'
        """
        written = list(islice(cidrs(self.addresses), MOST + 1))
        more = ["and more"] if len(written) > MOST else []
        where = self.pods or ", ".join(written[:MOST] + more)
        return f"{self.protocol} {ports_text(self.ports)} to {where}" + (f" ({self.of})" if self.of else "")

    def as_dict(self) -> dict[str, object]:
        """The range as the kept result carries it."""
        listed = list(islice(cidrs(self.addresses), LISTED + 1))
        return {
            "to": [self.pods] if self.pods else listed[:LISTED],
            "has_more": len(listed) > LISTED,
            "ports": ports_text(self.ports),
            "protocol": self.protocol,
            "rule": self.of,
        }


@dataclass(frozen=True)
class Reach:
    """Every range that a pod may reach; ``selected_by`` are the policies that hold it at all."""

    ranges: tuple[Range, ...]
    selected_by: tuple[str, ...]
    named: tuple[str, ...]


def reach(policies: Iterable[Policy], namespace: str, labels: Mapping[str, str]) -> Reach:
    """What a pod with these labels may reach: everything, unless a policy for egress selects it."""
    own = [one for one in policies if one.namespace == namespace and one.is_egress and one.pods.matches(labels)]
    if not own:
        open_to = tuple(Range(protocol, EVERY_PORT, ANYWHERE, of="no policy selects the pod") for protocol in PROTOCOLS)
        return Reach(open_to, (), ())
    rules = [(policy, rule, f"{policy.file}: {policy.name} {rule.where}") for policy in own for rule in policy.rules]
    named = tuple(f"{of}: the port {name} has no number" for _, rule, of in rules for name in rule.named)
    ranges = tuple(one for policy, rule, of in rules for one in _ranges(rule, policy.namespace, of))
    return Reach(ranges, tuple(f"{one.file}: {one.name}" for one in own), named)


def _ranges(rule: Rule, namespace: str, of: str) -> Iterator[Range]:
    for protocol, ports in rule.ports:
        if rule.addresses:
            yield Range(protocol, ports, rule.addresses, of=of)
        for peer in rule.pods:
            yield Range(protocol, ports, (), _pods_text(peer, namespace), _namespaces(peer, namespace), of)


def _namespaces(peer: Pods, namespace: str) -> tuple[str, ...] | None:
    return (namespace,) if peer.namespaces is None else peer.namespaces.names


def _pods_text(peer: Pods, namespace: str) -> str:
    names = _namespaces(peer, namespace)
    where = f"in {' '.join(names)}" if names is not None else _any(peer.namespaces or Selector())
    return f"pods {peer.pods.words} {where}".replace("  ", " ")


def _any(selector: Selector) -> str:
    return f"in any namespace with {selector.words}" if selector.words else "in any namespace"


def excess(found: Reach, settings: Sequence[Allowed]) -> tuple[Range, ...]:
    """What of the ranges the settings do not allow: the part of each that is left over, with its rule."""
    return tuple(left for one in found.ranges for left in _left(one, settings))


def _left(one: Range, settings: Sequence[Allowed]) -> Iterator[Range]:
    mine = [own for own in settings if one.protocol in own.protocols]
    if not one.addresses:
        left = one.ports
        if one.namespaces is not None:
            both = [minus(one.ports, [own.ports for own in mine if own.namespace == name]) for name in one.namespaces]
            left = union(span for spans in both for span in spans)
        if left:
            yield Range(one.protocol, left, (), one.pods, one.namespaces, one.of)
        return
    # between two marks every port has the same addresses allowed, so one look serves them all
    by_addresses: dict[Spans, list[Span]] = defaultdict(list)
    for stretch in _stretches(mine):
        if ports := common(one.ports, [stretch]):
            open_here = [span for own in mine if own.ports[0] <= stretch[0] <= own.ports[1] for span in own.addresses]
            if addresses := minus(one.addresses, open_here):
                by_addresses[addresses] += ports
    for addresses, spans in by_addresses.items():
        yield Range(one.protocol, union(spans), addresses, of=one.of)


def _stretches(settings: Iterable[Allowed]) -> Iterator[Span]:
    first, last = EVERY_PORT[0]
    marks = {first, *(own.ports[0] for own in settings), *(own.ports[1] + 1 for own in settings)} - {last + 1}
    begins = sorted(marks)
    yield from zip(begins, [*(begin - 1 for begin in begins[1:]), last], strict=True)
