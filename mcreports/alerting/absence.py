"""What has to be there and is not: samples that alerts rest on, and reports that somebody waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mcreports.alerting.checks import PLATFORM, REPORTS
from mcreports.alerting.promql import by_tenant, named, series
from mcreports.alerting.wording import Notice
from mcreports.escalation import ENGINEERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mcreports.alerting.measures import Terms
    from mcreports.settings import Settings

THROUGH = "mcreports_report_through_timestamp_seconds"
SAMPLES_MISSING, STALE, MISSING = "MetricSamplesMissing", "ReportStale", "ReportMissing"
SILENT = "15m"
GRACE = timedelta(days=1)
LONGEST = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
MONTH = timedelta(days=31)
# not autonomy.compensations and .violations: where nothing happened yet they may have no series, and miss none
WATCHED = (
    "budget.cost",
    "budget.cost_today",
    "budget.limit_daily",
    "budget.limit_monthly",
    "autonomy.operations",
    "policy.decisions",
    "grounding.checks",
    "platform.replication_lag",
    "platform.request_duration",
    "config.drift",
)
WHOSE = "{{ with $labels.tenant }}{{ . }}{{ else }}the platform{{ end }}"


def absences(settings: Settings, terms: Terms) -> Iterator[Notice]:
    """A notice for each metric without samples, and for each report that is late or not known at all."""
    for key in watched(settings):
        yield Notice(
            name=SAMPLES_MISSING,
            expr=_silent(key, settings, terms),
            severity="warning",
            to=(ENGINEERS,),
            hold="10m",
            group=PLATFORM,
            summary=f"No samples of {key} for {WHOSE}",
            description=f"{terms.metrics[key].name} has had no sample for {WHOSE} in {SILENT}, "
            "so that alerts and reports that rest on it know nothing.",
            labels=(("metric", key),),
        )
    for report in settings.report.reports:
        yield from _late(report)


def watched(settings: Settings) -> tuple[str, ...]:
    """The metrics whose silence is told: who is expected as well, unless the settings say it."""
    return WATCHED if settings.report.tenants else (*WATCHED, "tenant.info")


def _late(report: str) -> Iterator[Notice]:
    latest, most = f'{THROUGH}{{report="{report}"}}', LONGEST.get(report, MONTH) + GRACE
    stale = Notice(
        name=STALE,
        expr=f"time() - max({latest}) > {most.total_seconds():.0f}",
        severity="warning",
        to=(ENGINEERS,),
        hold="10m",
        group=REPORTS,
        summary=f"The newest {report} report is old",
        description=f"the period of the newest {report} report ended {{{{ humanizeDuration $value }}}} ago, more than "
        f"{most.days} days: see mcreports schedule show.",
        labels=(("report", report),),
    )
    yield stale
    yield replace(
        stale,
        name=MISSING,
        expr=f"absent({latest})",
        hold="1h",
        summary=f"No {report} report is known",
        description=f"{THROUGH} tells of no {report} report: none is published, or nobody collects "
        "mcreports.prom, which every run writes beside the portal.",
    )


def _silent(key: str, settings: Settings, terms: Terms) -> str:
    """Each expected tenant that has none, and the platform where nobody has any."""
    metric = terms.metrics[key]
    nobody = f"absent_over_time({metric.name}[{SILENT}])"
    if "tenant" not in metric.labels:
        return nobody
    set_by_hand = {"budget.limit_daily": terms.daily, "budget.limit_monthly": terms.monthly}.get(key, {})
    recent = by_tenant(metric, f"last_over_time({series(metric, terms.scope)}[{SILENT}])")
    known = " or ".join((recent, *(named("1", tenant) for tenant in set_by_hand)))
    if settings.report.tenants:
        expected = " or ".join(named("1", tenant) for tenant in settings.report.tenants)
    else:
        info = terms.metrics["tenant.info"]
        expected = by_tenant(info, f"last_over_time({info.name}[1d])")
    return f"({expected}) unless ({known}) or {nobody}" if not set_by_hand else f"({expected}) unless ({known})"


def textfile(through: Mapping[str, datetime]) -> str:
    """How far each report is published, as node_exporter collects it from a file.

    >>> from datetime import UTC, datetime
    >>> print(textfile({"daily": datetime(2025, 11, 1, tzinfo=UTC)}), end="")
    # HELP mcreports_report_through_timestamp_seconds End of the newest period that a report is published for.
    # TYPE mcreports_report_through_timestamp_seconds gauge
    mcreports_report_through_timestamp_seconds{report="daily"} 1761955200
    """
    lines = [
        f"# HELP {THROUGH} End of the newest period that a report is published for.",
        f"# TYPE {THROUGH} gauge",
        *(f'{THROUGH}{{report="{report}"}} {at.timestamp():.0f}' for report, at in through.items()),
    ]
    return "".join(f"{line}\n" for line in lines)
