"""The first five minutes of an incident: how it stands, since when, whom to tell, what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mcreports.archive.open import open_source
from mcreports.checks import NAMES, Status
from mcreports.domains.compose import Report, compose
from mcreports.domains.incidents.calls import TELL_BY, calls_of
from mcreports.domains.incidents.case import SINCE, Case, instant_of
from mcreports.domains.incidents.steps import STEP_BY, commands, steps
from mcreports.domains.incidents.take import order_of, take_as_of
from mcreports.errors import UsageError
from mcreports.figures import instant_text
from mcreports.rules import WHOLE
from mcreports.settings import load
from mcreports.snapshot import read
from mcreports.view.format import value_text
from mcreports.view.markup import Name, Shown, Strong
from mcreports.view.page import Card, Cards
from mcreports.view.tables import Column, Table, verdict_table

if TYPE_CHECKING:
    from mcreports.checks import Verdict
    from mcreports.domains.incidents.calls import Call
    from mcreports.figures import Figure
    from mcreports.view.markup import Part, Text
    from mcreports.view.tables import Row

LEVELS = {"warn": "watch", "fail": "fail", "overrun": "overrun"}
AREAS = {"budget": "Budget", "security": "Security", "technical": "Technical"}
EMPTY = {
    Status.PASS: "No condition holds.",
    Status.UNKNOWN: "Not known: nobody can tell whether a condition holds.",
    **dict.fromkeys((Status.WARN, Status.FAIL), "Not known: nothing tells when it began."),
}
# the figures of the first screen: what each is called, its id, its labels, and the check that judges it
SINCE_ONSET = {"window": "since the onset"}
CARDS: dict[str, tuple[tuple[str, str, dict[str, str], str], ...]] = {
    "budget": (
        ("Of the day's limit", "budget.utilization.daily", {}, "budget.utilization.daily"),
        ("Of the month's budget", "budget.utilization.monthly", {}, "budget.utilization.monthly"),
        ("Last hour", "budget.spend.last_hour", {}, ""),
        ("Burn rate", "budget.burn_rate", {}, "budget.burn_rate"),
        ("Month end", "budget.forecast.month_end", {}, "budget.forecast"),
    ),
    "autonomy": (
        ("Success, 6 hours", "autonomy.success_rate", {}, "autonomy.success_rate"),
        ("Compensated, 6 hours", "autonomy.compensation_rate", {}, "autonomy.compensation_rate"),
        ("Policy violations, 6 hours", "autonomy.policy_violations", {}, "autonomy.policy_violations"),
        ("Residency violations, 6 hours", "autonomy.residency_violations", {}, "autonomy.residency_violations"),
        ("Operations, 6 hours", "autonomy.operations", {}, ""),
    ),
    "drift": (
        ("Seen by the gauge", "config.drift", {}, "config.drift"),
        ("Seen in the files", "config.drift", {"source": "evidence"}, "config.drift"),
        ("Times in 35 days", "incident.drifts", {}, ""),
    ),
}
BY_EVIDENCE = {"source": "evidence"}
OTHERS: dict[str, dict[str, str]] = {
    "6 hours": {},
    "since the onset": SINCE_ONSET,
    "by the evidence": BY_EVIDENCE,
    "since the onset by the evidence": {**BY_EVIDENCE, **SINCE_ONSET},
}
BESIDE = {
    "budget.utilization.daily": ("budget.spend.period", "budget.limit.daily"),
    "budget.utilization.monthly": ("budget.spend.mtd", "budget.limit.monthly"),
}


def open_incident(incident: str, tenant: str, at: str, *, snapshot: str = "", source: str = "demo://") -> Report:
    """An incident over a snapshot's directory; without one, over the source that is named.

    >>> open_incident("budget", "TENANT_005", "2025-10-31T12:00:00Z").headline.status.value
    'fail'
    """
    if snapshot:
        taken = read(Path(snapshot))
        case = Case(taken)
        found = (taken.report, *taken.tenants, instant_text(case.at))
        if found != (f"incident-{incident}", tenant, at):
            msg = f"the snapshot is of {' '.join(found)}, the notebook was asked for incident-{incident} {tenant} {at}"
            raise UsageError(msg)
        return compose(taken)
    settings, until = load(), datetime.fromisoformat(at)
    own = settings.model_copy(update={"source": settings.source.model_copy(update={"url": source})})
    order = order_of(incident, tenant, until, settings.report.zone)
    return compose(take_as_of(order, open_source(own, datetime.now(UTC)), own, until))


def incident_cards(report: Report) -> Cards:
    """The few figures that a responder looks for first."""
    cards = []
    for label, figure_id, labels, check in CARDS[Case(report.snapshot).subject]:
        figure, verdict = _find(report, figure_id, **labels), _gravest(report, check)
        if verdict is not None and verdict.labels:
            figure = _find(report, figure_id, **dict(verdict.labels)) or figure
        if figure is not None:
            title = _titled(label, figure) if verdict is not None and verdict.labels else label
            cards.append(Card(title, figure, _beside(report, figure), _about(figure, verdict)))
    return Cards(tuple(cards))


def _gravest(report: Report, check: str) -> Verdict | None:
    """The verdict by the metrics over the last hours, unless only another witness, or a longer time, fails."""
    own = [verdict for verdict in report.verdicts if verdict.check == check]
    failing = [verdict for verdict in own if verdict.status is Status.FAIL]
    return min(failing or own, key=lambda verdict: len(verdict.labels), default=None)


def _titled(label: str, figure: Figure) -> str:
    """What a card is called whose figure is not that of the metrics over the last hours."""
    labels = dict(figure.labels)
    head = f"{label.partition(',')[0]}, {labels['window']}" if "window" in labels else label
    return f"{head}, by the evidence" if "source" in labels else head


def _about(figure: Figure, verdict: Verdict | None) -> Verdict | None:
    """The verdict, unless it rests on what another witness counted."""
    is_counted = verdict is not None and verdict.unit in WHOLE and verdict.value is not None
    return None if is_counted and verdict is not None and verdict.value != str(figure.value) else verdict


def _find(report: Report, figure_id: str, **labels: str) -> Figure | None:
    return next((f for f in report.figures.where(figure_id) if dict(f.labels) == labels), None)


def _beside(report: Report, figure: Figure) -> Text:
    """What a share is a share of, or what more there is to say."""
    if figure.id == "budget.forecast.month_end" and (used_up := _find(report, "budget.exhaustion_date")) is not None:
        return ("budget used up: ", used_up)
    if Case(report.snapshot).subject == "autonomy":
        return (*_interval(figure), *_others(report, figure))
    spent, allowed = (_find(report, each) for each in BESIDE.get(figure.id, ("", "")))
    return "" if spent is None or allowed is None else (Shown(spent), " of ", Shown(allowed))


def _interval(figure: Figure) -> tuple[str, ...]:
    """Wilson's interval of a rate in words."""
    if figure.bounds is None or figure.unit != "%":
        return ()
    low, high = (value_text(bound, figure.unit) for bound in figure.bounds)
    return (f"95 % interval {low} to {high}; ",)


