"""What policies allow, as sets, against a naive look at one address and one port at a time."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mcreports.operations.egress.documents import Manifest
from mcreports.operations.egress.policies import policies
from mcreports.operations.egress.reach import excess, reach
from mcreports.places.allowed import allowed
from mcreports.places.spans import address_point, cidrs, network_span, union

NETWORKS = [
    "0.0.0.0/0", "10.0.0.0/24", "10.0.0.0/28", "10.0.0.8/29", "10.0.0.9/32", "10.0.0.64/26", "255.255.255.255/32",
    "::/0", "fd00::/120", "fd00::8/125", "fd00::9/128", "::/128",
]  # fmt: skip
POINTS = [
    "0.0.0.0",  # noqa: S104 - the first address of all
    "9.255.255.255", "10.0.0.0", "10.0.0.7", "10.0.0.8", "10.0.0.9", "10.0.0.10", "10.0.0.16", "10.0.0.64",
    "10.0.0.255", "10.0.1.0", "255.255.255.255", "::", "::1", "fcff::", "fd00::", "fd00::8", "fd00::9", "fd00::f",
    "fd00::10", "fd00::100", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
]  # fmt: skip
PORTS = [1, 2, 53, 79, 80, 81, 443, 8080, 8090, 8091, 65535]
LABELS = {"app": "web", "tier": "front"}


def label_selectors():
    expressions = st.one_of(
        st.fixed_dictionaries({
            "key": st.sampled_from(["app", "tier", "gone"]),
            "operator": st.sampled_from(["In", "NotIn"]),
            "values": st.lists(st.sampled_from(["web", "front", "back"]), min_size=1, max_size=2),
        }),
        st.fixed_dictionaries({
            "key": st.sampled_from(["app", "gone"]), "operator": st.sampled_from(["Exists", "DoesNotExist"]),
        }),
    )  # fmt: skip
    labels = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["web", "front"]), max_size=1)
    return st.fixed_dictionaries(
        {}, optional={"matchLabels": labels, "matchExpressions": st.lists(expressions, max_size=1)}
    )


@st.composite
def blocks(draw):
    cidr = draw(st.sampled_from(NETWORKS))
    outer = ip_network(cidr)
    same = [one for one in NETWORKS if one != cidr and ip_network(one).version == outer.version]
    inside = [one for one in same if ip_network(one).subnet_of(outer)]
    block = {"cidr": cidr}
    if inside and draw(st.booleans()):
        block["except"] = draw(st.lists(st.sampled_from(inside), max_size=3))
    return {"ipBlock": block}


@st.composite
def ports(draw):
    first = draw(st.sampled_from(PORTS))
    port = draw(st.sampled_from([{}, {"port": first}, {"port": first, "endPort": draw(st.integers(first, 65535))}]))
    return {**port, **draw(st.sampled_from([{}, {"protocol": "TCP"}, {"protocol": "UDP"}]))}


def specs():
    rules = st.fixed_dictionaries(
        {}, optional={"to": st.lists(blocks(), max_size=3), "ports": st.lists(ports(), max_size=3)}
    )
    return st.fixed_dictionaries(
        {"podSelector": label_selectors()},
        optional={
            "policyTypes": st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"], []]),
            "egress": st.lists(rules, max_size=3),
        },
    )


def holds(selector, labels):
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for one in selector.get("matchExpressions", []):
        key, there = one["key"], one["key"] in labels
        good = {
            "In": there and labels.get(key) in one.get("values", []),
            "NotIn": not there or labels[key] not in one.get("values", []),
            "Exists": there,
            "DoesNotExist": not there,
        }[one["operator"]]
        if not good:
            return False
    return True


def lets_out(spec_list, address, port, protocol):
    """The oracle: the words of the Kubernetes reference, one packet at a time."""
    selecting = []
    for spec in spec_list:
        types = spec.get("policyTypes") or (["Ingress", "Egress"] if spec.get("egress") else ["Ingress"])
        if "Egress" in types and holds(spec["podSelector"], LABELS):
            selecting.append(spec)
    if not selecting:
        return True
    return any(_rule(rule, address, port, protocol) for spec in selecting for rule in spec.get("egress", []))


def _rule(rule, address, port, protocol):
    peers, listed = rule.get("to"), rule.get("ports")
    place = not peers or any(
        address in ip_network(peer["ipBlock"]["cidr"])
        and not any(address in ip_network(hole) for hole in peer["ipBlock"].get("except", []))
        for peer in peers
    )
    way = not listed or any(
        one.get("protocol", "TCP") == protocol
        and ("port" not in one or one["port"] <= port <= one.get("endPort", one["port"]))
        for one in listed
    )
    return place and way


def contains(ranges, point, port, protocol):
    return any(
        one.protocol == protocol
        and any(first <= port <= last for first, last in one.ports)
        and any(first <= point <= last for first, last in one.addresses)
        for one in ranges
    )


def manifest(number, spec):
    body = {
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": f"p{number}", "namespace": "prod"}, "spec": spec,
    }  # fmt: skip
    return Manifest("a.yaml", "", yaml.safe_load(yaml.safe_dump(body)))


@settings(max_examples=120, deadline=None)
@given(
    st.lists(specs(), max_size=3),
    st.lists(
        st.tuples(st.sampled_from(NETWORKS), st.sampled_from(["80", "1-443", "*", "8080-8090", "53/UDP"])), max_size=4
    ),
)
def test_reach_and_excess_are_what_a_look_at_every_packet_gives(spec_list, entries):
    found, faults = policies([manifest(number, spec) for number, spec in enumerate(spec_list)], "prod")
    assert faults == ()
    may = reach(found, "prod", LABELS)
    mine = allowed(f"[{cidr}]:{port}" for cidr, port in entries)
    beyond = excess(may, mine)
    for text in POINTS:
        address, point = ip_address(text), address_point(text)
        for port in PORTS:
            for protocol in ("TCP", "UDP"):
                truth = lets_out(spec_list, address, port, protocol)
                covered = any(
                    protocol in own.protocols and own.ports[0] <= port <= own.ports[1]
                    and any(first <= point <= last for first, last in own.addresses)
                    for own in mine
                )  # fmt: skip
                assert contains(may.ranges, point, port, protocol) is truth
                assert contains(beyond, point, port, protocol) is (truth and not covered)


@given(st.lists(st.sampled_from(NETWORKS), max_size=6))
def test_cidrs_of_a_union_cover_what_the_networks_cover(networks):
    written = [ip_network(text) for text in cidrs(union(map(network_span, networks)))]
    for text in POINTS:
        address = ip_address(text)
        assert any(address in one for one in written) is any(address in ip_network(one) for one in networks)
