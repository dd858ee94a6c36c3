"""The whole check: gateways, failover, providers and policies, as one outcome."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from mcreports.errors import SettingsError
from mcreports.evidence.outcomes import Outcome
from mcreports.operations.egress import places
from mcreports.operations.egress.allowed import allowed
from mcreports.operations.egress.direct import attempt
from mcreports.operations.egress.enforcement import enforce
from mcreports.operations.egress.failover import Plan, Rehearsal, rehearse
from mcreports.operations.egress.gateways import measure
from mcreports.operations.egress.probe import Asking
from mcreports.operations.egress.verdicts import judge_direct, judge_failover, judge_gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mcreports.operation_sections import EgressSettings, GatewaySettings
    from mcreports.operations.egress.gateways import Measured
    from mcreports.operations.egress.reach import Range

Which = Literal["primary", "secondary"]
BOTH: tuple[Which, Which] = ("primary", "secondary")
MOST_LINES = 20


@dataclass(frozen=True)
class Checked:
    """The outcome, and lines that say to people what was measured."""

    outcome: Outcome
    lines: tuple[str, ...]


def check(own: EgressSettings, at: datetime, tell: Callable[[str], None], *, is_failover: bool) -> Checked:
    """Try everything that the settings name; a gateway is cut off only with ``is_failover``."""
    asking = Asking(own.timeout, own.ca_file)
    _refuse_unusable(own)
    measured: dict[Which, Measured] = {}
    for which in BOTH:
        tell(f"asking the {which} gateway")
        gateway = _gateway(own, which)
        if gateway is not None:
            measured[which] = measure(gateway.url.rstrip("/"), gateway.health, own.routes, asking)
    tell("trying what must not be reachable")
    controls = attempt([places.gateway_place(one.url) for one in measured.values()], own.timeout)
    tried = attempt([places.provider(text) for text in dict.fromkeys(own.providers)], own.timeout)
    tell("evaluating network policies")
    enforced = enforce(own)
    rehearsals = []
    for which in _to_cut(own, is_failover=is_failover):
        tell(f"cutting off the {which} gateway")
        rehearsals.append(_rehearse(own, which, asking, is_failover=is_failover))
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


def _refuse_unusable(own: EgressSettings) -> None:
    """Raise a SettingsError for anything that cannot be asked, before anything is."""
    for which in BOTH:
        gateway = _gateway(own, which)
        if gateway is not None:
            places.gateway_url(f"egress.{which}.url", gateway.url)
            places.path(f"egress.{which}.health", gateway.health)
    if own.primary is not None and own.secondary is not None:
        one, other = (gateway.url.rstrip("/").lower() for gateway in (own.primary, own.secondary))
        if one == other:
            raise SettingsError(
                f"egress.secondary.url is the primary's, {one}: one gateway does not stand in for itself"
            )
    if own.entry is not None:
        places.gateway_url("egress.entry", own.entry)
    for route in own.routes:
        places.path("egress.routes", route)
    for text in own.providers:
        places.provider(text)
    allowed(own.allowed)
    if own.ca_file is not None:
        try:
            ssl.create_default_context(cafile=own.ca_file)
        except OSError as error:
            msg = f"egress.ca_file {own.ca_file} cannot be used: {error.strerror or error}"
            raise SettingsError(msg) from error


def _to_cut(own: EgressSettings, *, is_failover: bool) -> Iterator[Which]:
    """The primary always, be it to say why not; the secondary where the settings say how."""
    yield "primary"
    if is_failover and own.secondary is not None and own.secondary.cut:
        yield "secondary"


def _rehearse(own: EgressSettings, which: Which, asking: Asking, *, is_failover: bool) -> Rehearsal:
    gateway, other = _gateway(own, which), _gateway(own, "secondary" if which == "primary" else "primary")
    if not is_failover:
        return Rehearsal(which, doubt="not tried: give --failover, which cuts a gateway off for some seconds")
    needed = {
        "egress.primary": own.primary,
        "egress.secondary": own.secondary,
        "egress.entry": own.entry,
        "egress.routes": own.routes,
        f"egress.{which}.cut": gateway and gateway.cut,
        f"egress.{which}.restore": gateway and gateway.restore,
    }
    missing = ", ".join(setting for setting, value in needed.items() if not value)
    if missing or gateway is None or other is None or own.entry is None:
        return Rehearsal(which, doubt=f"not tried: not set: {missing}")
    health, other_health = (one.url.rstrip("/") + one.health for one in (gateway, other))
    plan = partial(Plan, cut=gateway.cut, restore=gateway.restore, seconds=own.failover, asking=asking)
    return rehearse(plan(which, health, other_health, own.entry.rstrip("/"), own.routes))


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
