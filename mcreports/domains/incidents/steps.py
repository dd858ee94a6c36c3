"""The runbook's steps as a checklist, with what is known filled in, and the commands that show it again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from shlex import quote
from typing import TYPE_CHECKING

from mcreports.domains.anomalies.figures import COUNT, EXCESS
from mcreports.domains.criteria import COMPENSATION
from mcreports.domains.derive import number
from mcreports.domains.incidents.case import Case, deadline
from mcreports.figures import Figure, instant_text
from mcreports.names import UNALLOCATED, called, several

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcreports.figures import Figures

Known = tuple[str | Figure, ...]  # a sentence of what is known

STEP_BY = "incident.step_by"
AT_ONCE, SOON, LATER = 5, 15, 30  # minutes, the runbook's
FEW = 4  # files that a step names


@dataclass(frozen=True)
class Step:
    """One thing to do within so many minutes, and what is known of it already."""

    minutes: int
    what: str
    known: Known = ()


def step_by(case: Case) -> Iterator[Figure]:
    """The instants of the runbook's three deadlines, from when the incident is looked at."""
    for minutes in (AT_ONCE, SOON, LATER):
        yield deadline(STEP_BY, case, case.at, timedelta(minutes=minutes), minutes=str(minutes))


def steps(case: Case, figures: Figures) -> tuple[Step, ...]:
    """The checklist of a case's subject, by its own thresholds."""
    known, owner = _known(case.tenant, figures), case.snapshot.owners.get(case.tenant, "")
    if owner:
        known["owner"] = (f"its owner is {called(owner)}",)
    most = f"{case.snapshot.rule(COMPENSATION, case.tenant).fail.normalize():f} %"
    return tuple(Step(minutes, what.format(most=most), known[key]) for minutes, what, key in _STEPS[case.subject])


_STEPS: dict[str, tuple[tuple[int, str, str], ...]] = {
    "budget": (
        (AT_ONCE, "Identify the affected tenant", "tenant"),
        (AT_ONCE, "Check the current utilization", "utilization"),
        (SOON, "Review usage patterns on the dashboard Tenant Drilldowns", "pace"),
        (SOON, "Identify the cost drivers", "driver"),
        (SOON, "Check for anomalous activity", "unusual"),
        (LATER, "Contact the tenant to validate the usage", "owner"),
        (LATER, "Consider temporary scaling limits if the usage is abuse", "forecast"),
        (LATER, "Document the incident in the operational log", ""),
    ),
    "autonomy": (
        (AT_ONCE, "Check the recent operations", "operations"),
        (AT_ONCE, "Review the compensation events", "compensations"),
        (SOON, "Reduce the autonomy tier if more than {most} are compensated", "compensation"),
        (SOON, "Enable manual approval for high-risk operations", "failing"),
        (SOON, "Alert the security team of violations", "violations"),
        (LATER, "Document the incident in the operational log", ""),
    ),
    "drift": (
        (AT_ONCE, "Review the detected changes", "changes"),
        (SOON, "Review the changes for security implications", "files"),
        (SOON, "Get an approval from the change authority, or none", ""),
        (LATER, "If approved: mcreports drift approve; if not: mcreports drift restore", ""),
        (LATER, "Document the incident in the operational log", ""),
    ),
}


def _known(tenant: str, figures: Figures) -> defaultdict[str, Known]:
    """What the figures say to each step; nothing to those that they do not have."""

    def find(figure_id: str, **labels: str) -> Figure | None:
        own = [f for f in figures.where(figure_id) if dict(f.labels) == labels]
        return own[0] if own else None

    def say(*parts: str | Figure | None) -> Known:
        return () if None in parts else tuple(part for part in parts if part is not None)

    known = defaultdict[str, Known](tuple)
    used, month = (find(f"budget.utilization.{which}") for which in ("daily", "monthly"))
    known["tenant"] = (called(tenant),)
    known["utilization"] = say("day ", used, ", month ", month)
    known["pace"] = say("last hour ", find("budget.spend.last_hour"), ", burn rate ", find("budget.burn_rate"))
    known["driver"] = _driver(figures)
    known["unusual"] = _unusual(find(COUNT), figures.where(EXCESS))
    known["forecast"] = say("month end ", find("budget.forecast.month_end"), " of ", find("budget.limit.monthly"))
    done, success, undone = (find(f"autonomy.{name}") for name in ("operations", "success_rate", "compensation_rate"))
    told = [find(f"autonomy.{name}", source="evidence") for name in ("operations", "success_rate", "compensation_rate")]
    evident = ("; by the evidence ", told[0], ", success ", told[1]) if told[0] else ()
    known["operations"] = say(done, " operations in 6 h, success ", success, *evident)
    known["compensation"] = say(undone, " compensated in 6 h", *((", by the evidence ", told[2]) if told[2] else ()))
    known["compensations"] = say(find("incident.evidence", kind="compensations"), " in the evidence")
    known["failing"] = _counts(figures, "incident.hours.below_target", "below the success target beyond chance")
    known["violations"] = (*_most(figures, "policy"), ", ", *_most(figures, "residency")) if done else ()
    known["changes"] = _changes(find("config.drift"), find("config.drift", source="evidence"))
    paths = [dict(figure.labels)["path"] for figure in figures.where("incident.files")]
    known["files"] = (several(paths, FEW),) if paths else ()
    return known


