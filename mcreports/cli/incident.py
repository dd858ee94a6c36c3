"""``mcreports incident``: what a responder needs in the first five minutes, as a published page and on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcreports.cli import options
from mcreports.cli.context import instant_of as instant
from mcreports.cli.context import now, one_line, progress, say, settings_of, show_json, source_of
from mcreports.errors import McreportsError, SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mcreports.domains.compose import Report
    from mcreports.domains.incident_calls import Call
    from mcreports.domains.incident_steps import Step
    from mcreports.domains.story import Sentence
    from mcreports.reports.runs import PublishedRun
    from mcreports.settings import Settings

app = typer.Typer(help="What a responder needs in the first five minutes, as a page.", no_args_is_help=True)

PATIENCE = 20.0  # seconds that a source may take for one metric

Tenant = Annotated[str, typer.Option(help="Whom it concerns.")]
At = Annotated[str | None, typer.Option(help="The instant that it is seen from, 2025-10-31T12:00:00Z; else now.")]


@app.command()
def budget(
    context: typer.Context, tenant: Tenant, at: At = None, source: options.Source = None,
    evidence: options.Evidence = None, output: options.Output = None, json: options.Json = False,
) -> None:  # fmt: skip
    """Spend of the day and the month against its limits: since when, on what, whom to tell.

    mcreports incident budget --tenant TENANT_005 --at 2025-10-31T12:00:00Z
    """
    _incident(("budget", tenant, at), settings_of(context, source, evidence=evidence, output=output), as_json=json)


@app.command()
def autonomy(
    context: typer.Context, tenant: Tenant, at: At = None, source: options.Source = None,
    evidence: options.Evidence = None, output: options.Output = None, json: options.Json = False,
) -> None:  # fmt: skip
    """The four criteria over six hours and since they first failed: which operations, whom to tell.

    mcreports incident autonomy --tenant TENANT_003 --at 2025-10-30T12:00:00Z
    """
    _incident(("autonomy", tenant, at), settings_of(context, source, evidence=evidence, output=output), as_json=json)


@app.command()
def drift(
    context: typer.Context, tenant: Tenant, at: At = None, source: options.Source = None,
    evidence: options.Evidence = None, output: options.Output = None, json: options.Json = False,
) -> None:  # fmt: skip
    """The platform's configuration against its baseline: since when, which files, whom to tell.

    mcreports incident drift --tenant TENANT_001 --at 2025-10-20T12:00:00Z
    """
    _incident(("drift", tenant, at), settings_of(context, source, evidence=evidence, output=output), as_json=json)


def _incident(asked: tuple[str, str, str | None], settings: Settings, *, as_json: bool) -> None:
    subject, tenant, text = asked
    clock = now()
    at = (instant(text, clock) if text else clock).replace(microsecond=0)
    try:
        run = _publish(subject, tenant, settings, (at, clock))
    except McreportsError as error:
        # whoever is called at night still has to know whom to call, and what to do; of a tenant that is none, nobody
        if not isinstance(error, UsageError) or isinstance(error, SettingsError):
            _tell_without(subject, tenant, settings, (at, str(error)), as_json=as_json)
        raise
    _tell(run, settings, as_json=as_json)


def _publish(subject: str, tenant: str, settings: Settings, times: tuple[datetime, datetime]) -> PublishedRun:
    """The incident as a run of its own, beside the reports; the portal lists it."""
    from mcreports.domains.incident_take import check_tenant, order_of
    from mcreports.reports.front_page import build
    from mcreports.reports.produce import Workshop, produce

    at, clock = times
    # a page and its data alone, and no long wait for a server: nobody has the time now
    own = settings.model_copy(
        update={
            "report": settings.report.model_copy(update={"formats": ("html", "json")}),
            "source": settings.source.model_copy(update={"deadline": min(settings.source.deadline, PATIENCE)}),
        }
    )
    order = order_of(subject, tenant, at, settings.report.zone)
    source = source_of(own, clock)
    with progress() as tell:
        check_tenant(order, source, own, at)
        shop = Workshop(source, own, clock, lambda text: tell(f"{order.report}: {text}"), at=at)
        run = produce(order, shop)
        build(own.report.output, clock)
    return run


def _tell(run: PublishedRun, settings: Settings, *, as_json: bool) -> None:
    """What the page says, in short: from the same snapshot, so that every number is the same."""
    from mcreports.domains.compose import compose
    from mcreports.domains.incident_calls import calls_of
    from mcreports.domains.incident_case import Case
    from mcreports.domains.incident_steps import steps
    from mcreports.figures import instant_text
    from mcreports.snapshot import read

    place = settings.report.output / run.path
    report = compose(read(place))
    case = Case(report.snapshot)
    calls = calls_of(case, report.figures.every, report.verdicts)
    listed = steps(case.subject, case.tenant, report.figures, report.snapshot.owners.get(case.tenant, ""))
    if as_json:
        data = {
            "incident": case.subject, "tenant": case.tenant, "at": instant_text(case.at), "state": run.state,
            "verdict": {"status": run.status, "headline": run.headline},
            "verdicts": [verdict.as_dict() for verdict in report.verdicts],
            "figures": [figure.as_dict() for figure in report.figures if not figure.id.startswith("incident.hour.")],
        }  # fmt: skip
        show_json({**data, **_spoken(calls, listed), "path": str(place)})
        return
    _print([f"{run.status.upper()}: {run.headline}", *_standing(report), *_lines(calls, listed, case.at)])
    stands = "stands unchanged" if run.unchanged else "published"
    say(f"{run.report} {run.period_label} r{run.revision} {stands}\n  {place / 'report.html'}")


def _tell_without(subject: str, tenant: str, settings: Settings, known: tuple[datetime, str], *, as_json: bool) -> None:
    """Contacts and steps alone, where nothing can be learned of the state."""
    from mcreports.domains.incident_calls import calls
    from mcreports.domains.incident_steps import steps
    from mcreports.domains.incident_take import contacts_of
    from mcreports.figures import instant_text

    at, fault = known
    listed = steps(subject, tenant)
    every = calls(subject, contacts_of(settings), {})
    if as_json:
        data = {"incident": subject, "tenant": tenant, "at": instant_text(at), "verdict": {"status": "unknown"}}
        show_json({**data, "error": fault, **_spoken(every, listed), "path": None})
    else:
        _print([f"UNKNOWN: {tenant}: {fault}", *_lines(every, listed, at)])


def _spoken(calls: tuple[Call, ...], listed: tuple[Step, ...]) -> dict[str, Any]:
    """Contacts and steps for programs."""
    from mcreports.figures import instant_text

    return {
        "contacts": [
            {
                "area": call.area, "level": call.level, "name": call.name, "address": call.address, "of": call.of,
                "since": None if call.since is None else instant_text(call.since),
                "until": None if call.since is None else instant_text(call.since + call.within),
            }
            for call in calls
        ],
        "checklist": [
            {"minutes": step.minutes, "step": step.what, "known": _words(step.known) or None} for step in listed
        ],
    }  # fmt: skip


def _standing(report: Report) -> Iterator[str]:
    """Each verdict, and since when what does not pass has been so."""
    from mcreports.domains.incident_case import SINCE, instant_of, told_of
    from mcreports.view.words import verdict_text

    for verdict in report.verdicts:
        yield f"  {verdict.check:32} {', '.join(filter(None, [verdict_text(verdict), told_of(verdict.labels)]))}"
    for figure in sorted(report.figures.where(SINCE), key=instant_of):
        labels = dict(figure.labels)
        yield f"  since {figure.value}  {labels['condition']}, {labels['level']}"


def _lines(calls: tuple[Call, ...], listed: tuple[Step, ...], at: datetime) -> Iterator[str]:
    """Whom to tell, and what to do by when."""
    from datetime import timedelta

    from mcreports.figures import instant_text

    yield "Tell:"
    for call in calls:
        until = "not called for yet" if call.since is None else f"until {instant_text(call.since + call.within)}"
        late = ", overdue" if call.since is not None and call.since + call.within < at else ""
        where = call.address or "no address is set"
        yield f"  {call.area} {call.level}  {call.name}  {where}  {until}{late}: {call.of}"
    yield "Do:"
    for step in listed:
        until, known = instant_text(at + timedelta(minutes=step.minutes)), _words(step.known)
        yield f"  [ ] by {until}  {step.what}{': ' if known else ''}{known}"


def _words(known: Sentence) -> str:
    from mcreports.view.closing import sentence_text

    return sentence_text(known)


def _print(lines: list[str]) -> None:
    from mcreports.view.markup import visible

    for line in lines:
        print(visible(one_line(line)))
