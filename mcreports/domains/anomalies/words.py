"""Why something is an anomaly, in one sentence made of figures."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from mcreports.domains.derive import ends, number
from mcreports.domains.sentence import Said
from mcreports.names import UNALLOCATED, called

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.domains.anomalies.anomaly import Anomaly
    from mcreports.domains.anomalies.figures import Told
    from mcreports.domains.sentence import Sentence
    from mcreports.figures import Figure

A_DAY = timedelta(hours=23)  # the shortest one of a calendar
RATES = {
    "autonomy.success_rate": "autonomy success",
    "autonomy.compensation_rate": "autonomy compensation",
    "grounding.pass_rate": "grounding",
}


def subject(anomaly: Anomaly) -> str:
    """Whose and what: a tenant's driver, all of its cost, or its rate."""
    return f"{called(anomaly.tenant)} {series(anomaly)}"


def series(anomaly: Anomaly) -> str:
    """What it is of: a driver's cost, all cost, or a rate."""
    if not anomaly.is_cost:
        return RATES[anomaly.what]
    return "cost" if anomaly.driver is None else f"{anomaly.driver or UNALLOCATED} cost"


def why(told: Told) -> Sentence:
    """What it was, from when to when, what is usual, and where it stood out most."""
    return (f"{subject(told.anomaly)} ", *(_of_spend(told) if told.anomaly.is_cost else _of_rate(told)), ".")


def _of_spend(told: Told) -> Sentence:
    anomaly = told.anomaly
    part: Sentence = () if told.main is None else (", ", Said(told.main), f" of it {anomaly.main or UNALLOCATED}")
    return (
        Said(told.excess), f" {anomaly.side} the usual ", told.usual, *part, f", {when(anomaly)}",
        *_most(told),
    )  # fmt: skip


def _of_rate(told: Told) -> Sentence:
    anomaly = told.anomaly
    return (
        # without a band: the steps' bands added up are none of their sum
        told.actual, f", {anomaly.side} the usual ", told.usual, f", {when(anomaly)}: ",
        told.excess, f" {told.excess.unit} more than usual", *_most(told),
    )  # fmt: skip


def _most(told: Told) -> Sentence:
    """The step that stands out most, and what is usual in it."""
    peak, usual = told.peak, told.at_peak
    return (f"; most {_clock(peak.window)}: ", peak, ", usually ", usual, _band(peak, usual))


def _band(value: Figure, usual: Figure) -> str:
    """The band, and that the value lies in it where what stands out is several steps together, or a jump."""
    low, high, here = *ends(usual), number(value.value)
    if low is None or high is None:
        return ""
    inside = here is not None and low <= here <= high
    by_itself = ", so not odd by itself, but after what came before it" if inside else ""
    return f" ({float(low):,.2f} to {float(high):,.2f}{by_itself})"


def when(anomaly: Anomaly) -> str:
    """From when to when, in UTC; that it goes on, where it does."""
    start, end = (at.astimezone(UTC) for at in anomaly.window)
    if anomaly.end is None:
        return f"since {start:%-d %B %H:%M} UTC, and it goes on"
    same = start.date() == end.date()
    return f"{start:%-d %B %H:%M} to {end:{'%H:%M' if same else '%-d %B %H:%M'}} UTC"


def _clock(window: tuple[datetime, datetime]) -> str:
    start, end = (at.astimezone(UTC) for at in window)
    if end - start >= A_DAY:
        return f"on {start:%-d %B}"
    return f"from {start:%-d %B %H:%M} to {end:%H:%M}"
