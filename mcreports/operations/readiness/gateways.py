"""The validation of the gateways' configuration: what the network policies really let out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.operations.egress.enforcement import enforce
from mcreports.operations.readiness.finding import Finding, Piece, counted, of_verdicts

if TYPE_CHECKING:
    from mcreports.operations.readiness.grounds import Grounds


def gateway_configuration(grounds: Grounds) -> Finding:
    """The NetworkPolicy manifests of the settings, evaluated now."""
    enforced = enforce(grounds.settings.egress)
    pieces = tuple(Piece(name, digest, grounds.now) for name, digest in enforced.digests)
    told = f"{counted(len(enforced.ranges), 'range')} let out, each of which egress.allowed has"
    return of_verdicts((enforced.verdict,), told, pieces, grounds.now if pieces else None)
