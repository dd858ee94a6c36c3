"""An outcome as a page beside its file: what was found, what was measured, and the figures behind it."""

from __future__ import annotations

from itertools import groupby
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mcreports.checks import Status
from mcreports.evidence.outcomes import CHECKS
from mcreports.evidence.place import put
from mcreports.reports.outcome_facts import MOST_ROWS, facts_parts, left_words, literal
from mcreports.reports.page_head import PageHead
from mcreports.reports.templates import template_environment
from mcreports.view.markup import Name, Trusted, verdict_html
from mcreports.view.page import Band, Heading, Notes
from mcreports.view.tables import Column, Table
from mcreports.view.verbatim import Verbatim
from mcreports.view.words import because, check_name, instant_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from mcreports.checks import Verdict
    from mcreports.evidence.outcomes import Outcome
    from mcreports.figures import Figure
    from mcreports.view.markup import Text

METHOD = ("Each verdict rests on what was found here; what could not be tried or read is never a pass.",)


def write_page(
    outcome: Outcome,
    file: Path,
    window: tuple[datetime, datetime] | None = None,
    figures: Sequence[Figure] = (),
    lines: Sequence[str] = (),
) -> Path:
    """Write the page of an outcome beside the file that it was kept in."""
    page = template_environment().get_template("outcome.html.j2")
    parts = [Markup(part._repr_html_()) for part in _parts(outcome, figures, lines)]  # noqa: S704 - our own
    text = page.render(head=_head(outcome, file, window), parts=parts)
    return put(file.parent, f"{file.stem}.html", text.encode("utf-8"))


def headline(outcome: Outcome) -> str:
    """How an outcome stands, in one sentence.

    >>> from datetime import UTC, datetime
    >>> from mcreports.evidence.outcomes import Outcome
    >>> headline(Outcome("egress", datetime(2025, 11, 3, tzinfo=UTC), ()))
    'nothing was checked'
    """
    every = outcome.verdicts
    # a verdict on the whole is not counted beside its parts
    own = [one for one in every if not any(other.check.startswith(f"{one.check}.") for other in every)]
    counts = [(sum(each.status is status for each in own), said) for status, said in _SAID.items()]
    told = [f"{count} {said}" for count, said in counts if count]
    return ", ".join(told) if told else "nothing was checked"


_SAID = {Status.FAIL: "failed", Status.UNKNOWN: "not proven", Status.WARN: "to watch", Status.PASS: "proven"}


def _head(outcome: Outcome, file: Path, window: tuple[datetime, datetime] | None) -> PageHead:
    spans = (f"From {instant_words(window[0])} to {instant_words(window[1])}",) if window else ()
    return PageHead(
        title=CHECKS.get(outcome.check, outcome.check),
        period=instant_words(outcome.at),
        status=outcome.status,
        headline=headline(outcome),
        state="signed" if _is_signed(file) else "unsigned",
        revision=0,
        facts=spans,
        method=METHOD,
        run=_inputs(outcome.inputs),
        forms=(("The statement, DSSE", file.name),),
    )


def _inputs(inputs: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    shown = tuple((name, f"sha256:{digest}") for name, digest in sorted(inputs.items())[:MOST_ROWS])
    more = len(inputs) - len(shown)
    return (*shown, (f"and {more:,} more", "in the statement")) if more else shown


def _is_signed(file: Path) -> bool:
    import json

    return bool(json.loads(file.read_bytes())["signatures"])


def _parts(outcome: Outcome, figures: Sequence[Figure], lines: Sequence[str]) -> Iterator[Any]:
    yield Band(outcome.status, headline(outcome))
    yield _verdicts(outcome.verdicts)
    yield from _lines(lines)
    if figures:
        yield Heading("Figures", left_words(len(figures)))
        yield _figures(figures)
    # the page's head says the window already
    facts = {key: value for key, value in outcome.facts.items() if key != "window"}
    yield from facts_parts(facts, {figure.id for figure in figures})


def _lines(lines: Sequence[str]) -> Iterator[Any]:
    """Lines as notes, but those that hold several as they were written."""
    for is_block, run in groupby((line for line in lines if line.strip()), key=lambda line: "\n" in line):
        if is_block:
            yield from (Verbatim(dedent(line)) for line in run)
        else:
            yield Notes(tuple(Name(line.strip()) for line in run))


def _verdicts(verdicts: Sequence[Verdict]) -> Table:
    columns = (Column("Check"), Column("Of", "name"), Column("Verdict", "verdict"), Column("Because"))
    rows = tuple(
        (check_name(one.check), _of(one), Trusted(verdict_html(one, reason=False)), literal(because(one)))
        for one in verdicts
    )
    return Table("Verdicts", columns, rows, empty="Nothing was checked.")


def _of(verdict: Verdict) -> Text:
    whose = "the platform" if verdict.tenant is None else Name(verdict.tenant)
    labels = ", ".join(value for _, value in verdict.labels)
    return (whose, ", ", Name(labels)) if labels else (whose,)


def _figures(figures: Sequence[Figure]) -> Table:
    columns = (Column("Figure"), Column("Of", "name"), Column("Value", "number"), Column("Note"))
    rows = tuple(
        (
            figure.id,
            Name(", ".join(filter(None, [figure.tenant or "the platform", *(value for _, value in figure.labels)]))),
            figure,
            literal(figure.reason),
        )
        for figure in figures[:MOST_ROWS]
    )
    return Table("Figures", columns, rows)
