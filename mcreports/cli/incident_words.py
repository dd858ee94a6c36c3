"""What ``mcreports incident`` tells on the terminal and to programs: the page in short."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mcreports.cli.context import one_line, show_json
from mcreports.domains.details import rows
from mcreports.domains.incidents.calls import calls_of
from mcreports.domains.incidents.case import SINCE, Case, instant_of, span_of, told_of
from mcreports.domains.incidents.steps import steps
from mcreports.figures import instant_text
from mcreports.view.closing import sentence_text
from mcreports.view.markup import visible
from mcreports.view.words import verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from mcreports.domains.compose import Report
    from mcreports.domains.incidents.calls import Call
    from mcreports.domains.incidents.steps import Step

MOST = 10  # events of a kind on the terminal
# each kind of events, and which column says more of one
EVENTS = {"violations": "violation_type", "compensations": "reason"}


def show(report: Report, *, as_json: bool, path: Path | None = None, fault: str = "") -> None:
    """Print a report; one without a page, since the source is away, with its events and the fault."""
    case = Case(report.snapshot)
    calls, listed = calls_of(case, report.figures.every, report.verdicts), steps(case, report.figures)
    if as_json:
        show_json(_data(report, (calls, listed), None if path is None else str(path), fault))
        return
    said = report.headline
    lines = [f"{said.status.value.upper()}: {said.text}", *([f"  {fault}"] if fault else []), *_standing(report)]
    lines += [] if path is not None else _events(report)
    for line in (*lines, *_lines(calls, listed, case.at)):
        print(visible(one_line(line)))


def _data(
    report: Report, todo: tuple[tuple[Call, ...], tuple[Step, ...]], path: str | None, fault: str
) -> dict[str, Any]:
    """All of it for programs."""
    case, said = Case(report.snapshot), report.headline
    return {
        "incident": case.subject, "tenant": case.tenant, "at": instant_text(case.at), "state": report.snapshot.state,
        "verdict": {"status": said.status.value, "headline": said.text},
        **({"error": fault} if fault else {}),
        "verdicts": [verdict.as_dict() for verdict in report.verdicts],
        "figures": [figure.as_dict() for figure in report.figures if not figure.id.startswith("anomaly.step")],
        "events": list(_told(report)),
        "notes": _notes(report),
        "contacts": [_contact(call) for call in todo[0]],
        "checklist": [
            {"minutes": step.minutes, "step": step.what, "known": sentence_text(step.known) or None}
            for step in todo[1]
        ],
        "path": path,
    }  # fmt: skip


def _contact(call: Call) -> dict[str, Any]:
    return {
        "area": call.area, "level": call.level, "name": call.name, "address": call.address, "of": call.of,
        "since": None if call.since is None else instant_text(call.since),
        "until": None if call.since is None else instant_text(call.since + call.within),
    }  # fmt: skip


def _notes(report: Report) -> list[str]:
    return list(dict.fromkeys(note.text for note in report.snapshot.notes))


def _told(report: Report) -> Iterator[dict[str, str]]:
    """The violations and compensations that the evidence tells of, newest first."""
    case = Case(report.snapshot)
    for kind, detail in EVENTS.items():
        table = rows(report.snapshot, kind, span_of(case, report.figures), case.tenant)
        newest = [] if table.empty else table.sort_values("ts", ascending=False).to_dict("records")
        for row in newest:
            yield {
                "kind": kind, "at": instant_text(row["ts"].to_pydatetime()), "detail": str(row[detail]),
                "operation_id": str(row["operation_id"]), "file": str(row["file"]),
            }  # fmt: skip


def _events(report: Report) -> Iterator[str]:
    """The newest events of each kind, and how many more there are."""
    every = list(_told(report))
    for kind in EVENTS:
        own = [event for event in every if event["kind"] == kind]
        for event in own[:MOST]:
            yield f"  {event['at']}  {kind[:-1]} {event['operation_id']}: {event['detail']}, {event['file']}"
        if len(own) > MOST:
            yield f"  and {len(own) - MOST:,} more {kind}"


def _standing(report: Report) -> Iterator[str]:
    """Each verdict, since when what does not pass has been so, and what the source had to say."""
    for verdict in report.verdicts:
        yield f"  {verdict.check:32} {', '.join(filter(None, [verdict_text(verdict), told_of(verdict.labels)]))}"
    for figure in sorted(report.figures.where(SINCE), key=instant_of):
        labels = dict(figure.labels)
        yield f"  since {figure.value}  {labels['condition']}, {labels['level']}"
    yield from (f"  note: {note}" for note in _notes(report))


def _lines(calls: tuple[Call, ...], listed: tuple[Step, ...], at: datetime) -> Iterator[str]:
    """Whom to tell, and what to do by when."""
    yield "Tell:"
    for call in calls:
        until = "not called for yet" if call.since is None else f"until {instant_text(call.since + call.within)}"
        late = ", overdue" if call.since is not None and call.since + call.within < at else ""
        where = call.address or "no address is set"
        yield f"  {call.area} {call.level}  {call.name}  {where}  {until}{late}: {call.of}"
    yield "Do:"
    for step in listed:
        until, known = instant_text(at + timedelta(minutes=step.minutes)), sentence_text(step.known)
        yield f"  [ ] by {until}  {step.what}{': ' if known else ''}{known}"
