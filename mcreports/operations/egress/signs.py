"""Who gave an answer: what all answers of one gateway carry and none of the other does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.operations.egress.gateways import Probe
    from mcreports.operations.egress.probe import Reply

Signs = frozenset[tuple[str, str, str]]  # the path, a header or the body, and its value


@dataclass(frozen=True)
class Switch:
    """What tells the answers of a gateway and of the other apart, and what the entry's carried before."""

    here: Signs
    there: Signs
    before: Signs

    def words(self, during: Signs) -> str:
        """What shows that the entry went over from a gateway to the other; empty if nothing does."""
        if not self.before & self.here or during & self.here:
            return ""
        found = sorted(name for _, name, _ in during & self.there)
        return f"{found[0]} of its answers became the other gateway's" if found else ""


def carried(probes: Iterable[Probe]) -> Signs:
    """Every sign of any answer."""
    return frozenset(sign for probe in probes for reply in probe.replies for sign in _of(probe.path, reply))


def told_apart(probes: Iterable[Probe], others: Iterable[Probe]) -> Signs:
    """What every answer of one gateway carries and no answer of the other."""
    always = (frozenset.intersection(*(_of(probe.path, reply) for reply in probe.replies)) for probe in probes)
    return frozenset[tuple[str, str, str]]().union(*always) - carried(others)


def _of(path: str, reply: Reply) -> Signs:
    body = hashlib.sha256(reply.body).hexdigest()
    return frozenset((path, name, value) for name, value in (*reply.headers, ("the body", body)))
