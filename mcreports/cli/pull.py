"""``mcreports pull``: keep raw samples in the archive, so that reports need the server no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcreports.cli import options
from mcreports.cli.context import (
    as_utc,
    metrics_of,
    now,
    progress,
    real_time,
    say,
    settings_of,
    show_json,
    with_archive,
)
from mcreports.errors import ArchiveError, McreportsError, UnreachableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mcreports.archive.days import Span
    from mcreports.archive.sync import Puller, Synced
    from mcreports.metrics import Metric
    from mcreports.settings import Settings

HELP = """Fetch what is missing or not settled, and keep it in the archive.

[bold]Examples[/bold]

  mcreports pull --source http://prometheus:9090

  mcreports pull --since 2025-09-01 --until 2025-11-01

  mcreports pull --since 2025-10-07 --until 2025-10-08 --restate "the exporter was wrong"
"""
REPORTS = ("daily", "weekly", "monthly")


def pull(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option(help="The first UTC day; else what the reports of the last closed month need.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The UTC day after the last, or an instant; else now.")] = None,
    source: options.Server = None,
    archive: options.Archive = None,
    restate: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Fetch closed days anew and let them stand; the reason is kept."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Keep every metric's samples; leave with 75 if the source is away: what was kept until then stays."""
    from mcreports.archive.open import puller_of

    settings, at = with_archive(settings_of(context, source), archive), now()
    real = real_time(at)
    if restate is not None and (since is None or until is None or not restate.strip()):
        msg = "--restate takes a reason, and changes only the days that --since and --until name"
        raise UsageError(msg)
    spans = _spans(settings, at, since, _instant("until", until, real) if until else real)
    done: list[Synced] = []
    faults: list[McreportsError] = []
    with progress() as tell:
        puller = puller_of(settings, real, tell=tell)
        for key, metric in metrics_of(settings).items():
            try:
                done.append(_pull(puller, metric, spans[key], restate))
            except McreportsError as error:
                faults.append(error)
                if isinstance(error, ArchiveError | UnreachableError | UsageError):
                    break  # it is the same for the others
    _tell(done, as_json=json)
    for fault in faults[:-1]:
        say(f"mcreports: {fault}")
    if faults:
        raise faults[-1]


def needed(settings: Settings, at: datetime, reports: Iterable[str] = REPORTS) -> dict[str, datetime]:
    """From when on each metric is needed for the reports of the last closed periods."""
    from mcreports.metrics import CATALOGUE
    from mcreports.plan import REACH, plan
    from mcreports.schedule import last_closed

    starts: dict[str, list[datetime]] = {}
    for report in reports:
        period = last_closed(report, at, settings.report.zone)
        for key, span in plan(report, period).items():
            starts.setdefault(key, []).append(span[0])
    earliest = last_closed("monthly", at, settings.report.zone).start
    return {
        key: min(starts.get(key, [earliest])) - (timedelta(0) if metric.kind == "gauge" else REACH)
        for key, metric in CATALOGUE.items()
    }


def _spans(settings: Settings, at: datetime, since: str | None, until: datetime) -> Mapping[str, Span]:
    from mcreports.archive.days import milliseconds

    given = None if since is None else _instant("since", since, until)
    return {key: (milliseconds(given or start), milliseconds(until)) for key, start in needed(settings, at).items()}


def _pull(puller: Puller, metric: Metric, span: Span, reason: str | None) -> Synced:
    from mcreports.archive.sync import restate_span, sync

    return sync(puller, metric, span) if reason is None else restate_span(puller, metric, span, reason)


def _tell(done: list[Synced], *, as_json: bool) -> None:
    if as_json:
        show_json([_as_dict(one) for one in done])
        return
    for one in done:
        late = f", {one.late:,} late" if one.late else ""
        removed = f", {one.removed:,} gone" if one.removed else ""
        restated = f", {one.restated} days restated" if one.restated else ""
        print(f"{one.metric}: {one.added:,} samples{late}{removed}{restated}")


def _as_dict(one: Synced) -> dict[str, Any]:
    from mcreports.archive.days import instant

    return {
        "metric": one.metric,
        "fetched": [[instant(start), instant(until)] for start, until in one.fetched],
        "added": one.added,
        "late": one.late,
        "removed": one.removed,
        "restated": one.restated,
    }


def _instant(flag: str, text: str, latest: datetime) -> datetime:
    try:
        at = as_utc(text)
    except (ValueError, OverflowError) as error:
        msg = f"--{flag} {text!r} is not a day; write it like 2025-10-01"
        raise UsageError(msg) from error
    if at.year < 1971 or (flag == "since" and at >= latest):  # noqa: PLR2004 - nothing was measured before
        msg = f"--{flag} {text} is not before the end of what is pulled, or before anything was measured"
        raise UsageError(msg)
    return at
