"""What policies really let out, and what of it the settings do not allow."""

from __future__ import annotations

import json

import pytest

from mcreports.checks import Status

NAMED = "{key: kubernetes.io/metadata.name, operator: In, values: [a, b]}"


def test_policies_that_let_out_to_what_is_allowed_alone_pass(judged, sound):
    found = judged(sound)
    assert (found.verdict.status, found.verdict.reason) == (Status.PASS, "")
    assert [one.words.partition(" (")[0] for one in found.ranges] == [
        "TCP 8080 to 10.100.0.0/24",
        "UDP 53 to pods k8s-app=kube-dns in kube-system",
        "TCP 53 to pods k8s-app=kube-dns in kube-system",
    ]


def test_dns_is_allowed_by_the_settings_alone(judged, sound):
    found = judged(sound, allowed=("10.100.0.0/24:8080",))
    assert (found.verdict.status, found.verdict.n, len(found.facts["not_allowed"])) == (Status.FAIL, None, 2)


def test_an_excess_names_file_policy_rule_and_what_is_too_much(judged, sound):
    found = judged(sound, "{to: [{ipBlock: {cidr: 10.100.0.0/23}}], ports: [{port: 8080}]}")
    assert found.verdict.status is Status.FAIL
    assert "1.yaml: p1 egress[0]" in found.verdict.reason
    assert "TCP 8080 to 10.100.1.0/24" in found.verdict.reason


@pytest.mark.parametrize(
    ("text", "too_much"),
    [
        ("  podSelector: {}\n  egress: [{}]\n", "0.0.0.0/0, ::/0:*/SCTP"),
        ("  podSelector: {}\n  egress: [{to: []}]\n", "0.0.0.0/0, ::/0:*"),
        ("{to: [{ipBlock: {cidr: 10.100.0.0/24}}], ports: []}", "10.100.0.0/24:1-8079,8081-65535"),
        ("{to: [{ipBlock: {cidr: 10.100.0.0/24}}], ports: [{port: 8080, endPort: 8081}]}", "10.100.0.0/24:8081/TCP"),
        ("{to: [{ipBlock: {cidr: 10.100.0.0/24}}], ports: [{port: 8080, protocol: UDP}]}", "10.100.0.0/24:8080/UDP"),
        ("{to: [{ipBlock: {cidr: 'fd00::/8'}}], ports: [{port: 443}]}", "fd00::/8:443/TCP"),
        ("{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [128.0.0.0/1]}}], ports: [{port: 443}]}", "0.0.0.0/1:443/TCP"),
        ("{to: [{namespaceSelector: {}}], ports: [{port: 53}]}", "pods in any namespace:53/TCP"),
        ("{to: [{podSelector: {}}], ports: [{port: 5432}]}", "pods in prod:5432/TCP"),
        ("{to: [{namespaceSelector: {matchLabels: {team: a}}}]}", "pods in any namespace with team=a:*/SCTP"),
        (f"{{to: [{{namespaceSelector: {{matchExpressions: [{NAMED}]}}}}]}}", "pods in a b:*/TCP"),
    ],
)  # fmt: skip
def test_what_is_let_out_beyond_the_settings_fails(judged, text, too_much):
    found = judged(text)
    assert found.verdict.status is Status.FAIL
    every = " ".join(f"{', '.join(one['to'])}:{one['ports']}/{one['protocol']}" for one in found.facts["not_allowed"])
    assert too_much in every


def test_no_policy_that_holds_the_pod_lets_everything_out(judged, sound):
    for changes in ({"pod_labels": {"app": "other"}}, {"namespace": "elsewhere"}):
        found = judged(sound, **changes)
        assert found.verdict.status is Status.FAIL
        assert "no policy selects the pod" in found.verdict.reason


def test_a_policy_for_ingress_alone_does_not_hold_what_leaves(judged):
    for text in (
        "  podSelector: {}\n  policyTypes: [Ingress]\n  egress: [{to: [{ipBlock: {cidr: 10.100.0.0/24}}]}]\n",
        "  podSelector: {}\n  egress: []\n",
        "  podSelector: {}\n",
    ):
        assert judged(text).verdict.status is Status.FAIL


