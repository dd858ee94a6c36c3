"""A failover that was really tried: one gateway cut off, the entry asked meanwhile, the gateway put back."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mcreports.operations.egress.cutting import Cut, cut_off
from mcreports.operations.egress.gateways import measure_routes, misrouting, sickness
from mcreports.operations.egress.probe import Asking, ask
from mcreports.operations.egress.watching import Watch, longest_silence, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.operations.egress.gateways import Probe


@dataclass(frozen=True)
class Plan:
    """What is cut off and put back by which commands, and what must go on meanwhile."""

    gateway: str
    health: str
    other_health: str
    entry: str
    routes: tuple[str, ...]
    cut: tuple[str, ...]
    restore: tuple[str, ...]
    seconds: float
    asking: Asking = field(repr=False)


@dataclass(frozen=True)
class Rehearsal:
    """What came of it: the longest silence in seconds, or why it failed, or why it proves nothing."""

    gateway: str
    silence: float | None = None
    silence_on_return: float | None = None
    failure: str = ""
    doubt: str = ""

    def as_dict(self) -> dict[str, object]:
        """The rehearsal as the kept result carries it."""
        return {
            "gateway": self.gateway,
            "interruption_s": None if self.silence is None else round(self.silence, 2),
            "interruption_on_return_s": None if self.silence_on_return is None else round(self.silence_on_return, 2),
            "failure": self.failure,
            "doubt": self.doubt,
        }


def rehearse(plan: Plan) -> Rehearsal:
    """Cut the gateway off, see that it is gone and that the entry goes on, and put it back whatever happens."""
    hindrance = _hindrance(plan)
    if hindrance:
        return Rehearsal(plan.gateway, doubt=f"not tried: {hindrance}")
    with Watch(lambda: _silence(plan)) as watch:
        wait_until(lambda: watch.is_steady(0), plan.seconds)
        began = time.monotonic()
        with cut_off(plan.cut, plan.restore, plan.seconds) as cut:
            found = _while_off(plan, cut, watch, began)
        restored = time.monotonic()
        back = wait_until(lambda: not _sick(plan.health, plan.asking), plan.seconds)
        if back is not None:
            wait_until(lambda: watch.is_steady(back), plan.seconds)
        ended = time.monotonic()
    on_return = longest_silence(watch.moments, restored, ended)
    return _with_return(replace(found, silence_on_return=on_return), plan, cut.restore_fault, is_back=back is not None)


def _with_return(found: Rehearsal, plan: Plan, fault: str, *, is_back: bool) -> Rehearsal:
    """What was found, and whether the gateway is back: one that stays off is a failure whatever went before."""
    if is_back and not fault:
        return found
    why = fault or f"{plan.health} is not healthy within {plan.seconds:g} s of it"
    left = f"the {plan.gateway} gateway was cut off and is not put back: {why}; run its restore command by hand"
    return replace(found, failure="; ".join(filter(None, [found.failure, left])))


def _hindrance(plan: Plan) -> str:
    """Why cutting the gateway off would prove nothing, or cut off everything."""
    for url in (plan.health, plan.other_health):
        if sick := _sick(url, plan.asking):
            return f"{url}: {sick}"
    if fault := _first(measure_routes(plan.entry, plan.routes, plan.asking)):
        return f"egress.entry {plan.entry}, while both gateways are healthy: {fault}"
    return ""


def _while_off(plan: Plan, cut: Cut, watch: Watch, began: float) -> Rehearsal:
    if cut.fault:
        return Rehearsal(plan.gateway, doubt=f"not tried: the cut command failed: {cut.fault}")
    gone = wait_until(lambda: bool(_sick(plan.health, plan.asking)), plan.seconds)
    if gone is None:
        return Rehearsal(plan.gateway, doubt=f"{plan.health} was still healthy after cut, so nothing was cut off")
    steady = wait_until(lambda: watch.is_steady(gone), plan.seconds)
    silence = longest_silence(watch.moments, began, time.monotonic())
    if steady is None:
        last = next((one.fault for one in reversed(watch.moments) if one.fault), "no steady answer")
        said = f"{plan.entry} did not go on within {plan.seconds:g} s of the loss of {plan.gateway}: {last}"
        return Rehearsal(plan.gateway, silence, failure=said)
    proof = measure_routes(plan.entry, plan.routes, plan.asking)
    if any(one.faults for one in proof):
        return Rehearsal(plan.gateway, silence, failure=f"{plan.entry} without {plan.gateway}: {_first(proof)}")
    doubt = _first(proof)
    if not _sick(plan.health, plan.asking):
        doubt = f"{plan.health} came back before its restore command, so the loss was not tried to its end"
    return Rehearsal(plan.gateway, silence, doubt=doubt)


def _silence(plan: Plan) -> str:
    replies = (ask(plan.entry + route, plan.asking) for route in plan.routes)
    return next(filter(None, map(misrouting, replies)), "")


def _sick(url: str, asking: Asking) -> str:
    return sickness(ask(url, asking))


def _first(probes: Iterable[Probe]) -> str:
    return next(
        (f"{one.path}: {one.faults[0]}" if one.faults else one.doubt for one in probes if one.faults or one.doubt), ""
    )
