"""The whole check: gateways, failover, providers and policies, as one outcome."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcreports.errors import SettingsError
from mcreports.evidence.outcomes import Outcome
from mcreports.operations.egress.direct import attempt
from mcreports.operations.egress.enforcement import enforce
from mcreports.operations.egress.failover import BOTH, Rehearsal
from mcreports.operations.egress.gateways import measure
from mcreports.operations.egress.probe import Asking
from mcreports.operations.egress.rehearsals import rehearse_all
from mcreports.operations.egress.verdicts import judge_direct, judge_failover, judge_gateway
from mcreports.places.addresses import gateway_place, provider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from mcreports.operation_sections import EgressSettings, GatewaySettings
    from mcreports.operations.egress.failover import Which
    from mcreports.operations.egress.gateways import Measured
    from mcreports.operations.egress.reach import Range

MOST_LINES = 20
UNTRIED = "not tried: give --failover, which cuts a gateway off for some seconds"


@dataclass(frozen=True)
class Checked:
    """The outcome, and lines that say to people what was measured."""

    outcome: Outcome
    lines: tuple[str, ...]


def check(own: EgressSettings, at: datetime, tell: Callable[[str], None], *, is_failover: bool) -> Checked:
    """Try everything that the settings name; a gateway is cut off only with ``is_failover``."""
    asking = Asking(own.timeout, own.ca_file)
    _refuse_unusable(own.ca_file)
    measured: dict[Which, Measured] = {}
    for which in BOTH:
        tell(f"asking the {which} gateway")
        gateway = _gateway(own, which)
        if gateway is not None:
            measured[which] = measure(gateway.url, gateway.health, own.routes, asking)
    tell("trying what must not be reachable")
    controls = attempt([gateway_place(one.url) for one in measured.values()], own.timeout)
    tried = attempt([provider(text) for text in dict.fromkeys(own.providers)], own.timeout)
    tell("evaluating network policies")
    enforced = enforce(own)
    rehearsals = rehearse_all(own, asking, tell) if is_failover else (Rehearsal("primary", doubt=UNTRIED),)
    gateways = [one for which in BOTH for one in judge_gateway(which, measured.get(which), own.latency_ms)]
    verdicts = (
        *sorted(gateways, key=lambda verdict: (verdict.check in {"egress.routing", "egress.latency"}, verdict.check)),
        *(judge_failover(one, own.failover) for one in rehearsals),
        *judge_direct(tried, controls),
        enforced.verdict,
    )
    facts = {
        "probes": [
            {"gateway": which, "url": one.url, **probe.as_dict()}
            for which, one in measured.items()
            for probe in one.probes
        ],
        "failover": [one.as_dict() for one in rehearsals],
        "direct": [row for one in tried for row in one.rows()],
        "controls": [row for one in controls for row in one.rows()],
        "policies": enforced.facts,
    }
    inputs = {f"manifest {name}": digest for name, digest in enforced.digests}
    lines = (*_gateway_lines(measured), *_range_lines(enforced.ranges))
    return Checked(Outcome("egress", at, verdicts, facts, inputs), lines)


def _gateway(own: EgressSettings, which: Which) -> GatewaySettings | None:
    return own.primary if which == "primary" else own.secondary


def _refuse_unusable(ca_file: Path | None) -> None:
    """Raise a SettingsError for an authority that cannot be used, before anything is asked."""
    try:
        ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        msg = f"egress.ca_file {ca_file} cannot be used: {error.strerror or error}"
        raise SettingsError(msg) from error


def _gateway_lines(measured: dict[Which, Measured]) -> Iterator[str]:
    for which, one in measured.items():
        for probe in one.probes:
            told = probe.as_dict()
            took = "" if told["p50_ms"] is None else f", p50 {told['p50_ms']} ms, max {told['max_ms']} ms"
            yield f"  {which} {probe.path}: {probe.good} of {len(probe.replies)} good{took}"


def _range_lines(ranges: tuple[Range, ...]) -> Iterator[str]:
    yield from (f"  policies let out {one.words}" for one in ranges[:MOST_LINES])
    if len(ranges) > MOST_LINES:
        yield f"  and {len(ranges) - MOST_LINES} more, all in the kept result"
