"""The portal: what is published, how it stands now, and every run; files that need no server and no script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

from mcreports.checks import SEVERITY, Status
from mcreports.period import Period
from mcreports.plan import INCIDENTS
from mcreports.reports import feed
from mcreports.reports.slug import slug
from mcreports.reports.strip import strip
from mcreports.reports.templates import template_environment
from mcreports.view.words import MARKS, WORDS, day_text, instant_words, period_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mcreports.reports.runs import DamagedRun, PublishedRun

GRACE = timedelta(hours=24)
FORMS = {
    "report.html": "HTML",
    "report.pdf": "PDF",
    "report.xlsx": "Excel",
    "report.ipynb": "Notebook",
    "report.json": "JSON",
}
SAID = {Status.FAIL: "fail", Status.WARN: "watch", Status.PASS: "pass", Status.UNKNOWN: "without data"}
ORDER = ("daily", "weekly", "monthly", "trends", *INCIDENTS)
CLOSING = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Choice:
    """One thing that the list of runs can be narrowed to: ``key`` stands in the page's address."""

    key: str
    label: str
    attribute: str
    value: str


def portal(runs: Sequence[PublishedRun], now: datetime, damaged: Sequence[DamagedRun] = ()) -> dict[str, str]:
    """``index.html``, ``verdicts.json``, ``feed.atom`` and ``mcreports.prom`` over the runs, by their file's name."""
    shown = sorted(_newest_revisions(runs), key=lambda run: (run.period.end, run.generated_at), reverse=True)
    latest = _latest(shown)
    sentence = now_sentence(latest, sum(run.report in INCIDENTS for run in shown))
    page = template_environment().get_template("portal.html.j2")
    index = page.render(
        now=sentence,
        facts=_facts(latest, now),
        tiles=[(run, _timeliness(run, now)) for run in latest],
        strip=strip([run for run in shown if run.scope is None], now.astimezone(ZoneInfo("UTC")).date()),
        runs=shown,
        older=_older(runs, shown),
        damaged=damaged,
        choices=_choices(shown),
        forms=_forms,
        tenants=_tenants,
        address=address,
        status=lambda run: Status(run.status),
        title=title,
        key=_key,
        day=day_text,
        period=period_words,
        instant=instant_words,
    )
    return {
        "index.html": index,
        "verdicts.json": feed.verdicts(shown, sentence, now),
        "feed.atom": feed.atom(shown, sentence, now),
        "mcreports.prom": feed.metrics(runs),
    }


def now_sentence(latest: Iterable[PublishedRun], incidents: int = 0) -> str:
    """How the newest run of each report stands; where there is none, how many incidents are published."""
    statuses = [Status(run.status) for run in latest]
    counts = [(statuses.count(status), said) for status, said in SAID.items()]
    told = ", ".join(f"{count} {said}" for count, said in counts if count)
    if not told and incidents:
        told = f"no regular report is published, only {incidents} incident{'' if incidents == 1 else 's'}"
    return f"Now: {told or 'nothing is published'}"


def title(run: PublishedRun) -> str:
    """What a run is of: its report, and the tenants if it is not of all.

    >>> from types import SimpleNamespace
    >>> title(SimpleNamespace(report="daily", scope="a", tenants=("TENANT_001",)))
    'Daily, TENANT_001'
    """
    name = called(run.report)
    return name if run.scope is None else f"{name}, {', '.join(run.tenants)}"


def called(report: str) -> str:
    """What a reader calls a report.

    >>> called("daily"), called("incident-budget")
    ('Daily', 'Budget incident')
    """
    first, _, subject = report.partition("-")
    return f"{subject.capitalize()} {first}" if report in INCIDENTS else report.capitalize()


def address(run: PublishedRun, file: str = "report.html") -> str:
    """The relative address of a run's file."""
    return quote(f"{run.path}/{file}", safe="/")


def _newest_revisions(runs: Iterable[PublishedRun]) -> list[PublishedRun]:
    newest: dict[tuple[str, str, str | None], PublishedRun] = {}
    for run in runs:
        place = (run.report, run.period.label, run.scope)
        if place not in newest or newest[place].revision < run.revision:
            newest[place] = run
    return list(newest.values())


