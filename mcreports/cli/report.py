"""``mcreports report``: publish one report, or everything that is due."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from mcreports.cli import options
from mcreports.cli.context import (
    now,
    one_line,
    progress,
    say,
    settings_of,
    show_json,
    source_of,
    with_archive,
    zone_period,
)
from mcreports.errors import McreportsError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.reports.produce import Workshop
    from mcreports.reports.runs import PublishedRun
    from mcreports.settings import Settings
    from mcreports.take import Order

HELP = """Publish a report as HTML, notebook and JSON, and more forms on request.

[bold]Examples[/bold]

  mcreports report daily

  mcreports report monthly --period 2025-10 --source http://prometheus:9090

  mcreports report weekly --tenant TENANT_003 --format html,csv

  mcreports report monthly --source archive:/shared/archive --cluster tcp://scheduler:8786

  mcreports report --due
"""
FORMATS = ("html", "json", "csv", "xlsx", "pdf")
GATES = {"fail": 3, "unknown": 4}


class Kind(StrEnum):
    """The reports that there are."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    TRENDS = "trends"


class Gate(StrEnum):
    """Which verdict makes the command fail."""

    FAIL = "fail"
    UNKNOWN = "unknown"


def report(
    context: typer.Context,
    kind: Annotated[Kind | None, typer.Argument(help="Which report; left out with --due.")] = None,
    period: options.Period = None,
    tenant: options.Tenants = None,
    per_tenant: Annotated[bool, typer.Option("--per-tenant", help="Also a run of its own for every tenant.")] = False,
    source: options.Source = None,
    evidence: options.Evidence = None,
    output: options.Output = None,
    archive: options.Archive = None,
    no_archive: options.Kept = False,
    cluster: options.Cluster = None,
    formats: Annotated[
        str | None, typer.Option("--format", help="html,json,csv,xlsx,pdf; the first two always come.")
    ] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Every closed, settled, unpublished period, oldest first.")
    ] = False,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="Also of a period that is not over: PRELIMINARY.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why a published period is restated; kept in its manifest.")] = "",
    fail_on: Annotated[
        Gate | None, typer.Option(help="Exit with 3 if the verdict is fail, 4 if it is unknown.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Publish what was asked for, rebuild the portal, say what came of it."""
    _refuse_unknown(_formats(formats) or ())
    settings = settings_of(context, source, evidence=evidence, output=output, formats=_formats(formats))
    settings = with_archive(settings, archive, is_kept=not no_archive)
    at = now()
    if due == (kind is not None):
        msg = "say which report (daily, weekly, monthly, trends), or --due for all that are due, not both"
        raise UsageError(msg)
    if due:
        if period or tenant or provisional:
            msg = "--due finds its own periods, for all tenants; leave --period, --tenant and --provisional out"
            raise UsageError(msg)
        published, faults = _publish_due(settings, at, per_tenant=per_tenant, cluster=cluster)
    else:
        from mcreports.schedule import check_kind
        from mcreports.take import Order

        wanted = tuple(dict.fromkeys(tenant)) if tenant else None
        chosen = zone_period(period, str(kind), settings, at)
        check_kind(str(kind), chosen)
        order = Order(str(kind), chosen, wanted, provisional)
        faults = []
        published = [_publish(order, settings, at, per_tenant=per_tenant, reason=reason, cluster=cluster)]
    if json:
        show_json([_as_dict(run, settings) for run in published])
    elif due and not published and not faults:
        say("nothing is due")
    if faults:
        # the source that was away is what a scheduler tries again for
        raise max(faults, key=lambda error: error.exit_code)
    _leave(fail_on, published)


def _formats(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(part.strip() for part in text.split(","))


def _refuse_unknown(formats: tuple[str, ...]) -> None:
    strange = [name for name in formats if name not in FORMATS]
    if strange:
        msg = f"no format is called {', '.join(map(repr, strange))}; there are {', '.join(FORMATS)}"
        raise UsageError(msg)


def _publish(
    order: Order, settings: Settings, at: datetime, *, per_tenant: bool, reason: str = "", cluster: str | None = None
) -> PublishedRun:
    from mcreports.reports.produce import Workshop, produce

    with progress() as tell:
        tell(f"{order.report} {order.period}")
        shop = Workshop(
            # many workers at once would each write the archive: they read the server and keep nothing
            source_of(settings, at, is_kept=cluster is None),
            settings,
            at,
            lambda text: tell(f"{order.report} {order.period}: {text}"),
            cluster,
        )
        run = produce(order, shop, per_tenant=per_tenant, reason=reason)
        _rebuild_portal(shop)
    _tell(run, settings)
    return run


def _publish_due(
    settings: Settings, at: datetime, *, per_tenant: bool, cluster: str | None
) -> tuple[list[PublishedRun], list[McreportsError]]:
    """Everything that is due, oldest first; one period that cannot be made does not hold up the others."""
    from mcreports import schedule
    from mcreports.reports.runs import published
    from mcreports.take import Order

    source_of(settings, at, is_attended=False)
    done: list[PublishedRun] = []
    faults: list[McreportsError] = []
    found = published(settings.report.output)
    for damaged in found.damaged:
        say(f"mcreports: {damaged.path} is damaged: {damaged.said}")
    for each in schedule.due(at, found.runs, schedule.plan(settings.report)):
        try:
            run = _publish(Order(each.report, each.period), settings, at, per_tenant=per_tenant, cluster=cluster)
        except McreportsError as error:
            say(f"mcreports: {each.report} {each.period}: {error}")
            faults.append(error)
            if error.exit_code == 75:  # noqa: PLR2004 - the source is away for the others, too
                break
        else:
            done.append(run)
    return done, faults


def _rebuild_portal(shop: Workshop) -> None:
    from mcreports.reports.front_page import build

    build(shop.settings.report.output, shop.now)


def _tell(run: PublishedRun, settings: Settings) -> None:
    stands = "stands unchanged" if run.unchanged else "published"
    page = settings.report.output / run.path / "report.html"
    verdict = f"{run.status.upper()}: {one_line(run.headline)}"
    say(f"{run.report} {run.period_label} r{run.revision} {stands}: {verdict}\n  {page}")
    if run.changes and not run.unchanged:
        say(f"  {len(run.changes)} figures or verdicts changed against the revision before; see MANIFEST.json")


def _as_dict(run: PublishedRun, settings: Settings) -> dict[str, object]:
    return {
        "report": run.report, "period": run.period_label, "revision": run.revision, "unchanged": run.unchanged,
        "state": run.state, "verdict": {"status": run.status, "headline": run.headline},
        "path": str(settings.report.output / run.path),
    }  # fmt: skip


def _leave(gate: Gate | None, published: list[PublishedRun]) -> None:
    """With --fail-on: 3 where a verdict is fail, 4 where one is unknown and that was asked for too."""
    statuses = {run.status for run in published}
    if gate is not None and "fail" in statuses:
        raise typer.Exit(GATES["fail"])
    if gate is Gate.UNKNOWN and "unknown" in statuses:
        raise typer.Exit(GATES["unknown"])
