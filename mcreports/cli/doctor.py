"""``mcreports doctor``: what is missing before reports can be trusted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from mcreports.cli import options
from mcreports.cli.context import now, progress, settings_of, show_json, source_of, zone_period
from mcreports.errors import UnreachableError, UsageError
from mcreports.names import several

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mcreports.metrics import Metric
    from mcreports.settings import Settings
    from mcreports.sources.probe import MetricProbe

HELP = """What is missing before reports can be trusted.

Reachability, clock, retention against the last closed month, every metric's presence and freshness,
its samples of the last 24 h (watch below 99 % of those expected, missing below 95 %), the limits of every
tenant, files with secrets that others may read.

[bold]Example[/bold]

  mcreports doctor --source http://prometheus:9090
"""
STALE = timedelta(hours=1)
OK, WATCH, MISSING = "ok", "watch", "missing"


def doctor(context: typer.Context, source: options.Asked = None, json: options.Json = False) -> None:
    """Print a line per finding; leave with 75 if the source is away, else with 0."""
    settings, at = settings_of(context, source), now()
    if settings.source.url.startswith("archive:"):
        msg = "doctor asks a server; archive status tells what an archive holds, archive verify whether it is whole"
        raise UsageError(msg)
    with progress() as tell:
        tell("asking the source")
        findings = _demo(settings, at) if settings.source.url.startswith("demo:") else _server(settings, at)
    if json:
        show_json([{"finding": name, "state": state, "detail": detail} for name, state, detail in findings])
    else:
        for name, state, detail in findings:
            print(f"{state:8} {name}: {detail}")
    away = next((detail for name, state, detail in findings if (name, state) == ("source", MISSING)), None)
    if away is not None:
        raise UnreachableError(away)


def _metrics(settings: Settings) -> dict[str, Metric]:
    from mcreports.metrics import remap

    return remap(
        {key: own.name for key, own in settings.metrics.items() if own.name},
        {key: own.labels for key, own in settings.metrics.items() if own.labels},
    )


def _demo(settings: Settings, at: datetime) -> list[tuple[str, str, str]]:
    source = source_of(settings, at)
    found = [("source", OK, f"{source.info.url}, the embedded demo")]
    for key, metric in _metrics(settings).items():
        rows = len(source.fetch(metric, at - STALE, at).table)
        found.append((key, OK if rows else MISSING, f"{metric.name}: {rows} samples in the last hour"))
    return found


def _server(settings: Settings, at: datetime) -> list[tuple[str, str, str]]:
    from mcreports.sources import probe

    server = probe.probe_server(settings.source, at)
    if not server.is_reachable:
        return [("source", MISSING, server.problem or "no answer")]
    found = [("source", OK, f"{server.url}: {server.kind} {server.version}"), ("reader", OK, server.reader)]
    found.append(_clock(settings, server.skew))
    wanted = zone_period(None, "monthly", settings, at).start
    probes = {key: probe.probe_metric(settings.source, metric, at) for key, metric in _metrics(settings).items()}
    found += [_metric(each, wanted) for each in probes.values()]
    found += _coverages(settings, probes, at)
    named = settings.report.tenants or probes["tenant.info"].tenants or probes["budget.cost"].tenants
    found.append(
        ("tenants", OK if named else MISSING, several(named) or "neither the settings nor tenant.info name one")
    )
    own = {name for name, each in settings.tenants.items() if each.budget_daily and each.budget_monthly}
    for key, names in probe.tenants_without_limits(probes, named).items():
        if not named:
            found.append((f"{key} per tenant", MISSING, "no tenant is known"))
            continue
        missing = [name for name in names if name not in own]
        found.append(
            (
                f"{key} per tenant",
                MISSING if missing else OK,
                f"none for {several(missing)}" if missing else "all have one",
            )
        )
    found += [
        ("secrets", WATCH, f"{file} may be read by everybody: chmod 600")
        for file in probe.exposed_files(settings.source)
    ]
    return found


def _coverages(settings: Settings, probes: Mapping[str, MetricProbe], at: datetime) -> list[tuple[str, str, str]]:
    """The last day of every metric that has been heard of and that a figure rests on."""
    from mcreports.cli.doctor_coverage import coverage
    from mcreports.domains.coverage import UNJUDGED

    heard = [metric for key, metric in _metrics(settings).items() if probes[key].newest and key not in UNJUDGED]
    return [coverage(settings, metric, at) for metric in heard]


def _clock(settings: Settings, skew: timedelta | None) -> tuple[str, str, str]:
    if skew is None:
        return ("clock", WATCH, "the server tells no time")
    seconds = skew.total_seconds()
    return (
        "clock",
        OK if abs(seconds) <= settings.source.max_skew else MISSING,
        f"the server's is {seconds:+.0f} s from ours",
    )


def _metric(each: object, wanted: datetime) -> tuple[str, str, str]:
    from mcreports.sources.probe import MetricProbe

    assert isinstance(each, MetricProbe)  # noqa: S101 - the annotation would import the probe for --help
    if each.problem is not None:
        return (each.key, MISSING, f"{each.name}: {each.problem}")
    if each.newest is None or each.age is None:
        return (each.key, MISSING, f"{each.name}: no sample in the last 64 days")
    reach = f", since {each.earliest:%Y-%m-%d}" if each.earliest else ""
    said = f"{each.name}: {each.series} series, newest {each.newest:%Y-%m-%d %H:%M} UTC{reach}"
    if each.age > STALE:
        return (each.key, WATCH, f"{said}: stale")
    if each.earliest and each.earliest > wanted:
        return (each.key, WATCH, f"{said}: the last closed month begins {wanted:%Y-%m-%d}; keep more, or report sooner")
    return (each.key, OK, said)