def _driver(figures: Figures) -> Known:
    """The driver that grew most against the same part of the month before."""
    own = [f for f in figures.where("budget.change.mtd") if "driver" in dict(f.labels)]
    grown = [f for f in own if (number(f.value) or 0) > 0]
    if not grown:
        return ("no driver grew against the month before",) if own else ()
    most = max(grown, key=lambda f: number(f.value) or 0)
    return (f"{dict(most.labels)['driver'] or UNALLOCATED} grew most, by ", most, " against the month before")


def _unusual(count: Figure | None, excess: Sequence[Figure]) -> Known:
    """How many anomalies of spend touch the last day, and by how much the first of them is over or under the usual."""
    if count is None or count.value is None:
        return ("not known: no history to judge by",)
    noun = " anomaly" if count.value == 1 else " anomalies"
    if not excess:
        return (count, f"{noun} in the last 24 hours")
    first = excess[0]
    over = "over" if (number(first.value) or 0) > 0 else "under"
    whose = dict(first.labels).get("driver")
    name = "all drivers" if whose is None else whose or UNALLOCATED
    return (count, f"{noun} in the last 24 hours, first ", first, f" {over} the usual on {name}")


def _counts(figures: Figures, figure_id: str, what: str) -> Known:
    """How many hours stand out, by driver where there are several."""
    parts: list[str | Figure] = []
    for figure in figures.where(figure_id):
        name = dict(figure.labels).get("driver")
        parts += [", " if parts else "", f"{name or UNALLOCATED} " if name is not None else "", figure]
    return (*parts, f" of the last 24 hours {what}") if parts else ()


def _most(figures: Figures, kind: str) -> Known:
    """The most violations of a kind that any witness counted, in the six hours or since the onset, and which."""
    every = [f for f in figures.where(f"autonomy.{kind}_violations") if set(dict(f.labels)) <= {"source", "window"}]
    # what one witness does not know is not 0 because the other counted none
    most = max(every, key=lambda f: (number(f.value) or 0, f.value is None), default=None)
    if most is None:
        return (f"{kind} not known",)
    labels = dict(most.labels)
    where = labels.get("window", ""), "by the evidence" if "source" in labels else ""
    return (f"{kind} ", most, *(f" {each}" for each in where if each))


def _changes(gauge: Figure | None, files: Figure | None) -> Known:
    """What the gauge and the files say; the gauge is 0 or 1, and knows no number."""
    told: Known = ()
    if gauge is not None:
        told = ("the gauge is ", "not known" if gauge.value is None else "up" if gauge.value else "down")
    if files is not None:
        told = (*told, *((", the files: ", files) if files.value is not None else (", the files: not known",)))
    return told


def commands(case: Case) -> tuple[tuple[str, str], ...]:
    """What shows the same again, and the command or the query that does."""
    tenant, at, metrics = quote(case.tenant), instant_text(case.at), case.snapshot.metrics
    day = case.snapshot.period.label
    own = ("This page", f"mcreports incident {case.subject} --tenant {tenant} --at {at}")
    if case.subject == "budget":
        cost, limit = (metrics[key].selector(tenant=case.tenant) for key in ("budget.cost", "budget.limit_daily"))
        label = metrics["budget.cost"].server_label("driver")
        return (
            own,
            ("The day and the month", f"mcreports budget --tenant {tenant} --period {day} --provisional"),
            ("PromQL: the last hour by driver, roughly", f"sum by ({label}) (increase({cost}[1h]))"),
            ("PromQL: the daily limit", limit),
        )
    if case.subject == "autonomy":
        done = metrics["autonomy.operations"]
        good = done.selector(tenant=case.tenant, status="success")
        every, broken = (one.selector(tenant=case.tenant) for one in (done, metrics["autonomy.violations"]))
        return (
            own,
            ("The gate", f"mcreports autonomy validate --tenant {tenant} --at {at} --window 6h"),
            ("PromQL: success in 6 h, roughly", f"sum(increase({good}[6h])) / sum(increase({every}[6h]))"),
            ("PromQL: violations in 6 h, roughly", f"increase({broken}[6h])"),
        )
    return (
        own,
        ("The changes", "mcreports drift check"),
        ("PromQL: the gauge", metrics["config.drift"].selector()),
    )