def _older(runs: Iterable[PublishedRun], shown: Iterable[PublishedRun]) -> dict[str, list[PublishedRun]]:
    at = {(run.report, run.period.label, run.scope): run.path for run in shown}
    older: dict[str, list[PublishedRun]] = {}
    for run in sorted(runs, key=lambda run: -run.revision):
        newest = at[run.report, run.period.label, run.scope]
        if run.path != newest:
            older.setdefault(newest, []).append(run)
    return older


def _latest(shown: Iterable[PublishedRun]) -> list[PublishedRun]:
    newest: dict[str, PublishedRun] = {}
    for run in shown:
        if run.report in INCIDENTS:
            continue  # an incident is of its instant, and none is due
        best = newest.get(run.report)
        if best is None or (run.scope is None, run.period.end) > (best.scope is None, best.period.end):
            newest[run.report] = run
    return sorted(newest.values(), key=lambda run: (-SEVERITY.index(Status(run.status)), _place(run.report)))


def _timeliness(run: PublishedRun, now: datetime) -> str:
    """Whether the report's last closed period is the published one."""
    if run.period.kind not in CLOSING:
        return ""
    closed = Period.last_closed(run.period.kind, now, run.period.zone)
    if closed.end <= run.period.end:
        return "on time"
    due = period_words(closed)
    return f"next due: {due}" if now - closed.end < GRACE else f"late: {due} is not published"


def _facts(latest: Sequence[PublishedRun], now: datetime) -> list[str]:
    if not latest:
        return [f"Looked at {instant_words(now)}"]
    late = any(_timeliness(run, now).startswith("late") for run in latest)
    newest = max(latest, key=lambda run: run.generated_at)
    periods = [run.period for run in latest if run.period.kind in CLOSING]
    closing = [Period.last_closed(period.kind, now, period.zone).next().end for period in periods]
    facts = [
        f"Reported through {instant_words(max(run.period.end for run in latest))}",
        f"Last run {instant_words(newest.generated_at)}, {'late' if late else 'on time'}",
    ]
    return facts + ([f"Next period closes {instant_words(min(closing))}"] if closing else [])


def _choices(shown: Sequence[PublishedRun]) -> list[tuple[str, list[Choice]]]:
    reports = sorted({run.report for run in shown}, key=_place)
    found = {run.status for run in shown}
    statuses = [status for status in reversed(SEVERITY) if status.value in found]
    scopes = {run.scope: ", ".join(run.tenants) for run in shown if run.scope is not None}
    return [
        ("Report", [Choice(f"report-{_key(name)}", called(name), "report", _key(name)) for name in reports]),
        ("Verdict", [Choice(f"verdict-{s.value}", f"{MARKS[s]} {WORDS[s]}", "status", s.value) for s in statuses]),
        ("Tenant", [Choice(f"tenant-{_key(scope)}", name, "scope", _key(scope)) for scope, name in scopes.items()]),
    ]


def _key(name: str | None) -> str:
    """A name as it may stand in a style sheet and in an address."""
    return "all" if name is None else re.sub("[^a-z0-9]+", "-", name.lower()).strip("-") or slug(name)


def _place(report: str) -> tuple[int, str]:
    return ORDER.index(report) if report in ORDER else len(ORDER), report


def _forms(run: PublishedRun) -> list[tuple[str, str]]:
    known = [(label, address(run, name)) for name, label in FORMS.items() if name in run.files]
    tables = sorted(name for name in run.files if name.endswith(".csv") and "/" not in name)
    return known + [(f"CSV: {name.removesuffix('.csv')}", address(run, name)) for name in tables]


def _tenants(run: PublishedRun) -> list[tuple[str, str]]:
    pages = [(tenant, f"tenants/{slug(tenant)}/report.html") for tenant in run.tenants]
    return [(tenant, address(run, page)) for tenant, page in pages if page in run.files]
