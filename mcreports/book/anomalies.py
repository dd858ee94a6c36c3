"""Anomalies on a page: what stands out and why, the largest one in a picture, and what somebody must look at."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from mcreports.checks import Status
from mcreports.domains.anomalies.assess import grave, told_of
from mcreports.domains.anomalies.figures import COUNT, told
from mcreports.domains.anomalies.find import find
from mcreports.domains.anomalies.hourly import STEP, largest
from mcreports.domains.anomalies.words import series, why
from mcreports.domains.derive import number
from mcreports.names import called
from mcreports.view.closing import sentence_text
from mcreports.view.format import Shape, value_text
from mcreports.view.hours import Hours
from mcreports.view.markup import Name, Shown, Trusted, escape
from mcreports.view.tables import Column, Table
from mcreports.view.words import MARKS, long_day

if TYPE_CHECKING:
    from datetime import datetime

    from mcreports.domains.anomalies.anomaly import Anomaly
    from mcreports.domains.anomalies.figures import Told
    from mcreports.domains.compose import Report
    from mcreports.view.markup import Text
    from mcreports.view.tables import Row

MOST, MOST_KNOWN, MOST_LOOKED_AT = 12, 4, 5  # rows: a page is to be light enough to send
SIGNED = Shape(sign=True)
LEVELS = {"high": (Status.FAIL, "HIGH"), "medium": (Status.WARN, "MEDIUM"), "low": (Status.PASS, "LOW")}
KNOWN = "KNOWN"


def anomaly_table(report: Report) -> Table:
    """What stands out, the gravest first; what somebody has acknowledged below, with the note."""
    columns = (Column("Severity"), Column("Anomaly"), Column("When, UTC"), Column("Excess", "number"), Column("Why"))
    every = told_of(report.snapshot)
    known = [each for each in every if each.anomaly.known is not None][:MOST_KNOWN]
    shown = [each for each in every if each.anomaly.known is None][: MOST - len(known)] + known
    more = f"{len(shown)} of {len(every):,} anomalies are told, the gravest first. All of them:"
    rows, note = tuple(map(_row, shown)), more if len(every) > len(shown) else ""
    return Table("Anomalies", columns, rows, empty=_none(report), passports=False, note=note)


def _row(one: Told) -> Row:
    anomaly, known = one.anomaly, one.anomaly.known
    status, word = LEVELS[anomaly.severity]
    level = _whole(f"{MARKS[status]} {word}" if known is None else KNOWN)
    reason: Text = sentence_text(why(one))
    if known is not None:
        reason = (f"{reason} Acknowledged by ", Name(known.by), f" on {long_day(known.at.date())}: ", Name(known.note))
    return level, _whole(anomaly.id), _whole(*_span(anomaly)), _excess(one), reason


def _excess(one: Told) -> Text:
    """How much more than usual: USD, or so many bad events."""
    return Shown(one.excess, SIGNED) if one.anomaly.is_cost else (one.excess, f" {one.excess.unit}")


def _span(anomaly: Anomaly) -> tuple[str, str]:
    """From when, and to when or that it goes on."""
    return _clock(anomaly.start), "goes on" if anomaly.end is None else f"to {_clock(anomaly.end)}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %b %H:%M}"


def _whole(*parts: str) -> Trusted:
    """Parts within which no line is broken: what is cut in two is not copied."""
    return Trusted(" ".join(f'<span class="mc-events">{escape(part)}</span>' for part in parts))


def _none(report: Report, said: str = "No anomaly in the period") -> str:
    """That nothing stands out is said only where all was judged."""
    own = [f for f in report.figures.where(COUNT) if not f.labels]
    whole = next((f for f in own if f.tenant is None), own[0] if own else None)
    if whole is None or whole.value is None:
        return f"Not known: {whole.reason if whole is not None and whole.reason else 'no series was judged'}."
    return f"{said}, as far as it is known: {whole.reason}." if whole.reason else f"{said}."


def anomaly_chart(report: Report) -> Hours | None:
    """The largest anomaly step by step, with what is usual; nothing where there is none: its table says so."""
    anomaly, steps = largest(find(report.snapshot)), report.figures.where(STEP)
    if anomaly is None or not steps:
        return None
    hours = (steps[0].window[1] - steps[0].window[0]) // timedelta(hours=1)
    each = {1: "the hour", 23: "the day", 24: "the day", 25: "the day"}.get(hours, f"{hours} hours")
    end = anomaly.end
    cut = f"; its beginning, it goes on to {_clock(end)}" if end is not None and steps[-1].window[1] < end else ""
    subtitle = f"{steps[0].unit} by {each}, UTC; the band is what its own past makes usual{cut}"
    return Hours(_title(told(report.snapshot, anomaly)), subtitle, steps, steps[0].unit)


def _title(one: Told) -> str:
    """The message: who, what, by how much, on which day."""
    anomaly, day = one.anomaly, long_day(one.anomaly.start.date(), year=False)
    when = f"{'on' if anomaly.end is not None and anomaly.end - anomaly.start <= timedelta(days=1) else 'from'} {day}"
    whose = f"{called(anomaly.tenant)}'s {series(anomaly)}"
    if not anomaly.is_cost:
        return f"{whose} was {value_text(one.actual.value, '%')} {when}, {anomaly.side} the usual"
    size = value_text(float(abs(number(one.excess.value) or 0)), "USD", Shape(places=0))
    return f"{whose} was {size} {anomaly.side} the usual {when}"


def needs_look(report: Report) -> Table:
    """The grave anomalies that nobody has acknowledged."""
    every = grave(report.snapshot)
    columns = (
        Column("Tenant", "name"), Column("Anomaly"), Column("What", "name"), Column("When, UTC"),
        Column("More than usual", "number"), Column("Owner", "name"),
    )  # fmt: skip
    owners = report.snapshot.owners
    rows: tuple[Row, ...] = tuple(
        (
            Name(each.anomaly.tenant), _whole(each.anomaly.id), Name(series(each.anomaly)),
            _whole(*_span(each.anomaly)), _excess(each),
            Name(owners[each.anomaly.tenant]) if each.anomaly.tenant in owners else None,
        )
        for each in every[:MOST_LOOKED_AT]
    )  # fmt: skip
    empty = _none(report, "No grave anomaly without an acknowledgement")
    said = f"{MOST_LOOKED_AT} of {len(every):,} grave anomalies are named. All of them:"
    return Table("Needs a look", columns, rows, empty=empty, note=said if len(every) > MOST_LOOKED_AT else "")
