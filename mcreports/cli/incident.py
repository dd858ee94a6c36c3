"""``mcreports incident``: what a responder needs in the first five minutes, as a published page and on the terminal."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import instant_of as instant
from mcreports.cli.context import now, progress, say, settings_of, source_of
from mcreports.errors import McreportsError, SettingsError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.domains.compose import Report
    from mcreports.reports.runs import PublishedRun
    from mcreports.settings import Settings
    from mcreports.take import Order

app = typer.Typer(help="What a responder needs in the first five minutes, as a page.", no_args_is_help=True)

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
    from mcreports.cli.incident_haste import BUDGET
    from mcreports.cli.incident_words import show
    from mcreports.domains.compose import compose
    from mcreports.domains.incidents.take import order_of
    from mcreports.snapshot import read

    ends_at = monotonic() + BUDGET
    subject, tenant, text = asked
    clock = now()
    at = (instant(text, clock) if text else clock).replace(microsecond=0)
    order = order_of(subject, tenant, at, settings.report.zone)
    try:
        run = _publish(order, settings, (at, clock), ends_at)
    except McreportsError as error:
        # whoever is called at night still has to know whom to call, and what to do; of a tenant that is none, nobody
        if not isinstance(error, UsageError) or isinstance(error, SettingsError):
            report, fault = _report_without(order, settings, at, str(error))
            show(report, as_json=as_json, fault=fault)
        raise
    place = settings.report.output / run.path
    show(compose(read(place)), as_json=as_json, path=place)
    if not as_json:
        stands = "stands unchanged" if run.unchanged else "published"
        say(f"{run.report} {run.period_label} r{run.revision} {stands}\n  {place / 'report.html'}")


def _publish(order: Order, settings: Settings, times: tuple[datetime, datetime], ends_at: float) -> PublishedRun:
    """The incident as a run of its own, beside the reports; the portal lists it."""
    from mcreports.cli.incident_haste import Hurried, hurried
    from mcreports.domains.incidents.take import check_tenant
    from mcreports.reports.front_page import build
    from mcreports.reports.produce import Workshop, produce
    from mcreports.take import errands

    at, clock = times
    # a page and its data alone: nobody has the time for more now
    own = settings.model_copy(update={"report": settings.report.model_copy(update={"formats": ("html", "json")})})
    with progress() as tell:
        tell("asking the source")
        source = hurried(source_of(own, clock), ends_at)
        check_tenant(order, source, own, at)
        if isinstance(source, Hurried):
            source.learn(errands(order, source, own, at).values(), order.tenants)
        shop = Workshop(source, own, clock, lambda text: tell(f"{order.report}: {text}"), at=at)
        run = produce(order, shop)
        build(own.report.output, clock)
    return run


def _report_without(order: Order, settings: Settings, at: datetime, fault: str) -> tuple[Report, str]:
    """What the evidence tells where nothing can be learned of the source, and why that is all."""
    from mcreports.cli.incident_haste import Away
    from mcreports.domains.compose import compose
    from mcreports.domains.incidents.take import take_as_of
    from mcreports.operation_sections import EvidenceSettings

    # that there is such a tenant is what nobody can tell now
    tenants = tuple(dict.fromkeys((*settings.report.tenants, *(order.tenants or ()))))
    known = settings.report.model_copy(update={"tenants": tenants})
    try:
        return compose(take_as_of(order, Away(), settings.model_copy(update={"report": known}), at)), fault
    except McreportsError as error:
        bare = {"report": known.model_copy(update={"evidence": None}), "evidence": EvidenceSettings()}
        report = compose(take_as_of(order, Away(), settings.model_copy(update=bare), at))
        return report, "; ".join(dict.fromkeys((fault, str(error))))
