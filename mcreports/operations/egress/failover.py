"""A failover that was really tried: one gateway cut off, the entry asked meanwhile, the gateway put back."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from mcreports.operations.egress.cutting import Cut, cut_off
from mcreports.operations.egress.gateways import measure_routes, misrouting, sickness
from mcreports.operations.egress.probe import Asking, ask
from mcreports.operations.egress.signs import Switch, carried, told_apart
from mcreports.operations.egress.watching import Watch, longest_silence, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mcreports.operation_sections import GatewaySettings
    from mcreports.operations.egress.gateways import Probe

Which = Literal["primary", "secondary"]
BOTH: tuple[Which, Which] = ("primary", "secondary")


@dataclass(frozen=True)
class Plan:
    """Which gateway is cut off and put back, which one stands in for it, and what must go on meanwhile."""

    name: Which
    gateway: GatewaySettings
    other: GatewaySettings
    entry: str
    routes: tuple[str, ...]
    seconds: float
    asking: Asking = field(repr=False)

    @property
    def health(self) -> str:
        """The address of the gateway's health."""
        return self.gateway.url + self.gateway.health

    def sickness(self, gateway: GatewaySettings) -> str:
        """Why a gateway is not healthy, by its address; empty if it is."""
        url = gateway.url + gateway.health
        sick = sickness(ask(url, self.asking))
        return sick and f"{url}: {sick}"

    def silence(self) -> str:
        """Why the entry does not answer all routes now; empty if it does."""
        replies = (ask(self.entry + route, self.asking) for route in self.routes)
        return next(filter(None, map(misrouting, replies)), "")

    def measure(self, url: str) -> tuple[Probe, ...]:
        """The routes through an address, each asked several times."""
        return measure_routes(url, self.routes, self.asking)


@dataclass(frozen=True)
class Rehearsal:
    """What came of it: the longest silences in seconds, or why it failed, or why it proves nothing.

    ``shown`` says what shows that the entry uses the gateway at all.
    """

    gateway: str
    silence: float | None = None
    silence_on_return: float | None = None
    failure: str = ""
    doubt: str = ""
    shown: str = ""

    @property
    def longest(self) -> float | None:
        """The longest silence, whether the gateway went or came; none if nothing was cut off."""
        return None if self.silence is None else max(self.silence, self.silence_on_return or 0)

    def as_dict(self) -> dict[str, object]:
        """The rehearsal as the kept result carries it."""
        return {
            "gateway": self.gateway,
            "interruption_s": None if self.silence is None else round(self.silence, 2),
            "interruption_on_return_s": None if self.silence_on_return is None else round(self.silence_on_return, 2),
            "failure": self.failure,
            "doubt": self.doubt,
            "shown": self.shown,
        }


def rehearse(plan: Plan) -> Rehearsal:
    """Cut the gateway off, see that it is gone and that the entry goes on, and put it back whatever happens."""
    sick = plan.sickness(plan.gateway) or plan.sickness(plan.other)
    if sick:
        return Rehearsal(plan.name, doubt=f"not tried: {sick}")
    here, there = plan.measure(plan.gateway.url), plan.measure(plan.other.url)
    before = plan.measure(plan.entry)  # after the gateways: what the clock puts into an answer is no sign of either
    if fault := _first(before):
        doubt = f"not tried: egress.entry {plan.entry}, while both gateways are healthy: {fault}"
        return Rehearsal(plan.name, doubt=doubt)
    switched = Switch(told_apart(here, there), told_apart(there, here), carried(before))
    with Watch(plan.silence) as watch:
        if wait_until(lambda: watch.is_steady(0), plan.seconds) is None:
            doubt = f"not tried: {plan.entry} is not steady while both gateways are healthy: {watch.last_fault}"
            return Rehearsal(plan.name, doubt=doubt)
        began = time.monotonic()
        with cut_off(plan.gateway.cut, plan.gateway.restore, plan.seconds) as cut:
            found = _while_off(plan, cut, watch, began, switched)
            left = time.monotonic()
        silence, failure = _on_return(plan, cut.restore_fault, watch, left)
    return replace(found, silence_on_return=silence, failure="; ".join(filter(None, [found.failure, failure])))


def _while_off(plan: Plan, cut: Cut, watch: Watch, began: float, switch: Switch) -> Rehearsal:
    if cut.fault:
        return Rehearsal(plan.name, doubt=f"not tried: the cut command failed: {cut.fault}")
    gone = wait_until(lambda: bool(plan.sickness(plan.gateway)), plan.seconds)
    if gone is None:
        return Rehearsal(plan.name, doubt=f"{plan.health} was still healthy after cut, so nothing was cut off")
    steady = wait_until(lambda: watch.is_steady(gone), plan.seconds)
    until = time.monotonic()
    silence = longest_silence(watch.moments, began, until)
    if steady is None:
        said = f"{plan.entry} did not go on within {plan.seconds:g} s of the loss of {plan.name}: {watch.last_fault}"
        return Rehearsal(plan.name, silence, failure=said)
    during = plan.measure(plan.entry)
    if any(one.faults for one in during):
        return Rehearsal(plan.name, silence, failure=f"{plan.entry} without {plan.name}: {_first(during)}")
    doubt = _first(during)
    if not plan.sickness(plan.gateway):
        doubt = f"{plan.health} came back before its restore command, so the loss was not tried to its end"
    shown = "its answers were interrupted" if watch.has_fault(began, until) else switch.words(carried(during))
    return Rehearsal(plan.name, silence, doubt=doubt, shown=shown)


def _on_return(plan: Plan, fault: str, watch: Watch, left: float) -> tuple[float, str]:
    """The longest silence from the restore command on, and why clients are worse off than before."""
    back = wait_until(lambda: not plan.sickness(plan.gateway), plan.seconds)
    steady = None if back is None else wait_until(lambda: watch.is_steady(back), plan.seconds)
    silence = longest_silence(watch.moments, left, time.monotonic())
    if fault or back is None:
        return silence, not_put_back(
            plan.name, fault or f"{plan.health} is not healthy within {plan.seconds:g} s of it"
        )
    if steady is None:
        said = f"{plan.entry} did not go on within {plan.seconds:g} s of the return of {plan.name}: {watch.last_fault}"
        return silence, said
    if silence > plan.seconds:
        return silence, f"{plan.entry} gave no good answer for {silence:.1f} s while {plan.name} came back"
    return silence, ""


def not_put_back(name: str, why: str) -> str:
    """What is said of a gateway that stays off: a failure, whatever went before."""
    return f"the {name} gateway was cut off and is not put back: {why}; run its restore command by hand"


def _first(probes: Iterable[Probe]) -> str:
    return next(
        (f"{one.path}: {one.faults[0]}" if one.faults else one.doubt for one in probes if one.faults or one.doubt), ""
    )
