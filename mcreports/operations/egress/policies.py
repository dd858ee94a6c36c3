"""NetworkPolicy manifests as values: whom a policy selects, and what each egress rule allows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.evidence.fields import FieldError, shown
from mcreports.operations.egress.documents import Fault
from mcreports.operations.egress.selectors import Selector, mapping, only, optional, selector, string
from mcreports.places.allowed import PROTOCOLS
from mcreports.places.spans import ANYWHERE, EVERY_PORT, Span, Spans, minus, network_span, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mcreports.operations.egress.documents import Manifest

API = "networking.k8s.io/v1"
LIKE = "networkpolic"  # any kind that was meant to be one, however it is spelt, must not be passed over
TYPES = frozenset({"Ingress", "Egress"})


@dataclass(frozen=True)
class Pods:
    """Pods as a destination; ``namespaces`` is None for the policy's own namespace."""

    pods: Selector
    namespaces: Selector | None = None


@dataclass(frozen=True)
class Rule:
    """One egress rule: where to, by which ports of which protocol; ``named`` are ports without a number."""

    where: str
    addresses: Spans
    pods: tuple[Pods, ...]
    ports: tuple[tuple[str, Spans], ...]
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """One NetworkPolicy; without ``is_egress`` it says nothing of what leaves."""

    file: str
    name: str
    namespace: str
    pods: Selector
    is_egress: bool
    rules: tuple[Rule, ...]


def policies(manifests: Iterable[Manifest], namespace: str) -> tuple[tuple[Policy, ...], tuple[Fault, ...]]:
    """Every NetworkPolicy of the manifests and every fault; one without a namespace is of the given one."""
    found: dict[tuple[str, str], list[Policy]] = defaultdict(list)
    faults = []
    for manifest in manifests:
        if LIKE in manifest.body["kind"].casefold():
            try:
                policy = _policy(manifest, namespace)
            except FieldError as error:
                faults.append(Fault(manifest.file, f"{manifest.path}: {error}"))
            else:
                found[policy.namespace, policy.name].append(policy)
    for (_, name), same in found.items():
        if len(same) > 1:
            also = ", ".join(sorted({one.file for one in same}))
            faults.append(Fault(same[0].file, f"{shown(name)} is {len(same)} times in {also}: which one holds?"))
    return tuple(same[0] for same in found.values() if len(same) == 1), tuple(faults)


def _policy(manifest: Manifest, namespace: str) -> Policy:
    body = manifest.body
    if body["kind"] != "NetworkPolicy" or body.get("apiVersion") != API:
        raise FieldError("kind", f"{shown(body['kind'])} of {shown(body.get('apiVersion'))}: only {API} is evaluated")
    metadata = mapping(body.get("metadata"), "metadata")
    name = string(metadata, "name", "metadata")
    own = string(metadata, "namespace", "metadata") if metadata.get("namespace") is not None else namespace
    spec = mapping(body.get("spec"), "spec")
    only(spec, ("podSelector", "policyTypes", "ingress", "egress"), "spec")
    egress = optional(spec, "egress", list[object], "spec")
    types = optional(spec, "policyTypes", list[object], "spec")
    for one in types:
        if one not in TYPES:
            raise FieldError("spec.policyTypes", f"has {shown(one)}, not Ingress or Egress")
    rules = [_rule(mapping(one, f"spec.egress[{at}]"), f"spec.egress[{at}]") for at, one in enumerate(egress)]
    pods = selector(optional(spec, "podSelector", dict[str, object], "spec"), "spec.podSelector")
    return Policy(manifest.file, name, own, pods, "Egress" in types if types else bool(egress), tuple(rules))


def _rule(body: Mapping[str, object], path: str) -> Rule:
    only(body, ("to", "ports"), path)
    blocks: list[Span] = []
    pods: list[Pods] = []
    to = optional(body, "to", list[object], path)
    for at, one in enumerate(to):
        peer, where = mapping(one, f"{path}.to[{at}]"), f"{path}.to[{at}]"
        only(peer, ("ipBlock", "podSelector", "namespaceSelector"), where)
        if peer.get("ipBlock") is not None:
            if [key for key in peer if peer[key] is not None] != ["ipBlock"]:
                raise FieldError(where, "has an ipBlock and a selector; it is one or the other")
            blocks += _block(mapping(peer["ipBlock"], f"{where}.ipBlock"), f"{where}.ipBlock")
        else:
            pods.append(_pods(peer, where))
    ports, named = _ports(optional(body, "ports", list[object], path), path)
    return Rule(path.removeprefix("spec."), union(blocks) if to else ANYWHERE, tuple(pods), ports, named)


def _pods(peer: Mapping[str, object], path: str) -> Pods:
    given = {key: value for key, value in peer.items() if value is not None}
    if not given:
        raise FieldError(path, "names neither an ipBlock nor a selector")
    parts = {key: selector(mapping(value, f"{path}.{key}"), f"{path}.{key}") for key, value in given.items()}
    return Pods(parts.get("podSelector", Selector()), parts.get("namespaceSelector"))


def _block(body: Mapping[str, object], path: str) -> Spans:
    only(body, ("cidr", "except"), path)
    outer = _network(string(body, "cidr", path), f"{path}.cidr")
    holes = []
    for at, one in enumerate(optional(body, "except", list[object], path)):
        hole = _network(one, f"{path}.except[{at}]")
        if not (outer[0] <= hole[0] and hole[1] <= outer[1]) or hole == outer:
            raise FieldError(f"{path}.except[{at}]", f"is {shown(one)}, which is not a part of {shown(body['cidr'])}")
        holes.append(hole)
    return minus([outer], holes)


def _network(value: object, path: str) -> Span:
    try:
        return network_span(value) if isinstance(value, str) else network_span("")
    except ValueError as error:
        raise FieldError(path, f"is {shown(value)}, not a CIDR") from error


def _ports(listed: list[object], path: str) -> tuple[tuple[tuple[str, Spans], ...], tuple[str, ...]]:
    if not listed:
        return tuple((protocol, EVERY_PORT) for protocol in PROTOCOLS), ()
    found: dict[str, list[Span]] = {}
    named = []
    for at, one in enumerate(listed):
        body, where = mapping(one, f"{path}.ports[{at}]"), f"{path}.ports[{at}]"
        only(body, ("port", "endPort", "protocol"), where)
        protocol = string(body, "protocol", where) if body.get("protocol") is not None else "TCP"
        if protocol not in PROTOCOLS:
            raise FieldError(f"{where}.protocol", f"is {shown(protocol)}, not TCP, UDP or SCTP")
        port, end = body.get("port"), body.get("endPort")
        if isinstance(port, str) and end is None and any(sign.isalpha() for sign in port):
            named.append(f"{port}/{protocol}")
            continue
        first = 1 if port is None and end is None else _number(port, f"{where}.port")
        last = EVERY_PORT[0][1] if port is None else first if end is None else _number(end, f"{where}.endPort")
        if last < first:
            raise FieldError(f"{where}.endPort", f"is {last}, below its port {first}")
        found.setdefault(protocol, []).append((first, last))
    return tuple((protocol, union(spans)) for protocol, spans in found.items()), tuple(named)


def _number(value: object, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= EVERY_PORT[0][1]:
        raise FieldError(path, f"is {shown(value)}, not a port")
    return value
