"""The verdict on NetworkPolicy manifests: what they let a pod reach beyond what the settings allow."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from mcreports.operations.egress.documents import read
from mcreports.operations.egress.policies import policies
from mcreports.operations.egress.reach import Range, Reach, excess, reach
from mcreports.operations.egress.verdicts import listed
from mcreports.places.allowed import allowed
from mcreports.rules import Rule, Subject, judge

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.operation_sections import EgressSettings
    from mcreports.operations.egress.policies import Policy

NONE = Rule("<=", Decimal(0), unit="ranges")


@dataclass(frozen=True)
class Enforced:
    """The verdict, what the pod may reach, what of it is not allowed, and the files that say so."""

    verdict: Verdict
    facts: dict[str, object]
    ranges: tuple[Range, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()


def enforce(own: EgressSettings) -> Enforced:
    """Evaluate the manifests of the settings for the pods of the settings."""
    if not own.policies:
        return Enforced(judge("egress.policies", NONE, None, Subject(None), "egress.policies is not set"), {})
    manifests = read(own.policies)
    found, broken = policies(manifests.objects, own.namespace)
    may = reach(found, own.namespace, own.pod_labels)
    beyond = excess(may, allowed(own.allowed))
    faults = [f"{fault.file}: {fault.text}" for fault in (*manifests.faults, *broken)]
    unproven = listed([*faults, *may.named, *_doubts(own, found, may)])
    # a policy that could not be read can only add ranges, but for one thing: it may be the one that holds the pod
    is_known = bool(may.selected_by) or (bool(found) and not unproven)
    if may.ranges and may.selected_by and not own.allowed:
        is_known = False
    reasons = [f"{one.words} is not allowed" for one in beyond]
    value = len(beyond) if is_known else None
    verdict = judge("egress.policies", NONE, value, Subject(None), listed([*(reasons if is_known else ()), unproven]))
    facts: dict[str, object] = {
        "namespace": own.namespace,
        "pod_labels": own.pod_labels,
        "selected_by": may.selected_by,
        "reach": [one.as_dict() for one in may.ranges],
        "not_allowed": [one.as_dict() for one in beyond] if is_known else None,
        "faults": faults,
        "named_ports": may.named,
    }
    return Enforced(verdict, facts, may.ranges, manifests.digests)


def _doubts(own: EgressSettings, found: tuple[Policy, ...], may: Reach) -> list[str]:
    doubts = []
    if not found:
        doubts.append("no NetworkPolicy was read")
    if may.selected_by and may.ranges and not own.allowed:
        doubts.append("egress.allowed is not set")
    here = [one for one in found if one.namespace == own.namespace and one.is_egress]
    if not own.pod_labels and any(one.pods.requirements for one in here):
        doubts.append("egress.pod_labels is not set, and which policies hold a pod depends on its labels")
    return doubts
