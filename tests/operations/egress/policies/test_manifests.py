"""Manifests that are broken, hostile or of another kind: named by file and field, and losing no other."""

from __future__ import annotations

import hashlib
import time

import pytest

from mcreports.checks import Status
from mcreports.operations.egress.documents import MOST_BYTES, read

BROKEN = {
    "cidr": ("{to: [{ipBlock: {cidr: 10.0.0.0/33}}], ports: [{port: 443}]}", "spec.egress[0].to[0].ipBlock.cidr"),
    "no prefix": ("{to: [{ipBlock: {cidr: 10.0.0.1}}], ports: [{port: 443}]}", "spec.egress[0].to[0].ipBlock.cidr"),
    "mask": (
        "{to: [{ipBlock: {cidr: 10.100.0.0/255.255.255.0}}], ports: [{port: 8080}]}",
        "egress[0].to[0].ipBlock.cidr",
    ),
    "host mask": (
        "{to: [{ipBlock: {cidr: 10.100.0.0/0.0.0.255}}], ports: [{port: 8080}]}",
        "egress[0].to[0].ipBlock.cidr",
    ),
    "mask in except": (
        "{to: [{ipBlock: {cidr: 10.100.0.0/24, except: [10.100.0.0/255.255.255.128]}}], ports: [{port: 8080}]}",
        "ipBlock.except[0]",
    ),
    "zone": ("{to: [{ipBlock: {cidr: 'fe80::1%eth0/64'}}], ports: [{port: 443}]}", "spec.egress[0].to[0].ipBlock.cidr"),
    "except outside": (
        "{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}], ports: [{port: 443}]}",
        "ipBlock.except[0]",
    ),
    "except is all": (
        "{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}], ports: [{port: 443}]}",
        "ipBlock.except[0]",
    ),
    "typing error": (
        "{to: [{ipblock: {cidr: 10.0.0.0/8}}], ports: [{port: 443}]}",
        "spec.egress[0].to[0].ipblock: is unknown",
    ),
    "both": ("{to: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}], ports: [{port: 443}]}", "one or the other"),
    "empty peer": ("{to: [{}], ports: [{port: 443}]}", "neither an ipBlock nor a selector"),
    "port": ("{to: [], ports: [{port: 70000}]}", "spec.egress[0].ports[0].port"),
    "port true": ("{to: [], ports: [{port: yes}]}", "spec.egress[0].ports[0].port"),
    "port as text": ("{to: [], ports: [{port: '80'}]}", "spec.egress[0].ports[0].port"),
    "endPort alone": ("{to: [], ports: [{endPort: 80}]}", "spec.egress[0].ports[0].port"),
    "endPort below": ("{to: [], ports: [{port: 80, endPort: 79}]}", "spec.egress[0].ports[0].endPort"),
    "protocol": ("{to: [], ports: [{port: 80, protocol: tcp}]}", "protocol"),
    "operator": ("  podSelector: {matchExpressions: [{key: a, operator: Is, values: [b]}]}\n", "operator"),
    "values": ("  podSelector: {matchExpressions: [{key: a, operator: In}]}\n", "values"),
    "label": ("  podSelector: {matchLabels: {on: 1}}\n", "spec.podSelector.matchLabels"),
    "types": ("  podSelector: {}\n  policyTypes: [egress]\n", "spec.policyTypes"),
    "egress": ("  podSelector: {}\n  egress: {to: []}\n", "spec.egress"),
    "another's": (
        "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: x}\n",
        "projectcalico.org/v3",
    ),
    "another kind": (
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x}\n",
        "CiliumNetworkPolicy",
    ),
    "no name": ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {}\n", "metadata"),
    "text": ("%not yaml: [kind:", "not YAML"),
    "alias": ("kind: &a x\nb: *a\n", "an anchor"),
    "twice": ("kind: a\nkind: b\n", "the key 'kind' twice"),
    "a tag": ("kind: !!python/object/apply:os.system [id]\n", "tag"),
    "deep": ("kind: " + "[" * 5000, "nested"),
    "long number": ("kind: 0x" + "f" * 9000, "9002"),
    "no such date": ("kind: x\nat: 2025-13-45\n", "not YAML"),
    "empty number": ("kind: !!int ''\n", "1.yaml"),
    "a scalar": ("'kind:'\n", "not an object"),
    "items": ("kind: List\nitems: {}\n", "items"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_manifest_leaves_it_unknown_names_file_and_field_and_loses_no_other(judged, sound, name):
    text, said = BROKEN[name]
    found = judged(sound, text)
    assert found.verdict.status is Status.UNKNOWN
    assert "1.yaml: " in found.verdict.reason
    assert said in found.verdict.reason
    assert len(found.ranges) == 3


def test_a_broken_manifest_does_not_hide_what_another_lets_out(judged):
    assert judged("  podSelector: {}\n  egress: [{}]\n", "kind: [").verdict.status is Status.FAIL


def test_a_pod_that_a_broken_policy_may_hold_is_not_called_open(judged, sound):
    assert judged(sound.replace("8080", "80800")).verdict.status is Status.UNKNOWN


def test_a_policy_that_is_there_twice_leaves_it_open_which_one_holds(judged, sound):
    twice = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: same}\nspec:" + sound
    found = judged(twice, twice)
    assert found.verdict.status is Status.UNKNOWN
    assert "which one holds" in found.verdict.reason


def test_bombs_are_refused_at_once(judged, sound):
    bomb = "kind: x\na: &a [1, 1]\n" + "\n".join(f"b{n}: &b{n} [*a, *a]" for n in range(50))
    started = time.monotonic()
    assert judged(sound, bomb).verdict.status is Status.UNKNOWN
    assert judged(sound, "kind: x\n#" + "x" * MOST_BYTES).verdict.status is Status.UNKNOWN
    assert time.monotonic() - started < 2


def test_nothing_that_can_be_read_is_unknown_and_names_the_path(judged, tmp_path):
    assert "egress.policies is not set" in judged(policies=()).verdict.reason
    (tmp_path / "empty").mkdir()
    assert "holds no .yaml" in judged(policies=(tmp_path / "empty",)).verdict.reason
    assert "cannot be read" in judged(policies=(tmp_path / "gone.yaml",)).verdict.reason
    assert judged("kind: Deployment\n").verdict.reason == "no NetworkPolicy was read"


def test_links_out_of_the_directory_are_refused_and_hidden_copies_passed_over(tmp_path):
    folder = tmp_path / "policies"
    (folder / "..2025_11").mkdir(parents=True)
    (folder / "..2025_11" / "a.yaml").write_text("kind: A\n")
    (folder / "a.yaml").symlink_to("..2025_11/a.yaml")
    (tmp_path / "secret.yaml").write_text("kind: Secret\n")
    (folder / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "there").symlink_to(tmp_path)
    found = read([folder])
    assert [one.body["kind"] for one in found.objects] == ["A"]
    assert [fault.file.rpartition("/")[2] for fault in found.faults] == ["there", "loop.yaml", "out.yaml"]


def test_every_manifest_is_identified_by_its_hash(tmp_path):
    (tmp_path / "a.yml").write_bytes(b"kind: A\n")
    assert read([tmp_path]).digests == ((str(tmp_path / "a.yml"), hashlib.sha256(b"kind: A\n").hexdigest()),)