def test_a_policy_that_lets_nothing_out_passes_whatever_is_allowed(judged):
    found = judged("  podSelector: {}\n  policyTypes: [Egress]\n", allowed=())
    assert (found.verdict.status, found.ranges) == (Status.PASS, ())


def test_a_range_is_allowed_by_several_entries_together(judged):
    found = judged("{to: [{ipBlock: {cidr: 10.0.0.0/23}}], ports: [{port: 80, endPort: 90}]}",
                   allowed=("10.0.0.0/24:80-85", "10.0.0.0/24:86-90", "10.0.1.0/24:1-1000"))  # fmt: skip
    assert found.verdict.status is Status.PASS


def test_settings_that_allow_nothing_or_name_no_labels_leave_it_unknown_and_are_named(judged, sound):
    assert (judged(sound, allowed=()).verdict.status, judged(sound, allowed=()).verdict.reason) == (
        Status.UNKNOWN,
        "egress.allowed is not set",
    )
    nameless = judged(sound, pod_labels={}).verdict
    assert nameless.status is Status.UNKNOWN
    assert "egress.pod_labels is not set" in nameless.reason


def test_a_port_by_its_name_leaves_it_unknown(judged, sound):
    found = judged(sound, "{to: [{ipBlock: {cidr: 10.100.0.0/24}}], ports: [{port: http}]}")
    assert found.verdict.status is Status.UNKNOWN
    assert "1.yaml: p1 egress[0]: the port http/TCP has no number" in found.verdict.reason


@pytest.mark.parametrize(
    "kind", ["networkpolicy", "networkPolicy", "NetworkPolicy ", "networkpolicies", "NetworkPolicys"]
)
def test_a_kind_that_was_meant_to_be_a_policy_is_not_passed_over(judged, sound, kind):
    wide = "metadata: {name: w}\nspec: {podSelector: {}, egress: [{}]}\n"
    found = judged(sound, f"apiVersion: networking.k8s.io/v1\nkind: '{kind}'\n{wide}")
    assert found.verdict.status is Status.UNKNOWN
    assert "1.yaml: " in found.verdict.reason
    assert kind in found.verdict.reason


@pytest.mark.parametrize(("port", "status"), [(8080, Status.PASS), (8081, Status.FAIL)])
def test_a_list_as_the_api_gives_it_names_the_kind_of_its_items_once(judged, port, status):
    to = [{"ipBlock": {"cidr": "10.100.0.0/24"}}]
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": to, "ports": [{"port": port}]}]}
    item = {"metadata": {"name": "w", "namespace": "prod"}, "spec": spec}
    listed = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems: {json.dumps([item])}\n"
    assert judged(listed).verdict.status is status


def test_lists_and_several_documents_are_read_and_other_kinds_passed_over(judged, sound):
    inner = sound.replace("\n", "\n    ")
    item = "  - apiVersion: networking.k8s.io/v1\n    kind: NetworkPolicy\n    metadata: {name: a}\n    spec:" + inner
    text = (
        f"apiVersion: v1\nkind: List\nitems:\n{item}\n---\n---\nkind: Deployment\napiVersion: apps/v1\nspec: {{x: 1}}\n"
    )
    found = judged(text)
    assert found.verdict.status is Status.PASS
    assert found.facts["selected_by"] == (found.digests[0][0] + ": a",)


@pytest.mark.parametrize(
    ("expression", "is_held"),
    [
        ("{key: app, operator: In, values: [web, api]}", True),
        ("{key: app, operator: In, values: [api]}", False),
        ("{key: gone, operator: In, values: [web]}", False),
        ("{key: app, operator: NotIn, values: [web]}", False),
        ("{key: gone, operator: NotIn, values: [web]}", True),
        ("{key: app, operator: Exists}", True),
        ("{key: gone, operator: Exists}", False),
        ("{key: app, operator: DoesNotExist}", False),
        ("{key: gone, operator: DoesNotExist}", True),
    ],
)
def test_an_expression_selects_the_pods_that_kubernetes_selects(judged, expression, is_held):
    found = judged(f"  podSelector: {{matchExpressions: [{expression}]}}\n  policyTypes: [Egress]\n")
    assert bool(found.facts["selected_by"]) is is_held
