"""An autonomy incident: the four criteria over six hours and since they first failed, and where operations fail."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.domains import Section
from mcreports.domains.autonomy import KINDS, OPERATIONS, SUCCESS, review_autonomy
from mcreports.domains.autonomy_parts import COMPENSATIONS, FAILURES, TYPE, by_reason, by_type
from mcreports.domains.criteria import IDS
from mcreports.domains.derive import difference
from mcreports.domains.details import SOURCE, rows
from mcreports.domains.facts import Ask, sweep
from mcreports.domains.incidents.case import WINDOW, instant_of, span_of
from mcreports.domains.incidents.onset import firsts, onsets
from mcreports.domains.incidents.spans import told
from mcreports.domains.rates import Rate
from mcreports.domains.tally import tally
from mcreports.figures import Figure, Quality, instant_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from mcreports.checks import Verdict
    from mcreports.domains.autonomy_parts import Label
    from mcreports.domains.incidents.case import Case
    from mcreports.domains.tally import Tally

DAY = timedelta(days=1)
PICTURED = 14  # days
EVENTS = "incident.evidence"
BELOW, CHANGE = "incident.hours.below_target", "autonomy.change.failures"
LOOKED_AT, HOUR = 24, timedelta(hours=1)
KINDS_OF_EVENTS = ("operations", "compensations", "violations")
SINCE_ONSET = ("window", "since the onset")


def assess(case: Case) -> Section:
    """The tenant's autonomy in the six hours before, since the onset, and on the days before."""
    whole = _judged(case, case.at - WINDOW)
    began = list(onsets(case, whole.verdicts))
    section = whole + Section((*_parts(case), *_days(case), *_hours(case)))
    if began:
        since, more = _since(case, min(map(instant_of, began)), whole.verdicts)
        section, began = section + since, began + more
    section += Section(tuple(_earliest(began)))
    return section + Section(tuple(_events(case, span_of(case, section.figures))))


def _judged(case: Case, start: datetime) -> Section:
    """The criteria from an instant on by counters and by the evidence, and whether the two agree."""
    found = review_autonomy(case.snapshot, start, case.at)
    own = [figure for figure in found.figures if figure.tenant == case.tenant and figure.id in IDS]
    figures = tuple(figure for figure in own if figure.labels in {(), SOURCE})
    return Section(figures, tuple(verdict for verdict in found.verdicts if verdict.tenant == case.tenant))


def _since(case: Case, first: datetime, known: tuple[Verdict, ...]) -> tuple[Section, list[Figure]]:
    """The figures since the onset, and violations that lie too far back for the six hours to show."""
    # the first sample that told of it counts what happened just before
    since = _judged(case, min(first, case.at - HOUR))
    failing = {(verdict.check, verdict.labels) for verdict in known if verdict.status is Status.FAIL}
    more = [
        verdict for verdict in since.verdicts
        if verdict.check in KINDS and verdict.status is Status.FAIL and (verdict.check, verdict.labels) not in failing
    ]  # fmt: skip
    figures = tuple(_labelled(figure, SINCE_ONSET) for figure in since.figures)
    verdicts = tuple(replace(verdict, labels=(*verdict.labels, SINCE_ONSET)) for verdict in more)
    return Section(figures, verdicts), list(firsts(case, more, first))


def _earliest(began: Iterable[Figure]) -> Iterator[Figure]:
    """One onset of each condition: where counters and evidence both have one, the earlier."""
    every: dict[str, list[Figure]] = defaultdict(list)
    for figure in began:
        every[dict(figure.labels)["condition"]].append(figure)
    yield from (min(own, key=instant_of) for own in every.values())


def _labelled(figure: Figure, *labels: tuple[str, str]) -> Figure:
    return replace(figure, labels=tuple(sorted((*figure.labels, *labels))))


def _parts(case: Case) -> Iterator[Figure]:
    """By operation type and by reason, in the six hours and in the same hours of the day before."""
    failed: list[dict[tuple[Label, ...], Figure]] = []
    for when, end in (("6 hours", case.at), ("day before", case.at - DAY)):
        done, undone = (tally(case.snapshot, key, end - WINDOW, end) for key in (OPERATIONS, COMPENSATIONS))
        made = [*by_type(done, (case.tenant,), case.tenant), *by_reason(undone, (case.tenant,), case.tenant)]
        failed.append({figure.labels: figure for figure in made if figure.id == FAILURES})
        made += [_labelled(_rate(done, case.tenant, **dict(own)), *own) for own in failed[-1] if dict(own).get(TYPE)]
        yield from (_labelled(figure, ("window", when)) for figure in made)
    now, before = failed
    yield from (_labelled(difference(CHANGE, now[own], before[own])) for own in now if own in before)


def _rate(done: Tally, tenant: str, **labels: str) -> Figure:
    """The success rate of some of a tenant's series."""
    good, source = {**labels, "status": "success"}, done.source(tenant, **labels, status="success")
    return Rate(done.of(tenant, **good), done.of(tenant, **labels), "operations").figure(SUCCESS, tenant, source)


def _days(case: Case) -> Iterator[Figure]:
    """The success rate of each of the days before and of this one, as far as it has come."""
    days = [case.snapshot.period]
    for _ in range(PICTURED):
        days.insert(0, days[0].previous())
    rates = _rates(case, [(day.start, min(day.end, case.at)) for day in days])
    yield from (_labelled(rate, ("day", day.label)) for rate, day in zip(rates, days, strict=True))


def _rates(case: Case, spans: Sequence[tuple[datetime, datetime]]) -> list[Figure]:
    """The success rate of each window, all counted in one walk over the samples."""
    asks = [Ask("counts", OPERATIONS, *span) for span in spans]
    case.snapshot.memo.update(sweep(case.snapshot, OPERATIONS, asks))
    return [_rate(tally(case.snapshot, OPERATIONS, *span), case.tenant) for span in spans]


def _hours(case: Case) -> Iterator[Figure]:
    """The success rate of each of the last hours, and how many lie below the target beyond chance."""
    rule = case.snapshot.rule(SUCCESS, case.tenant)
    last = case.at.replace(minute=0, second=0, microsecond=0)
    spans = [(last - back * HOUR, last - (back - 1) * HOUR) for back in range(LOOKED_AT, 0, -1)]
    rates = [_labelled(rate, ("hour", instant_text(rate.window[0]))) for rate in _rates(case, spans)]
    yield from rates
    odd = [rate.window[0] for rate in rates if rate.bounds and float(str(rate.bounds[1])) < rule.fail]
    known = [rate for rate in rates if rate.value is not None]
    blind = len(rates) - len(known)
    yield Figure(
        BELOW, case.tenant, len(odd) if known else None, "hours", (spans[0][0], last), rates[0].query,
        "hours whose 95 % interval (Wilson) lies wholly below the target",
        Quality.UNKNOWN if not known else Quality.ESTIMATED if blind else Quality.ACTUAL,
        reason="; ".join(filter(None, [told(odd), f"{blind} hours without data" if blind else ""])),
    )  # fmt: skip


def _events(case: Case, span: tuple[datetime, datetime]) -> Iterator[Figure]:
    """How many events of each kind the evidence has; none without evidence."""
    if "files" not in case.snapshot.evidence:
        return
    for kind in KINDS_OF_EVENTS:
        count = len(rows(case.snapshot, kind, span, case.tenant))
        query = f"autonomy/{case.tenant}/{kind}"
        blank = Figure(EVENTS, case.tenant, count, "events", span, query, "evidence.details", samples=count)
        yield replace(blank, labels=(("kind", kind),))
