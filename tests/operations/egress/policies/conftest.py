"""NetworkPolicy manifests, given as one rule, as the spec of a policy or as whole files."""

from __future__ import annotations

import pytest

from mcreports.operations.egress.enforcement import enforce

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: prod}}\nspec:\n"
RULE = "  podSelector: {{}}\n  policyTypes: [Egress]\n  egress: [{}]\n"
SOUND = """
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
    - to: [{ipBlock: {cidr: 10.100.0.0/24}}]
      ports: [{port: 8080}]
    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]
      ports: [{port: 53, protocol: UDP}, {port: 53}]
"""  # noqa: E501 - as people write it
ALLOWED = ("10.100.0.0/24:8080", "kube-system:53/UDP", "kube-system:53")


@pytest.fixture
def sound():
    """The spec of a policy that lets out to the gateway and to DNS alone."""
    return SOUND


@pytest.fixture
def judged(egress, tmp_path):
    """Evaluates the manifests for a pod that may reach the gateway and DNS."""

    def run(*files, **changes):
        folder = tmp_path / "policies"
        folder.mkdir(exist_ok=True)
        for number, text in enumerate(files):
            spec = RULE.format(text) if text.startswith("{") else text
            whole = text if "kind:" in text or text.startswith("%") else HEAD.format(name=f"p{number}") + spec
            (folder / f"{number}.yaml").write_text(whole)
        own = {"namespace": "prod", "pod_labels": {"app": "web"}, "allowed": ALLOWED, "policies": (folder,), **changes}
        return enforce(egress(**own))

    return run
