"""Incidents: what a responder needs in the first five minutes, from one snapshot of one tenant."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mcreports.checks import NAMES, Status, worst
from mcreports.domains import Section
from mcreports.domains.details import SOURCE
from mcreports.domains.drift import DRIFT
from mcreports.domains.headline import Headline
from mcreports.domains.incidents import drift, money, operations
from mcreports.domains.incidents.alerts import ALERT, BY_EVIDENCE, HOLDS, alerts, holding
from mcreports.domains.incidents.calls import calls_of, tell_by
from mcreports.domains.incidents.case import FAIL, OVERRUN, SINCE, Case, instant_of
from mcreports.domains.incidents.drift import FILES
from mcreports.domains.incidents.steps import step_by
from mcreports.figures import instant_text
from mcreports.names import called
from mcreports.rules import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mcreports.checks import Verdict
    from mcreports.domains.sentence import Sentence
    from mcreports.figures import Figure, Figures
    from mcreports.snapshot import Snapshot

_ORDER = tuple(NAMES)
_SUBJECTS: dict[str, Callable[[Case], Section]] = {
    "budget": money.assess,
    "autonomy": operations.assess,
    "drift": drift.assess,
}


def assess(snapshot: Snapshot) -> Section:
    """Every figure of an incident, and the verdicts on its subject alone: its other alerts are figures."""
    case = Case(snapshot)
    section = _SUBJECTS[case.subject](case)
    called_for = tell_by(case, calls_of(case, section.figures, section.verdicts))
    return section + Section((*alerts(case, section.verdicts), *called_for, *step_by(case)))


def since(figures: Iterable[Figure], condition: str | None = None) -> Figure | None:
    """The onset of what is gravest, or of one condition: of what fails the first, else of what needs watching."""
    known = [f for f in figures if f.id == SINCE and condition in {None, dict(f.labels)["condition"]}]
    grave = [f for f in known if dict(f.labels)["level"] in {OVERRUN, FAIL}]
    return min(grave or known, key=instant_of, default=None)


def incident_headline(snapshot: Snapshot, figures: Figures, verdicts: Sequence[Verdict]) -> Headline:
    """What is wrong and since when; that no threshold is crossed, or that nobody can tell."""
    case, status = Case(snapshot), worst(verdict.status for verdict in verdicts)
    whose, at = called(case.tenant), instant_text(case.at)
    if status is Status.PASS:
        text = f"{whose}: no threshold is crossed at {at}"
    elif status is Status.UNKNOWN:
        text = f"{whose}: it is not known at {at} whether a threshold is crossed"
    else:
        text = f"{whose}: {_wrong(figures, [v for v in verdicts if v.status is status], at)}"
    return Headline(status, text, tuple(_sentences(case, figures, verdicts)))


def _wrong(figures: Figures, verdicts: Sequence[Verdict], at: str) -> str:
    """The verdict that a reader is told first, by how much it is beyond its threshold, and since when."""
    first = min(verdicts, key=lambda verdict: _ORDER.index(verdict.check))
    began = since(figures, first.check)
    when = f"seen at {at}" if began is None else f"since {began.value}"
    by_evidence = "by the evidence" if set(SOURCE) <= set(first.labels) else ""
    return ", ".join(filter(None, [_beyond(figures, first), by_evidence, when]))


def _beyond(figures: Figures, verdict: Verdict) -> str:
    """What a verdict found, and how far it is over a budget or beyond a threshold."""
    if verdict.check == DRIFT and figures.find(DRIFT).value and not figures.where(FILES):
        return "the drift gauge is up"  # it knows of a change, not of how many
    unit = verdict.unit.removesuffix("s") if verdict.unit in WHOLE and verdict.value == "1" else verdict.unit
    value = f"{verdict.value}\N{MULTIPLICATION SIGN}" if unit == "x" else f"{verdict.value} {unit}"
    gap = None if verdict.unit in WHOLE else verdict.gap
    if gap is not None and verdict.check.startswith("budget.utilization."):
        gap = _over(verdict, gap)
    return ", ".join(filter(None, [f"{_inside(verdict)} {value}", gap]))


def _over(verdict: Verdict, gap: str) -> str:
    """How far a budget is overrun; a share that is only over its threshold is not over the budget."""
    over = Decimal(verdict.value or 0) - 100
    if over > 0:
        return f"{over:f} % over its budget"
    return f"{gap.removeprefix('over by ')} over the threshold of {verdict.target} %" if "by" in gap else gap


def _inside(verdict: Verdict) -> str:
    """A check's name within a sentence."""
    return NAMES.get(verdict.check, verdict.check).lower()


def _sentences(case: Case, figures: Figures, verdicts: Sequence[Verdict]) -> Iterator[Sentence]:
    """What fails beside the first, which alerts hold, and what cannot be told."""
    for status, word in ((Status.FAIL, "Failing"), (Status.WARN, "To watch"), (Status.UNKNOWN, "Without data")):
        names = [_inside(verdict) for verdict in verdicts if verdict.status is status]
        if names:
            yield (f"{word}: {', '.join(dict.fromkeys(names))}.",)
    told = holding(figures.where(ALERT))
    more = f"; by the evidence {', '.join(told[BY_EVIDENCE])}" if told[BY_EVIDENCE] else ""
    unknown = f"; of {len(told[''])} it is not known" if told[""] else ""
    yield (f"Alerts that hold: {', '.join(told[HOLDS]) or 'none'}{more}{unknown}.",)
    if case.subject == "drift":
        yield (f"Drift is of the platform; {called(case.tenant)} is affected.",)