def _others(report: Report, shown: Figure) -> tuple[Part, ...]:
    """What else is known of the same: over the six hours, since the onset, by the evidence."""
    parts: list[Part] = []
    for words, labels in OTHERS.items():
        figure = _find(report, shown.id, **labels)
        if figure is not None and figure is not shown:
            parts += [f"{', ' if parts else ''}{words}: ", figure]
    return tuple(parts)


def incident_checks(report: Report) -> Table:
    """Every check of the incident's subject in full."""
    return verdict_table("Checks", report.verdicts, "Nothing was checked.")


def incident_since(report: Report) -> Table:
    """When each condition that holds began, and the samples that this lies between."""
    columns = (Column("What"), Column("Since"), Column("Beyond"), Column("Between the samples of"))
    rows: list[Row] = []
    for figure in sorted(report.figures.where(SINCE), key=instant_of):
        labels = dict(figure.labels)
        low, high = figure.bounds or (None, None)
        between = "; ".join(filter(None, ["" if low is None else f"{low} and {high}", figure.reason]))
        name = NAMES.get(labels["condition"], labels["condition"])
        rows.append((name, Strong(figure), LEVELS[labels["level"]], between))
    return Table("Since when", columns, tuple(rows), empty=EMPTY[report.headline.status])


def incident_contacts(report: Report) -> Table:
    """Whom to tell and until when, level by level; levels that nothing calls for stand there, too."""
    case = Case(report.snapshot)
    columns = (
        Column("Level"), Column("Who", "name"), Column("Tell until"), Column("Where", "name"), Column("Of what"),
    )  # fmt: skip
    every = calls_of(case, report.figures.every, report.verdicts)
    rows = tuple(
        (f"{AREAS[call.area]}\N{NO-BREAK SPACE}{call.level}", Name(call.name), _until(report, case, call),
         Name(call.address or "not set"), call.of)
        for call in every
    )  # fmt: skip
    return Table("Whom to tell", columns, rows, empty="The settings name nobody: set escalation in mcreports.toml.")


def _until(report: Report, case: Case, call: Call) -> Text:
    figure = _find(report, TELL_BY, area=call.area, level=str(call.level))
    if figure is None:
        return "not called for yet"
    return (Strong(figure), ", overdue: tell now unless it was done" if instant_of(figure) < case.at else "")


def incident_steps(report: Report) -> Table:
    """The runbook's steps as a checklist, each with its deadline and what is known already."""
    case = Case(report.snapshot)
    columns = (Column("Step"), Column("Until"), Column("What is known"))
    rows: tuple[Row, ...] = tuple(
        (f"\N{BALLOT BOX} {step.what}", _find(report, STEP_BY, minutes=str(step.minutes)), step.known)
        for step in steps(case, report.figures)
    )
    return Table("Checklist", columns, rows)


def incident_commands(report: Report) -> Table:
    """What shows the same again."""
    columns = (Column("What it shows"), Column("Command or query", "name"))
    rows = tuple((what, Name(command)) for what, command in commands(Case(report.snapshot)))
    return Table("Commands", columns, rows)
