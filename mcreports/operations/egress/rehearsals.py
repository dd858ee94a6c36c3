"""Every failover that the settings say how to try, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcreports.operations.egress.control import settle
from mcreports.operations.egress.failover import BOTH, Plan, Rehearsal, rehearse

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcreports.operation_sections import EgressSettings
    from mcreports.operations.egress.failover import Which
    from mcreports.operations.egress.probe import Asking


def rehearse_all(own: EgressSettings, asking: Asking, tell: Callable[[str], None]) -> tuple[Rehearsal, ...]:
    """The primary always, be it to say why not; the secondary where the settings say how."""
    is_second = own.secondary is not None and bool(own.secondary.cut)
    plans = [_plan(own, which, asking) for which in (BOTH if is_second else BOTH[:1])]
    done = tuple(_done(plan, tell) for plan in plans)
    # a secondary alone was cut off by nobody: settings that lack for the primary's plan lack for everything
    return settle(plans[0], done, may_cut_both=own.cut_both) if isinstance(plans[0], Plan) else done


def _done(plan: Plan | Rehearsal, tell: Callable[[str], None]) -> Rehearsal:
    if isinstance(plan, Rehearsal):
        return plan
    tell(f"cutting off the {plan.name} gateway")
    return rehearse(plan)


def _plan(own: EgressSettings, which: Which, asking: Asking) -> Plan | Rehearsal:
    """How a gateway is cut off, or a rehearsal that says what the settings lack for it."""
    gateway, other = (own.primary, own.secondary) if which == "primary" else (own.secondary, own.primary)
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
    return Plan(which, gateway, other, own.entry, own.routes, own.failover, asking)
