"""The passport of a figure: what it is, what it rests on, what it cannot know, and how to see it again."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from mcreports.checks import Verdict
from mcreports.errors import UsageError
from mcreports.figures import Figure, instant_text
from mcreports.period import Period
from mcreports.view.format import Shape, figure_text, percent, thresholds, value_text
from mcreports.view.markup import Name, Trusted, figure_html, visible
from mcreports.view.tables import Column, Table
from mcreports.workbench.asked import between
from mcreports.workbench.commands import command
from mcreports.workbench.names import in_line
from mcreports.workbench.rates import RATES
from mcreports.workbench.result import KEY

if TYPE_CHECKING:
    from mcreports.domains.compose import Report
    from mcreports.workbench.bench import Workbench

MOST = 12
SPENT = {f"budget.spend.{part}" for part in ("period", "hour", "day", "week", "month", "mtd", "cumulative")}


@dataclass(frozen=True)
class Passport:
    """Figures, each with the command line that shows it again; of very many the first few."""

    figures: tuple[Figure, ...]
    commands: tuple[str, ...]
    more: int = 0

    def lines(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """What there is to say of each figure: what it is called, and what it is."""
        return tuple(_lines(*pair) for pair in zip(self.figures, self.commands, strict=True))

    def __str__(self) -> str:
        """Every figure as lines of text."""
        return "\n\n".join("\n".join(f"{name:10} {text}" for name, text in each) for each in self.lines())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from mcreports.workbench.shown import styled

        columns = Column("What"), Column("Is")
        tables = [
            Table(
                f"Passport of {figure.id}",
                columns,
                (("value", Trusted(figure_html(figure))), *((name, Name(text)) for name, text in rows[1:])),
            )._repr_html_()
            for figure, rows in zip(self.figures, self.lines(), strict=True)
        ]
        rest = f'<p class="mc mc-text">and {self.more:,} more figures</p>' if self.more else ""
        return styled("".join(tables) + rest)


def passport(bench: Workbench, what: object, row: int | None = None) -> Passport:
    """The passport of a figure, a key or an id, a row of an answer (or its number), or a verdict's figures."""
    found = _found(bench, what, row)
    shown = found[:MOST]
    return Passport(tuple(shown), tuple(_command(bench, one) for one in shown), len(found) - len(shown))


def _found(bench: Workbench, what: object, row: int | None) -> list[Figure]:
    match what:
        case Figure():
            return [what]
        case Verdict():
            return _of_verdict(bench, what)
        case str():
            return _called(bench, what)
        case pd.DataFrame() if KEY in what.columns:
            return [found for key in _keys(what, row) for found in _of_row(bench, what, key)]
        case pd.Series() if KEY in what.index:
            return _of_row(bench, what, str(what[KEY]))
    msg = f"{type(what).__name__} has no passport; give a figure, its key, a row of an answer, or a verdict"
    raise UsageError(msg)


def _of_row(bench: Workbench, what: pd.DataFrame | pd.Series[Any], key: str) -> list[Figure]:
    """The figure as the answer itself has it: of another source the same key is another number."""
    said = getattr(what, "said", None)
    return [said.figures[key]] if said is not None and key in said.figures else _called(bench, key)


def _keys(frame: pd.DataFrame, row: int | None) -> list[str]:
    keys = [str(key) for key in frame[KEY]]
    if row is None:
        return keys
    if not -len(keys) <= row < len(keys):
        msg = f"the answer has {len(keys)} rows; there is no row {row}"
        raise UsageError(msg)
    return [keys[row]]


def _every(bench: Workbench) -> dict[str, Figure]:
    return {visible(one.key): one for report in _reports(bench) for one in report.figures} | bench.figures


def _reports(bench: Workbench) -> list[Report]:
    return [found.memo["report"] for found in bench.snapshots.values() if "report" in found.memo]


def _called(bench: Workbench, text: str) -> list[Figure]:
    every = _every(bench)
    if visible(text) in every:
        return [every[visible(text)]]
    found = [figure for figure in every.values() if figure.id == text]
    if not found:
        close = difflib.get_close_matches(text, [*every, *{one.id for one in every.values()}], 3)
        hint = f"did you mean {' or '.join(close)}?" if close else "ask for an answer first: its figures are known then"
        msg = visible(f"no figure that was shown is called {text!r}; {hint}")
        raise UsageError(msg)
    return found


def _of_verdict(bench: Workbench, verdict: Verdict) -> list[Figure]:
    # of another day the same check has other figures: it is this very verdict that is looked for
    for one, figures in bench.judged:
        if one is verdict:
            return list(figures)
    reports = [report for report in _reports(bench) if any(one is verdict for one in report.verdicts)]
    every = [figure for report in reports for figure in report.figures] or _every(bench).values()
    found = [one for one in every if one.id in verdict.figures and one.tenant == verdict.tenant]
    own = [one for one in found if one.labels == verdict.labels] or found
    if not own:
        msg = f"no figure that was shown is behind {verdict.check}; ask for its report first, as explain does"
        raise UsageError(msg)
    return own


def _lines(figure: Figure, shown_again: str) -> tuple[tuple[str, str], ...]:
    start, end = figure.window
    shape = Shape(marks=thresholds(figure.id))
    bounds = " to ".join(
        "no known end" if bound is None else value_text(bound, figure.unit, shape) for bound in figure.bounds or ()
    )
    lines = (
        ("value", figure_text(figure)),
        ("id", figure.id),
        ("tenant", "all tenants" if figure.tenant is None else in_line(figure.tenant)),
        ("labels", in_line(", ".join(f"{key} {value}" for key, value in figure.labels))),
        ("unit", figure.unit),
        ("window", f"{instant_text(start)} to {instant_text(end)}"),
        ("quality", figure.quality.value),
        ("bounds", bounds),
        ("coverage", "" if figure.coverage is None else percent(100 * figure.coverage)),
        ("samples", f"{figure.samples:,}"),
        ("resets", f"{figure.resets:,}"),
        ("reason", in_line(figure.reason)),
        ("method", figure.method),
        ("query", in_line(figure.query)),
        ("key", in_line(figure.key)),
        ("command", in_line(shown_again)),
    )
    return tuple((name, text) for name, text in lines if text)


def _command(bench: Workbench, figure: Figure) -> str:
    """The command line whose answer holds the figure."""
    label, labels = _label(bench, figure), dict(figure.labels)
    by = [("by", "driver")] if "driver" in labels else []
    options = [("period", label), *by, ("tenant", figure.tenant)]
    if figure.id in SPENT and labels.keys() <= {"driver", "day"}:
        return command(bench, "cost", options)
    if figure.id in RATES and not labels:
        return command(bench, "rates", [*options, ("rate", figure.id)])
    for report in _reports(bench):
        if any(one.key == figure.key for one in report.figures):
            return command(bench, f"report {report.snapshot.report}", [("period", report.snapshot.period.label)])
    return ""


def _label(bench: Workbench, figure: Figure) -> str:
    """The window as a period says it, where it is one."""
    about = between(*figure.window, bench.zone)
    named = (Period.containing(kind, about.period.first, bench.zone) for kind in ("day", "week", "month"))
    return next((one.label for one in named if (one.start, one.end) == figure.window), about.label)
